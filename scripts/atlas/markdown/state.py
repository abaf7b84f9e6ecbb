"""What the parts of the extension share while they render one page."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from atlas.facts import Source, Term
from atlas.model import Fence, Written

collector: ContextVar[Written | None] = ContextVar("collector", default=None)
"""Where the page being rendered reports what it held, if somebody wants to know."""


def note_failure(error: Exception) -> None:
    """Report that a library failed on this page; the page itself goes on without it, as a preview must."""
    written = collector.get()
    if written is not None:
        written.failures.append(str(error))


@dataclass(slots=True)
class Pending:
    """A diagram between its fence and the finished page; ``links`` maps each address written to the one resolved."""

    fence: Fence
    anchor: str = ""
    links: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PageState:
    """Data and the page's diagrams and citations so far."""

    sources: Mapping[str, Source]
    terms: Mapping[str, Term]
    diagrams: list[Pending] = field(default_factory=list)
    cited: dict[str, int] = field(default_factory=dict)
    """Number of citations so far by key, in order of first use."""
