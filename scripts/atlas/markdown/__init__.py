"""The Python-Markdown extension: diagrams, formulas, citations, tables, calculators, for any engine with extensions.

Nothing here knows MkDocs. Whoever wants to know what a page held (see :mod:`atlas.render`) sets :data:`collector`.
"""

from __future__ import annotations

from typing import Any

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from atlas.facts import data_folder, load, load_sources, load_terms
from atlas.markdown.calculators import CalculatorLoader, CalculatorPlacer, CalculatorScripts
from atlas.markdown.citations import CitationPattern, ReferenceList
from atlas.markdown.fences import DiagramLinks, DiagramPainter, DiagramResolver
from atlas.markdown.formulas import FormulaSetter
from atlas.markdown.glossary import TermLinks
from atlas.markdown.heads import TableHeads
from atlas.markdown.moves import MovedHeadings
from atlas.markdown.numbers import Captions, References
from atlas.markdown.reading import ReadingTime
from atlas.markdown.safety import Cleaner, MetadataCleaner
from atlas.markdown.state import PageState, collector
from atlas.markdown.tables import TablePlacer
from atlas.markdown.values import ValuePattern

__all__ = ["AtlasExtension", "collector", "makeExtension"]


DATA = "docs/_data"
"""The data folder, where the project names no other."""


class AtlasExtension(Extension):
    """Registers the parts; ``data`` is the folder with ``sources.yml`` and ``glossary.yml``."""

    def __init__(self, **options: Any) -> None:
        self.config = {
            "data": [DATA, "folder of the data, sources.yml and glossary.yml among it"],
            "downloads": ["", "folder of the site where the data lies as CSV and JSON; empty: nothing to download"],
            "pace": [0, "Chinese characters that a reader takes in a minute; 0: no line with the reading time"],
            "glossary": ["", "page with the terms, in the documents' folder; empty: no explanations of terms in pages"],
            "calculators": ["", "folder of the site with the calculators' scripts; empty: they only show an example"],
            "calculator_pages": ["", "folder with a page for each calculator, named by its id; empty: no links to them"],
            "clean": [True, "whether scripts, frames, forms and the like are left out of what pages show"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - named by Python-Markdown
        """Register the processors; priorities are relative to 'inline' (20), 'toc' (5) and MkDocs' links (0)."""
        folder = data_folder(str(self.getConfig("data")))
        state = PageState(
            load_sources(folder),
            load_terms(folder),
            load(folder),
            folder,
            str(self.getConfig("downloads")).strip("/"),
            str(self.getConfig("glossary")),
            str(self.getConfig("calculators")).strip("/"),
            str(self.getConfig("calculator_pages")).strip("/"),
        )
        md.preprocessors.register(_Report(state, md), "atlas-report", 100)
        md.atlas = state  # type: ignore[attr-defined]
        md.registerExtension(self)
        md.inlinePatterns.register(CitationPattern(state, md), "atlas-citation", 175)
        md.inlinePatterns.register(ValuePattern(state, md), "atlas-value", 174)
        md.treeprocessors.register(CalculatorPlacer(state, md), "atlas-calculators", 16)
        md.treeprocessors.register(FormulaSetter(state, md), "atlas-formulas", 15)
        md.treeprocessors.register(TableHeads(md), "atlas-heads", 14.8)
        md.treeprocessors.register(TablePlacer(state, md), "atlas-tables", 14.5)
        md.treeprocessors.register(Captions(state, md), "atlas-captions", 14.4)
        md.treeprocessors.register(References(state, md), "atlas-number-references", 14.3)
        md.treeprocessors.register(TermLinks(state, md), "atlas-terms", 14.2)
        md.treeprocessors.register(ReferenceList(state, md), "atlas-references", 14)
        md.treeprocessors.register(MovedHeadings(state, md), "atlas-moved", 13.5)
        md.treeprocessors.register(ReadingTime(state, md, int(self.getConfig("pace"))), "atlas-reading-time", 13.5)
        md.treeprocessors.register(DiagramLinks(state, md), "atlas-diagram-links", 13)
        md.treeprocessors.register(DiagramResolver(state, md), "atlas-diagram-resolved", -10)
        md.treeprocessors.register(CalculatorLoader(state, md), "atlas-calculators-loaded", -10)
        md.postprocessors.register(DiagramPainter(state, md), "atlas-diagrams", 0)
        if self.getConfig("clean"):
            md.preprocessors.register(MetadataCleaner(md), "atlas-metadata", 99)
            md.postprocessors.register(Cleaner(state, md), "atlas-safety", -100)
        md.postprocessors.register(CalculatorScripts(state, md), "atlas-calculators-run", -110)

    def reset(self) -> None:
        """Nothing survives from one page to the next: the state belongs to the Markdown instance."""


class _Report(Preprocessor):
    """Tells whoever collects which data the page reads."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, lines: list[str]) -> list[str]:
        written = collector.get()
        if written is not None:
            written.data = self._state.folder
        return lines


def makeExtension(**options: Any) -> AtlasExtension:  # noqa: N802 - named by Python-Markdown
    """The entry point that Python-Markdown looks for."""
    return AtlasExtension(**options)
