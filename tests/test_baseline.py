"""Known findings: what keeps them known, what makes them new again, and what the file looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Project, call_atlas

PAGE = "# 页\n\n见[甲](no.md)。\n\n中间\n\n又见[乙](no.md)。\n"


def start(project: Project, text: str = PAGE) -> Path:
    """A project with a baseline of what is wrong with its page."""
    folder = project({"docs/index.md": text}).parent
    done = call_atlas(folder, "validate", "--write-baseline")
    assert (done.returncode, done.stdout) == (0, "")
    assert ".atlas-baseline.json" in done.stderr
    return folder


def check(folder: Path, text: str) -> tuple[int, list[int], str]:
    """Exit code, lines of what is new, and the last line, once the page has this text."""
    (folder / "docs" / "index.md").write_text(text, "utf-8")
    listed = call_atlas(folder, "validate", "--baseline", ".atlas-baseline.json", "--format", "jsonl")
    said = call_atlas(folder, "validate", "--baseline", ".atlas-baseline.json")
    assert said.returncode == listed.returncode
    return listed.returncode, [json.loads(line)["line"] for line in listed.stdout.splitlines()], said.stdout.splitlines()[-1]


def test_known_findings_are_not_reported(project: Project) -> None:
    """They are summed up, and don't fail."""
    assert check(start(project), PAGE) == (
        0,
        [],
        "检查了 1 页、2 个链接、0 张图、0 个公式：没有发现新问题；基线里的 2 个已知问题没有列出。",
    )


def test_edits_elsewhere_revive_nothing(project: Project) -> None:
    """Lines may move, be indented otherwise, and have other neighbours."""
    text = PAGE.replace("# 页\n", "# 页\n\n新的一段。\n\n## 节\n").replace("又见", "紧挨着的一行\n  又见")
    code, lines, last = check(start(project), text)
    assert (code, lines) == (0, [])
    assert "2 个已知问题" in last


def test_a_second_one_is_new(project: Project) -> None:
    """Entries are counted: the same fault written again, with the same lines around it, is not known."""
    text = "# 页\n\n同\n\n见[甲](no.md)。\n\n同\n"
    code, lines, _ = check(start(project, text), text + "\n见[甲](no.md)。\n\n同\n")
    assert (code, lines) == (1, [9])


def test_mended_ones_are_mentioned(project: Project) -> None:
    """Whoever mends something is told that the baseline can shrink."""
    code, lines, last = check(start(project), PAGE.replace("[乙](no.md)", "乙"))
    assert (code, lines) == (0, [])
    assert "有 1 个问题不再出现" in last


def test_file_is_sorted_and_stable(project: Project) -> None:
    """It can be read and reviewed: one entry a fault, in order, the same from run to run."""
    folder = start(project)
    text = (folder / ".atlas-baseline.json").read_text("utf-8")
    assert text.endswith("}\n")
    entries = json.loads(text)["findings"]
    assert [(one["path"], one["rule"], one["text"], one["count"]) for one in entries] == [
        ("docs/index.md", "link-target-missing", "又见[乙](no.md)。", 1),
        ("docs/index.md", "link-target-missing", "见[甲](no.md)。", 1),
    ]
    call_atlas(folder, "validate", "--write-baseline")
    assert (folder / ".atlas-baseline.json").read_text("utf-8") == text


def test_baseline_of_the_settings(project: Project) -> None:
    """A project names its file once; building knows it, too."""
    folder = start(project)
    made = folder / "mkdocs.yml"
    made.write_text(made.read_text("utf-8") + "extra: {atlas: {baseline: .atlas-baseline.json}}\n", "utf-8")
    assert call_atlas(folder, "validate").returncode == 0


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param('{"version": 2, "findings": []}', id="another version"),
        pytest.param('{"version": 1, "findings": [{"path": "a"}]}', id="an entry that lacks something"),
        pytest.param('{"version": 1, "findings": {"a": 1}}', id="findings are no list"),
        pytest.param(
            '{"version": 1, "findings": [{"path": "a", "rule": "b", "text": "c", "digest": "d", "count": -1}]}', id="a count"
        ),
    ],
)
def test_broken_file_exits_3(project: Project, text: str) -> None:
    """A baseline that can't be read must not make everything new, nor everything known."""
    folder = project({"docs/index.md": PAGE, "b.json": text}).parent
    done = call_atlas(folder, "validate", "--baseline", "b.json")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("无法检查：基线文件 `b.json`")
    assert len(done.stderr.splitlines()) == 1


def test_missing_file_exits_3(project: Project) -> None:
    """So does one that is not there."""
    done = call_atlas(project({"docs/index.md": PAGE}).parent, "validate", "--baseline", "no.json")
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)


def test_nothing_else_is_overwritten(project: Project) -> None:
    """``--write-baseline docs/index.md`` is a slip."""
    folder = project({"docs/index.md": PAGE}).parent
    done = call_atlas(folder, "validate", "--write-baseline", "docs/index.md")
    assert done.returncode == 2
    assert (folder / "docs" / "index.md").read_text("utf-8") == PAGE
