"""The ``licences`` fence → a table of everything by others that the site carries."""

from __future__ import annotations

import xml.etree.ElementTree as etree

from markdown import Markdown
from markdown.util import AtomicString

from atlas import licences
from atlas.markdown import generated
from atlas.markdown.state import PageState


def licence_table(md: Markdown, state: PageState) -> etree.Element:
    """One row a component."""
    rows = list(state.facts["licences"])
    if text := licences.notice(state.facts):
        generated.write(md, {licences.FILE: text})
    holder = etree.Element(
        "div", {"class": "atlas-facts-scroll", "role": "region", "tabindex": "0", "aria-label": "软件与许可"}
    )
    table = etree.SubElement(holder, "table", {"class": "atlas-licences"})
    head = etree.SubElement(etree.SubElement(table, "thead"), "tr")
    for label in ("软件", "版本", "许可", "用在哪里"):
        etree.SubElement(head, "th", {"scope": "col"}).text = AtomicString(label)
    body = etree.SubElement(table, "tbody")
    for row in rows:
        line = etree.SubElement(body, "tr", {"id": f"licence-{row.key}"})
        name = etree.SubElement(line, "th", {"scope": "row"})
        etree.SubElement(name, "a", {"href": row.text("url"), "rel": "noopener"}).text = AtomicString(row.name)
        for text in (licences.version_of(row) or "随主题", row.text("licence"), row.text("what")):
            etree.SubElement(line, "td").text = AtomicString(text)
    return holder
