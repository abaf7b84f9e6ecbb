"""What a link leads to, as browsers resolve it, and what its author most likely meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.checks import links
from atlas.checks.addresses import is_external, known_urls, resolve
from atlas.checks.placeholders import is_placeholder
from atlas.checks.suggestions import Suggestions, anchor
from atlas.model import Heading, Link, Page, Site, SiteFile


def site(*pages: Page, url: str = "https://example.invalid/manual/", files: tuple[str, ...] = ()) -> Site:
    """A site under ``/manual/`` with these pages and files."""
    entries = tuple(SiteFile(page.path.removeprefix("docs/"), page.url, is_page=True) for page in pages)
    entries += tuple(SiteFile(path, path) for path in files)
    return Site(Path("/nowhere"), "mkdocs.yml", "docs", url, pages, entries)


@pytest.mark.parametrize(
    ("target", "url", "fragment"),
    [
        ("", "a/b/", ""),
        ("#x", "a/b/", "x"),
        ("?q=1#x", "a/b/", "x"),
        (".", "a/b/", ""),
        ("..", "a/", ""),
        ("../", "a/", ""),
        ("../../", "", ""),
        ("../../c.html", "c.html", ""),
        ("./x/../y/", "a/b/y/", ""),
        ("/manual/z/", "z/", ""),
        ("..\\c\\", "a/c/", ""),
        (" x.pdf \n", "a/b/x.pdf", ""),
        ("x\n.pdf", "a/b/x.pdf", ""),
        ("%E7%94%B2/#%E4%B9%99", "a/b/甲/", "乙"),
        ("x#y:~:text=z", "a/b/x", "y"),
        ("#:~:text=z", "a/b/", ""),
        ("x.pdf\u00a0", "a/b/x.pdf\u00a0", ""),
        (".hidden", "a/b/.hidden", ""),
    ],
)
def test_addresses_are_resolved_as_browsers_do(target: str, url: str, fragment: str) -> None:
    """Relative to the page's address, back-slashes as slashes, only plain white space dropped."""
    found = resolve(site(), "a/b/", target)
    assert found is not None
    assert (found.url, found.fragment) == (url, fragment)


@pytest.mark.parametrize("target", ["/", "/z/", "../../../", "C:\\x", "D:/manual/x"])
def test_addresses_out_of_the_site_are_known(target: str) -> None:
    """Outside the path under which the site is hosted, or on the author's own machine."""
    assert resolve(site(), "a/b/", target) is None


def test_leaving_the_site() -> None:
    """A scheme or a host leave it; a drive's letter and a colon in a path do not."""
    assert all(map(is_external, ["https://x/", "//x/y", "mailto:a@b", "tel:1", "data:,", "http://[", "HTTP://X"]))
    assert not any(map(is_external, ["x", "/x", "#x", "?x", "C:\\x", "c:/x", "./a:b", "一：二"]))


def test_folders_answer_with_and_without_their_slash() -> None:
    """As a server does; a file answers under its name alone."""
    known = known_urls(site(Page("docs/a.md", "a/"), Page("docs/index.md", "./"), files=("x.pdf", "d/index.html")))
    assert {"", "index.html", "a/", "a", "a/index.html", "x.pdf", "d/", "d/index.html", "sitemap.xml"} <= known.keys()
    assert not {"x.pdf/", "a/x", "d/x"} & known.keys()


PATHS = [
    "index.md",
    "guide/index.md",
    "guide/install.md",
    "guide/deep/index.md",
    "训练/数据.md",
    "my page.md",
    "img/overview.svg",
    "README.md",
    "api/tensor-parallel.md",
]


@pytest.mark.parametrize(
    ("page", "written", "meant"),
    [
        ("docs/index.md", "guide/Install.md", "guide/install.md"),
        ("docs/index.md", "GUIDE/INSTALL.MD#x", "guide/install.md#x"),
        ("docs/index.md", "guide\\install.md", "guide/install.md"),
        ("docs/index.md", "C:\\me\\docs\\guide\\install.md", "guide/install.md"),
        ("docs/index.md", "guide/install.html", "guide/install.md"),
        ("docs/index.md", "guide/install", "guide/install.md"),
        ("docs/index.md", "/guide/install/", "guide/install.md"),
        ("docs/index.md", "/docs/guide/install.md", "guide/install.md"),
        ("docs/guide/index.md", "../docs/guide/install.md", "install.md"),
        ("docs/guide/index.md", "guide/install.md", "install.md"),
        ("docs/guide/install.md", "../../img/overview.svg", "../img/overview.svg"),
        ("docs/guide/install.md", "img/overview.png", "../img/overview.svg"),
        ("docs/guide/install.md", "deep", "deep/index.md"),
        ("docs/index.md", "guide/instal.md", "guide/install.md"),
        ("docs/index.md", "install.md", "guide/install.md"),
        ("docs/index.md", "训练／数据．md", "训练/数据.md"),
        ("docs/index.md", "%E8%AE%AD%E7%BB%83/数据.md。", "训练/数据.md"),
        ("docs/index.md", "my\u3000page.md", "my page.md"),
        ("docs/index.md", "guide/in\u200bstall.md", "guide/install.md"),
        ("docs/index.md", "api/tensor_parallel.md", "api/tensor-parallel.md"),
        ("docs/index.md", "tensor-paralel.md", "api/tensor-parallel.md"),
        ("docs/index.md", "完全没有.md", ""),
        ("docs/index.md", "guide/settings.md", ""),
        ("docs/guide/index.md", "deep/settings.md", ""),
        ("docs/index.md", "x" * 1000, ""),
    ],
)
def test_the_file_that_was_meant_is_named(page: str, written: str, meant: str) -> None:
    """As the author would write it from that page; nothing rather than something far off."""
    assert Suggestions("docs", PATHS).file(page, written) == meant


@pytest.mark.parametrize(
    ("fragment", "meant"),
    [
        ("Install", "install"),
        ("安装 步骤", "安装-步骤"),
        ("安装步骤", "安装-步骤"),
        ("安装\u200b-步骤", "安装-步骤"),
        ("并行，训练", "dp"),
        ("instal", "install"),
    ],
)
def test_the_anchor_that_was_meant_is_named(fragment: str, meant: str) -> None:
    """By its letters, by its heading's words, or the nearest."""
    page = Page("docs/a.md", "a/", ids=("install", "安装-步骤", "dp", "__x"), headings=(Heading(2, "dp", "并行：训练"),))
    assert anchor(page, fragment) == meant


def test_words_that_stand_for_an_address() -> None:
    """Placeholders, and what only looks like one."""
    assert all(
        map(
            is_placeholder, ["TODO", "url", "xxx", "...", "链接", "图片地址", "待补充", "<URL>", "{{ url }}", "此处填写链接"]
        )
    )
    assert not any(map(is_placeholder, ["todo.md", "链接.md", "url/", "a", "x.png", "..", "."]))


def test_one_page_that_could_not_be_read_is_one_finding() -> None:
    """Anchors of a page of which nothing is known are not called missing."""
    lost = next(links.check(site(Page("docs/a.md", "a/", links=(Link("a", "href", "no/"),)))))
    broken = Page("docs/b.md", "b/", findings=(lost,))
    assert not list(links.check(site(Page("docs/a.md", "a/", links=(Link("a", "href", "../b/#x"),)), broken)))


def test_another_site_of_the_same_host_is_not_judged() -> None:
    """Out of the site's path only what would be right inside it is surely meant for it."""

    def found(target: str) -> int:
        return len(list(links.check(site(Page("docs/a.md", "a/", links=(Link("a", "href", target),))))))

    assert [found(target) for target in ("/", "/blog/", "/manual/blog/", "/a/", "/a.md")] == [0, 0, 1, 1, 1]
