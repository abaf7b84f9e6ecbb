"""``[@key]`` → a numbered link with a tooltip, and the page's list of references at its end.

Numbers are given last, in the order in which readers meet the citations, whoever made them: a sentence, a value or a cell.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterable

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.facts import KINDS, Source
from atlas.markdown.state import PageState, collector

_KEY = "data-cite"


class CitationPattern(InlineProcessor):
    """Turns ``[@key]`` and ``[@one; @two]`` into superscript links."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(r"\[(@[A-Za-z0-9][\w.:-]*(?:\s*;\s*@[A-Za-z0-9][\w.:-]*)*)\]", md)
        self._state = state

    def handleMatch(  # type: ignore[override]  # noqa: N802 - named by Python-Markdown
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element, int, int]:
        """One ``<sup>`` with a link for each key."""
        return cite((part.strip()[1:] for part in m[1].split(";")), self._state), m.start(0), m.end(0)


def cite(keys: Iterable[str], state: PageState) -> etree.Element:
    """A ``<sup>`` with a link for each source; their numbers come with :class:`ReferenceList`.

    What a link leads to stands once, in that list, whence the tooltip takes it: titles on all links would outweigh the page.
    """
    sup = etree.Element("sup", {"class": "atlas-cite"})
    written = collector.get()
    for key in keys:
        if key in state.sources:
            etree.SubElement(sup, "a", {_KEY: key}).text = AtomicString("[0]")
            continue
        if written is not None:
            written.unknown_citations.append(key)
        etree.SubElement(sup, "span", {"class": "atlas-cite-unknown"}).text = AtomicString(f"[?{key}]")
    return sup


class ReferenceList(Treeprocessor):
    """Numbers the citations and appends the list of what the page cites."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Add ``<ol class="atlas-references">`` as the page's last element."""
        numbers: dict[str, int] = {}
        for link in [link for link in root.iter("a") if link.get(_KEY)]:
            self._number(link, numbers)
        if not numbers:
            return
        written = collector.get()
        if written is not None:
            written.citations.extend(numbers)
        items = etree.SubElement(root, "ol", {"class": "atlas-references"})
        for key in numbers:
            item = etree.SubElement(items, "li", {"id": f"ref-{key}"})
            describe(item, self._state.sources[key])
            back = etree.SubElement(item, "a", {"href": f"#cite-{key}", "aria-label": "回到正文引用处"})
            back.text = AtomicString("↩")

    def _number(self, link: etree.Element, numbers: dict[str, int]) -> None:
        key = link.attrib.pop(_KEY)
        link.set("href", f"#ref-{key}")
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            link.set("id", f"cite-{key}")
        link.text = AtomicString(f"[{numbers[key]}]")


def describe(item: etree.Element, source: Source) -> None:
    """Fill an element with a source: publisher, linked title, year, kind, day read and note."""
    item.text = AtomicString(f"{source.by}. ")
    link = etree.SubElement(item, "a", {"href": source.url, "rel": "noopener"})
    link.text = AtomicString(source.title)
    note = f"。{source.note}" if source.note else ""
    link.tail = AtomicString(f". {source.year}. {KINDS[source.kind]}，读取于 {source.read}{note} ")
