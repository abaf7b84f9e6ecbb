"""Prose → the first use of each term leads to the glossary and shows its definition on hover, focus and tap."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator, Mapping
from functools import lru_cache

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.facts import Term
from atlas.markdown.addresses import page_path, relative
from atlas.markdown.state import PageState

_BLOCKS = frozenset({"p", "li", "dd", "td"})
"""Elements whose text is prose."""
_INLINE = frozenset({"strong", "em", "b", "i", "del", "ins", "mark"})
"""Elements inside them that are prose, too: a term is marked there as well."""
_SKIPPED = frozenset({"atlas-facts", "atlas-files", "atlas-due", "atlas-references", "admonition-title", "atlas-value"})


class TermLinks(Treeprocessor):
    """Marks the first use of each term of the glossary; headings, links, code and figures stay as they are."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state
        self._words = dict(spellings(state.terms)) if state.glossary else {}
        self._pattern = pattern_of(tuple(self._words))
        self._used: set[str] = set()
        self._address = ""

    def run(self, root: etree.Element) -> None:
        """Walk the page in reading order."""
        address = relative(self.md, self._state.glossary) if self._state.glossary else None
        if address is None or page_path(self.md) == self._state.glossary:
            return
        self._address = address
        if self._words:
            self._walk(root, False)

    def _walk(self, element: etree.Element, prose: bool) -> None:
        if not _SKIPPED.isdisjoint((element.get("class") or "").split()):
            return
        prose = element.tag in _BLOCKS or (prose and element.tag in _INLINE)
        if prose and element.text and not isinstance(element.text, AtomicString):
            element.text = self._mark(element, 0, element.text)
        for child in list(element):
            if child.get("class") != "atlas-term":
                self._walk(child, prose)
            if prose and child.tail and not isinstance(child.tail, AtomicString) and child.get("class") != "atlas-term":
                child.tail = self._mark(element, list(element).index(child) + 1, child.tail)

    def _mark(self, parent: etree.Element, at: int, text: str) -> str:
        """Put links for the terms of a run of text at a position among the parent's children; returns what precedes them."""
        before, start, last = text, 0, None
        for found in self._pattern.finditer(text):
            term = self._words[found[0]]
            if term.key in self._used:
                continue
            self._used.add(term.key)
            attributes = {"class": "atlas-term", "href": f"{self._address}#term-{term.key}", "title": _definition(term)}
            link = etree.Element("a", attributes)
            link.text = AtomicString(found[0])
            if last is None:
                before = text[: found.start()]
            else:
                last.tail = text[start : found.start()]
            parent.insert(at, link)
            at, start, last = at + 1, found.end(), link
        if last is not None:
            last.tail = text[start:]
        return before


@lru_cache(maxsize=8)
def pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, the longest first; Latin ones only as whole words."""
    ordered = sorted(words, key=len, reverse=True)
    parts = (
        rf"(?<![A-Za-z0-9_-]){re.escape(word)}(?![A-Za-z0-9_-])" if word.isascii() else re.escape(word) for word in ordered
    )
    return re.compile("|".join(parts))


def spellings(terms: Mapping[str, Term]) -> Iterator[tuple[str, Term]]:
    """Each spelling of a term by which its first use is known: Chinese and abbreviation."""
    for term in terms.values():
        if term.short:
            for word in filter(None, (term.zh, term.abbr)):
                yield word, term


def _definition(term: Term) -> str:
    return f"{term.zh}（{term.en}）：{term.short}" if term.en and term.en != term.zh else f"{term.zh}：{term.short}"
