"""Mermaid text → a themable SVG drawing for a given width and an outline in words, or problems with a place.

The verdict is Mermaid's own parser's; the drawing is Pele's. This is the only module that knows either of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from atlas.v8 import MERMAID, PELE, Engine, EngineError

WIDE = 720
"""Width in CSS pixels that a drawing may take in the text column of a desktop window."""
NARROW = 336
"""Width in CSS pixels that a drawing may take on a phone of 360 px."""

_ENGINE = Engine("图形引擎（Mermaid/Pele）", (MERMAID, PELE), ("judge.js", "draw.js"))
_COMMENT_CLICK = re.compile(r'^\s*%%\s*click\s+(?P<node>.+?)\s+"(?P<href>[^"]+)"\s*$', re.MULTILINE)
_ACTIVE_SCHEME = re.compile(r"^[\s\x00-\x1f]*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a diagram is not one; ``line`` and ``column`` count from 1 in the fence's text, ``None`` where unknown."""

    message: str
    line: int | None = None
    column: int | None = None
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG element with its size in CSS pixels; links are the hrefs of its clickable nodes."""

    svg: str
    width: float
    height: float
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an outline with the lines below it."""

    text: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What a diagram says, in words: its kind, name, description, and nodes and edges as a list."""

    kind: str = ""
    title: str = ""
    description: str = ""
    items: tuple[Item, ...] = field(default=())


@lru_cache(maxsize=4096)
def judge(source: str) -> Problem | None:
    """Mermaid's verdict on a diagram's text; ``None`` when it is valid.

    Raises:
        EngineError: if Mermaid itself fails or runs away.
    """
    if not source.strip():
        return Problem("图是空的", 1, 1)
    verdict = _ENGINE.call("judge", source)
    if verdict["ok"]:
        return None
    drawn = _draw(source, "p", WIDE)
    if isinstance(drawn, Problem) and drawn.line:  # Pele counts in the author's text; Mermaid after it has stripped some
        return Problem(_tidy(verdict["message"]), drawn.line, drawn.column, drawn.snippet)
    line = verdict["line"] or _line_in(verdict["message"])
    return Problem(_tidy(verdict["message"]), line, None)


@lru_cache(maxsize=4096)
def draw(source: str, id_prefix: str, width: int) -> Drawing | Problem:
    """Draw a diagram for a column of ``width`` CSS pixels; ids inside begin with ``id_prefix``.

    Raises:
        EngineError: if Pele itself fails or runs away.
    """
    drawn = _draw(source, id_prefix, width)
    if isinstance(drawn, Problem):
        return drawn
    for node, href in comment_links(source):
        if not is_active(href):
            drawn = _link_node(drawn, node, href)
    return drawn


@lru_cache(maxsize=4096)
def outline(source: str) -> Outline:
    """The diagram in words, from its own model; empty where the model can't be read."""
    read = _ENGINE.call("outline", source)
    if not read["ok"]:
        return Outline()
    return Outline(read["type"], read["accTitle"], read["accDescr"], tuple(_item(one) for one in read["items"]))


def comment_links(source: str) -> tuple[tuple[str, str], ...]:
    """The ``%% click 节点 "地址"`` lines, which link nodes in kinds of diagram that have no ``click`` of their own."""
    return tuple((found["node"].strip('"'), found["href"]) for found in _COMMENT_CLICK.finditer(source))


def written_links(source: str) -> tuple[str, ...]:
    """Every address that the author put on a node, whether or not it will be drawn."""
    clicks = re.findall(r'^\s*click\s+\S+\s+(?:href\s+)?"([^"]+)"', source, re.MULTILINE)
    return (*clicks, *(href for _, href in comment_links(source)))


def is_active(href: str) -> bool:
    """Whether an address would run something instead of going somewhere (``javascript:`` and its like)."""
    return bool(_ACTIVE_SCHEME.match(href))


def _draw(source: str, id_prefix: str, width: int) -> Drawing | Problem:
    drawn = _ENGINE.call("draw", source, id_prefix, width, True)
    if not drawn["ok"]:
        if drawn["code"] == "crash":
            raise EngineError(f"绘图库 Pele 在一张图上崩溃：{drawn['message']}")
        return Problem(_tidy(drawn["message"]), drawn["line"], drawn["column"], drawn["snippet"])
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


def _tidy(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip() and not set(line.strip()) <= {"-", "^"}]
    # Jison lists all it would have taken there, dozens of internal names; only what it met says anything to a writer.
    met = next((found[1] for line in lines if (found := re.search(r"^Expecting .*got '?(\S+?)'?$", line))), "")
    first = re.sub(r"^(?:Error: )?(?:Parse|Lexical|Parsing) error on line \d+[:.]?\s*", "", lines[0] if lines else "")
    told = [first] if first else []
    return ("；".join([*told, f"解析器遇到 {met}，不合语法"] if met else told))[:160] or "语法错误"


def _line_in(message: str) -> int | None:
    found = re.search(r"\bline:? (\d+)", message)
    return int(found[1]) if found else None
