"""``python -m tests.corpus_report [FAMILY…]`` → how many faults are found at their line, by family, and what fails."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from atlas import checks
from tests.corpus_cases import Case, cases, judge

COLUMNS = ("exact", "column", "elsewhere", "missed", "faults", "false", "failed traps", "traps")


def main(families: list[str]) -> int:
    """Run every case, print the table and the failures; 0 if all pass."""
    totals: dict[str, Counter[str]] = {}
    failures: list[str] = []
    began = time.perf_counter()
    for case in (case for family in families or ["*"] for case in cases(family)):
        failures += _run(case, totals.setdefault(case.family, Counter()))
    print(*failures, sep="\n")
    print(f"\n{'':14}" + "".join(f"{name:>14}" for name in COLUMNS))
    for family, counted in [*totals.items(), ("all", sum(totals.values(), Counter()))]:
        print(f"{family:14}" + "".join(f"{counted[name]:14}" for name in COLUMNS))
    amount = sum(counted["cases"] for counted in totals.values())
    print(f"\n{amount} cases, {(time.perf_counter() - began) * 1000 / max(amount, 1):.0f} ms each, {len(failures)} fail")
    return 1 if failures else 0


def _run(case: Case, counted: Counter[str]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
        try:
            found = list(checks.validate(case.write(Path(folder))).findings)
        except Exception as error:  # the report goes on whatever one case does
            found, crash = [], f" crashed: {type(error).__name__}: {error}"
        else:
            crash = ""
    verdict = judge(case, [finding.location for finding in found])
    counted.update(
        cases=1,
        exact=len(verdict.exact),
        column=verdict.columns,
        elsewhere=len(verdict.elsewhere),
        missed=len(verdict.missed),
        faults=len(case.faults),
        false=len(verdict.false),
        traps=not case.faults,
    )
    if verdict.passed and not crash:
        return []
    counted["failed traps"] += not case.faults
    wanted = [f"{mark.path}:{mark.line}" for mark in (*verdict.missed, *verdict.elsewhere)]
    strange = [f"{f.location.path}:{f.location.line} {f.rule.id} {f.message}" for f in found if f.location in verdict.false]
    parts = [f"missed {', '.join(wanted)}"] * bool(wanted) + [f"reported {text}" for text in strange]
    return [f"{case.id}:{crash} {'; '.join(parts)}（{case.why}）"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
