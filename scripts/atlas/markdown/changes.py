"""The ``changes`` fence → what was corrected, the newest first: what stood there, what stands there now, why, and where."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from functools import lru_cache
from pathlib import Path

from markdown import Markdown
from markdown.util import AtomicString

from atlas import feed, moved
from atlas.facts import Row
from atlas.markdown import generated
from atlas.markdown.addresses import published, relative
from atlas.markdown.citations import cite
from atlas.markdown.state import PageState

_LAST = re.compile(r"^last:[ \t]*(\d+)", re.MULTILINE)
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE)


def change_list(md: Markdown, state: PageState, text: str = "") -> etree.Element:
    """All corrections, each with the address that the feed names; with ``last`` and ``page`` the newest, in short."""
    if wanted := _LAST.search(text):
        return _newest(int(wanted[1]), _option(text, "page"), md, state)
    holder = etree.Element("div", {"class": "atlas-changes"})
    rows = feed.newest(state.facts)
    _write(md, state)
    if not rows:
        etree.SubElement(holder, "p").text = AtomicString("还没有更正。")
    for row in rows:
        holder.append(_change(row, md, state))
    return holder


def _newest(count: int, page: str, md: Markdown, state: PageState) -> etree.Element:
    """A line for each of the newest corrections, which leads to the page with all."""
    listed = etree.Element("ul", {"class": "atlas-changes-newest"})
    for row in feed.newest(state.facts)[:count]:
        item = etree.SubElement(listed, "li")
        day = etree.SubElement(item, "time", {"datetime": row.text("date")})
        day.text, day.tail = AtomicString(row.text("date")), AtomicString(" ")
        link = etree.SubElement(item, "a", {"href": f"{relative(md, page) if page else ''}#change-{row.key}"})
        link.text, link.tail = AtomicString(row.name), AtomicString(f"：{row.text('now')}")
    return listed


def _option(text: str, name: str) -> str:
    found = re.search(rf"^{name}:[ \t]*(\S+)", text, re.MULTILINE)
    return found[1] if found else ""


def _write(md: Markdown, state: PageState) -> None:
    """The feed, and the pages that were left behind: this page is always there, so it has them written (see there)."""
    site_url, folders = published(md)
    generated.write(md, moved.pages(moved.load(state.folder), site_url, folders=folders))
    if entries := feed.atom(state.facts, site_url, folders=folders):
        generated.write(md, {feed.FILE: entries})


def _change(row: Row, md: Markdown, state: PageState) -> etree.Element:
    box = etree.Element("div", {"class": "atlas-change", "id": f"change-{row.key}"})
    head = etree.SubElement(box, "p")
    day = etree.SubElement(head, "time", {"datetime": row.text("date")})
    day.text, day.tail = AtomicString(row.text("date")), AtomicString(" ")
    etree.SubElement(head, "strong").text = AtomicString(row.name)
    said = etree.SubElement(box, "ul")
    for label, column in (("原来", "was"), ("现在", "now"), ("原因", "why")):
        if text := row.text(column):
            item = etree.SubElement(said, "li")
            etree.SubElement(item, "strong").text = AtomicString(f"{label}：")
            item[-1].tail = AtomicString(text)
            if column == "now" and row.texts("sources"):
                item.append(cite(row.texts("sources"), state))
    if pages := row.texts("pages"):
        _pages(etree.SubElement(said, "li"), pages, md, state)
    return box


def _pages(item: etree.Element, pages: tuple[str, ...], md: Markdown, state: PageState) -> None:
    """Ordinary links, so that a page that moves or a heading that goes is found here as everywhere."""
    etree.SubElement(item, "strong").text = AtomicString("在哪里：")
    for number, written in enumerate(pages):
        path, mark, anchor = written.partition("#")
        link = etree.SubElement(item, "a", {"href": f"{relative(md, path)}{mark}{anchor}"})
        link.text = AtomicString(_title(state.folder.parent / path) if state.folder else path)
        link.tail = AtomicString("、" if number < len(pages) - 1 else "")


@lru_cache(maxsize=256)
def _title(file: Path) -> str:
    """The page's title, as its head says; its path if there is no such page (the checks say so)."""
    try:
        found = _TITLE.search(file.read_text("utf-8")[:2000])
    except OSError:
        found = None
    return found[1] if found else file.name
