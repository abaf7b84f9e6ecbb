"""What is said of spaces and punctuation between Chinese and Latin, and what is never touched."""

from __future__ import annotations

from pathlib import Path

import pytest

import typography
from tests.conftest import CONFIGURATION, Project, call_atlas

UNTOUCHED = """\
---
title: 显存
---

编码器-解码器有（GPT-3：175B）[=runs.llama-3-1-405b.card_hours * 2: 万, 4] 卡时 [@a-b; @c]，公式 $a,b$。

```mermaid
sequenceDiagram
  用户->>服务: 提问,回答
```

    显存: 80GB
"""


def test_faults_have_a_place_and_what_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A contributor can go there and mend it by hand."""
    page = tmp_path / "页.md"
    page.write_text("# 页\n\n显存80GB,不够。\n", "utf-8")
    assert typography.main([str(page)]) == 1
    said = capsys.readouterr().out
    assert f"{page.as_posix()}:3:1: " in said
    assert "`显存 80GB，不够。`" in said


def test_code_diagrams_and_data_are_left_alone(tmp_path: Path) -> None:
    """There a full-width character breaks what works."""
    page = tmp_path / "page.md"
    page.write_text(UNTOUCHED, "utf-8")
    assert typography.main([str(page)]) == 0
    assert typography.main(["--fix", str(page)]) == 0
    assert page.read_text("utf-8") == UNTOUCHED


def test_fix_keeps_line_ends(tmp_path: Path) -> None:
    """Only what was said is mended."""
    page = tmp_path / "page.md"
    page.write_bytes("显存80GB,不够。\r\n\r\n第[=a.b.c: 万, 4]个token。\r\n".encode())
    typography.main(["--fix", str(page)])
    assert page.read_bytes().decode() == "显存 80GB，不够。\r\n\r\n第[=a.b.c: 万, 4]个 token。\r\n"


def test_all_pages_are_set_well() -> None:
    """What ``make lint`` says of the book: nothing."""
    assert typography.main([]) == 0


TABLE = """\
前文

|甲|乙 |
|-|:-:|
|1| `a|b` \\| c|
| 2 | 3 |

> 甲|乙
> ---|---:
> 1|2

a | b
不是表格
"""
LAID_OUT = """\
前文

| 甲 | 乙 |
|---|:-:|
| 1 | `a|b` \\| c |
| 2 | 3 |

> | 甲 | 乙 |
> |---|---:|
> | 1 | 2 |

a | b
不是表格
"""


def test_tables_are_laid_out_alike(tmp_path: Path) -> None:
    """A pipe at both ends, a space at both ends of a cell; what is no table is left alone."""
    page = tmp_path / "page.md"
    page.write_text(TABLE, "utf-8")
    assert typography.main([str(page)]) == 1
    typography.main(["--fix", str(page)])
    assert page.read_text("utf-8") == LAID_OUT
    assert typography.main([str(page)]) == 0


@pytest.mark.parametrize("wanted", ["true", "false"])
def test_fix_of_the_command_sets_pages_where_the_project_wants_it(project: Project, wanted: str) -> None:
    """``atlas validate --fix`` does both: what is wrong, and how it is set."""
    page = "# 页\n\n显存80GB,见[另](Other.md)。\n\n|甲|乙|\n|-|-|\n|1|2|\n"
    configuration = f"{CONFIGURATION}extra: {{atlas: {{typeset: {wanted}}}}}\n"
    folder = project({"mkdocs.yml": configuration, "docs/index.md": page, "docs/other.md": "# 另\n"}).parent
    done = call_atlas(folder, "validate", "--fix", "docs/index.md")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (folder / "docs/index.md").read_text("utf-8")
    assert "(other.md)" in text
    set_well = "显存 80GB，见" in text and "| 1 | 2 |" in text
    assert set_well == (wanted == "true")
    assert ("重新排过" in done.stderr) == (wanted == "true")


def test_setting_that_is_no_truth_value(project: Project) -> None:
    """It is said, not taken for one."""
    configuration = f"{CONFIGURATION}extra: {{atlas: {{typeset: 有时}}}}\n"
    folder = project({"mkdocs.yml": configuration, "docs/index.md": "# 页\n"}).parent
    assert "settings-invalid" in call_atlas(folder, "validate").stdout
