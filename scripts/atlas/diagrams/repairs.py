"""A faulty line → the line that the author should have written, by kind of diagram; tried, not guessed.

Every candidate is judged by Mermaid in its place: a correction that does not make this fault go away is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from atlas.diagrams.dialects import meant
from atlas.diagrams.engine import verdict
from atlas.diagrams.keywords import kind_of
from atlas.diagrams.marks import ARROWS, outside_labels, to_ascii, wrong_mark
from atlas.diagrams.spellings import headers, misspelt
from atlas.diagrams.values import Repair

_MOST = 24
"""How many corrections are tried on a line."""


def repair(source: str, at: int) -> Repair | None:
    """The first correction of an author's line (from 1) after which the diagram is valid or fails further down."""
    lines = source.splitlines()
    if not 0 < at <= len(lines):
        return None
    kind = kind_of("\n".join(line for line in lines if not line.lstrip().startswith(("%%", "---"))).lstrip()) or _kind_below(
        lines
    )
    before = verdict(source)
    tried: set[str] = {lines[at - 1]}
    for candidate in _candidates(lines[at - 1], kind, is_header=_is_header(lines, at)):
        if candidate.line in tried:
            continue
        tried.add(candidate.line)
        if _mends(lines, at, candidate.line, before.message, before.stage):
            return replace(candidate, mark=wrong_mark(lines[at - 1], candidate.line))
        if len(tried) > _MOST:
            break
    return None


def mends_all(source: str, at: int, mended: Repair) -> bool:
    """Whether with a correction in its place nothing is wrong any more."""
    lines = source.splitlines()
    return verdict("\n".join([*lines[: at - 1], mended.line, *lines[at:]]) + "\n").drawn


def _kind_below(lines: list[str]) -> str:
    """The kind of a diagram with front matter, found by the first line that starts like one."""
    return next((kind for line in lines if (kind := kind_of(line))), "")


def _is_header(lines: list[str], at: int) -> bool:
    return not any(kind_of(line) for line in lines[: at - 1])


def _mends(lines: list[str], at: int, line: str, message: str, stage: str) -> bool:
    """Whether the diagram up to this line and with it is fine; what follows may have faults of its own."""
    below = [one.replace("｝", "}") for one in lines[at:]] if line.rstrip().endswith("{") else lines[at:]
    after = verdict("\n".join([*lines[: at - 1], line, *below]) + "\n")
    if after.drawn:
        return True
    if after.message == message or not line.strip():
        return False
    if after.stage == "draw" and stage == "parse":
        return True
    alone = verdict("\n".join([*lines[: at - 1], *lines[at:]]) + "\n")
    return after.message != message and _depth(after.message) > _depth(message) and not alone.drawn


def _depth(message: str) -> int:
    found = re.search(r"\bline:? (\d+)", message)
    return int(found[1]) if found else 0


def _candidates(line: str, kind: str, *, is_header: bool) -> Iterator[Repair]:
    if is_header:
        yield from headers(line)
    yield from _wide(line)
    if re.match(r"\s*%(?!%)", line):
        yield Repair(line.replace("%", "%%", 1), "注释以两个 `%` 开头")
    yield from misspelt(line, kind)
    for mended, sentence in meant(line, kind):
        yield Repair(mended, sentence)
        half = to_ascii(mended)
        if half != mended:
            yield Repair(half, sentence)


def _wide(line: str) -> Iterator[Repair]:
    sentence = "全角符号不是 Mermaid 语法"
    arrows = line
    for wrong, right in ARROWS:
        arrows = arrows.replace(wrong, right)
    for base in dict.fromkeys((arrows, line)):
        plain = re.sub("[“”„]", '"', base)
        for mended in (outside_labels(base), outside_labels(plain), plain, to_ascii(base), to_ascii(plain)):
            if mended != line:
                yield Repair(mended, sentence)
