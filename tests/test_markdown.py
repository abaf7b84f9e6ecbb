"""What the Markdown extension makes of a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from atlas import checks, render
from atlas.diagrams import Problem
from atlas.findings import CannotCheckError
from atlas.markdown import fences
from atlas.v8 import EngineError
from tests.conftest import Project

FLOW = '```mermaid\nflowchart LR\n  accTitle: 甲到乙\n  accDescr: 甲指向乙\n  A["甲"] --> B["乙"]\n  click A "b.md#there"\n```\n'
SOURCES = 'ok-2024: {title: 题, by: 人, year: 2024, url: "https://example.org/a", kind: paper, read: 2026-11-24}\n'


def built(configuration: Path, tmp_path: Path, page: str = "index.html") -> str:
    """The HTML of a page, with the template around it."""
    render.build(configuration, tmp_path / "out", checks.inspect, lambda site: None)
    return (tmp_path / "out" / page).read_text("utf-8")


def test_figure_is_named_described_linked_and_worded(project: Project, tmp_path: Path) -> None:
    """Caption, description, resolved link and text version; no script."""
    html = built(project({"docs/index.md": f"# 页\n\n{FLOW}", "docs/b.md": "# 乙\n\n## 节 {#there}\n"}), tmp_path)
    assert '<figcaption><p><span class="atlas-number">图 1</span> 甲到乙</p>' in html
    assert ">甲指向乙</desc>" in html
    assert 'role="group"' in html
    assert 'href="b/#there"' in html
    assert "<summary>文字版</summary>" in html
    assert "甲 → 乙" in html
    assert "atlas-links" not in html


def test_figure_without_links_is_an_image(project: Project, tmp_path: Path) -> None:
    """A screen reader meets one picture with a name, not its parts."""
    html = built(project({"docs/index.md": "# 页\n\n" + FLOW.replace('  click A "b.md#there"\n', "")}), tmp_path)
    assert 'role="img"' in html


def test_two_layouts_where_a_phone_needs_its_own(project: Project, tmp_path: Path) -> None:
    """A wide diagram is drawn twice, with ids of its own each time; search sees neither."""
    nodes = " --> ".join(f'N{number}["第 {number} 个节点"]' for number in range(5))
    source = f"# 页\n\n```mermaid\nflowchart LR\n  accTitle: 宽\n  accDescr: 宽\n  {nodes}\n```\n"
    html = built(project({"docs/index.md": source}), tmp_path)
    assert html.count("data-search-exclude") == 2
    assert "atlas-wide" in html
    assert "atlas-narrow" in html
    assert checks.validate(tmp_path / "mkdocs.yml").findings == ()


def test_what_cannot_be_drawn_is_left_to_the_browser(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source stands escaped in the page for the second way to draw, and a warning says so."""
    from atlas.checks import diagrams as check

    def refuse(*_: object) -> Problem:
        return Problem("画不了")

    monkeypatch.setattr(fences, "draw", refuse)
    monkeypatch.setattr(check, "draw", refuse)
    source = FLOW.replace('click A "b.md#there"', 'A --> C["<b>丙</b>"]')
    configuration = project({"docs/index.md": f"# 页\n\n{source}"})
    html = built(configuration, tmp_path)
    assert '<div class="mermaid"' in html
    assert "&lt;b&gt;丙" in html
    assert [finding.rule.id for finding in checks.validate(configuration).findings] == ["diagram-fallback"]


def test_formulas_are_mathml(project: Project, tmp_path: Path) -> None:
    """Inline and display, comparison signs included."""
    html = built(project({"docs/index.md": "# 页\n\n共 $C = 6ND$。\n\n$$\nT > \\frac{C}{B}\n$$\n"}), tmp_path)
    assert html.count("<math") == 2
    assert 'display="block"' in html


def test_citations_are_numbered_and_listed(project: Project, tmp_path: Path) -> None:
    """One number a source, a list at the end; an unknown key is marked."""
    files = {"docs/index.md": "# 页\n\n甲[@ok-2024]，乙[@ok-2024]，丙[@none]。\n", "docs/_data/sources.yml": SOURCES}
    html = built(project(files), tmp_path)
    assert html.count("[1]") == 2
    assert '<li id="ref-ok-2024">' in html
    assert "[?none]" in html


def test_data_becomes_tables(project: Project, tmp_path: Path) -> None:
    """The glossary and the sources show themselves."""
    files = {
        "docs/index.md": "# 页\n\n```glossary\n```\n\n```sources\n```\n",
        "docs/_data/sources.yml": SOURCES,
        "docs/_data/glossary.yml": "dp: {zh: 数据并行, en: data parallelism, abbr: DP, short: 各卡算不同的数据, topic: 分布式}\n",
    }
    html = built(project(files), tmp_path)
    assert '<tr id="term-dp">' in html
    assert "论文（1 条）" in html


def test_sources_are_listed_by_kind(project: Project, tmp_path: Path) -> None:
    """A fence that names kinds shows those alone, each source under its own anchor, each kind under one, too."""
    book = SOURCES.replace("ok-2024", "tome").replace("kind: paper", "kind: book")
    text = "# 页\n\n```sources\nkinds: [{}]\n```\n"
    files = {
        "docs/index.md": text.format("book, news"),
        "docs/b.md": text.format("paper"),
        "docs/_data/sources.yml": SOURCES + book,
    }
    html = built(project(files), tmp_path)
    assert "书（1 条）" in html
    assert re.findall(r'id="(sources?-[^"]+)"', html) == ["sources-book", "source-tome"]
    assert 'id="source-ok-2024"' in (tmp_path / "out" / "b" / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("said", "line", "told"),
    [
        pytest.param("# 注\nkinds: [papers]", 2, "最接近的是 `paper`", id="no such kind"),
        pytest.param("kinds: []", 1, "写成 `kinds: [paper, book]`", id="no kind at all"),
        pytest.param("kind: paper", 1, "最接近的是 `kinds`", id="no such word"),
        pytest.param("- paper", 1, "一行一项", id="no mapping"),
    ],
)
def test_a_list_of_sources_that_asks_for_what_is_not_there(project: Project, said: str, line: int, told: str) -> None:
    """It is a finding at its line that says what to write, as for tables and charts."""
    files = {"docs/index.md": f"# 页\n\n甲[@ok-2024]。\n\n```sources\n{said}\n```\n", "docs/_data/sources.yml": SOURCES}
    (finding,) = checks.validate(project(files)).findings
    assert (finding.rule.id, finding.location.line) == ("facts-table-invalid", 5 + line)
    assert told in finding.hint


def test_without_an_engine_a_preview_goes_on_and_a_check_does_not(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without V8 still shows the page, its diagrams left to the browser; no check of it can be clean."""

    def missing(*_: object, **__: object) -> None:
        raise EngineError("无法载入 V8")

    monkeypatch.setattr(fences, "judge", missing)
    configuration = project({"docs/index.md": "# 页\n\n" + FLOW.replace('  click A "b.md#there"\n', "")})
    assert '<div class="mermaid"' in built(configuration, tmp_path)
    with pytest.raises(CannotCheckError, match=r"docs/index\.md：无法载入 V8"):
        checks.validate(configuration)


def test_saved_data_is_seen_without_a_restart(project: Project, tmp_path: Path) -> None:
    """A running preview shows the source as it was saved last."""
    files = {"docs/index.md": "# 页\n\n甲[@ok-2024]。\n", "docs/_data/sources.yml": SOURCES}
    assert "新题" not in built(project(files), tmp_path)
    assert "新题" in built(project({"docs/_data/sources.yml": SOURCES.replace("题", "新题")}), tmp_path)


def test_page_says_how_long_it_takes_and_what_comes_before(project: Project, tmp_path: Path) -> None:
    """400 characters a minute, a quarter for each figure, table and formula; what to read before and after on two lines."""
    configuration = project(
        {
            "docs/index.md": f"# 页\n\n**先看**：[本页](#there) · **接着看**：别的\n\n## 节 {{#there}}\n\n{'字' * 790}\n\n{FLOW}"
        }
    )
    configuration.write_text(
        configuration.read_text("utf-8").replace("data: docs/_data", "data: docs/_data\n      pace: 400"), "utf-8"
    )
    html = built(configuration, tmp_path)
    assert "阅读约 3 分钟" in html  # 790 and the few of the headings, and a figure
    assert re.search(
        r'<p class="atlas-path"><strong>先看</strong>：<a href="#there">本页</a><br ?/?>\s*<strong>接着看</strong>：别的</p>',
        html,
    )
    assert html.index("</h1>") < html.index("阅读约") < html.index("先看")


def test_small_letters_stay_legible(project: Project, tmp_path: Path) -> None:
    """A drawing whose smallest letters would be below 11 px is given room and scrolls; it is never shrunk below that."""
    sankey = '```mermaid title="流" desc="A 到 B"\nsankey-beta\n\nA,B,10\nA,C,5\n```\n'
    html = built(project({"docs/index.md": f"# 页\n\n{sankey}"}), tmp_path)
    drawings = re.findall(r"<svg .*?</svg>", html, re.DOTALL)
    assert drawings
    for drawing in drawings:
        smallest = min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing))
        natural = float(re.search(r'viewBox="0 0 ([\d.]+)', drawing)[1])  # type: ignore[index]
        least = float(re.search(r"max-width: ?max\(100%, ?([\d.]+)px\)", drawing)[1])  # type: ignore[index]
        assert smallest * least / natural >= 11
        assert float(re.search(r'<svg[^>]* width="([\d.]+)"', drawing)[1]) >= min(natural, least)  # type: ignore[index]
