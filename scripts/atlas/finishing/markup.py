"""A page → the same page in fewer bytes: without the templates' blank lines and indentation, and marks nobody reads.

Text in ``<pre>`` and the like, and all inside a tag, stays as it is: a diagram's source is written in an attribute.
"""

from __future__ import annotations

import re
from pathlib import Path

_KEPT = re.compile(
    r"(<(?P<block>pre|script|style|textarea)\b.*?</(?P=block)>|<!--.*?-->|<(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>)",
    re.DOTALL | re.IGNORECASE,
)
_BREAK = re.compile(r"[ \t]*\n\s*")
_MARK = re.compile(r" data-id=\"[^\"]*\"")
"""The drawing library's name of a node; links were laid on nodes by it, and it repeats the label."""


def shorten_pages(folder: Path, offline: bool) -> None:
    """Rewrite every page."""
    for page in sorted(folder.rglob("*.html")):
        page.write_text(shorten(page.read_text("utf-8")), "utf-8", newline="")


def shorten(page: str) -> str:
    """One line break where there were several, or spaces around one: the same to a browser."""
    parts: list[str] = []
    end = 0
    for kept in _KEPT.finditer(page):
        parts.append(_BREAK.sub("\n", page[end : kept.start()]))
        tag = kept[0]
        parts.append(_MARK.sub("", tag) if tag.startswith("<g ") else tag)
        end = kept.end()
    return "".join([*parts, _BREAK.sub("\n", page[end:])]).lstrip()
