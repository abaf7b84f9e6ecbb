"""One nasty report through every reporter, compared whole."""

from __future__ import annotations

import json

from atlas.findings import Finding, Location, Report, Rule, Severity
from atlas.reporters import REPORTERS

ERROR = Rule("thing-broken", Severity.ERROR, "坏了", "解释。")
WARNING = Rule("thing-odd", Severity.WARNING, "怪", "解释。")
NASTY = Report.of(
    [
        Finding(
            ERROR,
            Location("docs/甲,乙:丙 50%.md", 3, 7),
            "第一行：100%, a::b\r\n第二行 `%0A`",
            "改成 “a, b: c”\n或 50%",
        ),
        Finding(WARNING, Location("docs/z.md"), '引号 " 与反斜杠 \\'),
    ],
    pages=2,
    links=3,
    diagrams=4,
    formulas=5,
)


def test_human() -> None:
    """A person reads place, severity, rule, message, hint and a last line that sums up."""
    assert REPORTERS["human"](NASTY) == (
        'docs/z.md: 警告 thing-odd 引号 " 与反斜杠 \\\n'
        "docs/甲,乙:丙 50%.md:3:7: 错误 thing-broken 第一行：100%, a::b\r\n第二行 `%0A`\n"
        "  提示：改成 “a, b: c”\n或 50%\n"
        "检查了 2 页、3 个链接、4 张图、5 个公式：1 个错误，1 个警告。\n"
    )


def test_human_clean() -> None:
    """Without findings the last line says so."""
    assert REPORTERS["human"](Report(pages=1)) == "检查了 1 页、0 个链接、0 张图、0 个公式：没有发现问题。\n"


def test_github() -> None:
    """Workflow commands are one line each, with GitHub's two sets of escapes."""
    assert REPORTERS["github"](NASTY) == (
        '::warning file=docs/z.md,title=thing-odd::引号 " 与反斜杠 \\\n'
        "::error file=docs/甲%2C乙%3A丙 50%25.md,line=3,col=7,title=thing-broken::"
        "第一行：100%25, a::b%0D%0A第二行 `%250A`%0A提示：改成 “a, b: c”%0A或 50%25\n"
    )


def test_jsonl() -> None:
    """Every line is an object with the same seven names; unknown places are null."""
    lines = REPORTERS["jsonl"](NASTY).splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "rule": "thing-odd",
            "severity": "warning",
            "path": "docs/z.md",
            "line": None,
            "column": None,
            "message": '引号 " 与反斜杠 \\',
            "hint": "",
        },
        {
            "rule": "thing-broken",
            "severity": "error",
            "path": "docs/甲,乙:丙 50%.md",
            "line": 3,
            "column": 7,
            "message": "第一行：100%, a::b\r\n第二行 `%0A`",
            "hint": "改成 “a, b: c”\n或 50%",
        },
    ]


def test_repetitions_are_dropped_and_places_sorted() -> None:
    """A report holds each finding once, by file, line and column; unknown places come first."""
    places = [Location("b", 1, 1), Location("a", 10, 1), Location("a", 9, 2), Location("a"), Location("a", 9, 2)]
    report = Report.of(Finding(ERROR, place, "x") for place in places)
    assert [finding.location for finding in report.findings] == [
        Location("a"),
        Location("a", 9, 2),
        Location("a", 10, 1),
        Location("b", 1, 1),
    ]


def test_strict_makes_warnings_fail() -> None:
    """Warnings fail under ``--strict`` only."""
    report = Report.of([Finding(WARNING, Location("a"), "x")])
    assert (report.errors, report.warnings) == (0, 1)
    assert not report.fails(strict=False)
    assert report.fails(strict=True)
