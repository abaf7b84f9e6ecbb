"""A line of a diagram → the same line with the quotes, the brackets and the texts of edges closed that it leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.diagrams.marks import open_mark, open_pipe

Mended = Iterator[tuple[str, str]]
"""Lines that may be right, each with what was done in a few words."""


def edge_texts(line: str) -> Mended:
    """The text of an edge that is not closed ends before the node that follows."""
    opened = open_pipe(line)
    for gap in reversed(list(re.finditer(r"\s+(?=\S)", line[opened:]))) if opened else ():
        at = opened + gap.start()
        if line[opened:at].strip():
            yield f"{line[:at]}|{line[at:]}", "边上的文字两头都要有 `|`"


def quotes(line: str) -> Mended:
    """Straight quotes for curly ones, and one more where their number is odd."""
    yield re.sub("[“”]", '"', line), "弯引号改成英文双引号"
    if line.count('"') % 2:
        for opened in (at for at, character in enumerate(line) if character == '"' and line[:at].count('"') % 2 == 0):
            end = line.find('"', opened + 1)
            for found in re.finditer(r"\s+as\s|[\])}]|\s*(?:--|==|:)", line[opened + 1 : end if end > 0 else None]):
                at = opened + 1 + found.start()
                yield f'{line[:at]}"{line[at:]}', "少了收尾的双引号"
        yield line.rstrip() + '"', "少了收尾的双引号"


def brackets(line: str) -> Mended:
    """A bracket or quote closed before an arrow or a colon, or at the end."""
    opened = open_mark(line)
    if not opened:
        return
    closing = {"[": "]", "(": ")", "{": "}", '"': '"'}[line[opened - 1]]
    for arrow in re.finditer(r"\s+(?:[-=.<~]{2,}|:|@\{)", line[opened:]):
        at = opened + arrow.start()
        yield line[:at] + closing + line[at:], f"少了收尾的 `{closing}`"
        yield line[:at] + closing * 2 + line[at:], f"少了收尾的 `{closing}`"
    stripped = line.rstrip()
    yield stripped + closing, f"少了收尾的 `{closing}`"
    yield stripped + closing * 2, f"少了收尾的 `{closing}`"
    yield re.sub(r"(\s*[\])}]*\s*)$", closing + r"\1", stripped, count=1), f"少了收尾的 `{closing}`"
