"""Rows and the day → which facts have grown old and must be looked at again.

Old facts warn; they never break a contributor's pull request.
"""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from pathlib import Path

from atlas.facts.loading import Facts, load
from atlas.facts.values import Fault, Row, Table, month_after

LAW_SHELF_LIFE = 12
"""Months after which a law has to be read again: it may have been amended."""


@dataclass(frozen=True, slots=True)
class Due:
    """A row that is to be looked at again, and since when."""

    table: Table
    row: Row
    checked: str
    since: datetime.date


def today() -> datetime.date:
    """The day that counts: that of the commit being built (``SOURCE_DATE_EPOCH``), or the real one."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    return datetime.datetime.now(datetime.UTC).date()


def due_rows(facts: Facts, day: datetime.date) -> list[Due]:
    """The rows past their kind's shelf life on a day, those due longest first."""
    found = []
    for table in facts.tables.values():
        for row in table:
            checked, months = _age(table, row)
            if checked and months is not None and (since := month_after(checked, months)) <= day:
                found.append(Due(table, row, checked, since))
    return sorted(found, key=lambda due: (due.since, due.table.schema.kind, due.row.key))


def due(folder: Path | None, day: datetime.date) -> list[Fault]:
    """The same as faults of the rule ``fact-due``, at the rows."""
    return [
        Fault(
            "fact-due",
            one.table.schema.path,
            one.row.place,
            f"`{one.row.key}` 上次核对是 {one.checked}，按“{one.table.schema.label}”的期限 {one.since} 起该重新核对",
            "对照来源核对这一行，再把日期改成今天",
        )
        for one in due_rows(load(folder), day)
    ]


def _age(table: Table, row: Row) -> tuple[str, int | None]:
    if table.schema.kind == "sources":
        return row.text("read"), LAW_SHELF_LIFE if row.text("kind") == "law" else None
    return row.checked, table.schema.shelf_life
