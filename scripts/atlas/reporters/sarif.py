"""For code scanning: SARIF 2.1.0, with every rule, its help, and what a finding is known by from run to run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from atlas import __version__
from atlas.baseline import Fingerprints
from atlas.findings import RULES, RULES_PAGE, Finding, Fix, Report, Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "ROOT"


def write(report: Report) -> str:
    """One run; columns count characters, addresses are relative to the project's folder."""
    found = {finding.rule.id: RULES.rules.get(finding.rule.id, finding.rule) for finding in report.findings}
    rules = {**RULES.rules, **found}
    numbers = {id_: number for number, id_ in enumerate(rules)}
    prints = Fingerprints(report)
    base: dict[str, Any] = {"description": {"text": "项目的文件夹"}}
    if report.root:
        base["uri"] = report.root.absolute().as_uri().rstrip("/") + "/"
    run = {
        "tool": {"driver": {"name": "atlas", "version": __version__, "language": "zh-CN", "rules": _rules(rules.values())}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: base},
        "results": [_result(finding, numbers, prints) for finding in report.findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    # Lone surrogates, as in a file name that is no UTF-8, have no place in a document.
    text = json.dumps(log, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def _rules(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    return [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.summary},
            "helpUri": f"{RULES_PAGE}#{rule.id}",
            "fullDescription": {"text": rule.explanation or rule.summary},
            "help": {
                "text": f"{rule.summary}。{rule.explanation}",
                "markdown": f"**{rule.summary}**\n\n{rule.explanation}\n\n示例：`atlas rules {rule.id}`",
            },
            "defaultConfiguration": {"level": rule.severity.value},
        }
        for rule in rules
    ]


def _result(finding: Finding, numbers: dict[str, int], prints: Fingerprints) -> dict[str, Any]:
    location = finding.location
    physical: dict[str, Any] = {"artifactLocation": _artifact(location.path)}
    if location.line:
        region = {"startLine": location.line, "startColumn": location.column}
        physical["region"] = {name: value for name, value in region.items() if value}
    result = {
        "ruleId": finding.rule.id,
        "ruleIndex": numbers[finding.rule.id],
        "level": finding.severity.value,
        "message": {"text": finding.message + (f"\n提示：{finding.hint}" if finding.hint else "")},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {"atlasLineAndNeighbours/v1": prints.of(finding).digest},
    }
    if finding.fix and finding.fix.line:
        result["fixes"] = [_fix(finding.fix, finding.fix.line, finding.hint)]
    return result


def _fix(fix: Fix, line: int, hint: str) -> dict[str, Any]:
    lines = fix.old.split("\n")
    column = fix.column or 1
    region = {
        "startLine": line,
        "startColumn": column,
        "endLine": line + len(lines) - 1,
        "endColumn": len(lines[-1]) + (column if len(lines) == 1 else 1),
    }
    replacement = {"deletedRegion": region, "insertedContent": {"text": fix.new}}
    change = {"artifactLocation": _artifact(fix.path), "replacements": [replacement]}
    return {"description": {"text": hint or "改成这样"}, "artifactChanges": [change]}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path, safe="/", errors="replace"), "uriBaseId": _ROOT}
