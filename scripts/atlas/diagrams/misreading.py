"""A drawn diagram → lines that Mermaid takes without a word for something else than was meant.

Only what nobody writes on purpose: a bracket as a node, a word where a number belongs, full-width marks between the parts
of a line whose parts only half-width ones divide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise, zip_longest
from typing import Any

from atlas.diagrams.lines import Line
from atlas.diagrams.values import Problem

LINE_MISREAD = "diagram-line-misread"

_TITLED = re.compile(
    r"\s*(?:title|section|acc\w+|\w+Format|excludes|includes|todayMarker|tickInterval|weekday|weekend|click)\b"
)


def misread(kind: str, lines: list[Line], facts: Any) -> Iterator[Problem]:
    """What was read as something else, in a kind of diagram that is known to do so."""
    for rule in _RULES.get(kind, ()):
        yield from rule(lines[1:], facts)


def _lone_marks(lines: list[Line], facts: Any) -> Iterator[Problem]:
    """A bracket too many becomes a node with that name."""
    names = {str(one[0]) for one in facts.get("nodes", ())}
    for line in lines:
        mark = line.text.strip()
        if mark in names and re.fullmatch(r"[{}\[\]()<>;,]+", mark):
            yield _problem(line, line.text.index(mark), f"`{mark}` 多余，图上会多出一个叫 `{mark}` 的节点", "删掉这一行")


def _columns(lines: list[Line], facts: Any) -> Iterator[Problem]:
    for line in lines:
        found = re.match(r"\s*columns\s+(\S+)", line.text)
        if found and found[1] != "auto" and not re.match(r"[0-9]", found[1]):
            message = f"列数 `{found[1]}` 不是数字，图上会多出叫 `columns` 和 `{found[1]}` 的框"
            yield _problem(line, found.start(1), message, "写作 `columns 3`")


def _open_calls(lines: list[Line], facts: Any) -> Iterator[Problem]:
    """A C4 call that is not closed swallows the line below."""
    for line, below in pairwise(lines):
        opening = re.match(r"\s*[A-Z]\w*\s*\(", line.bare)
        if opening and ")" not in line.bare and re.match(r"\s*[A-Z]\w*\s*\(", below.bare):
            message = f"`{line.text.strip()}` 的圆括号没有合上，下一行 `{below.text.strip()}` 成了它的说明"
            yield _problem(line, opening.end() - 1, message, f"写作 `{line.text.strip()})`")


def _wide_in_tasks(lines: list[Line], facts: Any) -> Iterator[Problem]:
    """What follows a task's colon is dates, names and lengths, which only half-width commas part."""
    for line in lines:
        colon = line.text.find(":")
        if colon < 0 or _TITLED.match(line.text):
            continue
        wide = re.search(r"[，、；]", line.text[colon:])
        if wide:
            right = line.text[: colon + 1] + re.sub(r"\s*[，、；]\s*", ", ", line.text[colon + 1 :])
            message = f"全角的 `{wide[0]}` 不分隔各项，这一条的时间读不出来，画在别处"
            yield _problem(line, colon + wide.start(), message, f"用半角逗号：`{right.strip()}`")


def _wide_colons(lines: list[Line], facts: Any) -> Iterator[Problem]:
    """A period and its event with a full-width colon between them are one long period."""
    for line, below in zip_longest(lines, lines[1:]):
        text = line.text
        if _TITLED.match(text) or ":" in text or (below and below.text.lstrip().startswith(":")):
            continue
        wide = re.match(r"\s*[^：]{1,12}?\s*：(?=\s*\S)", text)
        if wide:
            right = re.sub(r"\s*：\s*", " : ", text.strip())
            message = f"全角冒号不分隔，`{text.strip()}` 整个成了一个时期，没有事件"
            yield _problem(line, wide.end() - 1, message, f"用半角冒号：`{right}`")


def _scores(lines: list[Line], facts: Any) -> Iterator[Problem]:
    """Without a number after its colon a step of a journey has no score, and its face is drawn nowhere."""
    for line in lines:
        found = re.match(r"\s*[^:#;]+:\s*([^:#;]*)", line.text)
        if not found or _TITLED.match(line.text):
            continue
        score = found[1].strip()
        if not re.match(r"[-+]?\d", score):
            task = line.text.strip().split(":")[0].strip()
            right = f"{task}: 3: {score}" if score else f"{task}: 3"
            message = f"`{score or task}` 不是分数，读者看不到这一步的高低"
            at = found.start(1) if score else len(line.text.rstrip())
            yield _problem(line, at, message, f"写作 `事情: 分数: 谁`，例如 `{right}`")


def _problem(line: Line, offset: int, message: str, hint: str) -> Problem:
    return Problem(message, line.number, offset + 1, line.text.strip(), LINE_MISREAD, hint)


_RULES: dict[str, tuple[Callable[[list[Line], Any], Iterator[Problem]], ...]] = {
    "state": (_lone_marks,),
    "class": (_lone_marks,),
    "block": (_lone_marks, _columns),
    "c4": (_open_calls,),
    "gantt": (_wide_in_tasks,),
    "timeline": (_wide_colons,),
    "journey": (_scores,),
}
