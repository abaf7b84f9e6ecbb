"""The corpus: each fault is reported on the line where it was written, and no trap is reported at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas import checks
from tests.corpus_cases import Case, cases, judge


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in cases()])
def test_case(case: Case, tmp_path: Path) -> None:
    """Every mark is matched by a finding on its line, and every finding by a mark."""
    report = checks.validate(case.write(tmp_path))
    verdict = judge(case, [finding.location for finding in report.findings])
    said = "\n".join(
        f"  {f.rule.id} {f.location.path}:{f.location.line}:{f.location.column} {f.message}" for f in report.findings
    )
    expected = "\n".join(f"  {mark.path}:{mark.line}:{mark.column}" for mark in case.faults)
    assert verdict.passed, f"{case.why}\nexpected:\n{expected or '  nothing'}\nreported:\n{said or '  nothing'}"
