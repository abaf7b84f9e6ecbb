"""For GitHub Actions: workflow commands that annotate the very lines of a pull request."""

from __future__ import annotations

from atlas.findings import RULES_PAGE, Finding, Report


def write(report: Report) -> str:
    """One ``::error`` or ``::warning`` command a finding."""
    return "".join(_command(finding) + "\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    location = finding.location
    properties = {"file": location.path, "line": location.line, "col": location.column, "title": finding.rule.id}
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    hint = f"\n提示：{finding.hint}" if finding.hint else ""
    text = f"{finding.message}{hint}\n规则：{RULES_PAGE}#{finding.rule.id}"
    return f"::{finding.severity.value} {given}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
