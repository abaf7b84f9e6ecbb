"""One module for each thing checked; a check is a generator of findings.

What one page shows is checked once, right after it was rendered (``PAGE_CHECKS``); what only all pages together show, at
the end (``SITE_CHECKS``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from atlas import recall, silences
from atlas.cache import Cache
from atlas.checks import (
    citations,
    code,
    configuration,
    data,
    diagrams,
    external,
    facts,
    fences,
    files,
    footnotes,
    formulas,
    frontmatter,
    ids,
    inventory,
    invisible,
    links,
    loads,
    markup,
    navigation,
    pages,
    placeholders,
    references,
    terms,
    values,
)
from atlas.checks.addresses import is_external
from atlas.findings import CannotCheckError, Finding, Report, read_lines
from atlas.model import Link, Page, PageView, Silence, Site

PageCheck = Callable[[PageView], Iterator[Finding]]
SiteCheck = Callable[[Site], Iterator[Finding]]
PAGE_CHECKS: tuple[PageCheck, ...] = (
    pages.check,
    files.check,
    frontmatter.check,
    invisible.check,
    loads.check,
    external.check,
    markup.check,
    placeholders.check,
    references.check,
    footnotes.check,
    ids.check,
    code.check,
    fences.check,
    diagrams.check,
    formulas.check,
    data.check,
    terms.check,
    values.check,
)
SITE_CHECKS: tuple[SiteCheck, ...] = (
    links.check,
    ids.check_site,
    navigation.check,
    configuration.check,
    inventory.check,
    citations.check,
    facts.check,
)


def validate(configuration: Path, *, select: Iterable[str] = (), cache: Cache | None = None) -> Report:
    """Check a project.

    Raises:
        CannotCheckError: if the project can't be read, or a library fails.
    """
    return run(read(configuration, cache), select=select)


def read(configuration: Path, cache: Cache | None = None) -> Site:
    """A project's site, every page looked at.

    Raises:
        CannotCheckError: if the project can't be read, or a library fails.
    """
    known = recall.find(configuration, cache) if cache else None
    if known is not None:
        return known
    from atlas import render  # MkDocs takes a good part of a second to import

    return render.render(configuration, inspect, cache=cache)


def inspect(view: PageView) -> Page:
    """Look at a page: everything that it shows alone is found now, the rest is kept for later."""
    view.rendered = replace(view.rendered, links=(*view.places.links(), *diagrams.client_links(view)))
    found = tuple(finding for check in PAGE_CHECKS for finding in check(view))
    return Page(
        path=view.path,
        url=view.url,
        links=tuple(link for link in view.rendered.links if _stays(link)),
        ids=view.rendered.ids,
        headings=view.rendered.headings,
        findings=found,
        silences=silences.of_view(view),
        citations=tuple(dict.fromkeys([*view.written.citations, *(f"?{key}" for key in view.written.unknown_citations)])),
        failures=tuple(view.written.failures),
        counts={
            "links": len(view.rendered.links),
            "diagrams": len(view.written.fences) + len(view.rendered.client_diagrams),
            "formulas": len(view.written.formulas),
        },
        snippets=tuple(path for path in view.places.scans if path != view.path),
        is_repeatable=not view.written.missing_snippets,
    )


def run(site: Site, *, select: Iterable[str] = ()) -> Report:
    """All findings of a site, or those of the selected rules only; those that their authors silenced are left out.

    Raises:
        CannotCheckError: if a library failed on a page.
    """
    for page in site.pages:
        for failure in page.failures:
            raise CannotCheckError(f"{page.path}：{failure}")
    chosen = frozenset(select)
    findings = [finding for page in site.pages for finding in page.findings]
    findings += [finding for check in SITE_CHECKS for finding in check(site)]
    left, said = silences.apply(findings, _silences(site), lambda rule: not chosen or rule in chosen)
    return Report.of(
        (finding for finding in (*left, *said) if not chosen or finding.rule.id in chosen),
        root=site.root,
        pages=len(site.pages),
        **{name: sum(page.counts.get(name, 0) for page in site.pages) for name in ("links", "diagrams", "formulas")},
        rows=facts.count_rows(facts.project_data(site)),
    )


def _silences(site: Site) -> Iterator[Silence]:
    """Those in pages, in the configuration and in the data."""
    for page in site.pages:
        yield from page.silences
    data = facts.project_data(site)
    for file in (site.root / site.configuration, *(sorted(data.glob("*.yml")) if data else ())):
        path = os.path.relpath(file, site.root).replace(os.sep, "/")
        yield from silences.of_yaml(path, "\n".join(read_lines(file)))


def _stays(link: Link) -> bool:
    return link.attribute not in {"style", "url"} and not is_external(link.target) and not external.leaves(link)


__all__: Sequence[str] = ("PAGE_CHECKS", "SITE_CHECKS", "inspect", "run", "validate")
