"""``mkdocs.yml`` against the files: what it names must exist, and what it sets must be understood."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.findings import Finding
from atlas.model import Site
from atlas.settings import Settings


def check(site: Site) -> Iterator[Finding]:
    """The settings of the checks."""
    yield from Settings.of(site.root / site.configuration).findings
