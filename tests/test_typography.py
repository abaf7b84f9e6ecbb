"""What is said of spaces and punctuation between Chinese and Latin, and what is never touched."""

from __future__ import annotations

from pathlib import Path

import pytest

import typography

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
