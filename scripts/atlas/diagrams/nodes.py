"""Names of nodes in a flowchart's lines: where each is given a label, and whether one name is a slip of another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SHAPES = (
    ("(((", ")))"), ("((", "))"), ("([", "])"), ("[[", "]]"), ("[(", ")]"), ("{{", "}}"), ("[/", "]"), ("[\\", "]"),
    ("[", "]"),
    ("(", ")"), ("{", "}"),
)  # fmt: skip
_NO_LABELS = re.compile(r"\s*(?:subgraph|style|class|classDef|click|linkStyle|direction|accTitle|accDescr|end)\b")
_ID = re.compile(r"[\w\u0080-\uffff](?:[\w\u0080-\uffff.]|-(?![-.>=]))*(?=[\[({])")
_EDGE_TEXT = re.compile(r"\|[^|]*\||(?<=[\s\]})])(?:--|==|-\.)\s+[^-=|\n]*?\s*(?:-->|---|==>|===|\.->|--[ox])")


@dataclass(frozen=True, slots=True)
class Label:
    """A place where a node is given a label: what it says, its shape's brackets, the line and the column."""

    id: str
    text: str
    shape: str
    line: int
    column: int
    written: str


def labels(number: int, line: str) -> Iterator[Label]:
    """Every ``id[label]`` of a flowchart's line."""
    if _NO_LABELS.match(line):
        return
    masked = _EDGE_TEXT.sub(lambda m: " " * len(m[0]), line)
    at = 0
    while found := _ID.search(masked, at):
        opening, closing = next(shape for shape in _SHAPES if masked.startswith(shape[0], found.end()))
        start = found.end() + len(opening)
        quoted = re.compile(r'\s*"[^"]*"\s*').match(line, start)
        end = line.find(closing, quoted.end() if quoted else start)
        if end < 0:
            return
        text = re.sub(r"\s+", " ", line[start:end].strip().strip('"').strip())
        yield Label(found[0], text, opening, number, found.start() + 1, line[found.start() : end + len(closing)])
        at = end + len(closing)


def is_slip(written: str, meant: str, *, sure: bool = False) -> bool:
    """Whether a name is nearly certainly a slip of another: another case, or two letters swapped, one lost or added.

    A letter in place of another makes a different word too often (``loader``, ``leader``), and so do digits, a plural ``s``
    and short names; only ``sure`` (the names are declared) takes such a letter for a slip.
    """
    if written == meant:
        return False
    if written.lower() == meant.lower():
        return True
    short, long = sorted((written, meant), key=len)
    wide = any(ord(character) >= 0x3400 for character in short)
    if len(short) < (3 if wide else 4) or re.search(r"\d", written + meant):
        return False
    if len(long) == len(short) + 1:
        return long[:-1] != short and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    if len(long) != len(short):
        return False
    differ = [at for at in range(len(short)) if short[at] != long[at]]
    if len(differ) == 2 and differ[1] == differ[0] + 1:
        return short[differ[0]] == long[differ[1]] and short[differ[1]] == long[differ[0]]
    return len(differ) == 1 and sure and 0 < differ[0] < len(short) - 1
