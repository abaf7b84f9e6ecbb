"""A rendered site as values: what every check reads, whichever program rendered it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fence:
    """A diagram as its author wrote it, with the name and description from the fence's head, if any."""

    source: str
    title: str = ""
    description: str = ""
    client: bool = False
    """Whether the author wants it drawn in the reader's browser (``draw="client"``)."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula's TeX, without its delimiters."""

    tex: str
    display: bool


@dataclass(slots=True)
class Written:
    """What the Markdown extension met on one page while it rendered it."""

    fences: list[Fence] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    unknown_citations: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Sentences on libraries that failed; the page went without them, and no check of it can be clean."""


@dataclass(frozen=True, slots=True)
class Link:
    """An attribute that points somewhere: ``element`` and ``attribute`` it stands in, ``target`` as rendered."""

    element: str
    attribute: str
    target: str

    @property
    def is_navigation(self) -> bool:
        """Whether a reader follows it, rather than the browser loading it with the page."""
        return self.element in {"a", "area"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one HTML page holds: links, ids in order (repetitions kept), diagrams left to the browser, visible prose."""

    links: tuple[Link, ...] = ()
    ids: tuple[str, ...] = ()
    client_diagrams: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``path`` of its source in the repository, ``url`` in the site, and what its reader gets."""

    path: str
    url: str
    source: str
    rendered: Rendered
    written: Written
    in_navigation: bool = True


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A navigation entry that leads to no page: its ``title`` and the ``target`` as the author wrote it."""

    title: str
    target: str


@dataclass(frozen=True, slots=True)
class Site:
    """All pages, and the urls of every file that will be in the site."""

    root: Path
    configuration: str
    documents: str
    """The documents' folder, relative to ``root``; empty for a finished site."""
    site_url: str
    pages: tuple[Page, ...]
    files: frozenset[str]
    paths: frozenset[str] = frozenset()
    """Source paths of all documents and assets, relative to the documents' folder."""
    lost_entries: tuple[NavigationEntry, ...] = ()
    data: str = ""
    """The data folder that the pages read, as configured; empty if they read none."""
