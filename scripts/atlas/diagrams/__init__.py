"""Mermaid text → all its faults with places, a themable SVG drawing for a given width, and an outline in words.

The verdict is Mermaid's own, as a browser would give it; the drawing is Pele's. This is the only package that knows either.
``judge`` says what keeps a diagram from being drawn, ``lint`` what Mermaid swallows in silence.
"""

from atlas.diagrams.active import active
from atlas.diagrams.drawing import draw, outline
from atlas.diagrams.engine import prepare
from atlas.diagrams.judging import judge
from atlas.diagrams.links import NodeLink, comment_links, is_active, node_links, relinked, written_links
from atlas.diagrams.silent import lint
from atlas.diagrams.values import NARROW, SYNTAX, UNDRAWABLE, WIDE, Drawing, Item, Outline, Problem

__all__ = [
    "NARROW",
    "SYNTAX",
    "UNDRAWABLE",
    "WIDE",
    "Drawing",
    "Item",
    "NodeLink",
    "Outline",
    "Problem",
    "active",
    "comment_links",
    "draw",
    "is_active",
    "judge",
    "lint",
    "node_links",
    "outline",
    "prepare",
    "relinked",
    "written_links",
]
