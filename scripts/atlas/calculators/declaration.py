"""What a calculator asks and shows, as values: the form, the formulas, the assumptions and the shape of the result."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from atlas.calculators.data import Data

Value = float | str | None
"""A number, a text (or a chosen key), or nothing."""


class BadInputError(Exception):
    """What was typed can't be computed with; ``name`` is the input at fault, empty if it is all of them together."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Form:
    """How a number is printed: ``style`` is a name of :data:`~atlas.calculators.numbers.STYLES`.

    ``digits`` are significant ones, behind the point for the style ``fixed``.
    """

    style: str = "number"
    digits: int = 3
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One field of the form; ``default`` is what stands in it at first, as a reader would type it."""

    name: str
    label: str
    kind: str
    """``number``, ``choice``, ``model``, ``device`` or ``link``; the last three choose a row of the data by its key."""
    default: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    """A whole number."""
    optional: bool = False
    """A number that may be left empty: ``None``."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """For ``choice``: the keys, with what readers see. For rows: what may be chosen besides them, first."""
    needs: tuple[str, ...] = ()
    """Columns in which a row must have a number to be offered."""
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Earlier choices that must all have one of these keys; else the field is hidden and has its default."""
    group: str = ""
    """The legend of the fieldset; neighbours with the same one share it."""
    help: str = ""


def grouped(group: str, *inputs: Input, when: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> tuple[Input, ...]:
    """Inputs under one legend; ``when`` holds for those that do not have a condition of their own."""
    return tuple(dataclasses.replace(one, group=group, when=one.when or when) for one in inputs)


@dataclass(frozen=True, slots=True)
class Output:
    """One named value of the result; ``key`` ones are set large."""

    name: str
    label: str
    form: Form = Form()
    key: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; the first one names the row."""

    label: str
    form: Form = Form("text")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the result; ``search`` puts a box above it that filters its rows."""

    name: str
    title: str
    columns: tuple[Column, ...]
    search: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """Rows of stacked bars in a table: ``parts`` are the labels of the pieces (six at most), ``row`` heads the rows' names.

    ``limit`` heads the column of what they are measured against, ``note`` that of the sentence on each row. ``detailed``
    adds the pieces as columns. With ``own_scale`` each bar is as wide as its own total or limit, else as the widest of all.
    """

    name: str
    title: str
    parts: tuple[str, ...]
    form: Form
    row: str = "项目"
    limit: str = ""
    note: str = ""
    detailed: bool = False
    own_scale: bool = False
    search: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """Lanes of cells over time; ``kinds`` are the labels of the cells' kinds, ``unit`` what one step of time is."""

    name: str
    title: str
    kinds: Mapping[str, str]
    unit: str = ""


Cell = tuple[float, float, str, str]
"""Of a schedule: from when, how long, its kind, and its text."""
Lane = tuple[str, Sequence[Cell]]
"""What a card is called, and its cells in order."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was computed; see the package for the shapes."""

    values: Mapping[str, Value]
    tables: Mapping[str, Sequence[Sequence[Value]]] = field(default_factory=dict)
    bars: Mapping[str, Sequence[tuple[str, Sequence[float], float | None, str]]] = field(default_factory=dict)
    schedules: Mapping[str, Sequence[Lane]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    steps: Sequence[str] = ()
    """The formulas with the numbers put in, in the order in which they are computed: ``耗时 = 3 × 4 = 12 秒``."""


Inputs = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Calculator:
    """A calculator. ``shows`` are its outputs in the order of the page, ``formulas`` names in ``quantities.FORMULAS``."""

    id: str
    title: str
    inputs: tuple[Input, ...]
    shows: tuple[Output | Table | Bar | Schedule, ...]
    formulas: tuple[str, ...]
    symbols: str
    """What the letters in the formulas stand for, as a sentence with TeX between dollar signs."""
    assumptions: tuple[str, ...]
    """Plain sentences, one for each thing that the formulas take for granted."""
    sources: tuple[str, ...]
    compute: Callable[[Inputs, Data], Result]

    def input(self, name: str) -> Input:
        """An input by its name.

        Raises:
            KeyError: if there is none.
        """
        return {one.name: one for one in self.inputs}[name]
