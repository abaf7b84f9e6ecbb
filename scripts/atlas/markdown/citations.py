"""``[@key]`` → a numbered link with a tooltip, and the page's list of references at its end."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.facts import KINDS, Source
from atlas.markdown.state import PageState, collector


class CitationPattern(InlineProcessor):
    """Turns ``[@key]`` and ``[@one; @two]`` into superscript links."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(r"\[(@[A-Za-z0-9][\w.:-]*(?:\s*;\s*@[A-Za-z0-9][\w.:-]*)*)\]", md)
        self._state = state

    def handleMatch(  # type: ignore[override]  # noqa: N802 - named by Python-Markdown
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element, int, int]:
        """One ``<sup>`` with a link for each key."""
        sup = etree.Element("sup", {"class": "atlas-cite"})
        for key in (part.strip()[1:] for part in m[1].split(";")):
            self._cite(sup, key)
        return sup, m.start(0), m.end(0)

    def _cite(self, sup: etree.Element, key: str) -> None:
        source = self._state.sources.get(key)
        written = collector.get()
        if source is None:
            if written is not None:
                written.unknown_citations.append(key)
            etree.SubElement(sup, "span", {"class": "atlas-cite-unknown"}).text = AtomicString(f"[?{key}]")
            return
        if written is not None:
            written.citations.append(key)
        uses = self._state.cited[key] = self._state.cited.get(key, 0) + 1
        number = list(self._state.cited).index(key) + 1
        attributes = {"href": f"#ref-{key}", "title": f"{source.by}：{source.title}（{source.year}）"}
        if uses == 1:
            attributes["id"] = f"cite-{key}"
        etree.SubElement(sup, "a", attributes).text = AtomicString(f"[{number}]")


class ReferenceList(Treeprocessor):
    """Appends the list of what the page cites."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Add ``<ol class="atlas-references">`` as the page's last element."""
        if not self._state.cited:
            return
        items = etree.SubElement(root, "ol", {"class": "atlas-references"})
        for key in self._state.cited:
            item = etree.SubElement(items, "li", {"id": f"ref-{key}"})
            describe(item, self._state.sources[key])
            back = etree.SubElement(item, "a", {"href": f"#cite-{key}", "aria-label": "回到正文引用处"})
            back.text = AtomicString("↩")


def describe(item: etree.Element, source: Source) -> None:
    """Fill an element with a source: publisher, linked title, year, kind, day read and note."""
    item.text = AtomicString(f"{source.by}. ")
    link = etree.SubElement(item, "a", {"href": source.url, "rel": "noopener"})
    link.text = AtomicString(source.title)
    note = f"。{source.note}" if source.note else ""
    link.tail = AtomicString(f". {source.year}. {KINDS[source.kind]}，读取于 {source.read}{note} ")
