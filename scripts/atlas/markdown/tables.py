"""Fences that show data → tables that read without JavaScript: every claim with its source, its kind and its doubts.

A fence is noted where it stands and becomes elements once the page's own text is: its citations are then numbered with all
others, in reading order.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Mapping
from typing import Any

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.facts import EVIDENCE, SCHEMAS, Type, due_rows, today
from atlas.markdown import generated
from atlas.markdown.addresses import relative
from atlas.markdown.changes import change_list
from atlas.markdown.citations import cite
from atlas.markdown.licences import licence_list
from atlas.markdown.numbers import listing
from atlas.markdown.state import Block, PageState, note_problem
from atlas.model import DataProblem
from atlas.selection import SelectionError, select
from atlas.tables import Cell, FactTable, Line, Remark, export_files, tabulate

INVALID = "facts-table-invalid"
_MARK = re.compile(r"\x02wzxhzdk:(\d+)\x03")
_PLACE = re.compile(r'<atlas-facts n="(\d+)"></atlas-facts>')
_KINDS = {"secondary": "二", "derived": "推", "measured": "测"}
"""Kinds of evidence that a reader must see on the value itself."""
_OPEN_REMARKS = 4
"""More remarks than this are folded."""


def fence(source: str, language: str, class_name: str, options: dict[str, Any], md: Markdown, **more: Any) -> str:
    """Superfences' formatter for the fences that become elements: leave a mark where those will stand."""
    state: PageState = md.atlas  # type: ignore[attr-defined]
    state.blocks.append(Block(language, source, str(options.get("id") or more.get("id_value") or "")))
    return f'<atlas-facts n="{len(state.blocks) - 1}"></atlas-facts>'


class TablePlacer(Treeprocessor):
    """Replaces the marks by tables."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Fill every element that holds nothing but a mark."""
        for element in list(root.iter()):
            mark = _MARK.fullmatch((element.text or "").strip()) if not len(element) else None
            if mark and (found := _PLACE.fullmatch(str(self.md.htmlStash.rawHtmlBlocks[int(mark[1])]).strip())):
                element.text = None
                element.tag = "div" if element.tag == "p" else element.tag
                element.append(self._built(self._state.blocks[int(found[1])]))

    def _built(self, block: Block) -> etree.Element:
        try:
            if block.language == "changes":
                return change_list(self.md, self._state, block.text)
            if block.language == "licences":
                return licence_list(self.md, self._state)
            if block.language == "facts-due":
                return _due(self._state)
            if block.language == "facts-files":
                return self._files()
            if block.language == "figures":
                return listing(self.md, self._state, block.text)
            return self._table(block)
        except SelectionError as error:
            note_problem(DataProblem(INVALID, block.text, str(error), error.hint, error.line))
            return broken(f"这里画不出来：{error}", block.text)

    def _table(self, block: Block) -> etree.Element:
        selection = select(block.text, self._state.facts, ())
        if not selection.columns:
            raise SelectionError("没写要哪几列", "加一行 `columns: [memory, bandwidth]`")
        table = tabulate(selection, self._state.facts)
        return _TableMaker(table, self._state, self._addresses(table.kind), block.anchor).element()

    def _addresses(self, kind: str) -> Mapping[str, str]:
        """Where the data can be had as files, as links from this page."""
        state = self._state
        if not state.downloads:
            return {}
        files = {f"{state.downloads}/{name}": text for name, text in export_files(state.facts).items()}
        generated.write(self.md, files)
        found = {form: relative(self.md, f"{state.downloads}/{kind}.{form}") for form in ("csv", "json")}
        return {form: href for form, href in found.items() if href}

    def _files(self) -> etree.Element:
        """All kinds of data with their columns and units, and where to get them."""
        holder = etree.Element("div", {"class": "atlas-files"})
        for kind, schema in SCHEMAS.items():
            table = self._state.facts[kind]
            if not len(table):
                continue
            head = etree.SubElement(holder, "p", {"id": f"data-{kind}"})
            etree.SubElement(head, "strong").text = AtomicString(f"{schema.label}（{kind}，{len(table)} 行）")
            _download(head, schema.label, self._addresses(kind))
            folded = etree.SubElement(holder, "details")
            etree.SubElement(folded, "summary").text = AtomicString(f"{len(schema.columns)} 列")
            shown = etree.SubElement(folded, "ul")
            for column in schema.columns.values():
                item = etree.SubElement(shown, "li")
                etree.SubElement(item, "code").text = AtomicString(column.name)
                unit = f"，单位 {column.unit_label}" if column.unit else ""
                words = f"：{'、'.join(column.choices.values())}" if column.choices else ""
                remark = f"。{column.remark}" if column.remark else ""
                item[-1].tail = AtomicString(f" {column.label}（{column.type.value}{unit}{words}）{remark}")
        return holder


def broken(message: str, text: str) -> etree.Element:
    """What a reader of a preview sees in place of a fence that can't be shown."""
    holder = etree.Element("div", {"class": "atlas-broken", "role": "alert"})
    etree.SubElement(holder, "p").text = AtomicString(message)
    etree.SubElement(holder, "pre").text = AtomicString(text)
    return holder


class _TableMaker:
    """Builds one table's elements; holds the remarks that its cells have led to so far."""

    def __init__(self, table: FactTable, state: PageState, addresses: Mapping[str, str], anchor: str) -> None:
        self._table, self._state, self._addresses, self._anchor = table, state, addresses, anchor
        self._remarks: list[tuple[str, Remark]] = []
        self._kinds: set[str] = set()
        state.tables += 1
        self._stem = f"note-{state.tables}"

    def element(self) -> etree.Element:
        """The whole block: table in its own scrolling region, legend, remarks, dates and downloads."""
        holder = etree.Element("div", {"class": "atlas-facts", "data-kind": self._table.kind})
        if self._anchor:
            holder.set("id", self._anchor)
        region = {"class": "atlas-facts-scroll", "role": "region", "tabindex": "0", "aria-label": self._table.title}
        table = etree.SubElement(etree.SubElement(holder, "div", region), "table", {"class": "atlas-facts-table"})
        etree.SubElement(table, "caption").text = AtomicString(self._table.title)
        self._head(etree.SubElement(etree.SubElement(table, "thead"), "tr"))
        body = etree.SubElement(table, "tbody")
        for line in self._table.lines:
            self._line(etree.SubElement(body, "tr"), line)
        self._legend(holder)
        self._notes(holder)
        return holder

    def _head(self, row: etree.Element) -> None:
        for (label, unit), type_ in zip(self._table.heads, self._table.types, strict=True):
            head = etree.SubElement(row, "th", {"scope": "col"} | _class(type_))
            head.text = AtomicString(label)
            if unit:
                etree.SubElement(head, "span", {"class": "atlas-unit"}).text = AtomicString(f"（{unit}）")

    def _line(self, row: etree.Element, line: Line) -> None:
        anchor = f"{self._table.kind}-{line.key}"
        if anchor not in self._state.rows_shown:
            self._state.rows_shown.add(anchor)
            row.set("id", anchor)
        for number, (cell, type_) in enumerate(zip(line.cells, self._table.types, strict=True)):
            attributes = _class(type_)
            order = f"{cell.order:.12g}" if isinstance(cell.order, float) else cell.order
            if order not in {"", cell.text}:
                attributes["data-order"] = order
            if number == 0:
                self._cell(etree.SubElement(row, "th", {"scope": "row", **attributes}), cell)
            else:
                self._cell(etree.SubElement(row, "td", attributes), cell)

    def _cell(self, element: etree.Element, cell: Cell) -> None:
        element.text = AtomicString(cell.text)
        if cell.absent:
            element.set("class", f"{element.get('class', '')} atlas-absent".strip())
        self._kinds.add(cell.kind)
        if cell.kind in _KINDS and not cell.absent:
            title = EVIDENCE[cell.kind] + (f"：{cell.formula}" if cell.formula else "")
            mark = etree.SubElement(element, "abbr", {"class": "atlas-kind", "title": title})
            mark.text = AtomicString(_KINDS[cell.kind])
        for remark in cell.remarks:
            self._remarks.append((anchor := f"{self._stem}-{len(self._remarks) + 1}", remark))
            link = etree.SubElement(element, "a", {"href": f"#{anchor}", "class": "atlas-remark"})
            link.text = AtomicString(f"注{len(self._remarks)}")
        if cell.sources:
            element.append(cite(cell.sources, self._state))

    def _legend(self, holder: etree.Element) -> None:
        first, last = self._table.checked
        parts = [f"{sign} {EVIDENCE[kind]}" for kind, sign in _KINDS.items() if kind in self._kinds]
        parts += ["注 另有说法或说明"] if self._remarks else []
        legend = etree.SubElement(holder, "p", {"class": "atlas-facts-legend"})
        said = ["上标数字是来源", *parts, "– 没有查到或不适用"]
        days = f"各行核对日期 {first}" + ("" if first == last else f" 至 {last}") if first else ""
        legend.text = AtomicString("；".join(said) + "。" + (f"{days}。" if days else ""))
        _download(legend, self._table.title, self._addresses)

    def _notes(self, holder: etree.Element) -> None:
        if not self._remarks:
            return
        folded = len(self._remarks) > _OPEN_REMARKS
        box = etree.SubElement(holder, "details" if folded else "div", {"class": "atlas-facts-notes"})
        if folded:
            etree.SubElement(box, "summary").text = AtomicString(f"注（{len(self._remarks)} 条）：说明与其他来源的说法")
        listed = etree.SubElement(box, "ol")
        for anchor, remark in self._remarks:
            item = etree.SubElement(listed, "li", {"id": anchor})
            item.text = AtomicString(remark.text)
            if remark.sources:
                item.append(cite(remark.sources, self._state))


def _class(type_: Type) -> dict[str, str]:
    name = {Type.NUMBER: "atlas-number", Type.DATE: "atlas-date"}.get(type_)
    return {"class": name} if name else {}


def _download(holder: etree.Element, title: str, addresses: Mapping[str, str]) -> None:
    for form, href in addresses.items():
        _tail(holder, " ")
        link = etree.SubElement(holder, "a", {"href": href, "download": "", "class": "atlas-download"})
        link.text = AtomicString(form.upper())
        link.set("aria-label", f"{form.upper()} 下载“{title}”的全部数据")  # begins with what one sees


def _tail(holder: etree.Element, text: str) -> None:
    if len(holder):
        holder[-1].tail = AtomicString((holder[-1].tail or "") + text)
    else:
        holder.text = AtomicString((holder.text or "") + text)


def _due(state: PageState) -> etree.Element:
    """The rows that are to be looked at again, by kind, those due longest first."""
    holder = etree.Element("div", {"class": "atlas-due"})
    found = due_rows(state.facts, today())
    if not found:
        etree.SubElement(holder, "p").text = AtomicString("没有过期的行：全部数据都在各自的期限内。")
    for kind in dict.fromkeys(one.table.schema.kind for one in found):
        rows = [one for one in found if one.table.schema.kind == kind]
        head = etree.SubElement(holder, "p")
        etree.SubElement(head, "strong").text = AtomicString(f"{SCHEMAS[kind].label}（{len(rows)} 行）")
        listed = etree.SubElement(holder, "ul")
        for one in rows:
            name = one.row.name if kind != "sources" else one.row.text("title")
            text = f"{name}（{one.row.key}）：上次核对 {one.checked}，{one.since} 起该重新核对"
            etree.SubElement(listed, "li").text = AtomicString(text)
    return holder
