"""What is said of a diagram, as plain values that pickle and compare well: problems, drawings, outlines."""

from __future__ import annotations

from dataclasses import dataclass, field

WIDE = 720
"""Width in CSS pixels that a drawing may take in the text column of a desktop window."""
NARROW = 336
"""Width in CSS pixels that a drawing may take on a phone of 360 px."""

SYNTAX = "diagram-syntax"
UNDRAWABLE = "diagram-undrawable"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a diagram and what to write instead.

    ``line`` and ``column`` count characters from 1 in the fence's text, ``None`` where unknown; ``kind`` is the rule's id;
    ``hint`` may be empty.
    """

    message: str
    line: int | None = None
    column: int | None = None
    snippet: str = ""
    kind: str = SYNTAX
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG element with its size in CSS pixels; links are the hrefs of its clickable nodes."""

    svg: str
    width: float
    height: float
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an outline with the lines below it."""

    text: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a diagram says, in words: its kind, name, description, and nodes and edges as a list."""

    kind: str = ""
    title: str = ""
    description: str = ""
    items: tuple[Item, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Repair:
    """A line that makes the fault go away, in one sentence, and the column of the word that was wrong, if it is one word."""

    line: str
    sentence: str
    column: int | None = None
    mark: int | None = None
    """The column of the one character that was wrong: a full-width mark, or a bracket or quote that nothing closes."""
