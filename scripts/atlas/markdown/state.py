"""What the parts of the extension share while they render one page."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from atlas.facts import Facts, Source, Term
from atlas.model import DataProblem, Fence, Written

collector: ContextVar[Written | None] = ContextVar("collector", default=None)
"""Where the page being rendered reports what it held, if somebody wants to know."""


def note_failure(error: Exception) -> None:
    """Report that a library failed on this page; the page itself goes on without it, as a preview must."""
    written = collector.get()
    if written is not None:
        written.failures.append(str(error))


def note_problem(problem: DataProblem) -> None:
    """Report that the page asks the data for what it does not have."""
    written = collector.get()
    if written is not None:
        written.data_problems.append(problem)


@dataclass(slots=True)
class Pending:
    """A diagram between its fence and the finished page; ``links`` maps each address written to the one resolved."""

    fence: Fence
    anchor: str = ""
    label: str = ""
    """Its number for readers."""
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Block:
    """A fence that shows data, between its fence and the finished page: its language, text and anchor."""

    language: str
    text: str
    anchor: str = ""


@dataclass(slots=True)
class PageState:
    """Data and the page's diagrams and tables so far; ``downloads`` and ``glossary`` are as the project names them."""

    sources: Mapping[str, Source]
    terms: Mapping[str, Term]
    facts: Facts
    folder: Path | None = None
    downloads: str = ""
    """The folder of the site with the data as files; empty if it has none."""
    glossary: str = ""
    """The page with the terms; empty if there is none."""
    calculators: str = ""
    """The folder of the site with the calculators' scripts; empty if it has none: they then show an example each."""
    calculator_pages: str = ""
    """The folder with a page for each calculator, named by its id; empty if there is none."""
    loads: list[str] = field(default_factory=list)
    """Addresses of the style sheet and the scripts of the page's calculators, in order, once they are resolved."""
    diagrams: list[Pending] = field(default_factory=list)
    trusted: list[str] = field(default_factory=list)
    """HTML of the extension's own that no author may write (a calculator's script), by the number of its mark."""
    blocks: list[Block] = field(default_factory=list)
    tables: int = 0
    """How many tables were made so far."""
    rows_shown: set[str] = field(default_factory=set)
    """Anchors of rows on the page so far: the first table that shows a row has it."""

    def trust(self, html: str) -> dict[str, str]:
        """The attributes of an ``<atlas-trusted>`` element that becomes this HTML once all else on the page is clean."""
        self.trusted.append(html)
        return {"n": str(len(self.trusted) - 1)}
