"""``docs/_data/*.yml`` → all tables at once, read anew only when a file changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from atlas.facts import hardware, learning, software, words
from atlas.facts.reading import Reading, read
from atlas.facts.schemas import Schema
from atlas.facts.values import Fact, Fault, Row, Table
from atlas.nodes import Place

SCHEMAS: Mapping[str, Schema] = {
    schema.kind: schema
    for schema in (
        hardware.DEVICES,
        hardware.INTERCONNECTS,
        learning.MODELS,
        software.FRAMEWORKS,
        learning.RUNS,
        learning.METHODS,
        learning.BENCHMARKS,
        software.ENGINES,
        words.GLOSSARY,
        words.SOURCES,
        words.CHANGES,
        words.LICENCES,
    )
}
"""Every kind of data, by name; the file is ``<kind>.yml``."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All tables of a data folder, and what is wrong with the form of their files."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    """Every kind is there; one without a file has no rows."""
    faults: tuple[Fault, ...] = ()
    present: frozenset[str] = frozenset()
    """The kinds that have a file which could be read."""
    uses: tuple[tuple[str, str, Place], ...] = ()
    """Every mention of a source in the data: file, source's key and place."""

    def __getitem__(self, kind: str) -> Table:
        """A table by its kind.

        Raises:
            KeyError: if there is no such kind.
        """
        return self.tables[kind]

    def row(self, kind: str, key: str) -> Row | None:
        """A row, or ``None``."""
        table = self.tables.get(kind)
        return table.get(key) if table else None

    def fact(self, kind: str, key: str, column: str) -> Fact | None:
        """One value, or ``None``."""
        row = self.row(kind, key)
        return row.get(column) if row else None


def load(folder: Path | None) -> Facts:
    """All data of a folder; files that are missing are empty tables."""
    if folder is None:
        return Facts({kind: Table(schema) for kind, schema in SCHEMAS.items()})
    return _load(folder, tuple(_state(folder / schema.path) for schema in SCHEMAS.values()))


def _state(file: Path) -> tuple[int, int]:
    try:
        state = file.stat()
    except OSError:
        return (0, -1)
    return (state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _load(folder: Path, states: tuple[tuple[int, int], ...]) -> Facts:
    """One state of a folder: pages share it, and a running preview sees what was saved since."""
    readings = [
        _read_file(schema, folder / schema.path)
        for schema, (_, size) in zip(SCHEMAS.values(), states, strict=True)
        if size >= 0
    ]
    tables = {kind: Table(schema) for kind, schema in SCHEMAS.items()}
    tables |= {reading.schema.kind: reading.table for reading in readings}
    return Facts(
        tables,
        tuple(fault for reading in readings for fault in reading.faults),
        frozenset(reading.schema.kind for reading in readings if reading.parsed),
        tuple((reading.schema.path, key, place) for reading in readings for key, place in reading.uses),
    )


def _read_file(schema: Schema, file: Path) -> Reading:
    try:
        return read(schema, file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reading = Reading(schema, parsed=False)
        reading.fault("fact-syntax", Place(), f"读不了 `{schema.path}`：{error}", "存成 UTF-8 编码的文本文件")
        return reading
