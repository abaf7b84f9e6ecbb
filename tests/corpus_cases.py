"""``tests/corpus/*.yml`` → :class:`Case` values, and what a validation of each of them got right.

A case is a whole little project. Faults are marked in its text: ``⟪`` stands directly before a fault; ``⟦`` stands at a
second place where the same fault may be reported instead, or beside it (in ``expect``: ``or``). A case without marks and without ``expect`` is a trap: valid, and nothing
may be reported.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from tests.conftest import CONFIGURATION

CORPUS = Path(__file__).parent / "corpus"
FAULT, ALTERNATIVE = "⟪", "⟦"
MATERIAL = """\
site_name: 手册
site_url: https://manual.example.invalid/
docs_dir: 文档
use_directory_urls: false
theme: {name: material, language: zh, font: false}
plugins: []
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc:
      permalink: "#"
      slugify: !!python/name:markdown.extensions.toc.slugify_unicode
  - pymdownx.arithmatex:
      generic: true
  - pymdownx.caret
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.inlinehilite
  - pymdownx.keys
  - pymdownx.magiclink
  - pymdownx.mark
  - pymdownx.snippets:
      base_path: [片段]
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:pymdownx.superfences.fence_code_format
  - pymdownx.tabbed:
      alternate_style: true
  - pymdownx.tasklist:
      custom_checkbox: true
"""
BASES = {"atlas": (CONFIGURATION, "docs"), "material": (MATERIAL, "文档")}
"""Name → configuration and folder of documents: our own dialect, and a site of somebody else."""

_KEYS = {"name", "why", "base", "config", "files", "bytes", "expect"}
_BLOCK = re.compile(r"^(?P<key>[A-Za-z_][\w.-]*)(?P<more>\+?):")


class Found(Protocol):
    """What is needed of a finding's location."""

    @property
    def path(self) -> str:
        """The file."""

    @property
    def line(self) -> int | None:
        """The line, from 1."""

    @property
    def column(self) -> int | None:
        """The column, from 1."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place: ``line`` and ``column`` count from 1; ``None`` is any."""

    path: str
    line: int | None = None
    column: int | None = None

    def covers(self, found: Found) -> bool:
        """Whether the finding is on this line."""
        return found.path == self.path and self.line in (None, found.line)


@dataclass(frozen=True, slots=True)
class Case:
    """One little project and the places of its faults; no fault means that it is a trap."""

    family: str
    name: str
    why: str
    files: Mapping[str, bytes]
    faults: tuple[Mark, ...]
    alternatives: tuple[Mark, ...]

    @property
    def id(self) -> str:
        """Family and name, for test ids."""
        return f"{self.family}/{self.name}"

    def write(self, root: Path) -> Path:
        """Write the project below ``root`` and return its ``mkdocs.yml``."""
        for path, data in self.files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        return root / "mkdocs.yml"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a validation got right: ``exact`` faults, ``elsewhere`` (a finding in the file, on no marked line), ``missed``."""

    exact: tuple[Mark, ...]
    columns: int
    elsewhere: tuple[Mark, ...]
    missed: tuple[Mark, ...]
    false: tuple[Found, ...]

    @property
    def passed(self) -> bool:
        """Every fault at its line, and nothing else."""
        return not (self.elsewhere or self.missed or self.false)


def judge(case: Case, found: list[Found]) -> Verdict:
    """Compare findings' locations with the marks of a case."""
    spare = sum(any(mark.covers(place) for place in found) for mark in case.alternatives)
    at_line = {mark: any(mark.covers(place) for place in found) for mark in case.faults}
    instead = [mark for mark in case.faults if not at_line[mark]][:spare]
    exact = tuple(mark for mark in case.faults if at_line[mark] or mark in instead)
    columns = sum(
        any((place.path, place.line, place.column) == (m.path, m.line, m.column) for place in found) for m in exact
    )
    stray = [place for place in found if not any(mark.covers(place) for mark in (*case.faults, *case.alternatives))]
    elsewhere: list[Mark] = []
    missed: list[Mark] = []
    for mark in case.faults:
        if mark not in exact:
            near = next((place for place in stray if place.path == mark.path), None)
            (elsewhere if near else missed).append(mark)
            if near:
                stray.remove(near)
    return Verdict(exact, columns, tuple(elsewhere), tuple(missed), tuple(stray))


def cases(family: str = "*") -> Iterator[Case]:
    """All cases of a family, or of all families.

    Raises:
        ValueError: if a case is malformed or a name is taken.
    """
    names: set[str] = set()
    for file in sorted(CORPUS.glob(f"{family}.yml")):
        for entry in yaml.safe_load(file.read_text("utf-8")):
            case = _case(file.stem, entry)
            if case.name in names:
                raise ValueError(f"{case.id}: the name is taken")
            names.add(case.name)
            yield case


def _case(family: str, entry: Mapping[str, Any]) -> Case:
    name = str(entry.get("name"))
    if unknown := set(entry) - _KEYS:
        raise ValueError(f"{family}/{name}: unknown keys {sorted(unknown)}")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise ValueError(f"{family}/{name}: not a kebab-case name")
    if not (isinstance(entry.get("why"), str) and entry["why"].strip()):
        raise ValueError(f"{family}/{name}: no reason")
    base, folder = BASES[entry.get("base", "atlas")]
    texts = {f"{folder}/index.md": "# 首页\n", **entry.get("files", {})}
    if "mkdocs.yml" not in texts:
        texts["mkdocs.yml"] = merged(base, entry.get("config", ""))
    elif "config" in entry:
        raise ValueError(f"{family}/{name}: both config and mkdocs.yml")
    files: dict[str, bytes] = {}
    faults: list[Mark] = []
    alternatives: list[Mark] = []
    for path, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"{family}/{name}: {path} is not text")
        plain, marked, spare = unmarked(path, text)
        files[path] = plain.encode("utf-8")
        faults += marked
        alternatives += spare
    files |= {path: base64.b64decode(data, validate=True) for path, data in entry.get("bytes", {}).items()}
    for place in entry.get("expect", []):
        paths = [place["path"], *place.get("or", [])]
        if set(place) - {"path", "line", "or"} or not files.keys() >= set(paths):
            raise ValueError(f"{family}/{name}: bad expectation {place}")
        faults.append(Mark(place["path"], place.get("line")))
        alternatives += [Mark(path) for path in paths[1:]]
    if alternatives and not faults:
        raise ValueError(f"{family}/{name}: a second place without a first")
    return Case(family, name, entry["why"].strip(), files, tuple(faults), tuple(alternatives))


def unmarked(path: str, text: str) -> tuple[str, list[Mark], list[Mark]]:
    """The text without marks, the places of the faults and the second places."""
    lines: list[str] = []
    faults: list[Mark] = []
    alternatives: list[Mark] = []
    for number, line in enumerate(text.split("\n"), 1):
        plain = ""
        for character in line:
            if character in (FAULT, ALTERNATIVE):
                (faults if character == FAULT else alternatives).append(Mark(path, number, len(plain) + 1))
            else:
                plain += character
        lines.append(plain)
    return "\n".join(lines), faults, alternatives


def merged(base: str, changes: str) -> str:
    """A ``mkdocs.yml`` with top-level keys replaced; ``key+:`` adds the lines below it to the base's key instead."""
    blocks = _blocks(base)
    for key, text in _blocks(changes).items():
        if key.endswith("+"):
            blocks[key[:-1]] += text.split("\n", 1)[1]
        else:
            blocks.pop(key, None)
            blocks[key] = text
    return "".join(blocks.values())


def _blocks(text: str) -> dict[str, str]:
    blocks: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        if match := _BLOCK.match(line.lstrip(FAULT + ALTERNATIVE)):
            key = match["key"] + match["more"]
            blocks[key] = ""
        blocks[key] = blocks.get(key, "") + line
    return blocks
