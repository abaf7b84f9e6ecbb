"""Heads of tables written in Markdown, as assistive technology and narrow screens need them.

The corner of a table with names on two sides is left empty. As a head it would name a column with nothing; as a cell it is
just empty, which screen readers pass over.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree

from markdown.treeprocessors import Treeprocessor

_WIDE = 5
"""Columns from which on a table is wider than a phone: it scrolls, and its cells don't shrink any more."""


class TableHeads(Treeprocessor):
    """Turns each ``<th>`` without contents into a ``<td>``, says of the others what they head, and marks wide tables.

    The mark is no class: the theme dresses the tables that have none.
    """

    def run(self, root: etree.Element) -> None:
        """Mend every table's head row."""
        for table in root.iter("table"):
            if any(len(row) >= _WIDE for row in table.findall("thead/tr")):
                table.set("data-wide", "")
        for head in root.iter("thead"):
            for cell in head.iter("th"):
                if len(cell) or (cell.text or "").strip():
                    cell.attrib.setdefault("scope", "col")
                else:
                    cell.tag = "td"
