"""Navigation and Markdown sources → the number of every figure and captioned table, before anything is rendered.

A number says where to look: 图 3.2-4 is the fourth figure on the second page of chapter 3. So it depends on the navigation
and on its own page alone, a page is numbered right when it is rendered by itself, and a new figure moves no other page's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

from atlas.charts import OPTIONS, data_of, draw_charts
from atlas.diagrams import outline
from atlas.facts import Facts
from atlas.scan import FenceSpan, Scan, scan
from atlas.selection import SelectionError, select

FIGURE, TABLE = "图", "表"
CAPTION = "表："
"""Begins the paragraph before a Markdown table that is the table's caption."""
ANCHOR = re.compile(r"\s*\{\s*#([^\s{}]+)\s*\}\s*$")
"""Behind a caption, the anchor of its table."""
_TITLE = re.compile(r"^\s*accTitle\s*:\s*(\S.*?)\s*$", re.MULTILINE)
_OPTION = r"""\b{name}=(?:"([^"]*)"|'([^']*)'|([^\s"'}}]+))"""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SHORT_ID = re.compile(r"(?:^|[\s{])#([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Position:
    """A page's place in the navigation: its chapter's name and number, its own name there and the stem of its numbers."""

    path: str
    chapter: str = ""
    chapter_number: int | None = None
    title: str = ""
    stem: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A figure or a captioned table of a page."""

    kind: str
    label: str
    anchor: str
    title: str


def label(kind: str, stem: str, place: int) -> str:
    """How readers call the figure or table at a place, from 1, on a page."""
    return f"{kind} {stem}-{place}" if stem else f"{kind} {place}"


def default_anchor(kind: str, place: int) -> str:
    """The anchor of one that has none of its own."""
    return f"{'fig' if kind == FIGURE else 'tab'}-{place}"


def positions(nav: Sequence[Any]) -> dict[str, Position]:
    """Each page of a navigation as its author wrote it: lists, and mappings from a name to a page or a list.

    Sections at the top are chapters, counted from 0; a chapter's first page, if an index, has the chapter's number alone.
    """
    found: dict[str, Position] = {}
    for chapter, (name, value) in enumerate(one for one in _entries(nav) if not isinstance(one[1], str)):
        place = 0
        for number, (title, path) in enumerate(_pages(value)):
            is_cover = not number and path.rpartition("/")[2] in {"index.md", "README.md"}
            place += not is_cover
            stem = str(chapter) if is_cover else f"{chapter}.{place}"
            found.setdefault(path, Position(path, name, chapter, title or name, stem))
    return found


def numbered(source: str, stem: str, facts: Facts) -> tuple[Numbered, ...]:
    """The figures and captioned tables in a page's source, in reading order."""
    read = scan(source)
    places = {FIGURE: 0, TABLE: 0}
    found: list[Numbered] = []
    shown = [(fence.line, one) for fence in _seen(read) for one in _in_fence(read, fence, facts)]
    for _, (kind, anchor, title) in sorted([*shown, *_captions(read)], key=lambda one: one[0]):
        places[kind] += 1
        anchor = anchor or default_anchor(kind, places[kind])
        found.append(Numbered(kind, label(kind, stem, places[kind]), anchor, title))
    return tuple(found)


def _entries(nav: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    for item in nav:
        if isinstance(item, dict):
            yield from ((str(name), value) for name, value in item.items())
        else:
            yield "", item


def _pages(value: Any) -> Iterator[tuple[str, str]]:
    for title, inside in _entries(value if isinstance(value, list) else []):
        if not isinstance(inside, str):
            yield from _pages(inside)
        elif inside.endswith(".md"):
            yield title, inside


def _seen(read: Scan) -> Iterator[FenceSpan]:
    """The fences that stand in no comment."""
    closed = [fence for fence in read.fences if fence.closed]
    inside = {number for fence in closed for number in range(fence.line, fence.end + 1)}
    outside = "\n".join("" if number in inside else line for number, line in enumerate(read.lines, 1))
    hidden = [
        range(outside.count("\n", 0, found.start()) + 1, outside.count("\n", 0, found.end()) + 2)
        for found in _COMMENT.finditer(outside)
    ]
    return (fence for fence in closed if not any(fence.line in lines for lines in hidden))


def _in_fence(read: Scan, fence: FenceSpan, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Kind, anchor and title of what a fence shows."""
    if fence.language not in {"mermaid", "facts-chart", "facts"}:
        return
    text = dedent("\n".join(line.removeprefix(fence.prefix) for line in read.lines[fence.line : fence.end - 1]))
    short = _SHORT_ID.search(fence.info)
    anchor = _option(fence, "id") or (short[1] if short else "")
    if fence.language == "mermaid":
        stated = _TITLE.search(text)
        yield FIGURE, anchor, _option(fence, "title") or (stated[1] if stated else outline(text).title)
        return
    try:
        if fence.language == "facts":
            yield TABLE, anchor, select(text, facts, ()).title
            return
        named = re.search(r"^chart:[ \t]*([a-z-]+)", text, re.MULTILINE)
        chosen = select(text, facts, OPTIONS, kind=data_of(named[1]) if named else "devices")
        for number, picture in enumerate(draw_charts(chosen, facts)):
            yield FIGURE, "" if number else anchor, picture.title
    except SelectionError:
        return  # said where it is rendered


def _option(fence: FenceSpan, name: str) -> str:
    found = re.search(_OPTION.format(name=name), fence.info)
    return next((value for value in found.groups() if value is not None), "") if found else ""


def _captions(read: Scan) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """The line and the caption of each Markdown table that has one."""
    masked = read.masked_lines
    for number, line in enumerate(masked):
        if not line.lstrip().startswith(CAPTION):
            continue
        after = next((text for text in masked[number + 1 :] if text.strip()), "")
        if "|" in after:
            text = read.lines[number].strip().removeprefix(CAPTION)
            anchor = ANCHOR.search(text)
            yield number + 1, (TABLE, anchor[1] if anchor else "", plain(ANCHOR.sub("", text)))


def plain(text: str) -> str:
    """A caption's Markdown as plain text."""
    text = re.sub(r"\s*\[@[^\]]*\]", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"\*\*|`|\$", "", text).strip()
