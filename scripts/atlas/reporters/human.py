"""For a person at a terminal: one finding after the other, then a line that sums up."""

from __future__ import annotations

import unicodedata
from functools import cache

from atlas.findings import LABELS, RULES_PAGE, Finding, Location, Report

_INDENT = "    "
_MORE = f"规则的解释和示例：运行 `atlas rules 规则名`，或看 {RULES_PAGE}"
_WIDTH = 96
"""Columns of a terminal that a source line may take."""
_BEFORE = 48
"""Columns that are shown before the place, where a line is cut."""
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would turn the line around, and the marker would stand elsewhere."""


def write(report: Report) -> str:
    """Findings with place, rule, message, source line and hint; the last line says what was looked at."""
    lines_of = cache(report.lines)
    lines = [line for finding in report.findings for line in _finding(finding, lines_of(finding.location.path))]
    more = [_MORE] if report.findings else []
    return "\n".join([*lines, *more, summary(report)]) + "\n"


def summary(report: Report) -> str:
    """What was looked at and what came of it, in one line."""
    seen = f"{report.pages} 页、{report.links} 个链接、{report.diagrams} 张图、{report.formulas} 个公式"
    if report.rows:
        seen = f"{seen}、{report.rows} 行数据" if report.pages else f"{report.rows} 行数据"
    new = "新" if report.known else ""
    verdict = f"{report.errors} 个{new}错误，{report.warnings} 个{new}警告" if report.findings else f"没有发现{new}问题"
    known = f"；基线里的 {report.known} 个已知问题没有列出" if report.known else ""
    gone = f"；基线里有 {report.gone} 个问题不再出现，用 --write-baseline 更新它" if report.gone else ""
    return f"检查了 {seen}：{verdict}{known}{gone}。"


def place(location: Location) -> str:
    """``path:line:column``, as far as it is known."""
    known = [part for part in (location.line, location.column) if part is not None]
    return ":".join([location.path, *map(str, known)])


def excerpt(line: str, column: int | None) -> list[str]:
    """A source line, cut around the place where it is long, and a marker under the place."""
    shown = [_visible(one) for one in line]
    at = min((column or 1) - 1, len(shown))
    start, end = _window([_columns(one) for one in shown], at)
    left, right = "…" * (start > 0), "…" * (end < len(shown))
    text = f"{_INDENT}{left}{''.join(shown[start:end])}{right}".rstrip()
    if column is None:
        return [text]
    blank = "".join("\t" if one == "\t" else " " * _columns(one) for one in shown[start:at])
    return [text, f"{_INDENT}{' ' * len(left)}{blank}^"]


def _finding(finding: Finding, lines: tuple[str, ...]) -> list[str]:
    said = [f"{place(finding.location)}: {LABELS[finding.severity]} {finding.rule.id} {finding.message}"]
    number = finding.location.line or 0
    if 0 < number <= len(lines) and lines[number - 1].strip():
        said += excerpt(lines[number - 1], finding.location.column)
    if finding.hint:
        said.append(f"  提示：{finding.hint}")
    return said


def _window(widths: list[int], at: int) -> tuple[int, int]:
    """Which characters to show: all if they fit, else as many before the place as allowed, and on to the full width."""
    if sum(widths) <= _WIDTH:
        return 0, len(widths)
    start, used = at, 0
    while start > 0 and used + widths[start - 1] <= _BEFORE:
        start -= 1
        used += widths[start]
    end = at
    while end < len(widths) and used + widths[end] <= _WIDTH:
        used += widths[end]
        end += 1
    return start, end


def _visible(character: str) -> str:
    """What a terminal may be given: no control characters but tabs, and nothing that turns the line around."""
    number = ord(character)
    if character == "\t" or not (number < 32 or 127 <= number < 160 or character in _TURNING or 0xD800 <= number < 0xE000):
        return character
    return chr(0x2400 + number) if number < 32 else "\N{REPLACEMENT CHARACTER}"


def _columns(character: str) -> int:
    """How many columns a character takes."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
