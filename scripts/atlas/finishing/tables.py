"""The theme's tables, wrapped as its script would wrap them in every reader's browser, and named by a class.

The script takes each ``table:not([class])`` out of the page and puts it back inside two boxes, and a browser styles the
whole article anew for it. Here the boxes are written, and style sheets say ``table.atlas-plain`` where they said
``table:not([class])``, which counts as much. In a preview the script does it as ever.
"""

from __future__ import annotations

import re
from pathlib import Path

PLAIN = "atlas-plain"
_SELECTOR = re.compile(r"\btable:not\(\s*\[class\]\s*\)")
_ARTICLE = re.compile(r"(<article\b[^>]*>)(.*)(</article>)", re.DOTALL)
_TABLE = re.compile(
    r"<table(?P<attributes>(?:\s(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*)?)>(?P<inside>(?:(?!<table\b).)*?)</table>", re.DOTALL
)
_CLASS = re.compile(r"\sclass\s*=", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def wrap_tables(folder: Path, offline: bool) -> None:
    """Rewrite pages and style sheets."""
    for sheet in sorted(folder.rglob("*.css")):
        sheet.write_text(_SELECTOR.sub(f"table.{PLAIN}", sheet.read_text("utf-8")), "utf-8", newline="")
    for page in sorted(folder.rglob("*.html")):
        text = _ARTICLE.sub(lambda found: found[1] + _TABLE.sub(_wrapped, found[2]) + found[3], page.read_text("utf-8"))
        page.write_text(text, "utf-8", newline="")


def _wrapped(table: re.Match[str]) -> str:
    if _CLASS.search(_QUOTED.sub("", table["attributes"])):
        return table[0]
    dressed = f'<table class="{PLAIN}"{table["attributes"]}>{table["inside"]}</table>'
    return f'<div class="md-typeset__scrollwrap"><div class="md-typeset__table">{dressed}</div></div>'
