"""The ``licences`` fence → a list of everything by others that the site carries."""

from __future__ import annotations

import xml.etree.ElementTree as etree

from markdown import Markdown
from markdown.util import AtomicString

from atlas import licences
from atlas.markdown import generated
from atlas.markdown.state import PageState


def licence_list(md: Markdown, state: PageState) -> etree.Element:
    """One item a component: a table of four columns would not fit a phone."""
    if text := licences.notice(state.facts):
        generated.write(md, {licences.FILE: text})
    listed = etree.Element("ul", {"class": "atlas-licences"})
    for row in state.facts["licences"]:
        item = etree.SubElement(listed, "li", {"id": f"licence-{row.key}"})
        name = etree.SubElement(etree.SubElement(item, "strong"), "a", {"href": row.text("url"), "rel": "noopener"})
        name.text = AtomicString(row.name)
        version = licences.version_of(row)
        said = f"{f' {version}' if version else ''}，{row.text('licence')}。{row.text('what')}。"
        item[0].tail = AtomicString(said)
    return listed
