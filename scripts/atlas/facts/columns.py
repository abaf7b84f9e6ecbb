"""The types a column can have: ``number("显存", "GB", 0.1, 2000)`` → a typed, documented column.

Schemas are lists of these; the loader, the faults, the JSON Schema for editors and the tables in pages all read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from atlas.facts.units import UNITS


class Type(StrEnum):
    """What may stand in a cell."""

    TEXT = "文字"
    NUMBER = "数字"
    CHOICE = "选项"
    LIST = "列表"
    DATE = "日期"
    YES_NO = "是否"
    KEY = "键"
    ADDRESS = "网址"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: what readers call it, what may stand in it, in which unit and within which bounds."""

    name: str = ""
    label: str
    type: Type
    unit: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False
    """Whether a number must be an integer."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """The words allowed, with what readers see; of a list, for each of its items. Empty: any text."""
    table: str = ""
    """Of a key: the table it leads into."""
    claim: bool = True
    """Whether it says something about the world and so needs a source."""
    required: bool = False
    remark: str = ""

    @property
    def unit_label(self) -> str:
        """The unit as readers see it."""
        return UNITS[self.unit].label if self.unit else ""


def number(
    label: str, unit: str = "", low: float = 0, high: float | None = None, *, whole: bool = False, remark: str = ""
) -> Column:
    """A number in the given unit, within physical bounds (both allowed)."""
    if unit and unit not in UNITS:
        raise ValueError(f"no unit {unit}")
    return Column(label=label, type=Type.NUMBER, unit=unit, low=low, high=high, whole=whole, remark=remark)


def count(label: str, unit: str = "", low: float = 1, high: float | None = None, *, remark: str = "") -> Column:
    """A whole number."""
    return number(label, unit, low, high, whole=True, remark=remark)


def text(label: str, *, claim: bool = False, required: bool = False, remark: str = "") -> Column:
    """Free text."""
    return Column(label=label, type=Type.TEXT, claim=claim, required=required, remark=remark)


def choice(
    label: str, choices: Mapping[str, str], *, claim: bool = False, required: bool = False, remark: str = ""
) -> Column:
    """One of a few words."""
    return Column(label=label, type=Type.CHOICE, choices=choices, claim=claim, required=required, remark=remark)


def several(label: str, choices: Mapping[str, str] | None = None, *, claim: bool = False, remark: str = "") -> Column:
    """A list of words, free or from a few."""
    return Column(label=label, type=Type.LIST, choices=choices or {}, claim=claim, remark=remark)


def date(label: str, *, claim: bool = True, required: bool = False, remark: str = "") -> Column:
    """A day, month or year, as exactly as it is known."""
    return Column(label=label, type=Type.DATE, claim=claim, required=required, remark=remark)


def yes_no(label: str, *, claim: bool = True, remark: str = "") -> Column:
    """Whether something is so."""
    return Column(label=label, type=Type.YES_NO, claim=claim, remark=remark)


def address(label: str, *, required: bool = False, remark: str = "") -> Column:
    """A whole address on the web."""
    return Column(label=label, type=Type.ADDRESS, claim=False, required=required, remark=remark)


def key(label: str, table: str, *, required: bool = False, remark: str = "") -> Column:
    """A key of another table."""
    return Column(label=label, type=Type.KEY, table=table, claim=False, required=required, remark=remark)
