"""What the data consists of once read: facts in rows in tables, and what is wrong with them.

A fact carries everything a reader may ask of a number: unit, source, kind of evidence, what other sources say, and the
place in the YAML file where it is written.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from atlas.nodes import START, Place

if TYPE_CHECKING:
    from atlas.facts.columns import Column
    from atlas.facts.schemas import Schema


class Absent(StrEnum):
    """Two ways of having no value, which readers must not confuse."""

    UNPUBLISHED = "unpublished"
    UNSUPPORTED = "unsupported"

    @property
    def label(self) -> str:
        """What a table shows in the cell."""
        return {"unpublished": "未公开", "unsupported": "不支持"}[self.value]


UNPUBLISHED, UNSUPPORTED = Absent.UNPUBLISHED, Absent.UNSUPPORTED

EVIDENCE = {
    "measured": "实测",
    "datasheet": "厂商规格",
    "paper": "论文",
    "config": "公开配置",
    "derived": "推导",
    "docs": "文档",
    "code": "源代码",
    "secondary": "二手",
}
"""How a claim is known, by the word in the data, with what readers see."""

Value = str | float | bool | tuple[str, ...] | Absent
"""A date is kept as written (``2022``, ``2022-10`` or ``2022-10-05``): it sorts as text and says how exact it is."""


@dataclass(frozen=True, slots=True)
class Other:
    """What another source says of the same thing: contradictions stay visible."""

    value: Value
    sources: tuple[str, ...] = ()
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of one row, with all that is known about it."""

    column: Column
    value: Value
    text: str = ""
    """The value as its author typed it."""
    precision: float = 0.0
    """Half the last printed place of a number: 989.4 is right within 0.05."""
    sources: tuple[str, ...] = ()
    kind: str = ""
    note: str = ""
    why: str = ""
    """Why the site uses this value and not one of ``also``."""
    also: tuple[Other, ...] = ()
    formula: str = ""
    checked: str = ""
    place: Place = START

    @property
    def number(self) -> float | None:
        """The value, if it is a number."""
        return self.value if isinstance(self.value, float) else None

    @property
    def unit(self) -> str:
        """The symbol of the column's unit; empty if it has none."""
        return self.column.unit


@dataclass(frozen=True, slots=True)
class Row:
    """A row: ``key`` names it in the whole site, ``name`` is what readers see."""

    key: str
    facts: Mapping[str, Fact]
    sources: tuple[str, ...] = ()
    kind: str = ""
    checked: str = ""
    note: str = ""
    place: Place = START

    def __getitem__(self, column: str) -> Fact:
        """The fact of a column.

        Raises:
            KeyError: if the row says nothing of it.
        """
        return self.facts[column]

    def get(self, column: str) -> Fact | None:
        """The fact of a column, or ``None`` if the row says nothing of it (not looked up, or not applicable)."""
        return self.facts.get(column)

    def number(self, column: str) -> float | None:
        """The number in a column, or ``None``."""
        fact = self.facts.get(column)
        return fact.number if fact else None

    def text(self, column: str) -> str:
        """The text in a column, or nothing."""
        fact = self.facts.get(column)
        return fact.value if fact and isinstance(fact.value, str) and not isinstance(fact.value, Absent) else ""

    def texts(self, column: str) -> tuple[str, ...]:
        """The list in a column, or an empty one."""
        fact = self.facts.get(column)
        return fact.value if fact and isinstance(fact.value, tuple) else ()

    @property
    def name(self) -> str:
        """What readers see; the key if the row has no name."""
        return self.text("name") or self.key


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a kind, in the file's order."""

    schema: Schema
    rows: Mapping[str, Row] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        """The rows in the file's order."""
        return iter(self.rows.values())

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def __getitem__(self, key: str) -> Row:
        """A row by its key.

        Raises:
            KeyError: if there is none.
        """
        return self.rows[key]

    def get(self, key: str) -> Row | None:
        """A row by its key, or ``None``."""
        return self.rows.get(key)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in a data file that is not as its schema asks; ``rule`` is the id of the rule it breaks."""

    rule: str
    path: str
    """The file's name within the data folder."""
    place: Place
    message: str
    hint: str

    @property
    def line(self) -> int:
        """The line, from 1."""
        return self.place.line

    @property
    def column(self) -> int:
        """The column, from 1."""
        return self.place.column


def month_after(day: str, months: int) -> datetime.date:
    """The day ``months`` months after a date as written (``2026-11-24``, ``2026-11`` or ``2026``)."""
    year, month, date = ([int(part) for part in day.split("-")] + [1, 1])[:3]
    count = year * 12 + month - 1 + months
    return datetime.date(count // 12, count % 12 + 1, min(date, 28))
