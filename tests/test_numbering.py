"""Numbers of figures and tables: given by place, the same in captions, in the text and in the lists."""

from __future__ import annotations

import posixpath
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from atlas.numbering import positions
from tests.conftest import Project, call_atlas

FLOW = 'flowchart LR\n  accTitle: {0}\n  accDescr: 甲指向乙\n  A["甲"] --> B["乙"]\n'


def fence(title: str, head: str = "") -> str:
    """A diagram's fence."""
    return f"```mermaid{head}\n{FLOW.format(title)}```\n"


def table(caption: str) -> str:
    """A table, after its caption if it has one."""
    return (f"表：{caption}\n\n" if caption else "") + "| 名 | 值 |\n|---|---|\n| 甲 | 1 |\n"


NAV = """
nav:
  - 导读: [index.md, guide.md]
  - 第二章:
      - two/index.md
      - 甲页: two/a.md
      - 里层:
          - 乙页: two/b.md
"""
PAGES = {
    "docs/index.md": f"# 首页\n\n{fence('首页的图')}",
    "docs/guide.md": "# 导读\n\n```figures\nfigures\n```\n\n```figures\ntables\n```\n",
    "docs/two/index.md": f"# 二\n\n{fence('章首')}",
    "docs/two/a.md": f"""# 甲

{fence("甲一")}
!!! note

    {fence("甲二", ' id="second"').replace(chr(10), chr(10) + "    ")}

````markdown
{fence("只是例子")}
````

<!--
{fence("注释里的")}
-->

{table("")}
{table("大小与 `速度` {#sizes}")}
见[图#](#second)、[表#](#sizes)和[图#](b.md#fig-1)。
""",
    "docs/two/b.md": f"# 乙\n\n{fence('乙一')}\n{table('乙表')}\n见[图#](a.md#second)。\n",
    "docs/loose.md": f"# 散页\n\n{fence('散')}",
}


def built(project: Project, pages: dict[str, str]) -> Path:
    """The finished site of a project with the navigation above."""
    configuration = project(pages)
    configuration.write_text(configuration.read_text("utf-8") + NAV, "utf-8")
    done = call_atlas(configuration.parent, "build")
    assert done.returncode == 0, done.stdout + done.stderr
    return configuration.parent / "site"


def page(site: Path, name: str) -> BeautifulSoup:
    """A finished page."""
    return BeautifulSoup((site / name / "index.html").read_text("utf-8"), "html.parser")


def labels(read: BeautifulSoup) -> dict[str, str]:
    """The number and title of each caption, by its anchor."""
    found = {}
    for number in read.select("figcaption .atlas-number, caption > .atlas-number"):
        owner = number.find_parent(lambda one: one.name in {"figure", "table"} and one.has_attr("id"))
        assert isinstance(owner, Tag)
        assert isinstance(number.parent, Tag)
        found[str(owner["id"])] = number.parent.get_text()
    return found


@pytest.fixture
def small(project: Project) -> Path:
    """The pages above, finished."""
    return built(project, PAGES)


def test_numbers_say_chapter_page_and_place(small: Path) -> None:
    """Chapters count from 0, a cover has no second number; examples, comments and bare tables have none at all."""
    assert labels(page(small, ".")) == {"fig-1": "图 0-1 首页的图"}
    assert labels(page(small, "two")) == {"fig-1": "图 1-1 章首"}
    assert labels(page(small, "two/a")) == {
        "fig-1": "图 1.1-1 甲一",
        "second": "图 1.1-2 甲二",
        "sizes": "表 1.1-1 大小与 速度",
    }
    assert labels(page(small, "two/b")) == {"fig-1": "图 1.2-1 乙一", "tab-1": "表 1.2-1 乙表"}
    assert labels(page(small, "loose")) == {"fig-1": "图 1 散"}


def test_text_refers_by_number(small: Path) -> None:
    """On the same page and on others, as links that lead there."""
    told = {link.get_text(): link["href"] for link in page(small, "two/a").select("a.atlas-number")}
    assert told == {"图 1.1-2": "#second", "表 1.1-1": "#sizes", "图 1.2-1": "../b/#fig-1"}
    assert [link.get_text() for link in page(small, "two/b").select("a.atlas-number")] == ["图 1.1-2"]


def test_lists_name_everything_once(small: Path) -> None:
    """Every caption of the navigation's pages is listed in reading order, with its number and title, and leads there."""
    listed = {}
    for link in page(small, "guide").select(".atlas-numbered li > a"):
        place = posixpath.normpath(posixpath.join("guide", str(link["href"]).partition("#")[0]))
        listed[(place, str(link["href"]).partition("#")[2])] = f"{link.get_text()}{link.next_sibling}"
    shown = {
        (name, anchor): text for name in (".", "two", "two/a", "two/b") for anchor, text in labels(page(small, name)).items()
    }
    assert listed == shown


def test_numbers_follow_a_change_on_another_page(project: Project) -> None:
    """What the cache knows of a page with references or lists is not believed once another page has changed."""
    folder = built(project, PAGES).parent
    assert call_atlas(folder, "validate").returncode == 0
    project({"docs/two/a.md": PAGES["docs/two/a.md"].replace('id="second"', 'id="moved"').replace("#second", "#moved")})
    said = call_atlas(folder, "validate").stdout
    assert "docs/two/b.md" in said
    assert "figure-reference-missing" in said


def test_navigation_is_read_as_written() -> None:
    """Mappings, bare names and nested lists; links and pages outside chapters have no number."""
    nav = [
        "a.md",
        {"章": ["b/index.md", {"节": "b/c.md"}, {"外": "https://example.invalid/"}, {"层": [{"深": "b/d.md"}]}]},
        {"尾": "e.md"},
    ]
    assert {path: (place.title, place.stem) for path, place in positions(nav).items()} == {
        "b/index.md": ("章", "0"),
        "b/c.md": ("节", "0.1"),
        "b/d.md": ("深", "0.2"),
    }


def test_real_lists_equal_the_real_captions(site_pages: dict[str, BeautifulSoup]) -> None:
    """On the site itself, each number stands in one caption and in one list, with the same title."""
    listed = [
        (
            posixpath.normpath(posixpath.join("appendix/figures", str(link["href"]).partition("#")[0])),
            link.get_text(),
            str(link.next_sibling).strip(),
        )
        for link in site_pages["appendix/figures"].select(".atlas-numbered li > a")
    ]
    shown = [
        (name, number.get_text(), " ".join(number.parent.get_text().removeprefix(number.get_text()).split()))
        for name, read in site_pages.items()
        if not name.startswith("contributing/decisions/")
        for number in read.select("figcaption .atlas-number, caption > .atlas-number")
        if isinstance(number.parent, Tag)
    ]
    assert len(shown) > 500
    assert sorted(listed) == sorted(shown)
    assert len({number for _, number, _ in shown}) == len(shown)


@pytest.fixture
def site_pages(site: Path) -> dict[str, BeautifulSoup]:
    """All pages of the real site by address."""
    return {
        file.parent.relative_to(site).as_posix(): BeautifulSoup(file.read_text("utf-8"), "html.parser")
        for file in site.rglob("index.html")
    }
