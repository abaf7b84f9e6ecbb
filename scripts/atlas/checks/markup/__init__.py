"""Markup that silently became text: what readers see that was meant for the machine."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.checks.markup import attributes, brackets, containers, leftovers, lists, snippets, tables
from atlas.checks.markup.structure import trails
from atlas.findings import Finding
from atlas.model import PageView

CHECKS = (brackets.check, attributes.check, containers.check, lists.check, tables.check, snippets.check, leftovers.check)


def check(view: PageView) -> Iterator[Finding]:
    """Everything that is judged on one page's markup."""
    for one in CHECKS:
        yield from one(view)
    yield from _indentation(view)


def _indentation(view: PageView) -> Iterator[Finding]:
    """What only the rendered structure tells: the page is rendered once more if a line may have fallen out of its place."""
    bodies, strays, rows = containers.candidates(view), lists.candidates(view), tables.candidates(view)
    wanted = [(body.path, at) for body in bodies if body.inside is not None for at in (body.inside, body.end)]
    wanted += [(stray.path, at) for stray in strays for at in (stray.item_end, stray.end)]
    wanted += [(row.path, at) for row in rows for at in (row.last, row.next)]
    places = list(dict.fromkeys(wanted))
    found = {places[number]: trail for number, trail in trails(view, places).items() if number < len(places)}
    yield from containers.fallen(view, bodies, found)
    yield from lists.strayed(strays, found)
    yield from tables.cut(rows, found)
