"""Code in a line of prose whose closing back-tick is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Severity
from atlas.model import PageView

UNCLOSED = RULES.add(
    "code-unclosed",
    Severity.ERROR,
    "行内代码没有合上",
    "反引号不成对，读者看到的是反引号和没有排成代码的文字。真要写一个反引号，写成 `` ` `` 或 `\\``。",
)
_OPENING = re.compile(r"(?<![A-Za-z0-9`])`(?=[^\s`\"'’])")


def check(view: PageView) -> Iterator[Finding]:
    """Every block of prose in which a single back-tick is left over, directly before a word."""
    for block in view.rendered.blocks:
        if len(re.findall("`+", block.text)) % 2 == 0 or "``" in block.text:
            continue
        for found in _OPENING.finditer(block.text):
            line = block.text[found.start() :].split("\n")[0].split("\ufffc")[0]
            place = view.places.text(dict.fromkeys((line, line[:12], line[:4], "`")))
            if place.line and not _is_escaped(view, place.path, place.line, place.column or 1):
                message = f"`{line[1:40]}` 前面的反引号没有合上，读者看到的是反引号"
                yield Finding(UNCLOSED, place, message, "在这段代码后面补一个反引号")
            break


def _is_escaped(view: PageView, path: str, line: int, column: int) -> bool:
    return view.places.scans[path].lines[line - 1][: column - 1].endswith("\\")
