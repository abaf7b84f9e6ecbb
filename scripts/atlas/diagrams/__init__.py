"""Mermaid text → all its faults with places, a themable SVG drawing for a given width, and an outline in words.

The verdict is Mermaid's own, as a browser would give it; the drawing is Pele's. This is the only package that knows either.
``judge`` says what keeps a diagram from being drawn, ``lint`` what Mermaid swallows in silence.
"""

from atlas.diagrams.drawing import comment_links, draw, is_active, outline, written_links
from atlas.diagrams.judging import judge
from atlas.diagrams.silent import lint
from atlas.diagrams.values import NARROW, SYNTAX, UNDRAWABLE, WIDE, Drawing, Item, Outline, Problem

__all__ = [
    "NARROW",
    "SYNTAX",
    "UNDRAWABLE",
    "WIDE",
    "Drawing",
    "Item",
    "Outline",
    "Problem",
    "comment_links",
    "draw",
    "is_active",
    "judge",
    "lint",
    "outline",
    "written_links",
]
