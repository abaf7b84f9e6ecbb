"""For a build server's page of results and for issues: a table in GitHub's Markdown, errors first."""

from __future__ import annotations

import re

from atlas.findings import LABELS, Finding, Report, Severity
from atlas.reporters.human import place, summary

_ROWS = 200
"""More rows than this help nobody, and a page of results takes one megabyte."""


def write(report: Report) -> str:
    """What was looked at, then one row a finding."""
    found = sorted(report.findings, key=lambda finding: finding.severity is not Severity.ERROR)
    lines = [summary(report)]
    if found:
        lines += ["", "| 在哪里 | 轻重 | 规则 | 哪里不对 | 怎么改 |", "|---|---|---|---|---|"]
        lines += [_row(finding) for finding in found[:_ROWS]]
    if len(found) > _ROWS:
        lines += ["", f"还有 {len(found) - _ROWS} 处没有列出；在本机运行 `atlas validate` 看全部。"]
    return "\n".join(lines) + "\n"


def _row(finding: Finding) -> str:
    cells = (
        _code(place(finding.location)),
        LABELS[finding.severity],
        _code(finding.rule.id),
        _text(finding.message),
        _text(finding.hint),
    )
    return f"| {' | '.join(cells)} |"


def _text(text: str) -> str:
    """Words as words: what an author wrote may be Markdown, HTML or somebody's name, and must show as written.

    In backticks, where messages put the author's own text, everything but a bar is plain already.
    """
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(_code(part[1:-1]) if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u200b")
    return re.sub(r"([\\`*_{}\[\]()#|~!$])", r"\\\1", text)


def _code(text: str) -> str:
    plain = " ".join(text.split()).replace("|", r"\|")
    marks = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    return f"{marks}{plain}{marks}" if len(marks) == 1 else f"{marks} {plain} {marks}"
