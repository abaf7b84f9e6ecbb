"""For programs: one JSON object a line."""

from __future__ import annotations

import json

from atlas.findings import Report


def write(report: Report) -> str:
    """Objects with rule, severity, path, line, column, message and hint; unknown places are null."""
    return "".join(
        json.dumps(
            {
                "rule": finding.rule.id,
                "severity": finding.severity.value,
                "path": finding.location.path,
                "line": finding.location.line,
                "column": finding.location.column,
                "message": finding.message,
                "hint": finding.hint,
            },
            ensure_ascii=False,
        )
        + "\n"
        for finding in report.findings
    )
