"""A source's lines → what is indented less than the container or list item above it needs.

Only places are found here, and more than are faults: whether a line did fall out is told by where it was rendered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atlas.checks.markup.spots import QUOTE
from atlas.scan import MASK, Scan

_HEAD = re.compile(r"(?P<head>(?:!!!|\?\?\?\+?) ?\S.*|={3}[+!]* +\".*)$")
_ITEM = re.compile(r"(?P<marker>[-*+]|\d+\.)[ \t]+\S")
_WIDE = "\u3000\u00a0"
_OWN = re.compile(r"\[\^?[^\]]+\]:|\*\[|</|<!--|\{")
"""Definitions, comments, ends of elements and attributes, which belong to no paragraph."""
TAB = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the marks of a quotation; ``width`` of its indentation, ``start`` offset of its text."""

    number: int
    text: str
    indent: str
    width: int
    start: int
    end: int
    is_code: bool

    @property
    def column(self) -> int:
        """Where its text begins, from 1, in the line as written."""
        return self.start + 1


@dataclass(frozen=True, slots=True)
class Body:
    """A line that a container's head (of ``kind`` ``!``, ``?`` or ``=``) may have lost.

    ``inside`` is the offset at the end of a line that is inside; ``None`` if nothing is.
    """

    path: str
    kind: str
    head: str
    text: str
    line: int
    column: int
    end: int
    inside: int | None
    needed: int


@dataclass(frozen=True, slots=True)
class Stray:
    """A line that may have left the list item before it: offsets of the ends of both, and where it stands."""

    path: str
    text: str
    line: int
    column: int
    item_end: int
    end: int
    is_item: bool
    needed: int


def read_lines(one: Scan) -> list[Line]:
    """The lines that are no code, fences' heads among them, front matter left out."""
    masked = one.masked_lines
    heads = {fence.line for fence in one.fences}
    found: list[Line] = []
    offset = 0
    for number, raw in enumerate(one.lines, 1):
        if number > one.front_matter:
            quoted = QUOTE.match(raw)
            lead = quoted.end() if quoted else 0
            rest = raw[lead:]
            indent = rest[: len(rest) - len(rest.lstrip(" \t" + _WIDE))]
            code = number not in heads and bool(masked[number - 1]) and not masked[number - 1].strip(MASK)
            width = len(re.sub(f"[{_WIDE}].*", "", indent).expandtabs(TAB))
            start = lead + len(indent)
            found.append(Line(number, raw[start:].rstrip(), indent, width, start, offset + len(raw.rstrip()), bool(code)))
        offset += len(raw) + 1
    return found


def bodies(path: str, one: Scan) -> Iterator[Body]:
    """What may have fallen out of an admonition, a block that unfolds or a tab."""
    lines = read_lines(one)
    for at, head in enumerate(lines):
        found = _HEAD.match(head.text)
        if not found or head.is_code:
            continue
        inside: int | None = None
        blank = False
        above = next((line.text for line in reversed(lines[:at]) if line.text), "")
        is_bare = head.text[0] == "=" == above[:1]  # one empty tab after another is meant so
        for line in lines[at + 1 :]:
            if not line.text:
                blank = True
                continue
            if line.is_code or line.width >= head.width + TAB:
                inside, blank = (inside if line.is_code else line.end), False
                continue
            if not _OWN.match(line.text) and _is_lost(head, line, blank=blank, is_empty=inside is None and not is_bare):
                end = _end(lines, line)
                yield Body(path, head.text[0], head.text, line.text, line.number, line.column, end, inside, head.width + TAB)
            break


def stray_lines(path: str, one: Scan) -> Iterator[Stray]:
    """Items meant to be nested, and paragraphs meant to belong to an item, that are indented too little."""
    items: list[Line] = []
    blank, reported = False, -1
    lines = read_lines(one)
    for line in lines:
        if not line.text or line.is_code:
            blank = blank or not line.text
            continue
        is_item = bool(_ITEM.match(line.text))
        items = [item for item in items if item.width < line.width]
        parent = items[-1] if items else None
        if parent and 2 <= line.width - parent.width < TAB and not line.indent.strip(" \t"):
            if reported != line.width and not _OWN.match(line.text) and (is_item or (blank and not _HEAD.match(line.text))):
                end = _end(lines, line)
                yield Stray(path, line.text, line.number, line.column, parent.end, end, is_item, parent.width + TAB)
                reported = line.width
        elif is_item:
            reported = -1
        if is_item:
            items.append(line)
        blank = False


def _is_lost(head: Line, line: Line, *, blank: bool, is_empty: bool) -> bool:
    """Whether the first line that is not indented enough was meant to be inside."""
    wide = bool(set(line.indent) & set(_WIDE))
    if head.text.startswith("=") and is_empty:
        return not _HEAD.match(line.text) and not line.text.startswith("#")
    if _HEAD.match(line.text) and line.width <= head.width:
        return False
    if is_empty and not blank:
        return True
    if wide and is_empty:
        return True
    if not is_empty and re.match(r"`{3}|~{3}", line.text):
        return False  # an indented block of code may well be the next thing, not the box's
    deeper = line.width - head.width
    return deeper >= (1 if is_empty and not _ITEM.match(line.text) else 2) and not wide


def _end(lines: list[Line], line: Line) -> int:
    """Where a mark may be put that comes out with the line: its end, or that of a fence's first line."""
    if re.match(r"`{3,}|~{3,}", line.text):
        after = next((one for one in lines if one.number > line.number), line)
        return after.end
    return line.end
