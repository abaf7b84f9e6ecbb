"""Addresses that leave the site and markup that became text: what no example of a rule shows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas import checks
from atlas.checks.external import judge
from tests.conftest import CONFIGURATION, Project

FRAGMENTS = [
    "https",
    "：",
    ":",
    "//",
    "／",
    "[",
    "]",
    "%",
    "@",
    "mailto:",
    "．",
    "example",
    "。org",
    "\u200b",
    " ",
    "?",
    "８０",
    "\\",
    "℀",
]


def found(project: Project, files: dict[str, str]) -> list[tuple[str, int | None, int | None]]:
    """Rule, line and column of each finding."""
    report = checks.validate(project(files))
    return [(one.rule.id, one.location.line, one.location.column) for one in report.findings]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=9).map("".join) | st.text(max_size=30))
@settings(max_examples=300, deadline=None)
def test_no_address_is_too_strange_to_be_judged(address: str) -> None:
    """Whatever an author writes, the verdict is a fault or none, never a crash."""
    assert judge(address) == judge(address)
    judge(address, "img", is_bare=True, is_spaced=True)


def test_an_address_that_the_engine_refuses_costs_no_other_finding(project: Project) -> None:
    """MkDocs gives up a whole page because of such an address; here it is one finding, at its place, among the others."""
    text = "# 首页\n\n[甲](http://example.org：8080/)\n\n[乙](http://[2001:db8::1/)\n\n[丙](none.md)\n"
    assert found(project, {"docs/index.md": text}) == [
        ("address-full-width", 3, 5),
        ("address-malformed", 5, 5),
        ("link-target-missing", 7, 5),
    ]


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        pytest.param(CONFIGURATION, ["load-external"], id="a site that uses our extension"),
        pytest.param(CONFIGURATION.partition("markdown_extensions")[0], [], id="any other site"),
    ],
)
def test_only_our_own_sites_promise_to_load_nothing(project: Project, configuration: str, expected: list[str]) -> None:
    """Other sites may load what they like."""
    files = {"mkdocs.yml": configuration, "docs/index.md": "# 首页\n\n![图](https://example.org/a.png)\n"}
    assert [rule for rule, *_ in found(project, files)] == expected


def test_the_same_fault_twice_is_found_twice(project: Project) -> None:
    """Each occurrence has its own place, and an escaped one is none."""
    text = "# 首页\n\n见[甲] (a.md)。\n\n又见[甲] (a.md)，\\[甲] (a.md)。\n"
    places = [("markup-space-before-target", 3, 2), ("markup-space-before-target", 5, 3)]
    assert found(project, {"docs/index.md": text, "docs/a.md": "# 甲\n"}) == places


def test_markup_inside_does_not_hide_the_place(project: Project) -> None:
    """Readers see ``[甲] (a.md)``; the author wrote ``[**甲**] (a.md)``."""
    text = "# 首页\n\n见[**甲**] (a.md)。\n\n步骤：\n- 运行 `make`\n- 看[甲](a.md)\n"
    places = [("markup-space-before-target", 3, 2), ("list-broken", 6, 1)]
    assert found(project, {"docs/index.md": text, "docs/a.md": "# 甲\n"}) == places


def test_nesting_is_judged_by_what_the_renderer_makes_of_it(project: Project) -> None:
    """Two spaces are too few with a tab of four columns; a row's surplus cell vanishes."""
    text = "# 首页\n\n- 甲\n  - 乙\n    - 丙\n\n| 一 | 二 |\n| - | - |\n| 1 | 2 | 3 |\n| `a|b` | 2 |\n"
    assert found(project, {"docs/index.md": text}) == [("list-broken", 4, 3), ("table-broken", 9, 1)]
