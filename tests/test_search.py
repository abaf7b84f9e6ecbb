"""The index of the readers' search: what it takes from a page, and that the browser reads it as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas import checks
from atlas.facts import Term
from atlas.render.preview import Listener, Preview
from atlas.search import Section, Source, pieces, sections
from atlas.search.words import count, shard
from tests.conftest import CONFIGURATION, REPOSITORY, Project

pytestmark = pytest.mark.search

ENGINE = REPOSITORY / "docs" / "assets" / "search" / "engine.js"
GLUE = """
const files = {};
const ask = (query) => new Promise((resolve, reject) => atlasSearch.ask(query, async (name) => { eval(files[name] || ''); },
  (found, done) => done && resolve(JSON.stringify(found && {
    mended: found.mended,
    terms: found.terms.map((term) => [term.names[0], term.isAvoided]),
    pages: found.pages.map(({page, sections}) => [page.url, ...sections.map(({section, sentence}) => [section.anchor, sentence])]),
  }))).catch(reject));
"""


class Reader:
    """The engine in V8, with an index."""

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        # A thread of its own: mini-racer refuses to wait where an event loop runs, and an open browser's may run here.
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._thread.submit(self._load, files or {}).result()

    def _load(self, files: Mapping[str, str]) -> None:
        from py_mini_racer import MiniRacer

        self._context = MiniRacer()
        self._context.eval(ENGINE.read_text("utf-8") + GLUE)
        for name, text in files.items():
            self._context.eval(f"files[{json.dumps(name.rpartition('/')[2].removesuffix('.js'))}] = {json.dumps(text)}")

    def _answer(self, code: str) -> str:
        answer: Any = self._context.eval(code)
        return str(answer if isinstance(answer, str) else answer.get(timeout=20))

    def call(self, code: str) -> Any:
        """The value of an expression that gives JSON, or a promise of it."""
        return json.loads(self._thread.submit(self._answer, code).result())

    def ask(self, query: str) -> Any:
        """What a query finds."""
        return self.call(f"ask({json.dumps(query)})")


def page(url: str, title: str, *parts: tuple[str, str, str], weight: float = 1) -> Source:
    """A page whose first section is its title's."""
    head = Section("top", title, "")
    return Source(url, f"{url.rstrip('/')}.md", title, (head, *(Section(*part) for part in parts)), weight)


def term(zh: str, see: str, *, also: Iterable[str] = (), avoid: Iterable[str] = (), abbr: str = "") -> Term:
    """A term of the glossary."""
    return Term(zh, zh, "", abbr, f"{zh}是什么。", "硬件", see, tuple(also), tuple(avoid))


PAGES = (
    page(
        "a/",
        "张量并行",
        ("cut", "两刀", "第一句。张量并行要切矩阵，H100 上也一样。第三句！"),
        ("next", "接下来", "见流水线"),
    ),
    page("b/", "显存", ("kv", "KV 缓存", "长度越长，缓存越大。"), ("zero", "ZeRO-3", "每张卡只存一段。")),
    page("c/", "设备", ("table", "总表", "H100 SXM5 · 80 GB\nH20 · 96 GB")),
)
TERMS = (term("流水线并行", "a.md#next", avoid=["管道并行"], abbr="PP"), term("显存", "b.md#kv", also=["设备内存"]))


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The engine over three pages."""
    return Reader(pieces(PAGES, TERMS))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param(
            '<h1 id="a">题<a class="headerlink" href="#a">¶</a></h1><p>一\n二</p>', [("a", "题", "一 二")], id="heading"
        ),
        pytest.param(
            "<p>前</p><h2 id='b'>乙</h2><p>后</p>", [("", "", "前"), ("b", "乙", "后")], id="text before a heading"
        ),
        pytest.param("<p>甲<sup class='atlas-cite'><a>[1]</a></sup>乙</p>", [("", "", "甲乙")], id="citation"),
        pytest.param("<p data-search-exclude>甲<b>乙</b></p><p>丙</p>", [("", "", "丙")], id="excluded"),
        pytest.param("<p>甲<br>乙</p><ol class='atlas-references'><li>丙</li></ol>", [("", "", "甲\n乙")], id="references"),
        pytest.param(
            "<figure><svg><text>画</text></svg><svg/><details class='atlas-outline'><summary>文字版</summary><p>甲 → 乙</p></details></figure>",
            [("", "", "甲 → 乙")],
            id="diagram by its text version",
        ),
        pytest.param(
            "<p>共<math data-search-exclude><semantics><mn>2</mn><mo>×</mo><mn>3</mn><annotation>2\\times3</annotation></semantics></math>个</p>",
            [("", "", "共2×3个")],
            id="formula on one line",
        ),
        pytest.param(
            "<p>共<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>个</p>",
            [("", "", "共…个")],
            id="formula of two dimensions",
        ),
        pytest.param("<table>\n<tr>\n<td>甲</td>\n<td>乙</td>\n</tr></table>", [("", "", "甲 · 乙")], id="row"),
        pytest.param("<pre><code>a = 1\nb = 2</code></pre>", [("", "", "a = 1\nb = 2")], id="code"),
    ],
)
def test_section_is_what_a_reader_sees(html: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(one.anchor, one.title, one.text) for one in sections(html)] == expected


def test_rows_of_data_can_be_led_to() -> None:
    """A row with an anchor is known by the name in its head."""
    html = '<h2 id="t">表</h2><table><tr id="devices-h20"><th scope="row">H20<a class="atlas-remark">注</a></th><td>96</td></tr></table>'
    assert sections(html) == (Section("t", "表", "H20 · 96", (("devices-h20", "H20"),)),)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("张量并行的了ab1 -_/.v3ZéαA，。\n", max_size=30), min_size=1, max_size=20))
def test_browser_cuts_a_query_as_the_index_was_cut(texts: list[str]) -> None:
    """Every word of a text, and the shard it is in, are the same on both sides."""
    found = CUTTER.call(
        f"JSON.stringify({json.dumps(texts)}.map((text) => atlasSearch.cut(text).map((word) => [word, atlasSearch.shardOf(word, 61)])))"
    )
    for text, theirs in zip(texts, found, strict=True):
        assert {(word, number) for word, number in theirs} == {(word, shard(word, 61)) for word in count(text)}, text


CUTTER = Reader()


@pytest.mark.parametrize(
    ("query", "url", "anchor", "sentence"),
    [
        pytest.param("张量并行", "a/", "cut", "张量并行要切矩阵，H100 上也一样。", id="sentence"),
        pytest.param("zero 3", "b/", "zero", "每张卡只存一段。", id="joined by a space"),
        pytest.param("zero3", "b/", "zero", "每张卡只存一段。", id="joined"),
        pytest.param("ZERO", "b/", "zero", "每张卡只存一段。", id="capitals"),
        pytest.param("kv缓存怎么算", "b/", "kv", "长度越长，缓存越大。", id="question"),
        pytest.param("矩阵 h100", "a/", "cut", "张量并行要切矩阵，H100 上也一样。", id="Latin"),
        pytest.param("设备内存", "b/", "kv", "长度越长，缓存越大。", id="another name"),
        pytest.param(
            "刀", "a/", "cut", "第一句。张量并行要切矩阵，H100 上也一样。第三句！", id="one character, in a heading"
        ),
    ],
)
def test_query_finds_section_and_sentence(reader: Reader, query: str, url: str, anchor: str, sentence: str) -> None:
    first = reader.ask(query)["pages"][0]
    assert first[0] == url
    assert [anchor, sentence] in first[1:]


def test_slips_and_avoided_names_lead_to_the_term(reader: Reader) -> None:
    """One wrong character is mended and said; a name that the book avoids leads to its own."""
    slipped = reader.ask("张量并性")
    assert (slipped["mended"], slipped["pages"][0][0]) == ("张量并行", "a/")
    assert reader.ask("管道并行")["terms"] == [["流水线并行", True]]
    assert reader.ask("PP")["terms"] == [["流水线并行", False]]
    assert reader.ask("魑魅")["pages"] == []


def test_every_page_is_told_from_every_other() -> None:
    """However many pages there are, the one that holds a word is found by it."""
    many = [page(f"{number}/", f"第{number}页", ("s", "节", f"只有这里有 word{number} 一次。")) for number in range(300)]
    reader = Reader(pieces(many, ()))
    for number in (0, 9, 33, 81, 82, 83, 150, 299):
        assert reader.ask(f"word{number}")["pages"][0][0] == f"{number}/"


def test_weight_puts_pages_about_the_site_last() -> None:
    """Of two pages that say the same, the lighter comes later."""
    same = ("s", "量化", "把数压小。")
    reader = Reader(pieces([page("rules/", "甲", same, weight=0.5), page("quantization/", "乙", same)], ()))
    assert [one[0] for one in reader.ask("量化")["pages"]] == ["quantization/", "rules/"]


def test_folder_is_named_after_what_it_holds() -> None:
    """The same pages give the same files; any change gives another folder, so that a browser may keep each for ever."""
    assert pieces(PAGES, TERMS) == pieces(PAGES, TERMS)
    folders = {
        next(iter(pieces(pages, TERMS))).split("/")[1] for pages in (PAGES, PAGES[:2], (PAGES[1], PAGES[0], PAGES[2]))
    }
    assert len(folders) == 3


def test_preview_finds_titles_before_pages_are_rendered(project: Project, tmp_path: Path) -> None:
    """A preview renders what is asked for; its search knows every title, and what such pages say."""
    hooks = f"hooks: [{REPOSITORY / 'scripts/atlas/hooks.py'}]\n"
    files = {"docs/index.md": "# 首页\n\n写着量化。\n", "docs/two.md": "---\ntitle: 第二页\n---\n\n写着蒸馏。\n"}
    folder = tmp_path / "out"
    listener = Listener(lambda site: {}, lambda pages: {}, lambda: None, lambda sentence: None)
    preview = Preview(
        project({"mkdocs.yml": CONFIGURATION + hooks} | files), folder, ("127.0.0.1", 8000), checks.inspect, listener
    )
    preview.make("index.html")
    preview.finish("search/preview/map.js")
    reader = Reader({file.name: file.read_text("utf-8") for file in (folder / "search" / "preview").iterdir()})
    assert reader.ask("第二页")["pages"][0][0] == "two/"
    assert reader.ask("量化")["pages"][0][0] == ""
    assert reader.ask("蒸馏")["pages"] == []
    preview.make("two/index.html")
    preview.finish("search/preview/map.js")
    reader = Reader({file.name: file.read_text("utf-8") for file in (folder / "search" / "preview").iterdir()})
    assert reader.ask("蒸馏")["pages"][0][0] == "two/"
