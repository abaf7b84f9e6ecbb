"""Mermaid text → a themable SVG drawing for a given width, and an outline in words."""

from __future__ import annotations

import re

from atlas.diagrams.engine import ID_PREFIX, ask
from atlas.diagrams.links import comment_links, is_active
from atlas.diagrams.values import Drawing, Item, Outline, Problem
from atlas.v8 import EngineError


def draw(source: str, id_prefix: str, width: int) -> Drawing | Problem:
    """Draw a diagram for a column of ``width`` CSS pixels; ids inside begin with ``id_prefix``.

    Raises:
        EngineError: if Pele itself fails or runs away.
    """
    drawn = _draw(source, id_prefix, width)
    if isinstance(drawn, Problem):
        return drawn
    for link in comment_links(source):
        if not is_active(link.href):
            drawn = _link_node(drawn, link.node, link.href)
    return drawn


def outline(source: str) -> Outline:
    """The diagram in words, from its own model; empty where the model can't be read."""
    read = ask("outline", source)
    if not read["ok"]:
        return Outline()
    return Outline(read["type"], read["accTitle"], read["accDescr"], tuple(_item(one) for one in read["items"]))


def _draw(source: str, id_prefix: str, width: int) -> Drawing | Problem:
    drawn = ask("draw", source, ID_PREFIX, width, True)
    if not drawn["ok"]:
        if drawn["code"] == "crash":
            raise EngineError(f"绘图库 Pele 在一张图上崩溃：{drawn['message']}")
        return Problem(str(drawn["message"])[:160], drawn["line"], drawn["column"], drawn["snippet"])
    links = tuple(link["href"] for link in drawn["links"])
    return Drawing(drawn["svg"].replace(ID_PREFIX, id_prefix), drawn["width"], drawn["height"], links)


def _link_node(drawing: Drawing, node: str, href: str) -> Drawing:
    escaped = re.escape(_xml(node))
    pattern = re.compile(rf'(<g class="pele-node[^"]*" data-id="{escaped}"[^>]*>)(.*?)(</g>)', re.DOTALL)
    svg, count = pattern.subn(rf'\1<a href="{_backslashes(_xml(href))}">\2</a>\3', drawing.svg, count=1)
    return Drawing(svg, drawing.width, drawing.height, (*drawing.links, href)) if count else drawing


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _backslashes(text: str) -> str:
    return text.replace("\\", "\\\\")


def _item(raw: dict[str, object]) -> Item:
    below = raw["items"]
    assert isinstance(below, list)
    return Item(str(raw["text"]), tuple(_item(one) for one in below))
