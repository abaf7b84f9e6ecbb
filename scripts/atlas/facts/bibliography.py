"""Sources and terms as pages cite and explain them, from the tables of the same names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from atlas.facts.loading import SCHEMAS, Facts, load
from atlas.facts.values import Fault
from atlas.findings import CannotCheckError


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read: publisher or authors, year, address, kind and the day it was read."""

    key: str
    title: str
    by: str
    year: str
    url: str
    kind: str
    read: str
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary: Chinese, English, a short definition, synonyms, and translations not to use."""

    key: str
    zh: str
    en: str
    abbr: str
    short: str
    topic: str
    see: str
    also: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    line: int = 0


def data_folder(configured: str) -> Path | None:
    """The data folder as configured, looked for from the working directory upwards; ``None`` if there is none."""
    path = Path(configured)
    if path.is_absolute():
        return path if path.is_dir() else None
    here = Path.cwd()
    return next((folder / path for folder in (here, *here.parents) if (folder / path).is_dir()), None)


def load_sources(folder: Path | None) -> Mapping[str, Source]:
    """All well-formed sources by key, in the file's order.

    Raises:
        CannotCheckError: if the file is no YAML.
    """
    facts = _readable(load(folder), folder, "sources")
    required = [name for name, column in SCHEMAS["sources"].columns.items() if column.required]
    fields = ("title", "by", "year", "url", "kind", "read", "note")
    return {
        row.key: Source(key=row.key, line=row.place.line, **{name: row.text(name) for name in fields})
        for row in facts["sources"]
        if all(name in row.facts for name in required)
    }


def load_terms(folder: Path | None) -> Mapping[str, Term]:
    """All terms by key, in the file's order.

    Raises:
        CannotCheckError: if the file is no YAML.
    """
    facts = _readable(load(folder), folder, "glossary")
    fields = ("zh", "en", "abbr", "short", "topic", "see")
    return {
        row.key: Term(
            key=row.key,
            also=row.texts("also"),
            avoid=row.texts("avoid"),
            line=row.place.line,
            **{name: row.text(name) for name in fields},
        )
        for row in facts["glossary"]
    }


def source_faults(folder: Path | None) -> list[Fault]:
    """Every row of ``sources.yml`` that a citation could not show, all in one go."""
    return [fault for fault in load(folder).faults if fault.rule == "source-invalid"]


def _readable(facts: Facts, folder: Path | None, kind: str) -> Facts:
    """The facts, if the file of this kind could be read: pages can't be rendered without it.

    Raises:
        CannotCheckError: if it could not.
    """
    for fault in facts.faults:
        if fault.rule == "fact-syntax" and fault.path == SCHEMAS[kind].path and kind not in facts.present:
            raise CannotCheckError(f"数据文件 {folder}/{fault.path} 第 {fault.line} 行：{fault.message}")
    return facts
