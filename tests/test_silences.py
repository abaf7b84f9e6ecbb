"""Comments that silence a rule on a line: where they count, and what is said of those that don't."""

from __future__ import annotations

import pytest

from atlas import checks
from tests.conftest import CONFIGURATION, Project

DEAD = "[甲](no.md)"
SILENCE = "<!-- atlas-ignore link-target-missing: 下个月写 -->"
DIAGRAM = "```mermaid\nflowchart LR\n  accTitle: 甲\n  accDescr: 乙\n  A --> B\n{}\n```\n"
CLICK = '  click A "javascript:alert(1)" "甲"'


def said(project: Project, text: str, **more: str) -> list[str]:
    """What is found in a page, as ``rule:line``, and in other files, as ``rule:path:line``."""
    report = checks.validate(project({"docs/index.md": f"# 页\n\n{text}\n", **more}))
    return [
        f"{one.rule.id}:{one.location.line}"
        if one.location.path == "docs/index.md"
        else f"{one.rule.id}:{one.location.path}:{one.location.line}"
        for one in report.findings
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"见{DEAD}。{SILENCE}", id="on the same line"),
        pytest.param(f"{SILENCE}\n见{DEAD}。", id="alone on the line before"),
        pytest.param(f"{SILENCE}\n\n见{DEAD}。", id="alone, before an empty line"),
        pytest.param(f"- 一\n- 见{DEAD} {SILENCE}\n- 三", id="in a list"),
        pytest.param(f"> 见{DEAD} {SILENCE}", id="in a quote"),
        pytest.param(f"!!! note\n    {SILENCE}\n    见{DEAD}", id="in an admonition"),
        pytest.param(f"| 甲 | 乙 |\n|---|---|\n| {DEAD} | 丙 {SILENCE} |", id="in a table"),
        pytest.param(f"## 见{DEAD} {SILENCE}", id="in a heading"),
        pytest.param(f"见{DEAD}。<!--atlas-ignore  link-target-missing：下个月写-->", id="full-width colon, no spaces"),
        pytest.param(f"见{DEAD}和{DEAD} {SILENCE}", id="all of one rule on a line"),
        pytest.param(
            f"{SILENCE}\n<!-- atlas-ignore load-external: 示例 -->\n![甲](https://a.invalid/a.png) {DEAD}", id="two rules"
        ),
        pytest.param(DIAGRAM.format(f"  %% atlas-ignore diagram-link-unsafe: 书签\n{CLICK}"), id="in a diagram"),
    ],
)
def test_silences_its_rule_on_its_line(project: Project, text: str) -> None:
    """Nothing is left to say."""
    assert said(project, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            f"见{DEAD}。<!-- atlas-ignore link-target-missing -->",
            ["link-target-missing:3", "silence-invalid:3"],
            id="no reason",
        ),
        pytest.param(
            f"见{DEAD}。<!-- atlas-ignore link-target-missing: -->",
            ["link-target-missing:3", "silence-invalid:3"],
            id="empty reason",
        ),
        pytest.param(
            f"见{DEAD}。<!-- atlas-ignore link-target: 下月 -->",
            ["link-target-missing:3", "silence-invalid:3"],
            id="unknown rule",
        ),
        pytest.param(f"见{DEAD}。<!-- atlas-ignore -->", ["link-target-missing:3", "silence-invalid:3"], id="nothing said"),
        pytest.param(f"{SILENCE}\n\n没有链接。", ["silence-unused:3"], id="silences nothing"),
        pytest.param(
            f"{SILENCE}\n一段。\n\n见{DEAD}。", ["silence-unused:3", "link-target-missing:6"], id="on another line"
        ),
        pytest.param(
            f"见{DEAD}。<!-- atlas-ignore asset-missing: 下月 -->",
            ["link-target-missing:3", "silence-unused:3"],
            id="of another rule",
        ),
        pytest.param(f"```html\n{SILENCE}\n```\n见{DEAD}。", ["link-target-missing:6"], id="shown in a fence"),
        pytest.param(f"    {SILENCE}\n\n见{DEAD}。", ["link-target-missing:5"], id="shown in indented code"),
        pytest.param(f"见{DEAD}，写 `{SILENCE}`", ["link-target-missing:3"], id="shown in a code span"),
        pytest.param(f"```html\n{SILENCE}\n```\n\n见{DEAD}。{SILENCE}", [], id="shown and meant, in the same words"),
        pytest.param(
            f"````markdown\n{DIAGRAM.format('%% atlas-ignore no-such: 理由')}````", [], id="a diagram shown as an example"
        ),
    ],
)
def test_what_is_said_of_silences(project: Project, text: str, expected: list[str]) -> None:
    """One that does not count leaves its finding; one in code is no silence."""
    assert said(project, text) == expected


def test_rule_that_was_not_selected_is_not_unused(project: Project) -> None:
    """Whether a silence is needed can't be told in a run without its rule."""
    made = project({"docs/index.md": f"# 页\n\n{SILENCE}\n\n没有链接。\n"})
    assert checks.validate(made, select=["silence-unused", "asset-missing"]).findings == ()
    assert len(checks.validate(made, select=["silence-unused", "link-target-missing"]).findings) == 1


def test_silence_in_a_snippet_and_in_yaml(project: Project) -> None:
    """A silence counts where the fault is written, whichever file that is; a `#` in a text is no comment."""
    configuration = CONFIGURATION.replace("  - tables\n", "  - tables\n  - pymdownx.snippets:\n      base_path: [parts]\n")
    configuration = configuration.replace("site_name: 试验", 'site_name: "试验 # atlas-ignore nothing: 不是注释"')
    nav = "nav:\n  - index.md\n  - 乙: a.md\n  # atlas-ignore nav-target-missing: 下个月写\n  - 丙: no.md\n"
    files = {"parts/a.md": f"见{DEAD}。{SILENCE}\n", "docs/a.md": "# 乙\n", "mkdocs.yml": configuration + nav}
    assert said(project, '--8<-- "a.md"', **files) == []
    files |= {"mkdocs.yml": configuration + nav.replace("no.md", "b.md"), "docs/b.md": "# 丙\n"}
    assert said(project, '--8<-- "a.md"', **files) == [f"silence-unused:mkdocs.yml:{configuration.count(chr(10)) + 4}"]
