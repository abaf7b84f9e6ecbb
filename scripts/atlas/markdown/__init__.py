"""The Python-Markdown extension: diagrams, formulas, citations and generated tables, for any engine that runs extensions.

Nothing here knows MkDocs. Whoever wants to know what a page held (see :mod:`atlas.render`) sets :data:`collector`.
"""

from __future__ import annotations

from typing import Any

from markdown import Extension, Markdown

from atlas.facts import data_folder, load_sources, load_terms
from atlas.markdown.citations import CitationPattern, ReferenceList
from atlas.markdown.fences import DiagramLinks, DiagramPainter, DiagramResolver
from atlas.markdown.formulas import FormulaSetter
from atlas.markdown.state import PageState, collector

__all__ = ["AtlasExtension", "collector", "makeExtension"]


DATA = "docs/_data"
"""The data folder, where the project names no other."""


class AtlasExtension(Extension):
    """Registers the parts; ``data`` is the folder with ``sources.yml`` and ``glossary.yml``."""

    def __init__(self, **options: Any) -> None:
        self.config = {"data": [DATA, "folder of sources.yml and glossary.yml"]}
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - named by Python-Markdown
        """Register the processors; priorities are relative to 'inline' (20), 'toc' (5) and MkDocs' links (0)."""
        folder = data_folder(str(self.getConfig("data")))
        state = PageState(load_sources(folder), load_terms(folder))
        md.atlas = state  # type: ignore[attr-defined]
        md.registerExtension(self)
        md.inlinePatterns.register(CitationPattern(state, md), "atlas-citation", 175)
        md.treeprocessors.register(FormulaSetter(state, md), "atlas-formulas", 15)
        md.treeprocessors.register(ReferenceList(state, md), "atlas-references", 14)
        md.treeprocessors.register(DiagramLinks(state, md), "atlas-diagram-links", 13)
        md.treeprocessors.register(DiagramResolver(state, md), "atlas-diagram-resolved", -10)
        md.postprocessors.register(DiagramPainter(state, md), "atlas-diagrams", 0)

    def reset(self) -> None:
        """Nothing survives from one page to the next: the state belongs to the Markdown instance."""


def makeExtension(**options: Any) -> AtlasExtension:  # noqa: N802 - named by Python-Markdown
    """The entry point that Python-Markdown looks for."""
    return AtlasExtension(**options)
