"""Drawings of the site → drawings that need no stylesheet: every colour variable becomes the light one's value.

The site's colours are CSS variables, so that one drawing serves light, dark and print. Readers of books know variables
rarely, and a fill that they don't understand is black.
"""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import Tag

_NAMES = """
attributeName baseFrequency clipPath clipPathUnits foreignObject gradientTransform gradientUnits lengthAdjust linearGradient
markerHeight markerUnits markerWidth maskUnits pathLength patternTransform patternUnits preserveAspectRatio radialGradient
refX refY spreadMethod startOffset stdDeviation textLength textPath viewBox
"""
SPELLED = {name.lower(): name for name in _NAMES.split()}
"""SVG's names with capitals; HTML's parsers know them without."""
CLASSES = ("key", "warn", "good", "mute", "c1", "c2", "c3", "c4", "c5", "c6")
SHAPES = ("rect", "polygon", "circle", "ellipse", "path")
STROKES = {"key": "3", "warn": "2.5", "good": "2"}
DASHES = {"warn": "7 3", "mute": "2 3"}
_VARIABLE = re.compile(r"var\((--[\w-]+)(?:,((?:[^()]|\([^()]*\))*))?\)")
_DECLARED = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+)")


def colours(site: Path) -> dict[str, str]:
    """The light values of the variables that drawings use, read from the site's own stylesheets."""
    found: dict[str, str] = {}
    for sheet in sorted((site / "assets").glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
        for block in re.findall(r"(?:^|\})\s*:root(?:\s*,[^{}]*)?\s*\{([^}]*)\}", text):
            found |= {name: value.strip() for name, value in _DECLARED.findall(block)}
    return {name: value for name, value in found.items() if name.startswith(("--pele-", "--atlas-"))}


def draw(picture: Tag) -> None:
    """Spell an SVG's names as XML wants them."""
    for one in [picture, *picture.find_all(True)]:
        one.name = SPELLED.get(one.name, one.name)
        for name in [name for name in one.attrs if name in SPELLED]:
            one.attrs[SPELLED[name]] = one.attrs.pop(name)
    if not picture.has_attr("xmlns"):
        picture["xmlns"] = "http://www.w3.org/2000/svg"


def paint(picture: Tag, known: dict[str, str]) -> None:
    """Put values in the place of variables, and the classes' colours onto their shapes."""
    own: dict[str, str] = dict(_DECLARED.findall(str(picture.get("style", ""))))
    values = known | own
    for one in [picture, *picture.find_all(True)]:
        for name, value in list(one.attrs.items()):
            if isinstance(value, str) and ("var(" in value or "--" in value):
                one[name] = _plain(value, values)
        for mark in set(one.get_attribute_list("class")) & set(CLASSES) if one.has_attr("class") else ():
            _colour(one, str(mark), known)


def _plain(value: str, values: dict[str, str]) -> str:
    for _ in range(6):
        value, count = _VARIABLE.subn(lambda found: values.get(found[1]) or (found[2] or "").strip() or "inherit", value)
        if not count:
            break
    return ";".join(part for part in value.split(";") if not part.strip().startswith("--"))


def _colour(node: Tag, mark: str, known: dict[str, str]) -> None:
    fill, stroke = known.get(f"--atlas-{mark}-fill", ""), known.get(f"--atlas-{mark}-stroke", "")
    shapes = [one for one in [*node.find_all(SHAPES, recursive=False), *node.select(":scope > a > *")] if one.name in SHAPES]
    for shape in shapes if fill and stroke else ():
        if shape.get("fill") != "none":
            shape["fill"] = fill
        shape["stroke"] = stroke
        shape["stroke-width"] = STROKES.get(mark, "1.5")
        if mark in DASHES:
            shape["stroke-dasharray"] = DASHES[mark]
