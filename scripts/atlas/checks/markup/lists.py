"""Lists that are none, or that are cut in two: by a missing blank line, by markers or by indentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from atlas.checks.markup.indents import Stray, stray_lines
from atlas.checks.markup.spots import line_spots
from atlas.checks.markup.structure import Trail
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView

BROKEN = RULES.add(
    "list-broken",
    Severity.ERROR,
    "列表没有成为列表，或被切断",
    "列表前要空一行，记号后要有一个半角空格，子项和段落比列表项多缩进四格；否则读者看到的是挤在一段里的文字，或平级的子项、重新开始的编号。",
)

_GOOD = re.compile(r"(?:[-*+]|(\d+)\.)[ \t]+\S")
_WIDE = re.compile(r"(?:\d+[．]|\d+[)）]|[－＊＋][ \u3000])\s*\S")
_TIGHT = re.compile(r"(?:[-+](?=[^\s\d+\-=>|.,:;])|\d+\.(?=[^\s\d.]))\S")
_PROSE = frozenset({"p", "li", "dd"})


def check(view: PageView) -> Iterator[Finding]:
    """Runs of lines in one paragraph that were meant as items."""
    done: set[str] = set()
    for block in view.rendered.blocks:
        if block.tag not in _PROSE or "\n" not in block.text:
            continue
        lines = [line.strip(" \t") for line in block.text.strip("\n").split("\n")]
        for at, reason, hint in _runs(lines):
            if lines[at] not in done:
                done.add(lines[at])
                for place in line_spots(view, lines[at]):
                    yield Finding(BROKEN, place, f"`{_short(lines[at])}` {reason}", hint)


def candidates(view: PageView) -> list[Stray]:
    """Lines that may have left their list, as far as indentation tells."""
    if "<li" not in view.html:
        return []
    return [stray for path, one in view.places.scans.items() for stray in stray_lines(path, one)]


def strayed(found: Sequence[Stray], trails: Mapping[tuple[str, int], Trail]) -> Iterator[Finding]:
    """Those of the candidates that did: they came out no deeper than the item that they belong to."""
    for stray in found:
        item, line = trails.get((stray.path, stray.item_end)), trails.get((stray.path, stray.end))
        if item is None or line is None or not _depth(item):
            continue
        place = Location(stray.path, stray.line, stray.column)
        hint = f"缩进 {stray.needed} 个空格"
        if stray.is_item and _depth(line) <= _depth(item):
            yield Finding(BROKEN, place, f"子项 `{_short(stray.text)}` 缩进不够，和上一级成了平级", hint)
        elif not stray.is_item and _depth(line) < _depth(item):
            yield Finding(BROKEN, place, f"`{_short(stray.text)}` 缩进不够，落在列表外面，列表断开了", hint)


def _depth(trail: Trail) -> int:
    return sum(element.tag == "li" for element in trail)


def _runs(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Index of the first line of each run of would-be items, with what is wrong and what to write."""
    at = 0
    while at < len(lines):
        for pattern, reason, hint in _KINDS:
            length = _length(lines, at, pattern)
            if length and _is_meant(lines, at, length, pattern):
                yield at, reason, hint
                at += length - 1
                break
        at += 1


def _length(lines: Sequence[str], at: int, pattern: re.Pattern[str]) -> int:
    count = 0
    while at + count < len(lines) and pattern.match(lines[at + count]):
        count += 1
    return count


def _is_meant(lines: Sequence[str], at: int, length: int, pattern: re.Pattern[str]) -> bool:
    """One dash at the start of a line may be a dash; two, or one after a colon, are a list."""
    led = at > 0 and lines[at - 1].rstrip().endswith(("：", ":"))
    if pattern is _GOOD:
        number = re.match(r"\d+", lines[at])
        starts = number is None or int(number[0]) <= 1
        return at > 0 and starts and (length > 1 or led)
    if pattern is _WIDE:
        return length > 1 or led
    return length > 1 and (at == 0 or led)


_KINDS = (
    (_GOOD, "前面没有空行，列表成了一段文字", "在列表前空一行"),
    (_WIDE, "的记号不是半角的句点、短横或星号，列表成了一段文字", "写 `1. ` 或 `- `"),
    (_TIGHT, "的记号后面没有空格，列表成了一段文字", "记号后面写一个半角空格"),
)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
