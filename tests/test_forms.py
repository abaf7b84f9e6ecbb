"""The ways in for people without a clone: issue forms, owners, the pull request's template."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY

FORMS = sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml")) + sorted(
    (REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("con[!f]*.yml")
)
LINK_FIELDS = {"page", "section", "commit", "quote"}
"""What a page's own link fills in: the form's fields are found by these names."""


def fields(name: str) -> dict[str, dict[str, Any]]:
    """A form's fields by their names."""
    form = yaml.safe_load((REPOSITORY / ".github" / "ISSUE_TEMPLATE" / f"{name}.yml").read_text("utf-8"))
    return {field["id"]: field for field in form["body"] if "id" in field}


def test_three_forms() -> None:
    """Something wrong, something missing, a fault of the tools."""
    assert {yaml.safe_load(form.read_text("utf-8"))["name"] for form in FORMS} == {"内容有误", "内容需求", "工具缺陷"}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_form_is_one_that_the_host_accepts(form: Any) -> None:
    """Name, description, at least one field; kinds of field that exist; no name twice, only letters and hyphens in it."""
    given = yaml.safe_load(form.read_text("utf-8"))
    assert set(given) <= {"name", "description", "title", "labels", "body"}
    assert given["name"]
    assert given["description"]
    named = [field["id"] for field in given["body"] if field["type"] != "markdown"]
    assert len(named) == len(set(named)) > 0
    for field in given["body"]:
        assert field["type"] in {"markdown", "input", "textarea", "dropdown", "checkboxes"}
        assert field["attributes"].get("label") or field["type"] == "markdown"
        assert field["type"] == "markdown" or re.fullmatch(r"[A-Za-z][\w-]*", field["id"])


def test_content_error_asks_for_page_and_evidence_and_takes_what_the_page_knows() -> None:
    """Page, sentence and evidence must be given; page, section and commit are fields that a link can fill."""
    form = fields("content-error")
    assert set(form) >= LINK_FIELDS
    assert {name for name, field in form.items() if field["validations"]["required"]} == {"page", "quote", "source"}


def test_owners_cover_what_is_there() -> None:
    """Every pattern names something that exists, and what runs on other people's machines has an owner of its own."""
    lines = (REPOSITORY / ".github" / "CODEOWNERS").read_text("utf-8").splitlines()
    rules = [line.split() for line in lines if line and not line.startswith("#")]
    assert rules[0][0] == "*"
    for pattern, *owners in rules:
        assert owners
        assert all(re.fullmatch(r"@[\w.-]+(/[\w.-]+)?", owner) for owner in owners)
        assert pattern == "*" or (REPOSITORY / pattern.strip("/")).exists(), pattern
    assert {"/.github/", "/scripts/", "/overrides/", "/docs/assets/", "/requirements/"} <= {rule[0] for rule in rules}


def test_what_the_template_names_is_there() -> None:
    """The pull request's template sends nobody to a file or a command that does not exist."""
    template = (REPOSITORY / ".github" / "pull_request_template.md").read_text("utf-8")
    for name in re.findall(r"`([^`]+)`", template):
        if name.startswith("make "):
            asked = subprocess.run(
                ["make", "-n", name.removeprefix("make ")], cwd=REPOSITORY, capture_output=True, check=False
            )
            assert asked.returncode == 0, name
        else:
            assert (REPOSITORY / name).is_file(), name
