"""Markdown → the same, set as the rest is: spaces and punctuation between Chinese and Latin, and the layout of tables.

AutoCorrect judges the text; it leaves code and diagrams alone, where a full-width colon would break what works. Values and
citations (``[=…]``, ``[@…]``) are data, not prose, and are hidden from it. Nothing that is done here changes what a page
says, so it can be done without asking.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from atlas.scan import Scan, scan

_DATA = re.compile(r"\[[=@][^\]\n]*\]")
_PREFIX = re.compile(r"[ \t>]*")
DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
"""The line below a table's head."""
# 编码器-解码器 is one word, and GPT-3：175B keeps its full-width colon; code is somebody else's business.
_SETTINGS = {"rules": {"space-dash": 0, "halfwidth-punctuation": 0, "halfwidth-word": 0}, "context": {"codeblock": 0}}


@functools.cache
def _autocorrect() -> Any:
    """Few runs set anything, and loading it costs more than a page."""
    import autocorrect_py

    autocorrect_py.load_config(json.dumps(_SETTINGS))  # type: ignore[attr-defined] # its own stubs lack the function
    return autocorrect_py


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not set as the rest is; ``line`` and ``column`` count from 1."""

    line: int
    column: int
    old: str
    new: str


def mend(text: str) -> str:
    """The text set well; its line ends stay as they are."""
    masked, hidden = _hide(text)
    spaced = _show(_autocorrect().format_for(masked, "page.md"), hidden)
    lines = spaced.split("\n")
    for number, row in _rows(scan(spaced.replace("\r", " "))):
        end = "\r" if lines[number].endswith("\r") else ""
        lines[number] = row + end
    return "\n".join(lines)


def faults(text: str) -> list[Fault]:
    """What :func:`mend` would change; of a table's row, that alone."""
    masked, hidden = _hide(text)
    found = _autocorrect().lint_for(masked, "page.md").lines
    spaces = [Fault(one.line, one.col, _show(one.old, hidden), _show(one.new, hidden)) for one in found]
    seen = scan(text)
    tables = [Fault(number + 1, 1, seen.lines[number], row) for number, row in _rows(seen)]
    laid = {fault.line for fault in tables}
    left = (fault for fault in spaces if fault.line not in laid)
    return sorted([*tables, *left], key=lambda fault: (fault.line, fault.column))


def cells(row: str) -> list[tuple[int, int]]:
    """Start and end of each cell of a row; what stands in code is masked, and a pipe after a backslash is text."""
    bars = [found.start() for found in re.finditer(r"(?<!\\)\|", row)]
    edges = [-1, *bars, len(row)]
    found = [(edges[at] + 1, edges[at + 1]) for at in range(len(edges) - 1)]
    if bars and not row[: bars[0]].strip():
        found = found[1:]
    if bars and not row[bars[-1] + 1 :].strip():
        found = found[:-1]
    return found


def _rows(one: Scan) -> Iterator[tuple[int, str]]:
    """The rows of tables, by the number of their line from 0, that are to be laid out otherwise, and how."""
    masked = one.masked_lines
    inside = False
    for number, line in enumerate(masked):
        is_delimiter = _is_delimiter(masked, number)
        inside = "|" in line and (inside or is_delimiter or _is_delimiter(masked, number + 1))
        if inside and (row := _row(one.lines[number], line, is_delimiter=is_delimiter)) != one.lines[number].rstrip():
            yield number, row


def _is_delimiter(masked: Sequence[str], number: int) -> bool:
    """Whether a line is the one below a table's head, which stands alone and has as many cells."""
    if not 0 < number < len(masked):
        return False
    row, head = (_PREFIX.sub("", masked[at], count=1).rstrip() for at in (number, number - 1))
    if "|" not in row or "|" not in head or not DELIMITER.fullmatch(row) or DELIMITER.fullmatch(head):
        return False
    above = _PREFIX.sub("", masked[number - 2], count=1) if number > 1 else ""
    return not above.strip() and len(cells(head)) == len(cells(row))


def _row(raw: str, masked: str, *, is_delimiter: bool) -> str:
    found = _PREFIX.match(raw)
    prefix = found[0] if found else ""
    texts = [raw[len(prefix) :][start:end].strip() for start, end in cells(masked[len(prefix) :].rstrip())]
    if is_delimiter:
        return f"{prefix}|" + "".join(f"{one if len(one) > 2 else _rule(one)}|" for one in texts)
    return f"{prefix}|" + "".join(f" {one} |" if one else " |" for one in texts)


def _rule(cell: str) -> str:
    return f"{':' if cell[0] == ':' else ''}---{':' if cell[-1] == ':' else ''}"


def _hide(text: str) -> tuple[str, dict[str, str]]:
    """The text with a mark of the same length in place of each value and citation, and what each mark stands for."""
    hidden: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        inner = f"{len(hidden):x}".rjust(len(found[0]) - 2, "0")
        hidden[f"[{inner}]"] = found[0]
        return f"[{inner}]"

    return _DATA.sub(mark, text), hidden


def _show(text: str, hidden: dict[str, str]) -> str:
    return re.sub(r"\[[0-9a-f]+\]", lambda found: hidden.get(found[0], found[0]), text)
