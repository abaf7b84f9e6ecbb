"""A written site → the same site without what no reader loads: maps of the theme's scripts, search in other languages."""

from __future__ import annotations

import json
from pathlib import Path

_LUNR = "assets/javascripts/lunr"
_SHARED = frozenset({"lunr.multi.min.js", "lunr.stemmer.support.min.js"})
_OWN_FILES = {"ja": "tinyseg.js", "th": "wordcut.js", "hi": "wordcut.js"}
"""Languages that the theme's search cuts into words with a file of their own."""


def drop_leftovers(folder: Path, offline: bool) -> None:
    """Delete them."""
    for file in [*folder.rglob("*.map"), *_foreign_languages(folder)]:
        file.unlink()


def _foreign_languages(folder: Path) -> list[Path]:
    """The theme's files for languages that this site's search does not know; all, if it has another search."""
    index = folder / "search" / "search_index.json"
    languages = json.loads(index.read_text("utf-8"))["config"]["lang"] if index.is_file() else []
    kept = {f"lunr.{language}.min.js" for language in languages} | {_OWN_FILES.get(language, "") for language in languages}
    kept |= _SHARED if languages else set()
    return [file for file in (folder / _LUNR).rglob("*.js") if file.name not in kept]
