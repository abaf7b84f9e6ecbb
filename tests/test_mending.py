"""``--fix``: what is mended, how the file is written, and what is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atlas.findings import Fix, Report
from atlas.mending import apply
from tests.conftest import CONFIGURATION, Project, call_atlas

FLOWCHART = "```mermaid\nflowchart LR\n  accTitle: 甲\n  accDescr: 乙\n{}\n```\n"


def fixed(project: Project, text: str | bytes, **more: str) -> tuple[int, bytes, str]:
    """Exit code, the page's bytes, and what was said, after ``--fix``."""
    made = project(
        {"docs/index.md": "# 首页\n", "docs/Chip/GPU.md": "# 芯片\n\n## 节 {#part}\n", "docs/a.md": "# 甲\n", **more}
    )
    page = made.parent / "docs" / "index.md"
    page.write_bytes(text.encode() if isinstance(text, str) else text)
    done = call_atlas(made.parent, "validate", "--fix")
    assert "Traceback" not in done.stderr
    return done.returncode, page.read_bytes(), done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("见[甲](chip/gpu.MD#part)。", "见[甲](Chip/GPU.md#part)。", id="wrong case"),
        pytest.param("见[甲](Chip\\GPU.md)。", "见[甲](Chip/GPU.md)。", id="back-slash"),
        pytest.param("见[甲](Chip/GPU.html#part)。", "见[甲](Chip/GPU.md#part)。", id="html for a page"),
        pytest.param("见[甲][1]。\n\n[1]: chip/GPU.md", "见[甲][1]。\n\n[1]: Chip/GPU.md", id="in a definition"),
        pytest.param("> - 见[甲](chip/GPU.md)", "> - 见[甲](Chip/GPU.md)", id="in containers"),
        pytest.param(
            "见[甲](chip/GPU.md)和[乙](A.md)、[丙](no.md)。",
            "见[甲](Chip/GPU.md)和[乙](a.md)、[丙](no.md)。",
            id="several on a line, one of them beyond help",
        ),
        pytest.param(
            FLOWCHART.format("  A[矩阵(一)] --> B{大(小)?}\n  B -->|是(的)| C[(库)]"),
            FLOWCHART.format('  A["矩阵(一)"] --> B{"大(小)?"}\n  B -->|"是(的)"| C[(库)]'),
            id="parentheses in labels",
        ),
        pytest.param(
            "!!! note\n\n    " + FLOWCHART.format("  A[甲(乙)] --> B").replace("\n", "\n    ").rstrip(" "),
            "!!! note\n\n    " + FLOWCHART.format('  A["甲(乙)"] --> B').replace("\n", "\n    ").rstrip(" "),
            id="a diagram in an admonition",
        ),
    ],
)
def test_mends_what_is_certain(project: Project, before: str, after: str) -> None:
    """The page is as its author meant it, and nothing else has changed."""
    code, page, _ = fixed(project, f"# 页\n\n{before}\n")
    assert page.decode() == f"# 页\n\n{after}\n"
    assert code == (1 if "no.md" in after else 0)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("见[甲](gpu.md)。", id="the name alone is no address"),
        pytest.param("见[甲](b.html)。", id="no such page"),
        pytest.param("见[甲](/chip/gpu.md)。", id="absolute"),
        pytest.param('见<a href="a.html#x">甲</a>。', id="raw HTML is resolved otherwise"),
        pytest.param(FLOWCHART.format("  A[甲(乙)] --> B -->"), id="a diagram that stays broken"),
        pytest.param("```mermaid\nflowchart LR\n  A[甲(乙)] --> B\n```", id="a diagram in which another fault would appear"),
        pytest.param("```mermaid\nsequenceDiagram\n  甲->>乙：[你(好)]\n```", id="typography in a diagram"),
    ],
)
def test_leaves_what_is_not(project: Project, text: str) -> None:
    """Where it is not certain, or does not mend, the file stays as it was."""
    code, page, said = fixed(project, f"# 页\n\n{text}\n")
    assert page.decode() == f"# 页\n\n{text}\n"
    assert code == 1
    assert "改好了" not in said


def test_neighbours_of_what_fails_are_mended(project: Project) -> None:
    """Of several fixes on a line, those that hold are kept: an image that is none yet would be one that is missing."""
    code, page, said = fixed(project, "# 页\n\n！[图](x.png)与［甲］（a.md）。\n")
    assert page.decode() == "# 页\n\n！[图](x.png)与[甲](a.md)。\n"
    assert (code, said) == (1, "改好了 1 处，在 1 个文件里；另有 1 处改了也不对，已经改回原样。\n")


def test_interrupted_mending_changes_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens between writing and checking again, no unchecked change stays."""
    from atlas import checks

    runs: list[int] = []
    run = checks.run

    def stop(*given: Any, **more: Any) -> Report:
        runs.append(1)
        if len(runs) > 2:
            raise KeyboardInterrupt
        return run(*given, **more)

    monkeypatch.setattr(checks, "run", stop)
    code, page, said = fixed(project, "# 页\n\n[x](A.md)\n")
    assert (code, page, said) == (3, "# 页\n\n[x](A.md)\n".encode(), "已中断。\n")


def test_two_files_that_differ_in_case_are_no_certainty(project: Project) -> None:
    """Which of them is meant, nobody can tell."""
    _, page, _ = fixed(project, "# 页\n\n[甲](chip/gpu.md)\n", **{"docs/Chip/gpu.md": "# 另一页\n"})
    assert b"(chip/gpu.md)" in page


def test_bytes_that_are_no_fault_stay(project: Project) -> None:
    """Line ends and the end of the file stay as they are."""
    settings = CONFIGURATION + "extra: {atlas: {ignore: [file-line-ends]}}\n"
    _, page, _ = fixed(project, b"# \xe9\xa1\xb5\r\n\r\n[x](chip\\gpu.md)\r\nlast", **{"mkdocs.yml": settings})
    assert page == b"# \xe9\xa1\xb5\r\n\r\n[x](Chip/GPU.md)\r\nlast"


def test_mode_and_links_of_the_file_stay(project: Project, tmp_path: Path) -> None:
    """A file that is a symbolic link stays one; so do its permissions."""
    made = project({"docs/index.md": "# 首页\n", "docs/a.md": "# 甲\n", "real.md": "# 页\n\n[x](A.md)\n"})
    (tmp_path / "real.md").chmod(0o640)
    (made.parent / "docs" / "b.md").symlink_to(tmp_path / "real.md")
    assert call_atlas(made.parent, "validate", "--fix").returncode == 0
    assert (made.parent / "docs" / "b.md").is_symlink()
    assert (tmp_path / "real.md").read_text("utf-8") == "# 页\n\n[x](a.md)\n"
    assert (tmp_path / "real.md").stat().st_mode & 0o777 == 0o640


def test_files_that_may_not_be_reported_are_not_mended(project: Project) -> None:
    """Only what is asked for is touched."""
    made = project({"docs/index.md": "# 首页\n\n[x](A.md)\n", "docs/a.md": "# 甲\n\n[x](Index.md)\n"})
    done = call_atlas(made.parent, "validate", "--fix", "docs/a.md")
    assert done.returncode == 0
    assert "(index.md)" in (made.parent / "docs" / "a.md").read_text("utf-8")
    assert "(A.md)" in (made.parent / "docs" / "index.md").read_text("utf-8")


def test_second_run_changes_nothing(project: Project) -> None:
    """What was mended stays mended, and is found clean from the cache, too."""
    made = project({"docs/index.md": "# 首页\n\n[x](A.md)\n", "docs/a.md": "# 甲\n"})
    first, second = (call_atlas(made.parent, "validate", "--fix") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "改好了 1 处，在 1 个文件里。\n")
    assert (second.returncode, second.stderr) == (0, "")


@pytest.mark.parametrize(
    ("data", "fixes", "expected"),
    [
        pytest.param(b"a\r\nb\rc\n", [Fix("p", 3, 1, "c", "d"), Fix("p", 1, 1, "a", "x")], b"x\r\nb\rd\n", id="line ends"),
        pytest.param(b"a\r\nb\n", [Fix("p", 1, 1, "a\nb", "c\nd")], b"c\r\nd\n", id="across lines"),
        pytest.param(b"\xef\xbb\xbfab", [Fix("p", 1, 2, "b", "c")], b"\xef\xbb\xbfac", id="behind a byte order mark"),
        pytest.param(b"abc", [Fix("p", 1, 1, "ab", "x"), Fix("p", 1, 2, "bc", "y")], b"xc", id="overlapping"),
        pytest.param(b"abc", [Fix("p", 1, 1, "x", "y"), Fix("p", 9, 1, "a", "y")], b"abc", id="old does not stand there"),
        pytest.param(b"ab", [Fix("p", 1, 3, "", "!"), Fix("p", 1, 1, "", "?")], b"?ab!", id="insertions"),
        pytest.param(b"\xef\xbb\xbfa", [Fix("p", None, None, "\ufeff", "")], b"a", id="the byte order mark itself"),
        pytest.param(b"a\r\nb\n", [Fix("p", None, None, "\r\n", "\n")], b"a\nb\n", id="the line ends themselves"),
    ],
)
def test_fixes_are_made_in_one_go(data: bytes, fixes: list[Fix], expected: bytes) -> None:
    """By places of the text as it was, whatever other fixes change before them."""
    assert apply(data, fixes)[0] == expected


def test_other_rules(project: Project) -> None:
    """Marks at the file's beginning, mixed line ends, misspelt languages and full-width brackets, each by its own rule."""
    text = "\ufeff# 页\r\n\n见［甲］（a.md）。\n\n" + FLOWCHART.replace("mermaid", "mermiad").format("  A --> B")
    code, page, said = fixed(project, text)
    assert page.decode() == "# 页\n\n见[甲](a.md)。\n\n" + FLOWCHART.format("  A --> B")
    assert (code, "4 处" in said) == (0, True)
