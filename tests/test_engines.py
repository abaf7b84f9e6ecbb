"""The same sources with the engine that is to come: Zensical makes of every page what MkDocs makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from tests.conftest import REPOSITORY, SOURCES, shared_folder

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("engines")]

DIFFERENCES = {
    "404.html": "MkDocs 的主题和 Zensical 的主题各有自己的错误页，不由我们的源文件生成",
    "data-search-exclude": "两家都认的搜索标记，Zensical 用过就删，读者看不到",
    "__skip": "跳到正文的落点：MkDocs 用标题自己的 id，Zensical 另放一个空元素",
    "/edit/": "改这一页：Zensical 还不认 edit_uri_template，那里没有这个链接",
    "/issues/new": "这里有误：Zensical 的模板不知道源文件的路径和提交，表单里填的是页面地址",
    "data-id": "图里节点的名字：`atlas build` 收尾时去掉没有用处的，画面一样",
}
"""What stays different, with the reason; whatever else differs is a fault."""

Look = Callable[[BeautifulSoup, str], list[object]]


@pytest.fixture(scope="module")
def other_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as Zensical builds it from a copy of the sources."""
    with shared_folder(tmp_path_factory, "zensical") as (folder, empty):
        if empty:
            for name in SOURCES:
                source = REPOSITORY / name
                (shutil.copytree if source.is_dir() else shutil.copyfile)(source, folder / name)
            command = [str(Path(sys.executable).parent / "zensical"), "build"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder / "site"


def addresses(site: Path) -> set[str]:
    """Every page's file, except those that redirect old addresses, which are made when a site is finished."""
    files = (file for file in site.rglob("*.html") if 'http-equiv="refresh"' not in file.read_text("utf-8"))
    return {file.relative_to(site).as_posix() for file in files} - DIFFERENCES.keys()


def article(file: Path) -> BeautifulSoup:
    """What the page says, without the theme around it."""
    text = re.sub(r' data-search-exclude(?:="")?', "", file.read_text("utf-8"))
    soup = BeautifulSoup(text, "html.parser")
    found = soup.find("article")
    assert found, file
    for element in [*found.select("[id=__skip]"), *found.select('a[href*="/edit/"], a[href*="/issues/new"]')]:
        element.decompose()
    return BeautifulSoup(str(found), "html.parser")


def headings(page: BeautifulSoup, _: str) -> list[object]:
    return [(one.name, one.get("id"), one.get_text(" ", strip=True)) for one in page.find_all(re.compile("^h[1-6]$"))]


def anchors(page: BeautifulSoup, _: str) -> list[object]:
    return [one["id"] for one in page.find_all(id=True)]


def drawings(page: BeautifulSoup, _: str) -> list[object]:
    """What a drawing says and how much is drawn: attributes that nobody needs go when a site is finished."""
    return [
        (one.get("viewbox"), one.get("role"), len(one.find_all(True)), [text.get_text() for text in one.find_all("text")])
        for one in page.find_all("svg")
    ]


def formulas(page: BeautifulSoup, _: str) -> list[object]:
    return [str(one) for one in page.find_all("math")]


def tables(page: BeautifulSoup, _: str) -> list[object]:
    return [
        [[cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
        for table in page.find_all("table")
    ]


def links(page: BeautifulSoup, address: str) -> list[object]:
    found = (urljoin(f"https://example.invalid/{address}", str(one["href"])) for one in page.find_all("a", href=True))
    return [re.sub(r"index\.html(?=#|$)", "", one) for one in found]


def text(page: BeautifulSoup, _: str) -> list[object]:
    return re.sub(r"\s+", "", page.get_text()).split("。")  # type: ignore[return-value]


LOOKS: tuple[Look, ...] = (headings, anchors, drawings, formulas, tables, links, text)


def differences(ours: Path, theirs: Path) -> Iterator[str]:
    """The first difference of each kind on each page, in words."""
    for address in sorted(addresses(ours) & addresses(theirs)):
        one, other = article(ours / address), article(theirs / address)
        for look in LOOKS:
            expected, found = look(one, address), look(other, address)
            if expected != found:
                pairs = zip([*expected, None], [*found, None], strict=False)
                first = next((pair for pair in pairs if pair[0] != pair[1]), (len(expected), len(found)))
                yield f"{address}: {look.__name__}: {str(first[0])[:200]!r} ≠ {str(first[1])[:200]!r}"


def test_each_engine_brings_one_search(site: Path, other_site: Path) -> None:
    """Ours where our hook ran; Zensical, which knows no hooks, its own: a reader never meets two, nor a dead button."""
    for folder, ours in ((site, True), (other_site, False)):
        page = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
        assert bool(page.select(".atlas-search-open")) is ours
        assert bool(page.select("[data-md-component=search]")) is not ours
    assert (other_site / "search.json").is_file()


def test_same_addresses(site: Path, other_site: Path) -> None:
    """A reader's bookmarks outlive the engine."""
    assert addresses(other_site) == addresses(site)


def test_same_pages(site: Path, other_site: Path) -> None:
    """Headings, anchors, diagrams, formulas, tables, links and words of every page, but for what is explained above."""
    assert list(differences(site, other_site)) == []


def test_comparison_sees_what_is_missing(site: Path, tmp_path: Path) -> None:
    """A formula, a diagram, a row, an anchor or a word that one engine loses is told."""
    address = "training/cost/index.html"
    whole = (site / address).read_text("utf-8")
    for pattern, look in (
        (r"<math.*?</math>", "formulas"),
        (r"<svg [^>]*aria-labelledby.*?</svg>", "drawings"),
        (r"<tr>\s*<td.*?</tr>", "tables"),
        (r'(?<=<h2) id="[^"]*"', "anchors"),
        (r"(?<=</h2>\n)<p>.*?</p>", "text"),
    ):
        changed = re.sub(pattern, "", whole, count=1, flags=re.DOTALL)
        assert changed != whole, look
        for folder, page in (("one", whole), ("other", changed)):
            (tmp_path / folder / "training" / "cost").mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / address).write_text(page, "utf-8")
        assert any(f": {look}: " in one for one in differences(tmp_path / "one", tmp_path / "other")), look


def test_data_can_be_downloaded_from_both(site: Path, other_site: Path) -> None:
    """The links to CSV and JSON lead to files, whoever built the site."""
    for folder in (site, other_site):
        for file in folder.rglob("index.html"):
            for link in re.findall(r"<a [^>]*atlas-download[^>]*>", file.read_text("utf-8")):
                href = re.search(r'href="([^"]+)"', link)
                assert href, link
                assert (file.parent / href[1]).is_file(), (file, href[1])
