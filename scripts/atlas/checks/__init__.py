"""One module for each thing checked; a check is a generator of findings.

What one page shows is checked once, right after it was rendered (:mod:`atlas.checks.closely`, imported only when there is
a page to look at); what only all pages together show, at the end (``SITE_CHECKS``).
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from atlas import recall, silences
from atlas.cache import Cache
from atlas.checks import configuration, ids, inventory, links, navigation
from atlas.findings import RULES, CannotCheckError, Finding, Report, read_lines
from atlas.model import Page, PageView, Silence, Site

SiteCheck = Callable[[Site], Iterator[Finding]]


def project_data(site: Site) -> Path | None:
    """The data folder that the site's pages read, if there is one."""
    if not _has_data(site):
        return None
    from atlas.checks import facts

    return facts.project_data(site)


def _has_data(site: Site) -> bool:
    """Whether there is such a folder; the one that is looked for unless another is configured need not exist."""
    return bool(site.data) and (site.root / site.data).is_dir()


def _check_data(site: Site) -> Iterator[Finding]:
    """What is wrong with a project's data and with what pages say of it; most projects have none, and load none of this."""
    if _has_data(site) or any(page.citations for page in site.pages):
        from atlas.checks import citations, facts

        yield from citations.check(site)
        if _asks_for_data(site):
            yield from facts.check(site)


def _asks_for_data(site: Site) -> bool:
    return site.asks_for(site.data) or any(one.startswith(f"{site.data}/") for one in site.asked)


def _declare() -> None:
    """Import all that a run may do without, for the rules that it declares."""
    for name in ("closely", "citations", "facts"):
        importlib.import_module(f"atlas.checks.{name}")


SITE_CHECKS: tuple[SiteCheck, ...] = (
    links.check,
    ids.check_site,
    navigation.check,
    configuration.check,
    inventory.check,
    _check_data,
)

RULES.declare_by(_declare)


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
    from atlas.checks import closely

    return closely.inspect(view)


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
        rows=_count_rows(site),
    )


def _count_rows(site: Site) -> int:
    if not _has_data(site) or not _asks_for_data(site):
        return 0
    from atlas.checks import facts

    return facts.count_rows(facts.project_data(site))


def _silences(site: Site) -> Iterator[Silence]:
    """Those in pages, in the configuration and in the data."""
    for page in site.pages:
        yield from page.silences
    data = project_data(site)
    for file in (site.root / site.configuration, *(sorted(data.glob("*.yml")) if data else ())):
        path = os.path.relpath(file, site.root).replace(os.sep, "/")
        yield from silences.of_yaml(path, "\n".join(read_lines(file)))


__all__: Sequence[str] = ("SITE_CHECKS", "inspect", "project_data", "run", "validate")
