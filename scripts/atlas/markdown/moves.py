"""Headings that moved away → lines at the end of their old page, under their old anchors, that lead to the new place."""

from __future__ import annotations

import xml.etree.ElementTree as etree

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas import moved
from atlas.markdown.addresses import page_path, relative
from atlas.markdown.state import PageState


class MovedHeadings(Treeprocessor):
    """Appends the lines; their links are ordinary links, which the engine resolves and the checks look at."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Add a block, if anything ever moved away from this page."""
        path = page_path(self.md)
        anchors = moved.load(self._state.folder).anchors(path) if path else {}
        if not path or not anchors:
            return
        block = etree.SubElement(root, "div", {"class": "atlas-moved", "data-search-exclude": ""})
        for old, new in anchors.items():
            target, mark, anchor = new.partition("#")
            href = f"{'' if target == path else relative(self.md, target)}{mark}{anchor}"
            line = etree.SubElement(block, "p", {"id": old})
            line.text = AtomicString(f"原来的“{old}”一节搬走了：")
            etree.SubElement(line, "a", {"href": href}).text = AtomicString("到新的地方")
