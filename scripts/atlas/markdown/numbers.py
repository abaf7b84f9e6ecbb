"""Numbers of figures and tables on the page: captions, ``[图#](page.md#anchor)`` in the text, and the lists of all."""

from __future__ import annotations

import posixpath
import xml.etree.ElementTree as etree
from collections.abc import Iterator

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.markdown.addresses import documents_folder, navigation, page_path, relative
from atlas.markdown.state import PageState, note_problem
from atlas.model import DataProblem
from atlas.numbering import ANCHOR, CAPTION, FIGURE, TABLE, Numbered, Position, default_anchor, label, numbered, positions
from atlas.selection import SelectionError

REFERENCE = "figure-reference-missing"
ALONE = "table-caption-alone"
_LISTED = {"figures": FIGURE, "tables": TABLE}


def stem_of(md: Markdown) -> str:
    """What comes before the dash in the numbers of the page being rendered; nothing outside the navigation."""
    found = positions(navigation(md)).get(page_path(md) or "")
    return found.stem if found else ""


def number_element(text: str) -> etree.Element:
    """The number in a caption."""
    element = etree.Element("span", {"class": "atlas-number"})
    element.text = AtomicString(text)
    return element


class Captions(Treeprocessor):
    """Puts the caption that an author wrote before a table into it, and numbers all tables that have one."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """In reading order."""
        ours = {id(table) for parent in list(root.iter()) for table in _captioned(parent)}
        stem, place = stem_of(self.md), 0
        holders = {id(table): holder for holder in root.iter("div") for table in holder.iter("table") if _is_data(holder)}
        for table in root.iter("table"):
            holder = holders.get(id(table))
            if holder is None and id(table) not in ours:
                continue
            place += 1
            owner = table if holder is None else holder
            if not owner.get("id"):
                owner.set("id", default_anchor(TABLE, place))
            caption = table[0]
            number = number_element(label(TABLE, stem, place))
            number.tail = AtomicString(f" {(caption.text or '').lstrip()}")
            caption.text = None
            caption.insert(0, number)


def _is_data(holder: etree.Element) -> bool:
    return "atlas-facts" in (holder.get("class") or "").split()


def _captioned(parent: etree.Element) -> Iterator[etree.Element]:
    """The tables among an element's children that have a caption before them, which becomes a part of them."""
    children = list(parent)
    for at, paragraph in enumerate(children):
        if paragraph.tag != "p" or not (paragraph.text or "").lstrip().startswith(CAPTION):
            continue
        table = children[at + 1] if at + 1 < len(children) else None
        if table is None or table.tag != "table":
            written = (paragraph.text or "").strip()
            message = f"`{written[:20]}` 像是表题，后面却不是表"
            note_problem(DataProblem(ALONE, written, message, "表题单独成段，隔一个空行，紧接着就是表"))
            continue
        paragraph.text = (paragraph.text or "").lstrip().removeprefix(CAPTION)
        _take_anchor(paragraph, table)
        paragraph.tag = "caption"
        parent.remove(paragraph)
        paragraph.tail = None
        table.insert(0, paragraph)
        yield table


def _take_anchor(caption: etree.Element, table: etree.Element) -> None:
    last = caption[-1] if len(caption) else None
    text = (caption.text if last is None else last.tail) or ""
    if anchor := ANCHOR.search(text):
        table.set("id", anchor[1])
        text = text[: anchor.start()]
    if last is None:
        caption.text = text
    else:
        last.tail = text


class References(Treeprocessor):
    """``[图#](page.md#anchor)`` and ``[表#](#anchor)`` → the number, as a link to where it leads."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Fill in every reference; one that leads to nothing with a number is a finding."""
        for link in root.iter("a"):
            kind = (link.text or "").removesuffix("#")
            if len(link) or kind not in {FIGURE, TABLE} or not (link.text or "").endswith("#"):
                continue
            path, _, anchor = link.get("href", "").partition("#")
            found = [one for one in self._on(path) if one.anchor == anchor and one.kind == kind]
            link.text = AtomicString(found[0].label if found else kind)
            link.set("class", "atlas-number")
            if not found:
                written = f"[{kind}#]({link.get('href', '')})"
                message = f"`{written}` 指的地方没有编了号的{kind}"
                note_problem(DataProblem(REFERENCE, written, message, self._hint(kind, path)))

    def _on(self, path: str) -> tuple[Numbered, ...]:
        here, folder = page_path(self.md), documents_folder(self.md)
        if here is None or folder is None:
            return ()
        target = posixpath.normpath(posixpath.join(posixpath.dirname(here), path)) if path else here
        return read_page(self.md, self._state, target)

    def _hint(self, kind: str, path: str) -> str:
        there = [f"`{one.anchor}`（{one.title}）" for one in self._on(path) if one.kind == kind]
        return f"那一页有 {'、'.join(there[:8])}" if there else f"那一页没有编了号的{kind}；给{kind}写上锚点"


def read_page(md: Markdown, state: PageState, path: str) -> tuple[Numbered, ...]:
    """The figures and tables of a page by its path in the documents' folder; none if there is no such page."""
    folder = documents_folder(md)
    try:
        source = (folder / path).read_text("utf-8") if folder else ""
    except (OSError, UnicodeDecodeError):
        return ()
    place = positions(navigation(md)).get(path)
    return numbered(source, place.stem if place else "", state.facts)


def listing(md: Markdown, state: PageState, text: str) -> etree.Element:
    """The list of all figures, or of all tables, by chapter and page.

    Raises:
        SelectionError: if the fence asks for anything else.
    """
    wanted = text.strip()
    if wanted not in _LISTED:
        raise SelectionError(f"不知道 `{wanted}` 是什么列表", "写 `figures`（图）或 `tables`（表）")
    holder = etree.Element("div", {"class": "atlas-numbered", "data-search-exclude": ""})
    chapter = None
    for place in positions(navigation(md)).values():
        found = [one for one in read_page(md, state, place.path) if one.kind == _LISTED[wanted]]
        if found and place.chapter_number != chapter:
            chapter = place.chapter_number
            head = etree.SubElement(holder, "h3", {"id": f"{wanted}-{chapter}"})
            head.text = AtomicString(f"{chapter} {place.chapter}")
        if found:
            _page(holder, md, place, found)
    return holder


def _page(holder: etree.Element, md: Markdown, place: Position, found: list[Numbered]) -> None:
    address = relative(md, place.path) or place.path
    head = etree.SubElement(holder, "p")
    etree.SubElement(head, "a", {"href": address}).text = AtomicString(place.title)
    listed = etree.SubElement(holder, "ul")
    for one in found:
        item = etree.SubElement(listed, "li")
        link = etree.SubElement(item, "a", {"href": f"{address}#{one.anchor}"})
        link.text = AtomicString(one.label)
        link.tail = AtomicString(f" {one.title}")
