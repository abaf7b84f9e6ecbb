"""What readers see as plain text → where its author wrote it, what was escaped on purpose left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas import html
from atlas.findings import Location
from atlas.locate import FIRST_MARK
from atlas.model import PageView
from atlas.scan import MASK

QUOTE = re.compile(r"^(?:[ \t]*>[ \t]?)+")
"""What stands before the text of a line in a quotation."""


def prose_lines(view: PageView) -> Iterator[tuple[str, str]]:
    """Each line of visible prose with the tag of its block."""
    for block in view.rendered.blocks:
        for line in block.text.split("\n"):
            if line.strip():
                yield block.tag, line


def spots(view: PageView, text: str) -> list[Location]:
    """Where a text was written that readers see; empty if it was escaped everywhere.

    A text with markup inside (``[**甲**] (a.md)``) is not found as readers see it: then its end is sought, and its
    beginning on the same line.
    """
    found = view.places.texts(text)
    if found:
        return [place for place in found if not _is_escaped(view, place)]
    bracket = max(text.rfind(one) for one in "]】］")
    if 0 < bracket < len(text) - 1:
        ends = view.places.texts(text[bracket:])
        return [begun for place in ends if (begun := _begin(view, place, text[0])) and not _is_escaped(view, begun)]
    return []


def line_spots(view: PageView, line: str) -> list[Location]:
    """Where a whole line of prose was written; one with markup inside is known by its beginning and its characters."""
    wanted = line.strip()
    found = view.places.texts(wanted)
    if found:
        plain = [place for place in found if not _is_escaped(view, place)]
        return [place for place in plain if before(view, place).strip(" \t>") == "" or _is_item(view, place)]
    return list(_similar(view, wanted))


def _similar(view: PageView, wanted: str) -> Iterator[Location]:
    """Lines that begin alike and hold the same characters in the same order, and that came out as the line sought."""
    characters = [one for one in wanted if not one.isspace() and one != MASK]
    found: list[tuple[tuple[str, int], Location]] = []
    for path, one in view.places.scans.items():
        offset = 0
        for number, (raw, masked) in enumerate(zip(one.lines, one.masked_lines, strict=True), 1):
            quoted = QUOTE.match(raw)
            start = len(raw) - len(raw[quoted.end() if quoted else 0 :].lstrip())
            text = raw[start:]
            if masked.strip(MASK) and text[:1] == wanted[:1] and len(text) < 4 * len(wanted) + 100:
                rest = iter(text)
                if all(character in rest for character in characters):
                    found.append(((path, offset + len(raw.rstrip())), Location(path, number, start + 1)))
            offset += len(raw) + 1
    marked = view.places.marked([at for at, _ in found])[0] if found else ""
    for line in (line for block in html.read(marked).blocks for line in block.text.split("\n")):
        numbers = [ord(character) - FIRST_MARK for character in line if ord(character) >= FIRST_MARK]
        if numbers and "".join(one for one in line if ord(one) < FIRST_MARK).strip() == wanted:
            yield found[numbers[-1]][1]


def before(view: PageView, place: Location) -> str:
    """What stands on its line before a place."""
    return view.places.scans[place.path].lines[(place.line or 1) - 1][: (place.column or 1) - 1]


def _is_item(view: PageView, place: Location) -> bool:
    return bool(re.fullmatch(r"[\s>]*(?:[-*+:]|\d+\.)\s+", before(view, place)))


def _is_escaped(view: PageView, place: Location) -> bool:
    return before(view, place).endswith("\\")


def _begin(view: PageView, place: Location, first: str) -> Location | None:
    at = before(view, place).rfind(first)
    return Location(place.path, place.line, at + 1) if at >= 0 else None
