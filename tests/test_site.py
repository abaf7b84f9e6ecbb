"""What every finished page carries for readers, search engines and those who mend it."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup

ADDRESS = "https://llm-atlas.github.io/"


def test_every_page_has_description_canonical_address_and_edit_link(site: Path) -> None:
    """Each page says what it is, where it lives and how to change it; no two descriptions are the same."""
    descriptions: dict[str, str] = {}
    for file in sorted(site.rglob("index.html")):
        url = file.parent.relative_to(site).as_posix().removeprefix(".")
        page = BeautifulSoup(file.read_text("utf-8"), "html.parser")
        description = page.select_one("meta[name=description]")
        assert description, url
        assert len(str(description["content"])) >= 12
        assert descriptions.setdefault(str(description["content"]), url) == url
        canonical = page.select_one("link[rel=canonical]")
        assert canonical, url
        assert canonical["href"] == ADDRESS + (f"{url}/" if url else "")
        assert page.select_one('a[rel=edit][href*="/edit/main/docs/"][href$=".md"]'), url


def test_sitemap_lists_every_page(site: Path) -> None:
    """A search engine finds all of them."""
    listed = set(re.findall(r"<loc>([^<]+)</loc>", (site / "sitemap.xml").read_text("utf-8")))
    pages = {file.parent.relative_to(site).as_posix() for file in site.rglob("index.html")}
    assert listed == {ADDRESS + ("" if page == "." else f"{page}/") for page in pages}


def test_search_index_is_where_the_pages_say(site: Path) -> None:
    """Every page names the folder of the index, which holds it whole and alone; the theme's own search left nothing."""
    (folder,) = (site / "search").iterdir()
    assert (folder / "map.js").is_file()
    pages = list(site.rglob("*.html"))
    for page in pages:
        markup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        button = markup.select_one(".atlas-search-open")
        assert button, page
        named = str(button["data-index"])
        assert folder == (site / named.removeprefix("/") if page.name == "404.html" else (page.parent / named).resolve()), (
            page
        )
        assert not markup.select(".md-search, [data-md-component^=search]"), page
    assert len(list(folder.glob("p*.js"))) == len(pages) - 1  # the lost page is not to be found


def test_caption_is_at_an_end_of_its_figure(site: Path) -> None:
    """As HTML wants it: what else belongs to the caption stands in it."""
    seen = 0
    for file in sorted(site.rglob("*.html")):
        for caption in BeautifulSoup(file.read_text("utf-8"), "html.parser").select("figcaption"):
            assert caption.parent is not None
            parts = caption.parent.find_all(recursive=False)
            assert caption.parent.name == "figure", file
            assert caption in (parts[0], parts[-1]), (file, caption.get_text()[:40])
            seen += 1
    assert seen > 300
