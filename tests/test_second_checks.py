"""The record of values checked a second time stays true: of today's data, against other sources, with every disagreement said."""

from __future__ import annotations

import csv
import datetime
from collections import Counter
from typing import NamedTuple

import pytest

from atlas.facts import Absent, Fact, load
from tests.conftest import REPOSITORY

DATA = REPOSITORY / "docs" / "_data"
RECORD = DATA / "second-checks.tsv"
DECISION = REPOSITORY / "docs" / "contributing" / "decisions" / "0008-second-checks.md"
COLUMNS = [
    "kind",
    "row",
    "column",
    "value on site",
    "value in the second source",
    "second source",
    "date",
    "verdict",
    "how settled",
]
FACTS = load(DATA)


class Check(NamedTuple):
    """One line: a value of the site, what another source says, and what came of it."""

    kind: str
    row: str
    column: str
    site: str
    second: str
    source: str
    date: str
    verdict: str
    settled: str

    @property
    def place(self) -> str:
        """The name of the value in formulas and sentences."""
        return f"{self.kind}.{self.row}.{self.column}"

    @property
    def fact(self) -> Fact:
        """The value as it is in the data today."""
        fact = FACTS.fact(self.kind, self.row, self.column)
        assert fact is not None, f"{self.place} is not in the data any more: take its line out of {RECORD.name}"
        return fact


def written(fact: Fact) -> str:
    """A value as the record writes it: plain numbers in the column's unit, lists joined."""
    value = fact.value
    if isinstance(value, Absent):
        return value.label
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return "、".join(value) if isinstance(value, tuple) else str(value)


def agree(one: str, other: str) -> bool:
    """Equal numbers, equal words, or a date that the other continues."""
    try:
        return float(one) == float(other)
    except ValueError:
        return one.startswith(other) or other.startswith(one)


def lines() -> list[list[str]]:
    """The record as it is: fields by line, the names of the columns first."""
    with RECORD.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


NAMES, *FIELDS = lines()
CHECKS = [Check(*fields) for fields in FIELDS]
DIFFERENT = [check for check in CHECKS if check.verdict == "different"]


def test_the_record_is_a_table() -> None:
    """Nine fields a line under their names, and no check written down twice."""
    assert NAMES == COLUMNS
    assert {len(fields) for fields in FIELDS} == {len(COLUMNS)}
    assert all(all(fields) for fields in FIELDS)
    assert [place for place, count in Counter((check.place, check.source) for check in CHECKS).items() if count > 1] == []


def test_the_record_says_what_the_data_says() -> None:
    """A value that was changed since has to be checked again, or its line goes."""
    assert [
        f"{check.place}: {check.site} in the record, {written(check.fact)} in the data"
        for check in CHECKS
        if written(check.fact) != check.site
    ] == []


def test_every_second_source_is_known_and_dated() -> None:
    """A key of ``sources.yml``, and a day that has passed when the record was made."""
    assert {check.source for check in CHECKS} <= {row.key for row in FACTS["sources"]}
    assert all(datetime.date.fromisoformat(check.date).isoformat() == check.date for check in CHECKS)


def test_enough_values_have_a_source_of_their_own() -> None:
    """150 values or more, of every kind of data, against a source they were not taken from."""
    independent = {check.place: check.kind for check in CHECKS if check.source not in check.fact.sources}
    assert len(independent) >= 150
    assert {*independent.values()} >= {"devices", "interconnects", "models", "runs", "frameworks", "engines", "benchmarks"}


@pytest.mark.parametrize("verdict", ["same", "rounded", "different"])
def test_the_verdict_follows_from_the_values(verdict: str) -> None:
    """Same: equal, or one gives the date more exactly; rounded: within 5 per cent; anything else is a disagreement."""
    assert {check.verdict for check in CHECKS} == {"same", "rounded", "different"}
    for check in CHECKS:
        if check.verdict != verdict:
            continue
        alike = agree(check.site, check.second)
        if verdict == "same":
            assert alike, check
        elif verdict == "rounded":
            assert float(check.second) == pytest.approx(float(check.site), rel=0.05), check
        else:
            assert not alike or check.settled.startswith("更正"), check


def test_disagreements_stay_visible_in_their_row() -> None:
    """The row carries another statement and says why the site uses its own."""
    assert [check.place for check in DIFFERENT if not check.fact.also] == []
    assert [check.place for check in DIFFERENT if not check.fact.why and "自相矛盾" not in check.settled] == []


def test_the_decision_names_every_disagreement() -> None:
    """Readers of the decision see all of them, and how many values were checked."""
    text = DECISION.read_text("utf-8")
    assert [check.place for check in DIFFERENT if f"`{check.place}`" not in text] == []
    for kind, count in Counter(check.kind for check in CHECKS).items():
        disagreeing = sum(check.kind == kind for check in DIFFERENT)
        assert f"| `{kind}` | {count} | {disagreeing} |" in text
    assert f"{len(CHECKS)} 处" in text
    assert f"{len(DIFFERENT)} 处" in text
