"""Where an author wrote what readers meet: through every container, in snippets, and where the same text is an example."""

from __future__ import annotations

import codecs
import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from atlas import render
from atlas.findings import Location
from atlas.locate import Places
from atlas.markdown.state import collector
from atlas.model import Page, PageView, Written
from atlas.render import observing
from tests.conftest import CONFIGURATION, MARKDOWN_EXTENSIONS, write_project

SNIPPETS = CONFIGURATION.replace(
    MARKDOWN_EXTENSIONS, MARKDOWN_EXTENSIONS + "  - pymdownx.snippets: {base_path: [parts], check_paths: true}\n"
)
MARK = "⟪"
"""Stands before each place that is to be found."""


def look(folder: Path, source: str, part: str = "") -> tuple[PageView, list[Location]]:
    """Render a page (and a snippet ``parts/part.md``) and look at it; the places of the marks, the page's first."""
    texts = {"docs/index.md": source, "parts/part.md": part}
    marks: list[Location] = []
    for path, text in texts.items():
        for number, line in enumerate(text.split("\n"), 1):
            pieces = line.split(MARK)[:-1]
            marks += [Location(path, number, len("".join(pieces[: at + 1])) + 1) for at in range(len(pieces))]
    views: list[PageView] = []

    def inspect(view: PageView) -> Page:
        views.append(view)
        return Page(view.path, view.url)

    files = {path: text.replace(MARK, "") for path, text in texts.items()} | {"mkdocs.yml": SNIPPETS}
    render.render(write_project(folder, files), inspect)
    return views[0], marks


def placed(view: PageView) -> list[Location | None]:
    """The places of the page's links, in order of place."""
    return sorted((link.place for link in view.places.links()), key=lambda place: place or Location(""))


CONTAINERS = {
    "paragraph": "文字[甲](⟪x.md)文字，[乙](⟪x.md)。",
    "text over two lines": "[很长的\n文字](⟪x.md)",
    "title": "[甲](⟪x.md \"题\") [乙](<⟪x.md> '题') [丙]( ⟪x.md )",
    "parentheses": "[甲](⟪x(1).md) [乙](⟪x\\(2\\).md)",
    "attributes": "[甲](⟪x.md){ .button #id }",
    "emphasis and code": "**[甲](⟪x.md)** [*乙*](⟪x.md) [`丙`](⟪x.md)",
    "image in a link": "[![图](⟪x.png)](⟪x.md)",
    "heading": "## 见[甲](⟪x.md)",
    "list": "1. 一\n    - [甲](⟪x.md)\n\n        [乙](⟪x.md)",
    "quote": "> [甲](⟪x.md)\n>\n> > [乙](⟪x.md)",
    "table": "| 甲 | 乙 |\n| - | - |\n| [一](⟪x.md) | [二](⟪y.md) |",
    "definition list": "词\n:   [甲](⟪x.md)\n\n    [乙](⟪x.md)",
    "footnote": "一[^1]。\n\n[^1]: [甲](⟪x.md)\n\n    [乙](⟪x.md)",
    "admonition": "!!! note\n    [甲](⟪x.md)",
    "details": '??? tip "题"\n    [甲](⟪x.md)',
    "tabs": '=== "甲"\n\n    [一](⟪x.md)\n\n=== "乙"\n\n    [二](⟪x.md)',
    "Markdown in HTML": "<div markdown>\n\n[甲](⟪x.md)\n\n</div>",
    "raw HTML": "<p><a class='b'\n href='⟪x/'>甲</a><img src=⟪x.png alt=图></p>",
    "srcset": '<img src="⟪a.png" srcset="⟪b.png 1x,⟪c.png 2x, ⟪data:image/gif;base64,R0= 3x" alt="图">',
    "reference": "[甲][a]、[乙][a]、[a]\n\n[a]: ⟪x.md",
    "autolink": "<⟪https://example.org/> <⟪a@example.org>",
    "percent signs and entities": "[甲](⟪%E7%94%B2.md) [乙](⟪a&amp;b.md) <a href='⟪?a&amp;b'>丙</a>",
    "empty": "[甲](⟪) [乙](<⟪>)",
    "back-slashes": "[甲](⟪a\\b.md)",
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in CONTAINERS.items()])
def test_links_are_placed(source: str, tmp_path: Path) -> None:
    """Each link at the first character of its address, wherever it stands, after front matter and two paragraphs."""
    view, marks = look(tmp_path, f"---\ntitle: 题\n---\n\n# 题\n\n{source}\n")
    assert {place for place in placed(view) if place} == set(marks)


EXAMPLES = {
    "fence": "```markdown\n[甲](x.md)\n```\n\n[甲](⟪x.md)",
    "indented code": "文字：\n\n    [甲](x.md)\n\n[甲](⟪x.md)",
    "code span before it": "写 `[甲](x.md)` 得到[甲](⟪x.md)",
    "code span after it": "[甲](⟪x.md)写作 `[甲](x.md)`",
    "comment": "<!-- [甲](x.md) -->\n\n[甲](⟪x.md)",
    "comment in a paragraph": "文字<!-- [甲](x.md) -->[甲](⟪x.md)",
    "preformatted": "<pre>\n[甲](x.md)\n</pre>\n\n[甲](⟪x.md)",
    "formula": "$[甲](x.md)$ [甲](⟪x.md)",
    "escaped": "\\[甲](x.md) [甲](⟪x.md)",
    "code of a list item": "- 一\n\n        [甲](x.md)\n\n    [甲](⟪x.md)",
    "HTML that is no Markdown": "<div>\n[甲](x.md)\n</div>\n\n[甲](⟪x.md)",
    "unused definition": "[甲](⟪x.md)\n\n[乙]: x.md",
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in EXAMPLES.items()])
def test_examples_are_not_mistaken_for_links(source: str, tmp_path: Path) -> None:
    """The same address stands in an example, too; the place is that of the link."""
    view, marks = look(tmp_path, f"# 题\n\n{source}\n")
    assert placed(view) == marks


def test_links_in_snippets_are_placed_in_the_snippet(tmp_path: Path) -> None:
    """The snippet's own line and column; lines after it in the page are not shifted."""
    page = '# 题\n\n!!! note\n\n    --8<-- "part.md"\n\n[乙](⟪x.md)\n\n`[甲](x.md)`\n'
    view, marks = look(tmp_path, page, "一\n\n二[甲](⟪x.md)\n")
    assert placed(view) == marks


@pytest.mark.parametrize("way", ["open", "codecs"])
def test_snippets_are_known_however_their_extension_opens_them(way: str, tmp_path: Path) -> None:
    """Its versions differ in what reads a file; the text is told, and another is read instead where one is asked for."""
    file = tmp_path / "部分.md"
    file.write_bytes("一\r\n二\n".encode())
    module = ModuleType("snippets")
    vars(module).update(codecs=codecs, SnippetPreprocessor=type("Old", (), {"get_snippet_path": lambda _, path: path}))
    observing.watch_reading(module)
    opened = module.open if way == "open" else module.codecs.open
    token = collector.set(written := Written())
    try:
        assert list(opened(str(file), "r", encoding="utf-8")) == ["一\n", "二\n"]
        with opened(str(file), "r", encoding="utf-8") as lines:
            assert lines.read() == "一\n二\n"
        assert written.snippets == {str(file): "一\n二\n"}
        before = observing.substitutes.set({str(file): "三"})
        assert opened(str(file), "r", encoding="utf-8").read() == "三"
        observing.substitutes.reset(before)
    finally:
        collector.reset(token)


def test_what_was_written_is_kept(tmp_path: Path) -> None:
    """Messages show the author's own text, not what the engine made of it."""
    view, _ = look(tmp_path, "[甲](./index.md#%E9%A2%98) <a href='?a&amp;b'>乙</a>\n")
    assert [link.written for link in view.places.links()] == ["./index.md#%E9%A2%98", "?a&amp;b"]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("词⟪目标词", id="prose"),
        pytest.param("`目标`\n\n⟪目标", id="code before it"),
        pytest.param("```\n目标\n```\n\n> ⟪目标\n\n<!-- 目标 -->", id="fence and comment around it"),
        pytest.param("| ⟪目标 | ⟪目标 |\n| - | - |\n| 一 | $目标$ |", id="table, with a formula"),
        pytest.param("一[^1]\n\n[^1]: ⟪目标", id="footnote"),
        pytest.param("![目标](x.png) **⟪目**", id="emphasis, and an image's description"),
    ],
)
def test_texts_are_found_where_readers_meet_them(source: str, tmp_path: Path) -> None:
    """A text in code, comments, formulas and attributes is not the one that readers read."""
    view, marks = look(tmp_path, f"# 题\n\n{source}\n")
    needle = "目标" if "⟪目标" in source else "目"
    assert list(view.places.texts(needle)) == marks
    assert view.places.text(["没有", needle]) == marks[0]
    assert view.places.text([needle], nth=9) == marks[-1]
    assert view.places.text(["没有"]) == Location("docs/index.md")


def test_doubts_about_many_texts_are_settled_by_one_rendering(tmp_path: Path) -> None:
    """However many texts are asked for, the page is rendered once more."""
    view, _ = look(tmp_path, "# 题\n\n一 二 三 `一` `二` `三`\n")
    reread, times = view.places.reread, [0]
    assert reread is not None

    def count(texts: object) -> str:
        times[0] += 1
        return reread(texts)  # type: ignore[arg-type]

    # `masked` knows code; without it every text is in doubt.
    bare = {path: dataclasses.replace(one, masked=one.text) for path, one in view.places.scans.items()}
    places = Places(view.path, bare, view.rendered, count)
    places.prime(["一", "二", "三"])
    found = [places.texts(needle) for needle in ("一", "二", "三")]
    assert found == [(Location("docs/index.md", 3, column),) for column in (1, 3, 5)]
    assert times == [1]


def test_anywhere_finds_code_too() -> None:
    """Prose first, then code; the file alone if there is nothing."""
    places = Places.of_text("a.md", "`词`\n\n词\n")
    assert places.anywhere(["词"]) == Location("a.md", 3, 1)
    assert Places.of_text("a.md", "`词`").anywhere(["没", "词"]) == Location("a.md", 1, 2)
    assert places.anywhere(["没"]) == Location("a.md")


def test_blocks_are_found_with_their_indentation() -> None:
    """The first line of a fence's content, the second of two equal fences, and by how much it is indented."""
    fence = "```mermaid\nflowchart LR\n  A\n```\n"
    listed = "- 一\n\n" + re.sub("^(?=.)", "    ", fence, flags=re.MULTILINE)
    places = Places.of_text("a.md", f"{fence}\nflowchart LR\n\n{listed}")
    block = "flowchart LR\n  A"
    assert places.block(block) == (Location("a.md", 2, 1), 0)
    assert places.block(block, nth=1) == (Location("a.md", 11, 1), 4)
    assert places.block("没有") == (Location("a.md"), 0)


IDS = {
    "attribute lists": "## 甲 {#⟪x}\n\n段\n{: #⟪x .c }\n\n![图](a.png){ #⟪x }",
    "raw HTML": "<a id=\"⟪x\"></a>\n\n<p id='⟪x'>一</p>\n\n二<span id=⟪x>三</span>",
    "an old anchor": '<a name="⟪x"></a>\n\n<p id="⟪x">一</p>',
    "automatic, after the explicit": '<p id="⟪x">一</p>\n\n## ⟪X',
    "not in code": '`{#x}` <p>`id="x"`</p>\n\n```html\n<p id="x">\n```\n\n<p id="⟪x">一</p>\n\n<p id="⟪x">二</p>',
    "not in another's attribute": '<p id="⟪x" data-id="x">一</p>\n\n<p id="⟪x">二</p>',
    "containers": '!!! note\n\n    ## 甲 {#⟪x}\n\n=== "页"\n\n    ## 乙 {#⟪x}',
}


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in IDS.items()])
def test_ids_are_placed(source: str, tmp_path: Path) -> None:
    """Each place where an element got the id, in the page's order."""
    view, marks = look(tmp_path, f"# 题\n\n{source}\n")
    assert list(view.places.ids("x")) == marks


@pytest.mark.parametrize(
    ("source", "number"),
    [
        pytest.param("## ⟪小结", 1, id="plain"),
        pytest.param("## 小结\n\n```\n## 小结\n```\n\n## ⟪小结", 2, id="the second of two, a fence between"),
        pytest.param("## 一\n\n!!! note\n\n    ### ⟪**二** `c` [三](x.md) { .c }", 2, id="markup in an admonition"),
        pytest.param("⟪题目\n----", 1, id="underlined"),
        pytest.param("- ## ⟪条目 & “引号”", 1, id="in a list"),
    ],
)
def test_headings_are_placed(source: str, number: int, tmp_path: Path) -> None:
    """A heading's place is that of its text, whatever markup it holds."""
    view, marks = look(tmp_path, f"# 首\n\n{source}\n")
    assert [view.places.heading(view.rendered.headings, number)] == marks


def test_definitions_are_placed(tmp_path: Path) -> None:
    """Labels of links (whose case means nothing) and of footnotes, in containers, never in code."""
    source = "[甲][a]一[^A]\n\n```\n[a]: x\n```\n\n[⟪A]: x.md\n\n> [⟪a]: x.md\n\n[⟪^A]: 注\n"
    view, marks = look(tmp_path, source)
    found: Sequence[Location] = [*view.places.definitions("a"), *view.places.definitions("A", footnote=True)]
    assert list(found) == marks


def test_a_page_that_breaks_under_marks_is_still_placed_roughly(tmp_path: Path) -> None:
    """No second rendering, no crash: then the first places that fit are named."""
    view, _ = look(tmp_path, "[甲](x.md)\n\n`[甲](x.md)`\n")
    places = Places(view.path, view.places.scans, view.rendered, lambda texts: "")
    assert [link.place for link in places.links()] == [Location("docs/index.md", 1, 5)]
