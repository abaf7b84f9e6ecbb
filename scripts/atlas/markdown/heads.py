"""Heads of tables written in Markdown, as assistive technology needs them.

The corner of a table with names on two sides is left empty. As a head it would name a column with nothing; as a cell it is
just empty, which screen readers pass over.
"""

from __future__ import annotations

import xml.etree.ElementTree as etree

from markdown.treeprocessors import Treeprocessor


class EmptyHeads(Treeprocessor):
    """Turns each ``<th>`` without contents into a ``<td>``, and says of the others what they head."""

    def run(self, root: etree.Element) -> None:
        """Mend every table's head row."""
        for head in root.iter("thead"):
            for cell in head.iter("th"):
                if len(cell) or (cell.text or "").strip():
                    cell.attrib.setdefault("scope", "col")
                else:
                    cell.tag = "td"
