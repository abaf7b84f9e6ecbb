"""Every page of the chapters has the form that readers learn once: what it says first, what it shows, how it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from atlas.facts import KINDS
from atlas.markdown.sources import kinds_shown
from atlas.scan import scan
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
CHAPTERS = ("hardware", "architecture", "distributed", "training", "finetuning", "evaluation", "deployment")
PAGES = [page.relative_to(DOCS).as_posix() for name in CHAPTERS for page in sorted((DOCS / name).rglob("*.md"))]
ENTRANCES = [page for page in PAGES if page.endswith("/index.md") or page == "architecture/applications.md"]


def read(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def test_every_chapter_is_a_book_of_its_own() -> None:
    """An entrance and several topics, all of them in the navigation, none named twice."""
    navigation = (REPOSITORY / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]
    listed = re.findall(r"[\w/-]+\.md", navigation)
    assert len(listed) == len(set(listed))
    assert [page for page in PAGES if page not in listed] == []
    assert {Path(page).parts[0] for page in ENTRANCES} == set(CHAPTERS)
    assert len(PAGES) >= 50


@pytest.mark.parametrize("page", PAGES)
def test_page_has_the_form(page: str) -> None:
    """Conclusion, way in and out, map, misconceptions, questions with folded answers, references, in this order."""
    text = read(page)
    front = yaml.safe_load(text.split("---\n")[1])
    assert 40 <= len(front["description"]) <= 125
    assert front["checked"]
    questions = "{#self-test}" if page not in ENTRANCES else "{#questions}"
    order = ['!!! abstract "一句话"', "**先看**", "**接着看**", "{#map}", "{#misconceptions}", questions, "{#references}"]
    if page in ENTRANCES:
        order.insert(5, "{#summary}")
        order.remove("{#misconceptions}")
    places = [text.find(mark) for mark in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert text.count("```mermaid") + text.count("```facts-chart") >= 2
    assert text.count('??? question "') >= 4


@pytest.mark.parametrize("page", ENTRANCES)
def test_entrance_leads_to_every_topic(page: str) -> None:
    """Whoever starts at a chapter finds all of it."""
    here = DOCS / Path(page).parent
    folder = here if page.endswith("/index.md") else (DOCS / page).with_suffix("")
    linked = set(re.findall(r"[(\"]([\w/-]+\.md)[#)\"]", read(page)))
    topics = {one.relative_to(here).as_posix() for one in folder.glob("*.md") if one.name != "index.md"}
    assert topics - linked == set()


def test_every_source_is_listed_on_one_page() -> None:
    """The kinds of sources are dealt out to the pages of references: none left out, none twice."""
    shown: list[str] = []
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text("utf-8")
        for fence in scan(text).fences:
            if fence.language == "sources":
                shown += kinds_shown("\n".join(text.splitlines()[fence.line : fence.end - 1]))
    assert sorted(shown) == sorted(KINDS)


CALCULATOR_PAGES = [page for page in sorted((DOCS / "calculators").glob("*.md")) if page.name != "index.md"]


@pytest.mark.parametrize("page", CALCULATOR_PAGES, ids=lambda page: page.stem)
def test_calculator_page_has_the_form(page: Path) -> None:
    """Conclusion, the calculator, examples, published numbers, misconceptions, references, in this order."""
    text = page.read_text("utf-8")
    pitfalls = "{#misconceptions}" if "{#misconceptions}" in text else "{#pitfalls}"
    order = [
        '!!! abstract "一句话"', f"```calculator\nid: {page.stem}\n", "{#examples}", "```calculator-example", "{#published}",
        "```calculator-published", pitfalls, "{#references}",
    ]  # fmt: skip
    places = [text.find(mark) for mark in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert text.count("```calculator-example") >= 2
    assert f"({page.name}" in read("calculators/index.md")
    assert re.search(rf"\b{page.stem}\.md\b", (REPOSITORY / "mkdocs.yml").read_text("utf-8"))
