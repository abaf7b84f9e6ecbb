"""``mkdocs.yml`` and the files of a site against each other: what the rules' own examples leave open."""

from __future__ import annotations

import pytest

from atlas import checks
from atlas.configuration import Configuration
from atlas.findings import CannotCheckError
from atlas.reporters.human import place
from tests.conftest import CONFIGURATION, Project

HEAD = "site_name: 甲\ntheme: {name: mkdocs, highlightjs: false}\nplugins: []\n"


def said(project: Project, files: dict[str, str]) -> list[tuple[str, str, str]]:
    """Rule, place and hint of each finding in a project whose home page says nothing."""
    report = checks.validate(project({"docs/index.md": "# 首页\n", **files}))
    return [(finding.rule.id, place(finding.location), finding.hint) for finding in report.findings]


def refused(project: Project, configuration: str) -> str:
    """What is said of a configuration with which nothing can be checked."""
    with pytest.raises(CannotCheckError) as caught:
        checks.validate(project({"docs/index.md": "# 首页\n", "mkdocs.yml": configuration}))
    return str(caught.value)


@pytest.mark.parametrize(
    ("configuration", "where", "what"),
    [
        pytest.param("site_name: 甲\nextra: {a: [1\n", "第 2 行第 12 列", "flow sequence", id="unclosed"),
        pytest.param("site_name: 甲\n- b\n", "第 2 行第 1 列", "block mapping", id="a list in a mapping"),
        pytest.param("site_name: 甲\ntheme:\n  name: materiall\n", "第 3 行第 9 列", "materiall", id="theme"),
        pytest.param("site_name: 甲\nplugins:\n  - 'serch'\n", "第 3 行第 6 列", "serch", id="plugin"),
        pytest.param("site_name: 甲\ntheme: {name: mkdocs, custom_dir: 无}\n", "第 2 行第 35 列", "custom_dir", id="folder"),
        pytest.param("site_name: 甲\nnav: 3\n", "第 2 行第 6 列", "nav", id="kind"),
        pytest.param(
            "site_url: https://example.invalid/\n", "`mkdocs.yml` 有错", "site_name", id="what is missing has no place"
        ),
    ],
)
def test_a_refused_configuration_is_explained_in_one_sentence(
    project: Project, configuration: str, where: str, what: str
) -> None:
    """In MkDocs' own words, with line and column where they can be told."""
    sentence = refused(project, configuration)
    assert where in sentence
    assert what in sentence
    assert "\n" not in sentence


def test_every_entry_is_judged_by_itself(project: Project) -> None:
    """Ten faults in one navigation are ten findings, and the same one twice is two."""
    nav = "nav:\n  - index.md\n" + "".join(f"  - 甲{n}: 无{n % 2}.md\n" for n in range(4))
    found = said(project, {"mkdocs.yml": HEAD + nav})
    assert [where for _, where, _ in found] == [f"mkdocs.yml:{line}:9" for line in (6, 7, 8, 9)]
    assert {rule for rule, _, _ in found} == {"nav-target-missing"}


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        pytest.param("Train/Data.md", "`train/data.md`：大小写不同", id="case"),
        pytest.param("docs/train/data.md", "`train/data.md`：路径从文档文件夹算起", id="documents' folder"),
        pytest.param("train\\data.md", "`train/data.md`：文件夹之间写 `/`", id="back-slash"),
        pytest.param("train/data.md#a", "Markdown 文件不能带锚点", id="anchor"),
        pytest.param("train/data.html", "`train/data.md`", id="extension"),
        pytest.param("train/#wher", "`#where`", id="anchor of a folder"),
    ],
)
def test_a_lost_entry_names_what_was_meant(project: Project, written: str, hint: str) -> None:
    """The nearest file, and how it differs."""
    files = {"docs/train/data.md": "# 数据\n", "docs/train/index.md": "# 训练\n\n## Where\n"}
    nav = f"not_in_nav: /train/\nnav:\n  - index.md\n  - 甲: {written}\n"
    ((rule, where, said_hint),) = said(project, {"mkdocs.yml": HEAD + nav, **files})
    assert (rule, where) == ("nav-target-missing", "mkdocs.yml:7:8")
    assert hint in said_hint


def test_an_entry_for_the_readme_that_gave_way(project: Project) -> None:
    """MkDocs takes index.md and drops README.md: the entry leads nowhere, and the page is nowhere."""
    files = {
        "mkdocs.yml": HEAD + "nav: [index.md, a/README.md, a/index.md]\n",
        "docs/a/README.md": "",
        "docs/a/index.md": "# 甲\n",
    }
    found = said(project, files)
    assert [(rule, where) for rule, where, _ in found if rule != "page-empty"] == [
        ("page-address-duplicate", "docs/a/README.md:1:1"),
        ("nav-target-excluded", "mkdocs.yml:4:17"),
    ]


def test_addresses_that_differ_in_case_only(project: Project) -> None:
    """Two pages here are one file on other systems; folders that differ are not."""
    found = said(project, {"docs/a.md": "# 甲\n", "docs/A.md": "# 乙\n", "docs/b/c.md": "# 丙\n", "docs/B/d.md": "# 丁\n"})
    assert [(rule, where) for rule, where, _ in found] == [("page-address-duplicate", "docs/A.md:1:1")]


@pytest.mark.parametrize(
    ("name", "files"),
    [
        pytest.param("图 一(1).png", {"docs/index.md": "# 首页\n\n![甲](<图 一(1).png>)\n"}, id="spaces and brackets"),
        pytest.param("图 一(1).png", {"docs/a.css": "p { background: url('图 一(1).png') }\n"}, id="the same in a style"),
        pytest.param("a.png", {"docs/index.md": "# 首页\n\n看附件a.png里的图。\n"}, id="amid Chinese"),
        pytest.param("图.png", {"templates/card.html": "<img src='%E5%9B%BE.png'>\n"}, id="percent-encoded"),
        pytest.param("logo-small.png", {"main.py": "FILES = ['logo-small']\n"}, id="code without the suffix"),
        pytest.param("gallery/x1.png", {"main.py": "glob('docs/gallery/*.png')\n"}, id="a folder in code"),
        pytest.param("b.png", {"README.md": "![乙](docs/b.png)\n"}, id="the repository's own page"),
        pytest.param("c.svg", {"docs/index.md": "# 首页\n\n```mermaid\nflowchart LR\n  accTitle: 甲\n  accDescr: 乙\n  A[\"c.svg\"] --> B\n```\n"}, id="a diagram"),
    ],
)  # fmt: skip
def test_an_asset_that_something_may_use(project: Project, name: str, files: dict[str, str]) -> None:
    """In doubt an asset is used."""
    texts = {"mkdocs.yml": CONFIGURATION + "extra_css: [a.css]\n", "docs/a.css": "\n"}
    assert "asset-unused" not in {rule for rule, _, _ in said(project, {f"docs/{name}": "x", **texts, **files})}


def test_many_unused_assets_are_all_reported(project: Project) -> None:
    """One that is used, or named by chance, hides no other."""
    files = {f"docs/img/{n}图.png": "x" for n in range(5)}
    found = said(project, {**files, "docs/index.md": "# 首页\n\n![甲](img/3图.png)\n\n`img/4图.png`\n"})
    assert [where for _, where, _ in found] == [f"docs/img/{n}图.png" for n in (0, 1, 2, 4)]


def test_values_are_found_through_what_a_configuration_inherits(project: Project) -> None:
    """The nearest that has a value gives it, with the file's name; a circle ends."""
    files = {
        "mkdocs.yml": "INHERIT: conf/base.yml\nextra: {a: 1}\n",
        "conf/base.yml": "INHERIT: ../mkdocs.yml\nextra:\n  b: '2'\n",
    }
    configuration = Configuration.of(project(files))
    near, far = configuration.find("extra", "a"), configuration.find("extra", "b")
    assert near is not None
    assert far is not None
    assert (near.text, place(near.location), far.text, place(far.location)) == (
        "1",
        "mkdocs.yml:2:12",
        "2",
        "conf/base.yml:3:7",
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [("!ENV [A_FOR_TEST, B_FOR_TEST, 缺省]", "缺省"), ("!ENV A_FOR_TEST", None), ("!ENV [B_FOR_TEST, C_FOR_TEST]", "C_FOR_TEST"),
     ("!!python/name:atlas.nothing ''", None), ("~", None)],
)  # fmt: skip
def test_values_from_the_environment(project: Project, value: str, text: str | None) -> None:
    """A default counts as written; what would run code is never run."""
    found = Configuration.of(project({"mkdocs.yml": f"a: {value}\n"})).find("a")
    assert found is not None
    assert found.text == text
