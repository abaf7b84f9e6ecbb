"""One module for each thing checked; a check is a generator of findings over a rendered site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from atlas.checks import citations, diagrams, facts, formulas, ids, links, loads, navigation, references
from atlas.findings import CannotCheckError, Finding, Report
from atlas.model import Site

Check = Callable[[Site], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    links.check,
    loads.check,
    references.check,
    ids.check,
    navigation.check,
    diagrams.check,
    formulas.check,
    citations.check,
    facts.check,
)


def run(site: Site, *, select: Iterable[str] = ()) -> Report:
    """Run every check, or keep the findings of the selected rules only.

    Raises:
        CannotCheckError: if a library failed on a page, or fails now.
    """
    for page in site.pages:
        for failure in page.written.failures:
            raise CannotCheckError(f"{page.path}：{failure}")
    chosen = frozenset(select)
    findings = (finding for check in CHECKS for finding in check(site))
    return Report.of(
        (finding for finding in findings if not chosen or finding.rule.id in chosen),
        pages=len(site.pages),
        links=sum(len(page.rendered.links) for page in site.pages),
        diagrams=sum(len(page.written.fences) + len(page.rendered.client_diagrams) for page in site.pages),
        formulas=sum(len(page.written.formulas) for page in site.pages),
        rows=facts.count_rows(facts.project_data(site)),
    )
