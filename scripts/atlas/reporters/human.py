"""For a person at a terminal: one finding after the other, then a line that sums up."""

from __future__ import annotations

from atlas.findings import Finding, Location, Report, Severity

LABELS = {Severity.ERROR: "错误", Severity.WARNING: "警告"}


def write(report: Report) -> str:
    """Findings with place, rule, message and hint; the last line says what was looked at."""
    lines = [line for finding in report.findings for line in _finding(finding)]
    seen = f"{report.pages} 页、{report.links} 个链接、{report.diagrams} 张图、{report.formulas} 个公式"
    if report.rows:
        seen = f"{seen}、{report.rows} 行数据" if report.pages else f"{report.rows} 行数据"
    verdict = f"{report.errors} 个错误，{report.warnings} 个警告" if report.findings else "没有发现问题"
    return "\n".join([*lines, f"检查了 {seen}：{verdict}。"]) + "\n"


def place(location: Location) -> str:
    """``path:line:column``, as far as it is known."""
    known = [part for part in (location.line, location.column) if part is not None]
    return ":".join([location.path, *map(str, known)])


def _finding(finding: Finding) -> list[str]:
    head = f"{place(finding.location)}: {LABELS[finding.severity]} {finding.rule.id} {finding.message}"
    return [head, f"  提示：{finding.hint}"] if finding.hint else [head]
