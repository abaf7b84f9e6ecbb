"""Mermaid text → a themable SVG drawing for a given width and an outline in words; and the links that its author wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from atlas.diagrams.engine import ENGINE
from atlas.diagrams.values import Drawing, Item, Outline, Problem
from atlas.v8 import EngineError

_COMMENT_CLICK = re.compile(r'^\s*%%\s*click\s+(?P<node>.+?)\s+"(?P<href>[^"]+)"\s*$', re.MULTILINE)
_ACTIVE_SCHEME = re.compile(r"^[\s\x00-\x1f]*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_CLICK = re.compile(
    r"^[^\S\n]*click[^\S\n]+(?P<node>[^\n\"]+?|\"[^\"\n]*\")[^\S\n]+(?:href[^\S\n]+)?\"(?P<href>[^\"\n]+)\"", re.MULTILINE
)
_CLASS_LINK = re.compile(r'^[^\S\n]*link[^\S\n]+(?P<node>\S+)[^\S\n]+"(?P<href>[^"\n]+)"', re.MULTILINE)
_ACTOR_LINK = re.compile(r"^[^\S\n]*link[^\S\n]+(?P<node>[^:\n]+):[^@\n]*@[^\S\n]*(?P<href>\S+)", re.MULTILINE)
_ACTOR_LINKS = re.compile(r"^[^\S\n]*links[^\S\n]+(?P<node>[^:\n]+):\s*(?P<json>\{.*\})", re.MULTILINE)
_STEM = "atlas-stem-"
"""The beginning of all ids in a drawing that was made for any page."""
_COMMENT = re.compile(r"^\s*%%(?!\s*click\b).*$", re.MULTILINE)


def draw(source: str, id_prefix: str, width: int) -> Drawing | Problem:
    """Draw a diagram for a column of ``width`` CSS pixels; ids inside begin with ``id_prefix``.

    Raises:
        EngineError: if Pele itself fails or runs away.
    """
    drawn = _drawn(source, width)
    return drawn if isinstance(drawn, Problem) else replace(drawn, svg=drawn.svg.replace(_STEM, id_prefix))


@lru_cache(maxsize=4096)
def _drawn(source: str, width: int) -> Drawing | Problem:
    """Draw once for everybody who asks: a page, and the check of it, differ in the ids only."""
    drawn = _draw(source, _STEM, width)
    if isinstance(drawn, Problem):
        return drawn
    for node, href in comment_links(source):
        if not is_active(href):
            drawn = _link_node(drawn, node, href)
    return drawn


@lru_cache(maxsize=4096)
def outline(source: str) -> Outline:
    """The diagram in words, from its own model; empty where the model can't be read."""
    read = ENGINE.call("outline", source)
    if not read["ok"]:
        return Outline()
    return Outline(read["type"], read["accTitle"], read["accDescr"], tuple(_item(one) for one in read["items"]))


def comment_links(source: str) -> tuple[tuple[str, str], ...]:
    """The ``%% click 节点 "地址"`` lines, which link nodes in kinds of diagram that have no ``click`` of their own."""
    return tuple((found["node"].strip('"'), found["href"]) for found in _COMMENT_CLICK.finditer(source))


def written_links(source: str) -> tuple[str, ...]:
    """Every address that the author put on a node, whether or not it will be drawn, in the order of the text.

    The forms: ``click … "…"`` with or without ``href``, a tooltip and a target; ``link A "…"`` of class diagrams;
    ``link A: … @ …`` and ``links A: {…}`` of sequence diagrams; our own ``%% click …``.
    """
    live = _COMMENT.sub("", source)
    found = [
        (one.start("href"), one["href"]) for pattern in (_CLICK, _CLASS_LINK, _ACTOR_LINK) for one in pattern.finditer(live)
    ]
    for several in _ACTOR_LINKS.finditer(live):
        found += [
            (several.start("json") + one.start(1), one[1])
            for one in re.finditer(r':\s*["\']([^"\']+)["\']', several["json"])
        ]
    return (*dict.fromkeys(href for _, href in sorted(found)), *(href for _, href in comment_links(source)))


def is_active(href: str) -> bool:
    """Whether an address would run something instead of going somewhere (``javascript:`` and its like)."""
    return bool(_ACTIVE_SCHEME.match(href))


def _draw(source: str, id_prefix: str, width: int) -> Drawing | Problem:
    drawn = ENGINE.call("draw", source, id_prefix, width, True)
    if not drawn["ok"]:
        if drawn["code"] == "crash":
            raise EngineError(f"绘图库 Pele 在一张图上崩溃：{drawn['message']}")
        return Problem(str(drawn["message"])[:160], drawn["line"], drawn["column"], drawn["snippet"])
    links = tuple(link["href"] for link in drawn["links"])
    return Drawing(drawn["svg"], drawn["width"], drawn["height"], links)


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
