"""A rendered site as values: what every check reads, whichever program rendered it.

A page is looked at closely once, as a :class:`PageView`, right after it was rendered; what is left of it is a
:class:`Page`, small enough to keep for ten thousand pages and plain enough to be stored between runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.findings import Finding, Location

if TYPE_CHECKING:
    from atlas.locate import Places
    from atlas.scan import Scan


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


@dataclass(frozen=True, slots=True)
class DataProblem:
    """Something on a page that asks the data for what it does not have; ``rule`` is the id of the rule it breaks.

    ``written`` is the author's own text: a construct in a sentence, or a whole fence, in which ``line`` counts from 1.
    """

    rule: str
    written: str
    message: str
    hint: str
    line: int = 0


@dataclass(slots=True)
class Written:
    """What the Markdown extension met on one page while it rendered it."""

    fences: list[Fence] = field(default_factory=list)
    formulas: list[Formula] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    unknown_citations: list[str] = field(default_factory=list)
    data: Path | None = None
    """The folder whose data the page reads."""
    data_problems: list[DataProblem] = field(default_factory=list)
    """What the page asks of the data in vain."""
    failures: list[str] = field(default_factory=list)
    """Sentences on libraries that failed; the page went without them, and no check of it can be clean."""
    snippets: dict[str, str] = field(default_factory=dict)
    """Files that were pulled into the page, by absolute name, with their text."""
    missing_snippets: list[str] = field(default_factory=list)
    """Files that were to be pulled in and were not found, as the author wrote them."""
    is_self_contained: bool = False
    """Whether the site promises to load nothing from elsewhere: it does by using our extension."""
    rewritten: dict[str, list[str]] = field(default_factory=dict)
    """Addresses as rendered, with the forms in which the author may have written each."""
    definitions: list[tuple[str, str]] = field(default_factory=list)
    """Link definitions in the order in which they took effect, repetitions kept: the label as compared, the address."""
    used_definitions: set[str] = field(default_factory=set)
    """Labels of the definitions that links and images of the page take their address from."""
    footnotes: list[str] = field(default_factory=list)
    """Labels of the footnotes in the order of their definitions, repetitions kept."""
    used_footnotes: set[str] = field(default_factory=set)
    """Labels of the footnotes that the page refers to."""
    html: str = ""
    """What the page was before all was left out of it that may not be in it; empty if nothing is ever left out."""
    formatted: list[str] = field(default_factory=list)
    """The texts of the fences for which the project has formatters of its own, whatever these made of them."""


@dataclass(frozen=True, slots=True)
class Link:
    """An attribute that points somewhere: ``element`` and ``attribute`` it stands in, ``target`` as rendered.

    ``written`` is the address as the author wrote it and ``place`` where its first character stands, once known.
    """

    element: str
    attribute: str
    target: str
    written: str = ""
    place: Location | None = None

    @property
    def is_navigation(self) -> bool:
        """Whether a reader follows it, rather than the browser loading it with the page."""
        return self.element in {"a", "area"}


@dataclass(frozen=True, slots=True)
class Block:
    """A block of visible prose: ``tag`` of its element and its ``text``.

    What is no prose (code, formulas, drawings, images) stands in the text as U+FFFC. ``links`` are the spans of the text
    that are links: start, end (exclusive) and the address as rendered.
    """

    tag: str
    text: str
    links: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with the id that it got; ``level`` from 1 to 6."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one HTML page holds: links and ids in order (repetitions kept), headings, client diagrams, visible prose."""

    links: tuple[Link, ...] = ()
    ids: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    client_diagrams: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def prose(self) -> tuple[str, ...]:
        """The texts of the blocks."""
        return tuple(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page check may know of the project besides the page; the same for all pages of a run."""

    extensions: frozenset[str] = frozenset()
    """Names of the Markdown extensions that are in use."""
    in_browser: frozenset[str] = frozenset()
    """``mermaid`` and ``math``, if a script or template of the project may draw them in the reader's browser."""
    line_end: str = "\n"
    """How the lines of the configuration end."""


@dataclass(slots=True)
class PageView:
    """A page right after it was rendered, with all that a check may want to look at.

    ``source`` is the file's text (without a byte order mark, line ends as they are), ``meta`` its front matter as the
    engine understood it, ``html`` what the engine made of it.
    """

    path: str
    url: str
    source: str
    html: str
    rendered: Rendered
    written: Written
    scan: Scan
    places: Places
    meta: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    """The file's bytes."""
    failure: str = ""
    """Why the engine could not render it, in its own words; empty if it could."""
    surroundings: Surroundings = field(default_factory=Surroundings)
    style_classes: frozenset[str] = frozenset()
    """The class names for which the project's style sheets, and those in the page, have rules."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A comment that silences ``rule`` on the line ``target`` of the file in which it stands, for a ``reason``."""

    place: Location
    target: int
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """What is left of a page once it was looked at: enough for what only the whole site can tell."""

    path: str
    url: str
    links: Sequence[Link] = ()
    """Links, those that leave the site left out, each with its place."""
    ids: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What was found by looking at this page alone."""
    silences: tuple[Silence, ...] = ()
    """What the page's author wants no report of, that of its snippets included."""
    citations: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many links, diagrams and formulas were looked at."""
    snippets: tuple[str, ...] = ()
    """Files that were pulled into the page, relative to the project's folder."""
    is_repeatable: bool = True
    """Whether the same file renders to the same page as long as all that is known of it is the same."""
    in_navigation: bool = True


class Inclusion(StrEnum):
    """How a file takes part in the site."""

    INCLUDED = "included"
    NOT_IN_NAV = "not_in_nav"
    DRAFT = "draft"
    EXCLUDED = "excluded"
    DISPLACED = "displaced"
    """Left out by the engine because another file of its folder has the same address."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A file that the engine knows: ``path`` in the documents' folder (or the theme), ``url`` in the site."""

    path: str
    url: str
    inclusion: Inclusion = Inclusion.INCLUDED
    is_page: bool = False
    from_theme: bool = False

    @property
    def is_published(self) -> bool:
        """Whether it will be in the site."""
        return self.inclusion in {Inclusion.INCLUDED, Inclusion.NOT_IN_NAV}


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A navigation entry: its ``title`` and its ``target``, a page's source path or an address as written."""

    title: str
    target: str
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """All pages, and every file that will be in the site or was kept out of it."""

    root: Path
    configuration: str
    documents: str
    """The documents' folder, relative to ``root``; empty for a finished site."""
    site_url: str
    pages: tuple[Page, ...]
    entries: tuple[SiteFile, ...] = ()
    navigation: tuple[NavigationEntry, ...] = ()
    """The entries that lead somewhere, sections flattened, in order, repetitions kept."""
    use_directory_urls: bool = True
    data: str = ""
    """The data folder that the pages read, as configured; empty if they read none."""
    asked: tuple[str, ...] = ()
    """Files and folders that are asked about; all if there are none."""
    theme: str = ""
    """The theme's name."""
    theme_folders: tuple[Path, ...] = ()
    """Where the theme's templates are sought: the project's own folder first."""
    known_keys: tuple[str, ...] = ()
    """Top-level keys that the engine knows in a configuration; none for a finished site."""

    @property
    def asked_pages(self) -> tuple[Page, ...]:
        """The pages that are asked about: findings in others are not needed, though what they hold may be."""
        return tuple(page for page in self.pages if any(map(self.asks_for, (page.path, *page.snippets))))

    def asks_for(self, path: str) -> bool:
        """Whether a file is asked about, or lies in a folder that is."""
        if not self.asked or not {"", "."}.isdisjoint(self.asked):
            return True
        return any(path == one or path.startswith(f"{one}/") for one in self.asked)

    @property
    def files(self) -> frozenset[str]:
        """The urls of every file that will be in the site."""
        return frozenset(entry.url for entry in self.entries if entry.is_published)

    @property
    def paths(self) -> frozenset[str]:
        """Source paths of all published documents and assets, relative to the documents' folder."""
        return frozenset(entry.path for entry in self.entries if entry.is_published and not entry.from_theme)


Inspect = Callable[[PageView], Page]
"""Looks at a page closely; what it finds is part of the page that is kept."""
