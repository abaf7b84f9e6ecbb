"""A page right after it was rendered → what is left of it, with all that it shows alone as findings.

These are most of the checks, and importing them takes a good part of a second: a run that finds every page unchanged does
without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from atlas import silences
from atlas.checks import (
    active,
    code,
    data,
    diagrams,
    external,
    fences,
    files,
    footnotes,
    formulas,
    frontmatter,
    ids,
    invisible,
    loads,
    markup,
    pages,
    placeholders,
    references,
    terms,
    values,
)
from atlas.checks.addresses import is_external
from atlas.findings import Finding
from atlas.model import Link, Page, PageView

PageCheck = Callable[[PageView], Iterator[Finding]]
PAGE_CHECKS: tuple[PageCheck, ...] = (
    pages.check,
    files.check,
    frontmatter.check,
    invisible.check,
    loads.check,
    external.check,
    active.check,
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


def _stays(link: Link) -> bool:
    return link.attribute not in {"style", "url"} and not is_external(link.target) and not external.leaves(link)
