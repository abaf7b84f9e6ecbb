"""Files made from the data, for an engine without hooks: whoever renders a page that offers them writes them.

With MkDocs our hook adds them to the site (see :mod:`atlas.hooks`), and nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from markdown import Markdown

from atlas.markdown.addresses import output_folder


def write(md: Markdown, files: Mapping[str, str]) -> None:
    """Write texts to paths in the site, each only if it changed."""
    folder = output_folder(md)
    if folder is None:
        return
    for path, text in files.items():
        file = Path(folder) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8", newline="\n")
