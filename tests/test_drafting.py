"""``atlas new``: a page that keeps every rule as it is, and what is said when there can be none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import CONFIGURATION, REPOSITORY, Project, call_atlas

NAVIGATION = """\
nav:
  - index.md
  - 训练:
      - training/index.md
      - 数据: training/data.md
  - 评估: evaluation/index.md
"""
FILES = {
    "mkdocs.yml": CONFIGURATION + "extra_css: [style.css]\n" + NAVIGATION,
    "docs/index.md": "# 首页\n",
    "docs/training/index.md": "# 训练\n",
    "docs/training/data.md": "# 数据\n",
    "docs/evaluation/index.md": "# 评估\n",
    "docs/_data/sources.yml": "{}\n",
    "docs/style.css": ".c1, .c2, .c4, .key, .good, .warn, .mute { color: inherit }\n",
}


def test_new_page_keeps_every_rule(project: Project) -> None:
    """Nothing is found in it, warnings included; it stands at the end of its chapter."""
    folder = project(FILES).parent
    done = call_atlas(folder, "new", "training/data-mixing", "--title", "数据: 配比")
    assert done.returncode == 0, done.stderr
    lines = (folder / "mkdocs.yml").read_text("utf-8").splitlines()
    at = lines.index("      - 数据: training/data.md")
    assert lines[at + 1] == '      - "数据: 配比": training/data-mixing.md'
    checked = call_atlas(folder, "validate", "--strict")
    assert checked.returncode == 0, checked.stdout


def test_new_page_has_the_form_of_the_book() -> None:
    """What the test of the book asks of every page of a chapter, the template has."""
    from atlas.drafting import filled
    from tests import test_book

    text = filled("试写")
    description = re.search(r"^description: (.*)$", text, re.MULTILINE)
    assert description
    assert 40 <= len(description[1]) <= 125
    assert text.count('??? question "') >= 4
    order = [
        '!!! abstract "一句话"',
        "**先看**",
        "**接着看**",
        "{#map}",
        "{#misconceptions}",
        "{#self-test}",
        "{#references}",
    ]
    places = [text.find(mark) for mark in order]
    assert -1 not in places
    assert places == sorted(places)
    assert test_book.PAGES


def test_page_on_writing_shows_the_template() -> None:
    """What contributors read is what they get."""
    from atlas.drafting import TEMPLATE

    page = (REPOSITORY / "docs" / "contributing" / "writing.md").read_text("utf-8")
    shown = re.search(r"^````markdown\n(.*?)^````$", page, re.DOTALL | re.MULTILINE)
    assert shown
    text = TEMPLATE.read_text("utf-8").replace("$$$$", "\0").replace("$$", "$").replace("\0", "$$")
    assert shown[1] == text.replace("$quoted", "页面标题").replace("$title", "页面标题").replace("$today", "2026-11-27")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("training", "章/页"),
        ("training/数据", "章/页"),
        ("../training/x", "章/页"),
        ("training/data", "已经有了"),
        ("trainin/mixing", "最接近的是 `training`"),
        ("zzz/mixing", "现有的章"),
    ],
)
def test_name_that_is_no_good(project: Project, name: str, said: str) -> None:
    """One sentence, exit 2, and no file is touched."""
    folder = project(FILES).parent
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and ".cache" not in path.parts}
    done = call_atlas(folder, "new", name)
    assert done.returncode == 2
    assert said in done.stderr
    assert {
        path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and ".cache" not in path.parts
    } == before


def test_line_ends_stay(project: Project, tmp_path: Path) -> None:
    """A configuration with CRLF keeps them."""
    made = project(FILES)
    made.write_bytes(made.read_bytes().replace(b"\n", b"\r\n"))
    assert call_atlas(made.parent, "new", "evaluation/x").returncode == 0
    assert b"\n" not in made.read_bytes().replace(b"\r\n", b"")
