"""An author's diagram → the text that Mermaid's parsers see, with the author's place of every character of it.

Mermaid takes out the front matter, ``%%{…}%%`` directives and ``%%`` comments before it parses, and counts lines in the
rest; the patterns here are those of its ``preprocessDiagram`` (version 12.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

FRONT_MATTER = re.compile(r"([^\S\n]*)---\s*?\n(?P<body>.*?)\n?\1---[^\S\n]*(?:\n\s*)", re.DOTALL)
DIRECTIVE = re.compile(
    r"%%\{\s*(?:(?P<named>\w+)\s*:|(?P<bare>\w+))\s*(?:(?P<word>\w+)|(?P<body>(?:(?!\}%%).|\n)*))?\s*(?:\}%%)?",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*%%(?!\{)[^\n]+\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stripped:
    """What is left of a text, and where each of its characters stood."""

    text: str
    origins: tuple[int, ...]
    source: str

    def place(self, offset: int) -> tuple[int, int]:
        """The author's line and column, from 1, of a character of the stripped text."""
        origin = self.origins[min(offset, len(self.origins) - 1)] if self.origins else 0
        return self.source.count("\n", 0, origin) + 1, origin - self.source.rfind("\n", 0, origin)

    def offset(self, line: int, column: int = 1) -> int:
        """The offset in the stripped text of a line and a column, both from 1; the end if there is no such line."""
        start = 0
        for _ in range(line - 1):
            start = self.text.find("\n", start) + 1
            if not start:
                return max(len(self.text.rstrip()) - 1, 0)
        return min(start + max(column, 1) - 1, max(len(self.text) - 1, 0))


@lru_cache(maxsize=512)
def strip(source: str) -> Stripped:
    """Take out of a text what Mermaid takes out."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    origins = list(range(len(source)))
    text = source
    head = FRONT_MATTER.match(text)
    if head:
        text, origins = text[head.end() :], origins[head.end() :]
    for pattern in (DIRECTIVE, _COMMENT):
        text, origins = _without(pattern, text, origins)
    blank = len(text) - len(text.lstrip())
    return Stripped(text[blank:], tuple(origins[blank:]), source)


def _without(pattern: re.Pattern[str], text: str, origins: list[int]) -> tuple[str, list[int]]:
    kept, places, end = [], [], 0
    for found in pattern.finditer(text):
        kept.append(text[end : found.start()])
        places += origins[end : found.start()]
        end = found.end()
    return "".join(kept) + text[end:], places + origins[end:]
