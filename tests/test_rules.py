"""The examples of every rule are its specification: ``rules/<rule-id>/{bad,good}/``."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from atlas import checks
from atlas.findings import RULES, Report
from atlas.reporters.human import place
from tests.conftest import write_project

EXAMPLES = Path(__file__).parent / "rules"


@pytest.fixture(autouse=True)
def day_of_the_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples' data is as old as on the day they were written, whenever the tests run."""
    day = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(day.timestamp())))


def check_example(example: Path, folder: Path) -> Report:
    """What the checks say of a copy of an example."""
    copy = folder / "example"
    shutil.copytree(example, copy)
    return checks.validate(write_project(copy, {}))


def test_every_rule_has_examples_and_nothing_else_does() -> None:
    """The set of example folders equals the set of rules, each with a bad and a good page."""
    folders = {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()}
    assert folders == set(RULES.rules)
    for rule in folders:
        for kind in ("bad", "good"):
            assert (EXAMPLES / rule / kind / "docs" / "index.md").is_file(), f"{rule}/{kind}"


@pytest.mark.parametrize("rule", sorted(RULES.rules))
def test_bad_example_breaks_exactly_its_rule(rule: str, tmp_path: Path) -> None:
    """The bad example has one finding: of its own rule, at the recorded place, with a hint."""
    example = EXAMPLES / rule / "bad"
    report = check_example(example, tmp_path)
    expected = (example / "place.txt").read_text("utf-8").strip()
    assert [(finding.rule.id, place(finding.location)) for finding in report.findings] == [(rule, expected)]
    assert report.findings[0].hint


@pytest.mark.parametrize("rule", sorted(RULES.rules))
def test_good_example_is_clean(rule: str, tmp_path: Path) -> None:
    """The good example, traps and all, has no finding of any rule."""
    assert check_example(EXAMPLES / rule / "good", tmp_path).findings == ()
