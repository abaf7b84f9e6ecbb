"""What reads the data: tables, values in sentences, pictures, files to download, terms and citations."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from atlas import charts, checks, render
from atlas.diagrams import judge
from atlas.facts import SCHEMAS, Facts, load
from atlas.quotes import QuoteError, quote
from atlas.selection import SelectionError, parse_test, select
from atlas.tables import export_csv, export_files, export_json, show_number
from tests.conftest import REPOSITORY, Project

SOURCES = """\
sheet: {title: 白皮书, by: 厂商, year: 2024, url: "https://example.org/a", kind: vendor, read: 2026-11-24}
blog: {title: 整理, by: 某人, year: 2025, url: "https://example.org/b", kind: secondary, read: 2026-11-24}
"""
DEVICES = """\
one-80:
  name: 壹号 80
  maker: nvidia
  country: us
  family: 甲代
  per: package
  checked: 2026-11-20
  source: sheet
  kind: datasheet
  released: 2024-05
  memory: 80
  bandwidth: {value: 3350, also: [{value: 3352, source: blog, note: 未取整}], why: 白皮书的写法}
  bf16_dense: 989.4
  bf16_sparse: {value: 1978.8, formula: bf16_dense * 2}
  fp4_dense: unsupported
  tdp: {value: 700, source: blog, kind: secondary}
  software: CUDA
two-96:
  name: 贰号 96
  maker: nvidia
  country: us
  family: 乙代
  per: package
  checked: 2026-11-24
  source: sheet
  kind: datasheet
  released: 2025
  memory: 96
  bandwidth: 12000
  bf16_dense: 148
  tdp: unpublished
  software: CUDA
three-64:
  name: 叁号 64
  maker: huawei
  country: cn
  family: 丙代
  per: package
  checked: 2026-11-24
  source: sheet
  kind: datasheet
  released: 2023
  memory: 64
"""
MODELS = """\
small-8b: {name: 小模型 8B, maker: 某所, country: us, class: decoder-only, checked: 2026-11-24, source: sheet, kind: config,
  released: 2024, params_total: 8.03B, layers: 32, kv_heads: 8, head_dim: 128, context: 128Ki, moe: no}
"""
GLOSSARY = """\
dp: {zh: 数据并行, en: data parallelism, abbr: DP, short: 各卡算不同的数据, topic: 分布式, see: index.md}
dpg: {zh: 数据并行组, en: data parallel group, short: 一起做数据并行的卡, topic: 分布式, see: index.md}
"""
DATA = {
    "docs/_data/sources.yml": SOURCES,
    "docs/_data/devices.yml": DEVICES,
    "docs/_data/models.yml": MODELS,
    "docs/_data/glossary.yml": GLOSSARY,
}
TABLE = "```facts\ndata: devices\ncolumns: [memory, bandwidth, bf16_sparse, fp4_dense, tdp]\ntitle: 甲表\n```\n"


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """The small data of this module."""
    for path, text in DATA.items():
        (tmp_path / Path(path).name).write_text(text, "utf-8")
    return load(tmp_path)


def page(project: Project, tmp_path: Path, text: str, more: Mapping[str, str] | None = None) -> BeautifulSoup:
    """A page of a project with the small data, as readers get it."""
    configuration = project({**DATA, "docs/index.md": f"# 页\n\n{text}", **(more or {})})
    render.build(configuration, tmp_path / "out", checks.inspect, lambda site: None)
    return BeautifulSoup((tmp_path / "out" / "index.html").read_text("utf-8"), "html.parser")


def cell(soup: BeautifulSoup, row: str, column: int) -> str:
    """The text of a cell without its marks."""
    found = soup.select_one(f"tr#devices-{row}")
    assert found
    return str(found.find_all(["th", "td"])[column].contents[0]).strip()


# Which rows


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("maker == nvidia", {"one-80", "two-96"}),
        ("maker != nvidia", {"three-64"}),
        ("memory >= 80 and memory < 90", {"one-80"}),
        ("memory > 90 or country == cn", {"two-96", "three-64"}),
        ("not (maker == nvidia)", {"three-64"}),
        ("key in [one-80, three-64]", {"one-80", "three-64"}),
        ("tdp == unpublished", {"two-96"}),
        ("fp4_dense == unsupported", {"one-80"}),
        ("bandwidth", {"one-80", "two-96"}),
        ("released >= 2024-06", {"two-96"}),
        ('family == "甲代"', {"one-80"}),
    ],
)
def test_condition_chooses_rows(facts: Facts, condition: str, expected: set[str]) -> None:
    """Comparisons, lists, presence, and the two kinds of absence."""
    test = parse_test(condition, SCHEMAS["devices"])
    assert {row.key for row in facts["devices"] if test(row)} == expected


@pytest.mark.parametrize(
    ("fence", "line", "hint"),
    [
        ("data: device\ncolumns: [memory]", 1, "devices"),
        ("data: devices\ncolumns: [memory, bandwith]", 2, "bandwidth"),
        ("data: devices\ncolumns:\n  - memory\n  - tpd", 4, "tdp"),
        ("data: devices\ncolumns: [memory]\nwhere: maker == nvidea", 3, "nvidia"),
        ("data: devices\ncolumns: [memory]\nwhere: memmory > 3", 3, "memory"),
        ("data: devices\ncolumns: [memory]\nwhere: memory > viel", 3, "列 == 值"),
        ("data: devices\ncolumns: [memory]\nwhere: (memory > 3", 3, "括号"),
        ("data: devices\ncolumns: [memory]\nwhere: memory > 3 maker", 3, "列 == 值"),
        ("data: devices\ncolumns: [memory]\nwhere: memory > 900", 3, "放宽"),
        ("data: devices\ncolumns: [memory]\nsort: -memry", 3, "memory"),
        ("data: devices\ncolumns: [memory]\nlimit: 0", 3, "正整数"),
        ("data: devices\ncolumn: [memory]", 2, "columns"),
        ("data: devices\n\tcolumns: [memory]", 2, "一行一项"),
    ],
)
def test_faulty_fence_is_placed_and_helped(facts: Facts, fence: str, line: int, hint: str) -> None:
    """Each fault says its line in the fence and what to write instead."""
    with pytest.raises(SelectionError) as caught:
        select(fence, facts, ())
    assert caught.value.line == line
    assert hint in caught.value.hint


def test_rows_are_sorted_and_cut(facts: Facts) -> None:
    """Largest first; rows without a value come last either way."""
    for sort, expected in (("-bandwidth", "two-96 one-80 three-64"), ("bandwidth", "one-80 two-96 three-64")):
        rows = select(f"data: devices\ncolumns: [bandwidth]\nsort: {sort}", facts, ()).rows
        assert " ".join(row.key for row in rows) == expected
    assert len(select("data: devices\ncolumns: [memory]\nlimit: 2", facts, ()).rows) == 2


# Tables


def test_table_says_all_that_is_known(project: Project, tmp_path: Path) -> None:
    """Labels with units, values, both absences, sources, kinds of evidence, other sources' values, days."""
    soup = page(project, tmp_path, TABLE)
    table = soup.select_one(".atlas-facts table")
    assert table
    assert [head.get_text() for head in table.select("thead th")][:3] == ["型号", "显存（GB）", "显存带宽（GB/s）"]
    assert cell(soup, "one-80", 1) == "80"
    assert cell(soup, "one-80", 4) == "不支持"
    assert cell(soup, "two-96", 5) == "未公开"
    assert cell(soup, "two-96", 2) == "12,000"
    assert cell(soup, "three-64", 2) == "–"
    kinds = [mark.get_text() for mark in table.select(".atlas-kind")]
    assert kinds == ["推", "二"]
    legend = soup.select_one(".atlas-facts-legend")
    assert legend
    assert "二 二手" in legend.get_text()
    assert "2026-11-20 至 2026-11-24" in legend.get_text()
    note = soup.select_one(".atlas-facts-notes li")
    assert note
    assert "另有 3352（未取整）；本站用 3350，白皮书的写法" in note.get_text()
    assert table.select_one(f'a.atlas-remark[href="#{note["id"]}"]')
    assert len(soup.select(".atlas-references li")) == 2


def test_table_is_a_named_region_for_the_keyboard(project: Project, tmp_path: Path) -> None:
    """What scrolls can be reached and has a name; rows and columns have heads."""
    soup = page(project, tmp_path, TABLE)
    region = soup.select_one('.atlas-facts [role="region"][tabindex="0"]')
    assert region
    assert region["aria-label"] == "甲表"
    assert len(region.select('tbody th[scope="row"]')) == 3


def test_tables_in_other_blocks_and_twice(project: Project, tmp_path: Path) -> None:
    """In an admonition, a list and a tab; no id twice."""
    inner = "".join(f"    {line}\n" for line in TABLE.splitlines())
    text = f"!!! note\n\n{inner}\n- 甲\n\n{inner}\n{TABLE}"
    soup = page(project, tmp_path, text)
    assert len(soup.select(".atlas-facts table")) == 3
    ids = [str(one["id"]) for one in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert checks.validate(tmp_path / "mkdocs.yml").findings == ()


def test_citations_are_numbered_as_readers_meet_them(project: Project, tmp_path: Path) -> None:
    """Sentence, list, table and sentence again share one list; the first source met is 1."""
    soup = page(project, tmp_path, f"- 甲[@blog]\n\n{TABLE}\n末[@sheet]。\n")
    order = [str(item["id"]) for item in soup.select(".atlas-references li")]
    assert order == ["ref-blog", "ref-sheet"]
    numbers = {str(link["href"]): link.get_text() for link in soup.select(".atlas-cite a")}
    assert numbers == {"#ref-blog": "[1]", "#ref-sheet": "[2]"}


def test_broken_table_does_not_stop_a_preview(project: Project, tmp_path: Path) -> None:
    """It stands in the page as what it is."""
    soup = page(project, tmp_path, "```facts\ndata: devices\ncolumns: [nix]\n```\n")
    assert soup.select_one('.atlas-broken[role="alert"]')


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("128_256", "128,256"),
        ("989.4", "989.4"),
        ("2039", "2039"),
        ("70.6B", "70.6B"),
        ("128Ki", "128K"),
        ("3.8e25", "3.8×10²⁵"),
    ],
)
def test_numbers_are_printed_as_precisely_as_typed(typed: str, printed: str) -> None:
    """No digit is added or lost."""
    assert show_number(typed) == printed


# Values in sentences


@pytest.mark.parametrize(
    ("expression", "form", "text"),
    [
        ("devices.one-80.memory", "", "80 GB"),
        ("devices.one-80.memory", "bare", "80"),
        ("devices.one-80.bandwidth", "TB/s", "3.35 TB/s"),
        ("devices.one-80.bf16_dense", "3", "989 TFLOP/s"),
        ("devices.one-80.fp4_dense", "", "不支持"),
        ("devices.two-96.tdp", "", "未公开"),
        ("models.small-8b.params_total", "", "8.03B"),
        ("models.small-8b.params_total", "亿", "80.3 亿"),
        ("18500 * 10**12", "3", "1.85×10¹⁶"),
        ("kv_bytes_per_token(32, 8, 128) * 8192", "GiB", "1 GiB"),
        ("(weight_bytes(1e9) + weight_bytes(2e9)) / 2", "GB", "3 GB"),
        ("training_compute(1e9, 1e9) / 1e15", "s", "6000 秒"),
        ("devices.one-80.memory * 8", "", "640"),
        ("kv_bytes_per_token(models.small-8b.layers, models.small-8b.kv_heads, models.small-8b.head_dim)", "KiB", "128 KiB"),
        ("devices.one-80.bf16_dense / devices.two-96.bf16_dense", "2", "6.7"),
    ],
)
def test_value_in_a_sentence(facts: Facts, expression: str, form: str, text: str) -> None:
    """Unit, conversion, multiple, digits, computed values."""
    assert quote(expression, form, facts).text == text


@pytest.mark.parametrize(
    ("expression", "form", "hint"),
    [
        ("devices.one.memory", "", "devices.one-80.memory"),
        ("devices.one-80.memroy", "", "devices.one-80.memory"),
        ("device.one-80.memory", "", "devices.one-80.memory"),
        ("devices.one-80.memory", "TBs", "TB/s"),
        ("devices.one-80.memory", "W", "同类"),
        ("devices.two-96.tdp * 2", "", "数值"),
        ("kv_byte(2)", "", "公式"),
    ],
)
def test_unknown_value_is_helped(facts: Facts, expression: str, form: str, hint: str) -> None:
    """The nearest that there is."""
    with pytest.raises(QuoteError) as caught:
        quote(expression, form, facts)
    assert hint in caught.value.hint


def test_values_are_cited_and_code_is_left_alone(project: Project, tmp_path: Path) -> None:
    """In a sentence and in a cell of a typed table; a computed one cites all that went into it."""
    text = "有 [=devices.one-80.tdp]，写法是 `[=devices.one-80.tdp]`。\n\n| 甲 | 乙 |\n|---|---|\n| x | [=devices.one-80.memory * devices.one-80.tdp] |\n"
    soup = page(project, tmp_path, text)
    values = soup.select(".atlas-value")
    assert [str(value.contents[0]) for value in values] == ["700 W", "56,000"]
    assert [link["href"] for link in values[1].select("a")] == ["#ref-sheet", "#ref-blog"]
    assert "[=devices.one-80.tdp]" in soup.get_text()


# Pictures


@pytest.mark.parametrize("chart", sorted(charts.CHARTS))
def test_every_chart_of_the_real_data_is_valid(chart: str) -> None:
    """Mermaid takes the text, it is named, it has few enough nodes, and all rows with a value are in it."""
    real = load(REPOSITORY / "docs" / "_data")
    kind = charts.data_of(chart)
    for picture in charts.draw_charts(select(f"chart: {chart}", real, charts.OPTIONS, kind=kind), real):
        assert judge(picture.source) == (), picture.source
        assert picture.title
        assert picture.description
        assert len(re.findall(r'^\s*(?:\w+ --> )?\w+\["', picture.source, re.MULTILINE)) <= 40


def test_a_new_row_appears_in_the_picture(facts: Facts, tmp_path: Path) -> None:
    """Maker, family, model and software of a row that was not there."""
    new = "four-1:\n  name: 肆号\n  maker: amd\n  country: us\n  family: 丁代\n  per: package\n  checked: 2026-11-24\n  source: sheet\n  kind: datasheet\n  released: 2026\n  software: ROCm\n"
    before = charts.draw_charts(select("chart: device-map", facts, charts.OPTIONS, kind="devices"), facts)[0]
    (tmp_path / "devices.yml").write_text(DEVICES + new, "utf-8")
    facts = load(tmp_path)
    after = charts.draw_charts(select("chart: device-map", facts, charts.OPTIONS, kind="devices"), facts)[0]
    for word in ("AMD", "丁代", "肆号", "ROCm"):
        assert word not in before.source
        assert word in after.source
    timeline = charts.draw_charts(select("chart: device-timeline", facts, charts.OPTIONS, kind="devices"), facts)[0]
    assert "2026 : 肆号" in timeline.source


def test_unknown_chart_is_helped(facts: Facts) -> None:
    """The nearest chart; a chart of other data says which it shows."""
    with pytest.raises(SelectionError) as caught:
        charts.draw_charts(select("data: devices\nchart: device-mab", facts, charts.OPTIONS), facts)
    assert "device-map" in caught.value.hint
    with pytest.raises(SelectionError) as caught:
        charts.draw_charts(select("data: models\nchart: device-map", facts, charts.OPTIONS), facts)
    assert "data: devices" in caught.value.hint


# Files


def test_files_hold_everything(facts: Facts) -> None:
    """CSV with units in its heads, JSON with sources, notes and other sources' values; kinds without rows have none."""
    assert sorted(export_files(facts)) == [
        f"{kind}.{form}" for kind in ("devices", "glossary", "models", "sources") for form in ("csv", "json")
    ]
    rows = list(csv.DictReader(io.StringIO(export_csv(facts, "devices").removeprefix("\ufeff"))))
    assert rows[0]["key"] == "one-80"
    assert rows[0]["memory [GB]"] == "80"
    assert rows[0]["fp4_dense [TFLOP/s]"] == "unsupported"
    assert rows[0]["sources"] == "sheet blog"
    content = json.loads(export_json(facts, "devices"))
    bandwidth = content["rows"]["one-80"]["facts"]["bandwidth"]
    assert bandwidth["value"] == 3350
    assert bandwidth["also"][0]["value"] == 3352
    assert content["columns"]["memory"]["unit"] == "GB"
    models = list(csv.DictReader(io.StringIO(export_csv(facts, "models").removeprefix("\ufeff"))))
    assert models[0]["context [tokens]"] == "131072"


def test_one_changed_number_moves_table_picture_sentence_and_files(project: Project, tmp_path: Path) -> None:
    """What a contributor changes in the data changes everywhere."""
    text = f"带宽 [=devices.one-80.bandwidth]。\n\n{TABLE}\n```facts-chart\nchart: bandwidth\n```\n\n[CSV](assets/data/devices.csv)\n"
    configuration = project({**DATA, "docs/index.md": f"# 页\n\n{text}"})
    hook = (REPOSITORY / "scripts" / "atlas" / "hooks.py").as_posix()
    given = configuration.read_text("utf-8").replace(
        "data: docs/_data\n", "data: docs/_data\n      downloads: assets/data\n"
    )
    configuration.write_text(f"{given}hooks: ['{hook}']\nextra: {{}}\n", "utf-8")

    def built() -> tuple[str, str]:
        render.build(configuration, tmp_path / "out", checks.inspect, lambda site: None)
        html = (tmp_path / "out" / "index.html").read_text("utf-8")
        return html, (tmp_path / "out" / "assets" / "data" / "devices.csv").read_text("utf-8")

    assert checks.validate(configuration).findings == ()
    before, before_csv = built()
    project(
        {
            "docs/_data/devices.yml": DEVICES.replace("value: 3350", "value: 4321").replace(
                "bandwidth: 12000", "bandwidth: 4000"
            )
        }
    )
    after, after_csv = built()
    assert not (tmp_path / "docs" / "assets").exists()
    for html, table, value, top in ((before, "3350", "3350 GB/s", "12000"), (after, "4321", "4321 GB/s", "4321")):
        soup = BeautifulSoup(html, "html.parser")
        assert cell(soup, "one-80", 2) == table
        sentence = soup.select_one(".atlas-value")
        assert sentence
        assert str(sentence.contents[0]) == value
        words = soup.select_one(".atlas-outline")
        assert words
        assert top in words.get_text()
        assert soup.select_one('a[download][href$="assets/data/devices.csv"]')
    assert ",3350," in before_csv
    assert ",4321," in after_csv


# Terms


def test_first_use_of_a_term_is_explained(project: Project, tmp_path: Path) -> None:
    """Once a page, the longest term, not in headings, links or code; with the definition, and a way to the glossary."""
    text = "## 数据并行\n\n`数据并行` [数据并行](b.md) **数据并行组**，数据并行，再说 DP。\n\n```text\n数据并行\n```\n"
    configuration = project({**DATA, "docs/index.md": f"# 页\n\n{text}", "docs/b.md": "# 乙\n\n```glossary\n```\n"})
    given = configuration.read_text("utf-8").replace("data: docs/_data\n", "data: docs/_data\n      glossary: b.md\n")
    configuration.write_text(given, "utf-8")
    render.build(configuration, tmp_path / "out", checks.inspect, lambda site: None)
    soup = BeautifulSoup((tmp_path / "out" / "index.html").read_text("utf-8"), "html.parser")
    terms = soup.select("a.atlas-term")
    assert [(term.get_text(), term["href"]) for term in terms] == [("数据并行组", "b/#term-dpg"), ("数据并行", "b/#term-dp")]
    assert "各卡算不同的数据" in str(terms[1]["title"])
    assert soup.select_one("strong > a.atlas-term")
    glossary = BeautifulSoup((tmp_path / "out" / "b" / "index.html").read_text("utf-8"), "html.parser")
    assert not glossary.select("a.atlas-term")
    assert checks.validate(configuration).findings == ()
