"""A diagram's text → the lines of it that Mermaid reads, with the author's line numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from atlas.diagrams.stripping import strip

NOT_NODES = re.compile(
    r"\s*(?:style|click|linkStyle|classDef|cssClass|callback|accTitle|accDescr|direction|%%|class\s+\S+\s+\S+\s*;?\s*$)"
)
"""Statements in which a name stands without making a node."""
FLOW = ("flowchart", "swimlane")
"""Kinds that are written as flowcharts are."""


@dataclass(frozen=True, slots=True)
class Line:
    """An author's line that Mermaid reads: its number, and its text with the quoted parts blanked."""

    number: int
    text: str
    bare: str


def read(source: str) -> list[Line]:
    """The lines that are neither blank nor taken out by Mermaid; the first one names the kind of diagram."""
    left = strip(source)
    written = left.source.split("\n")
    kept = (origin for origin, character in zip(left.origins, left.text, strict=True) if not character.isspace())
    numbers, number, end = [], 0, 0
    for origin in kept:
        if number and origin < end:
            continue
        while end <= origin:
            end += len(written[number]) + 1
            number += 1
        numbers.append(number)
    return [Line(n, written[n - 1], _bare(written[n - 1])) for n in numbers]


def _bare(text: str) -> str:
    return re.sub(r'"[^"]*"', lambda m: '"' + " " * (len(m[0]) - 2) + '"', text) if '"' in text else text
