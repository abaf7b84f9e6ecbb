"""A selection of facts → a table as a value: what stands in each cell, where it is from and how well it is known.

How it looks is the business of :mod:`atlas.markdown`. The same facts leave the site as CSV and JSON.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atlas.facts import EVIDENCE, Absent, Column, Fact, Facts, Other, Row, Type, show
from atlas.facts.values import Value
from atlas.selection import TABLE_KINDS, Selection

_NUMBER = re.compile(r"([+-]?)(\d[\d_,]*)(\.\d+)?(?:[eE]([+-]?\d+))?(Ki|Mi|[KMBT])?(?:\s+\S+)?")
_RAISED = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
_GROUPED_FROM = 5
"""A number of so many digits before the point gets commas."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a reader sees of one value, and what it is sorted by; ``kind`` is its evidence, ``remarks`` what else to know."""

    text: str
    order: float | str = ""
    sources: tuple[str, ...] = ()
    kind: str = ""
    remarks: tuple[Remark, ...] = ()
    absent: bool = False
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on a value, with the sources that it rests on."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its cells, the name first."""

    key: str
    cells: tuple[Cell, ...]
    checked: str = ""


@dataclass(frozen=True, slots=True)
class FactTable:
    """Heads and lines; ``types`` says what each column holds."""

    kind: str
    title: str
    heads: tuple[tuple[str, str], ...]
    """Each column's name for readers, and its unit where the name does not say it already."""
    types: tuple[Type, ...]
    lines: tuple[Line, ...]

    @property
    def checked(self) -> tuple[str, str]:
        """The first and the last day on which one of its rows was checked; empty if none says."""
        days = sorted(line.checked for line in self.lines if line.checked)
        return (days[0], days[-1]) if days else ("", "")


def tabulate(selection: Selection, facts: Facts) -> FactTable:
    """The table of a selection."""
    lines = tuple(
        Line(row.key, tuple(_cell(row, column, facts) for column in selection.columns), row.checked)
        for row in selection.rows
    )
    return FactTable(
        selection.schema.kind,
        selection.title,
        tuple(heading(column) for column in selection.columns),
        tuple(column.type for column in selection.columns),
        lines,
    )


def heading(column: Column) -> tuple[str, str]:
    """A column's name for readers, and its unit where the name does not say it already."""
    unit = column.unit_label
    return column.label, "" if unit in column.label else unit


def _cell(row: Row, column: Column, facts: Facts) -> Cell:
    fact = row.get(column.name)
    if fact is None:
        return Cell("–", absent=True)
    remarks = tuple(_remarks(row, fact, facts)) if column.name != "name" else _row_remark(row)
    order = fact.number if fact.number is not None else "" if isinstance(fact.value, Absent) else shown(fact, facts)
    return Cell(
        shown(fact, facts),
        order,
        fact.sources if fact.value is not Absent.UNPUBLISHED else (),
        fact.kind if fact.value is not Absent.UNPUBLISHED else "",
        remarks,
        isinstance(fact.value, Absent),
        fact.formula,
    )


def _row_remark(row: Row) -> tuple[Remark, ...]:
    return (Remark(f"{row.name}：{row.note}"),) if row.note else ()


def _remarks(row: Row, fact: Fact, facts: Facts) -> list[Remark]:
    """What a reader must know of a value: its note, and what other sources say."""
    said = [fact.note] if fact.note else []
    if fact.also:
        others = "；".join(_other(fact, other, facts) for other in fact.also)
        said.append(f"另有 {others}；本站用 {shown(fact, facts)}" + (f"，{fact.why}" if fact.why else ""))
    elif fact.why:
        said.append(fact.why)
    if not said:
        return []
    sources = dict.fromkeys(key for other in fact.also for key in other.sources)
    return [Remark(f"{row.name}，{fact.column.label}：{'。'.join(said)}", tuple(sources))]


def _other(fact: Fact, other: Other, facts: Facts) -> str:
    text = show_value(fact.column, other.value, facts)
    return f"{text}（{other.note}）" if other.note else text


def shown(fact: Fact, facts: Facts) -> str:
    """A fact's value as readers see it, without its unit."""
    if fact.number is not None:
        return show_number(fact.text)
    return show_value(fact.column, fact.value, facts)


def show_value(column: Column, value: Value, facts: Facts) -> str:
    """A value of a column as readers see it."""
    match value:
        case Absent():
            return value.label
        case bool():
            return "是" if value else "否"
        case float():
            return show_number(show(value))
        case tuple():
            return "、".join(_word(column, one, facts) for one in value)
        case _:
            return _word(column, str(value), facts)


def _word(column: Column, word: str, facts: Facts) -> str:
    if column.type is Type.KEY or column.name == "builds_on":
        row = facts.row(column.table or "frameworks", word)
        return row.name if row else word
    return column.choices.get(word, word)


def show_number(text: str) -> str:
    """A number as typed → as printed: ``128_256`` → 128,256, ``128Ki`` → 128K, ``3.8e25`` → 3.8×10²⁵."""
    found = _NUMBER.fullmatch(text.strip())
    if not found:
        return text
    sign, whole, fraction, exponent, multiple = found.groups()
    digits = whole.replace("_", "").replace(",", "")
    if len(digits) >= _GROUPED_FROM and not multiple:
        digits = f"{int(digits):,}"
    raised = f"×10{str(int(exponent)).translate(_RAISED)}" if exponent else ""
    return f"{sign}{digits}{fraction or ''}{raised}{(multiple or '').removesuffix('i')}"


def export_files(facts: Facts) -> dict[str, str]:
    """Every kind of data that has rows, as ``<kind>.csv`` and ``<kind>.json`` with their texts."""
    if not _EXPORTED or _EXPORTED[0][0] is not facts:
        _EXPORTED[:] = [(facts, _export_files(facts))]
    return _EXPORTED[0][1]


_EXPORTED: list[tuple[Facts, dict[str, str]]] = []
"""The data that were exported last: every table of a book asks for the same."""


def _export_files(facts: Facts) -> dict[str, str]:
    files: dict[str, str] = {}
    for kind in (*TABLE_KINDS, "changes", "glossary", "licences", "sources"):
        if len(facts[kind]):
            files[f"{kind}.csv"] = export_csv(facts, kind)
            files[f"{kind}.json"] = export_json(facts, kind)
    return files


def export_csv(facts: Facts, kind: str) -> str:
    """One line a row, one column a column with its unit in brackets; a byte order mark, for spreadsheets."""
    schema = facts[kind].schema
    columns = [column for column in schema.columns.values() if any(column.name in row.facts for row in facts[kind])]
    heads = [f"{column.name} [{column.unit}]" if column.unit else column.name for column in columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    own = ["checked", "sources"] if schema.dated else []
    writer.writerow(["key", *heads, *own])
    for row in facts[kind]:
        cells = [_plain(fact) if (fact := row.get(column.name)) else "" for column in columns]
        sources = dict.fromkeys([*row.sources, *(key for fact in row.facts.values() for key in fact.sources)])
        writer.writerow([row.key, *cells, *([row.checked, " ".join(sources)] if schema.dated else [])])
    return "\ufeff" + text.getvalue()


def _plain(fact: Fact) -> str:
    if fact.number is not None:
        return show(fact.number) if abs(fact.number) < 1e15 else repr(fact.number)
    match fact.value:
        case bool():
            return "yes" if fact.value else "no"
        case tuple():
            return " | ".join(fact.value)
        case _:
            return str(fact.value)


def export_json(facts: Facts, kind: str) -> str:
    """All that is known of each value: unit, sources, evidence, notes, other sources' values, formula."""
    schema = facts[kind].schema
    columns = {
        column.name: {"label": column.label, "type": column.type.name.lower(), "unit": column.unit}
        for column in schema.columns.values()
    }
    rows = {row.key: _row_json(row) for row in facts[kind]}
    content = {"kind": kind, "label": schema.label, "evidence": EVIDENCE, "columns": columns, "rows": rows}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _row_json(row: Row) -> dict[str, Any]:
    own = {"checked": row.checked, "sources": row.sources, "kind": row.kind, "note": row.note}
    return _filled(own) | {"facts": {name: _fact_json(fact) for name, fact in row.facts.items()}}


def _fact_json(fact: Fact) -> dict[str, Any]:
    also = [
        _filled({"value": other.value, "sources": other.sources, "kind": other.kind, "note": other.note})
        for other in fact.also
    ]
    return {"value": fact.value} | _filled(
        {"sources": fact.sources, "kind": fact.kind, "note": fact.note, "why": fact.why, "also": also,
         "formula": fact.formula, "checked": fact.checked}
    )  # fmt: skip


def _filled(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value}
