"""The page's own line below its heading (how long it takes to read), and what to read before it and after it."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as etree

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.markdown.state import PageState

META = '<span class="atlas-meta-more"></span>'
"""The empty element in the line where a theme's template puts the day of the last check and the links."""
BEFORE, AFTER = "先看", "接着看"
"""Words in bold that begin the two halves of the paragraph below a page's conclusion."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w.,%-]*")
_UNREAD = frozenset({"pre", "math", "script", "style", "table"})
_SKIPPED = frozenset({"atlas-references", "atlas-sources", "atlas-numbered", "atlas-files", "atlas-due", "headerlink"})
_A_LOOK = 0.25
"""Minutes that a figure, a table or a formula on a line of its own takes."""


class ReadingTime(Treeprocessor):
    """Says how many minutes a page takes; ``pace`` is in Chinese characters a minute, a Latin word counts as two."""

    def __init__(self, state: PageState, md: Markdown, pace: int) -> None:
        super().__init__(md)
        self._state, self._pace = state, pace

    def run(self, root: etree.Element) -> None:
        """Put the line below the heading."""
        _set_path(root)
        if not self._pace:
            return
        looks = len(self._state.diagrams) + sum(1 for one in root.iter() if _takes_a_look(one))
        minutes = max(1, math.ceil(_characters(root) / self._pace + looks * _A_LOOK))
        line = etree.Element("p", {"class": "atlas-page-meta", "data-search-exclude": ""})
        said = etree.SubElement(line, "span")
        said.text = AtomicString(f"阅读约 {minutes} 分钟")
        said.tail = self.md.htmlStash.store(META)
        headings = [at for at, element in enumerate(root) if element.tag == "h1"]
        root.insert(headings[0] + 1 if headings else 0, line)


def _takes_a_look(element: etree.Element) -> bool:
    return element.tag == "table" or (element.tag == "math" and element.get("display") == "block")


def _characters(element: etree.Element) -> int:
    if element.tag in _UNREAD or not _SKIPPED.isdisjoint((element.get("class") or "").split()):
        return 0
    texts = [element.text or "", *(child.tail or "" for child in element)]
    own = sum(len(_HAN.findall(text)) + 2 * len(_WORD.findall(text)) for text in texts)
    return own + sum(_characters(child) for child in element)


def _set_path(root: etree.Element) -> None:
    """Mark the paragraph that says what to read before and after, and give each its own line."""
    for paragraph in root.iter("p"):
        strong = [child for child in paragraph if child.tag == "strong"]
        if not strong or (paragraph.text or "").strip() or paragraph[0] is not strong[0] or strong[0].text != BEFORE:
            continue
        paragraph.set("class", "atlas-path")
        for at, child in enumerate(list(paragraph)):
            if child.tag == "strong" and child.text == AFTER and at:
                paragraph[at - 1].tail = (paragraph[at - 1].tail or "").rstrip(" ·")
                paragraph.insert(at, etree.Element("br"))
        return
