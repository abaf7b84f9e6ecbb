"""``docs/_data/changes.yml`` → an Atom feed of what was corrected, so that a reader hears of it without asking."""

from __future__ import annotations

import xml.etree.ElementTree as etree

from atlas import moved
from atlas.facts import Facts, Row

FILE = "changes.xml"
PAGE = "appendix/changes.md"
_ATOM = "http://www.w3.org/2005/Atom"
_TITLE = "大模型图谱：更正"
_NEWEST = 50


def newest(facts: Facts) -> list[Row]:
    """The corrections, the newest first; of one day, the last written first."""
    rows = list(facts["changes"])
    rows.reverse()
    return sorted(rows, key=lambda row: row.text("date"), reverse=True)


def atom(facts: Facts, site_url: str, *, folders: bool) -> str:
    """The feed; empty if nothing was ever corrected."""
    rows = newest(facts)[:_NEWEST]
    if not rows:
        return ""
    site = site_url.rstrip("/") + "/"
    page = site + moved.address(PAGE, folders=folders)
    feed = etree.Element("feed", {"xmlns": _ATOM, "xml:lang": "zh"})
    _add(feed, "title", _TITLE)
    _add(feed, "id", page)
    _add(feed, "updated", _moment(rows[0]))
    etree.SubElement(feed, "link", {"rel": "self", "href": site + FILE, "type": "application/atom+xml"})
    etree.SubElement(feed, "link", {"rel": "alternate", "href": page, "type": "text/html"})
    _add(etree.SubElement(feed, "author"), "name", "LLM Atlas 贡献者")
    for row in rows:
        entry = etree.SubElement(feed, "entry")
        _add(entry, "title", row.name)
        _add(entry, "id", f"{page}#change-{row.key}")
        _add(entry, "updated", _moment(row))
        etree.SubElement(entry, "link", {"rel": "alternate", "href": f"{page}#change-{row.key}", "type": "text/html"})
        _add(entry, "content", said(row))
    etree.indent(feed)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(feed, encoding="unicode") + "\n"


def said(row: Row) -> str:
    """A correction in one paragraph."""
    why = row.text("why")
    return f"原来：{row.text('was')} 现在：{row.text('now')}" + (f" 原因：{why}" if why else "")


def _moment(row: Row) -> str:
    return f"{row.text('date')}T00:00:00Z"


def _add(parent: etree.Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text
