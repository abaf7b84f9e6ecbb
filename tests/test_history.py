"""Published addresses never vanish, what moved is found, and readers hear of corrections."""

from __future__ import annotations

import importlib
import json
import re
import sys
import xml.etree.ElementTree as etree
from pathlib import Path

import pytest

from atlas import feed, moved
from atlas.facts import load
from tests.conftest import CONFIGURATION, REPOSITORY, Project, call_atlas

sys.path.insert(0, str(REPOSITORY / "scripts"))
addresses = importlib.import_module("addresses")

FACTS = load(REPOSITORY / "docs" / "_data")
HOOKS = "hooks: [{}]\n".format(REPOSITORY / "scripts" / "atlas" / "hooks.py")
CHANGE = "h20:\n  name: H20 的稀疏算力更正\n  date: {}\n  pages: [a.md#x]\n  was: 甲 & 乙。\n  now: 丙。\n"


def test_every_published_address_leads_somewhere() -> None:
    """None vanished from the documents without a redirect."""
    assert addresses.problems(REPOSITORY) == []


def repository(root: Path, pages: dict[str, str], listed: str, redirects: str = "") -> Path:
    """A folder with documents, the list of what was published, and redirects."""
    files = {**pages, "_data/addresses.txt": listed, "_data/redirects.yml": redirects}
    for path, text in files.items():
        (root / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "docs" / path).write_text(text, "utf-8")
    return root


PAGES = {"a.md": "# A\n\n## X {#x}\n\n```mermaid id=\"pic\"\nx\n```\n\n<p id='raw'>\n", "b/index.md": "# B {.c #top}\n"}


def test_addresses_are_pages_and_given_anchors(tmp_path: Path) -> None:
    """Of headings, of fences and of raw HTML; what stands in code is none."""
    pages = {**PAGES, "c.md": "# C\n\n`## n {#no}`\n\n```markdown\n## N {#none}\n```\n"}
    found = list(addresses.current(repository(tmp_path, pages, "") / "docs"))
    assert found == ["a.md", "a.md#x", "a.md#raw", "a.md#pic", "b/index.md", "b/index.md#top", "c.md"]


@pytest.mark.parametrize(
    ("listed", "redirects", "said"),
    [
        pytest.param("a.md\na.md#x\n", "", "", id="still there"),
        pytest.param("old.md\n", "", "公布过的 `old.md` 不见了", id="a page vanished"),
        pytest.param("a.md#y\n", "", "写 `a.md#y: a.md#x`", id="an anchor vanished: the nearest is named"),
        pytest.param("old.md\n", "old.md: b/index.md\n", "", id="a page moved"),
        pytest.param("a.md#y\n", "a.md#y: b/index.md#top\n", "", id="an anchor moved"),
        pytest.param("old.md\nold.md#top\n", "old.md: b/index.md\n", "", id="an anchor moved with its page"),
        pytest.param("old.md\nold.md#gone\n", "old.md: b/index.md\n", "公布过的 `old.md#gone`", id="but this one did not"),
        pytest.param("", "old.md: nowhere.md\n", "`nowhere.md` 不存在", id="a redirect to nowhere"),
        pytest.param("", "a.md: b/index.md\n", "`a.md` 还在", id="a redirect of what is there"),
        pytest.param("", "o.md: p.md\np.md: a.md\n", "直接写最后的去处", id="a chain"),
        pytest.param("", "old: a.md\n", "第 1 行：写成", id="no page"),
        pytest.param("", "- a\n", "第 1 行", id="no mapping"),
    ],
)
def test_what_vanished_is_named(tmp_path: Path, listed: str, redirects: str, said: str) -> None:
    """With what to write; what moved is no fault."""
    found = addresses.problems(repository(tmp_path, PAGES, listed, redirects))
    assert said in "".join(found) if said else found == []
    code = addresses.main(["--check", "--root", str(tmp_path)])
    assert code == (1 if said else 0)


def test_the_list_only_grows(tmp_path: Path) -> None:
    """Writing adds what is new and keeps what is gone."""
    root = repository(tmp_path, PAGES, "gone.md\n")
    assert addresses.main(["--write", "--root", str(root)]) == 0
    listed = addresses.published(root / addresses.LIST)
    assert listed == sorted([*addresses.current(root / "docs"), "gone.md"])
    assert addresses.write(root) == 0


@pytest.fixture
def built(project: Project) -> Path:
    """A small site with a page that moved, a heading that moved, and a correction; the finished HTML passed its checks."""
    configuration = project(
        {
            "mkdocs.yml": CONFIGURATION + HOOKS,
            "docs/assets/moved.js": (REPOSITORY / "docs" / "assets" / "moved.js").read_text("utf-8"),
            "docs/index.md": "# 首页\n\n```changes\nlast: 1\npage: a.md\n```\n",
            "docs/a.md": "# A\n\n## X {#x}\n\n```changes\n```\n",
            "docs/_data/redirects.yml": "old/b.md: a.md\nold/b.md#y: a.md#x\nindex.md#z: a.md#x\n",
            "docs/_data/changes.yml": CHANGE.format("2026-11-26"),
        }
    )
    done = call_atlas(configuration.parent, "build")
    assert done.returncode == 0, done.stdout
    return configuration.parent / "site"


def test_what_moved_is_found(built: Path) -> None:
    """The old page names the new one to browsers, search engines and people; the old heading's line leads on."""
    page = (built / "old" / "b" / "index.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://example.invalid/a/">' in page
    assert 'content="0; url=../../a/"' in page
    assert '<a href="../../a/">' in page
    assert json.loads(re.search(r"data-anchors=\"(.*?)\"", page)[1].replace("&quot;", '"')) == {"y": "../../a/#x"}  # type: ignore[index]
    left = (built / "index.html").read_text("utf-8")
    assert re.search(r'<p id="z">[^<]*<a href="a/#x">', left)
    assert re.search(r'<script src="assets/moved[^"]*\.js"', left)
    assert "old/b" not in (built / "sitemap.xml").read_text("utf-8")


def test_a_redirect_to_nowhere_stops_the_build(project: Project) -> None:
    """A heading that moved to a page that is not there is a broken link on its old page, at its line or at least there."""
    configuration = project(
        {
            "mkdocs.yml": CONFIGURATION + HOOKS,
            "docs/index.md": "# 首页\n",
            "docs/_data/redirects.yml": "index.md#z: nowhere.md\n",
        }
    )
    done = call_atlas(configuration.parent, "validate")
    assert done.returncode == 1
    assert "docs/index.md" in done.stdout
    assert "nowhere.md" in done.stdout


def test_corrections_are_shown_with_links(built: Path) -> None:
    """What stood there, what stands there now, and where; each has an address."""
    page = (built / "a" / "index.html").read_text("utf-8")
    assert 'id="change-h20"' in page
    assert "<strong>原来：</strong>甲 &amp; 乙。" in page
    assert '<a href="#x">' in page or '<a href="./#x">' in page


def test_the_newest_corrections_are_told_in_a_line(built: Path) -> None:
    """On another page: day, name as a link to the whole, and what stands there now."""
    page = (built / "index.html").read_text("utf-8")
    line = re.search(r'<ul class="atlas-changes-newest">\s*<li>(.*?)</li>', page, re.DOTALL)
    assert line
    assert re.fullmatch(r'<time datetime="2026-11-26">2026-11-26</time> <a href="a/#change-h20">[^<]+</a>：丙。', line[1])
    assert page.count("change-h20") == 1


def test_the_feed_is_one(built: Path) -> None:
    """Atom: identity, date and link of the feed and of each entry; every entry's address is on the page."""
    name = "{http://www.w3.org/2005/Atom}"
    root = etree.fromstring((built / "changes.xml").read_text("utf-8"))
    assert root.tag == f"{name}feed"
    for part in (root, *root.iter(f"{name}entry")):
        assert part.findtext(f"{name}id", "").startswith("https://example.invalid/")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", part.findtext(f"{name}updated", ""))
        assert part.findtext(f"{name}title")
    assert root.findtext(f"{name}entry/{name}content") == "原来：甲 & 乙。 现在：丙。"


def test_newest_corrections_come_first() -> None:
    """By day, and of one day the last written; the real ones each name what was, what is and where."""
    rows = feed.newest(FACTS)
    days = [row.text("date") for row in rows]
    assert len(rows) >= 10
    assert days == sorted(days, reverse=True)
    for row in rows:
        assert row.text("was") != row.text("now")
        assert row.texts("pages")
        assert set(row.texts("sources")) <= {source.key for source in FACTS["sources"]}


@pytest.mark.parametrize(
    ("page", "folders", "file"),
    [
        ("a.md", True, "a/index.html"),
        ("a.md", False, "a.html"),
        ("b/index.md", True, "b/index.html"),
        ("b/index.md", False, "b/index.html"),
        ("index.md", True, "index.html"),
        ("b/README.md", True, "b/index.html"),
    ],
)
def test_pages_lie_where_the_engine_puts_them(page: str, folders: bool, file: str) -> None:
    """With folders, and without as in the bundle."""
    assert moved.output(page, folders=folders) == file


def test_in_the_bundle_links_name_files() -> None:
    """From ``file://`` a folder opens no page."""
    pages = moved.pages(moved.read("old/b.md: c/d.md#x\n"), "https://e.invalid/", folders=False)
    assert 'content="0; url=../c/d.html#x"' in pages["old/b.html"]
    assert 'src="../assets/moved.js"' in pages["old/b.html"]
