"""Tables that stay text, and cells that vanish."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from atlas.checks.markup.spots import QUOTE, line_spots
from atlas.checks.markup.structure import Trail
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView
from atlas.scan import Scan
from atlas.typesetting import DELIMITER, cells

BROKEN = RULES.add(
    "table-broken",
    Severity.ERROR,
    "表格成了文字，或丢了单元格",
    "表格前要空一行，表头下面要有 `| - | - |`，列数与表头相同，竖线是半角的；多出来的单元格读者看不到，文字里的写 `\\|`。",
)

_PROSE = frozenset({"p", "li", "dd"})


@dataclass(frozen=True, slots=True)
class Surplus:
    """A row with more cells than its table has columns: the offsets of the ends of the last that fits and of the next."""

    path: str
    row: str
    line: int
    column: int
    last: int
    next: int


def check(view: PageView) -> Iterator[Finding]:
    """Rows in one paragraph that were meant as a table."""
    done: set[str] = set()
    for block in view.rendered.blocks:
        if block.tag not in _PROSE or not re.search(r"[|｜].*\n.*[|｜]", block.text):
            continue
        lines = [line.strip() for line in block.text.strip("\n").split("\n")]
        for at, reason, hint in _tables(lines):
            if lines[at] not in done:
                done.add(lines[at])
                for place in line_spots(view, lines[at]):
                    yield Finding(BROKEN, place, f"`{_short(lines[at])}` {reason}，表格成了一段文字", hint)


def candidates(view: PageView) -> list[Surplus]:
    """Rows that may have too many cells."""
    if "<table" not in view.html:
        return []
    return [one for path, scanned in view.places.scans.items() for one in _surplus(path, scanned)]


def cut(found: Sequence[Surplus], trails: Mapping[tuple[str, int], Trail]) -> Iterator[Finding]:
    """Those of the rows whose next cell did not come out."""
    for row in found:
        if (row.path, row.last) in trails and (row.path, row.next) not in trails:
            message = f"这一行 `{_short(row.row)}` 的单元格比表头多，多出来的读者看不到"
            yield Finding(BROKEN, Location(row.path, row.line, row.column), message, "文字里的竖线写 `\\|`，或给表头加一列")


def _tables(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Index of the first line of each would-be table, with what is wrong and what to write."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and ("|" in lines[end] or "｜" in lines[end]):
            end += 1
        if end - at >= 2 and (found := _fault(lines[at:end], is_first=at == 0)):
            yield at, *found
        at = max(end, at + 1)


def _fault(rows: Sequence[str], *, is_first: bool) -> tuple[str, str] | None:
    narrow = [unicodedata.normalize("NFKC", row) for row in rows]
    separator = next((row for row in narrow[1:2] if "|" in row and DELIMITER.fullmatch(row)), "")
    if any("｜" in row for row in rows) and (separator or all(row.startswith("|") and row.endswith("|") for row in narrow)):
        return "里的竖线是全角的", "竖线写半角的 `|`"
    if separator:
        header, columns = len(cells(narrow[0])), len(cells(separator))
        if header != columns:
            return f"有 {header} 列，下面的分隔行有 {columns} 列", "分隔行写 `" + "| - " * header + "|`"
        if not is_first:
            return "前面没有空行", "在表格前空一行"
        return "没有成为表格", "检查分隔行，并在 mkdocs.yml 里启用 tables"
    counts = {len(cells(row)) for row in rows}
    if all(row.startswith("|") and row.endswith("|") for row in rows) and len(counts) == 1 and min(counts) > 1:
        return "下面没有分隔行", "在表头下面加一行 `" + "| - " * min(counts) + "|`"
    return None


def _surplus(path: str, one: Scan) -> Iterator[Surplus]:
    masked = one.masked_lines
    columns, offset = 0, 0
    for number, raw in enumerate(one.lines):
        lead = found.end() if (found := QUOTE.match(raw)) else 0
        line = masked[number][lead:]
        if "|" not in line:
            columns = 0
        elif columns and len(parts := cells(line)) > columns:
            last, following = parts[columns - 1], parts[columns]
            if raw[lead + following[0] : lead + following[1]].strip():
                ends = [offset + lead + start + len(line[start:end].rstrip()) for start, end in (last, following)]
                indent = len(line) - len(line.lstrip())
                yield Surplus(path, raw[lead:].strip(), number + 1, lead + indent + 1, ends[0], ends[1])
        elif DELIMITER.fullmatch(line.strip()) and number and "|" in masked[number - 1]:
            columns = len(cells(line))
        offset += len(one.lines[number]) + 1


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
