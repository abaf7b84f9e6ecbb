"""A finished site's folder → a :class:`~atlas.book.Book`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from atlas.book import Book, Imprint, Leaf
from atlas.book.cleaning import clean
from atlas.book.pictures import colours
from atlas.findings import CannotCheckError


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation: ``url`` is the page's file in the site, empty for a heading alone."""

    title: str
    depth: int
    url: str


def gather(site: Path, imprint: Imprint) -> Book:
    """Read every page that the navigation lists, in its order.

    Raises:
        CannotCheckError: if the folder holds no site with a navigation.
    """
    first = site / "index.html"
    if not first.is_file():
        raise CannotCheckError(f"`{site}` 里没有 index.html：先构建网站。")
    front = _soup(first)
    entries = tuple(dict.fromkeys(_entries(site, front)))
    if not entries:
        raise CannotCheckError(f"`{first}` 里没有导航，排不出书的次序。")
    keys = {entry.url: f"p{number:03}" for number, entry in enumerate(entries, 1) if entry.url}
    address = _address(front)
    leaves = []
    for number, entry in enumerate(entries, 1):
        key = f"p{number:03}"
        body = _article(site / entry.url) if entry.url else BeautifulSoup("<article></article>", "html.parser").article
        assert body is not None
        clean(body, key)
        _link(body, key, entry.url, keys, address)
        leaves.append(Leaf(key, entry.title, entry.depth, entry.url, body))
    _settle(leaves)
    return Book(
        title=_said(front, "og:site_name") or entries[0].title,
        description=_said(front, "description"),
        author=_said(front, "author"),
        rights=" ".join(mark.get_text(" ", strip=True) for mark in front.select(".md-copyright__highlight")[:1]),
        address=address,
        imprint=imprint,
        leaves=tuple(leaves),
        colours=colours(site),
    )


def _settle(leaves: list[Leaf]) -> None:
    """A link to what the book leaves out (a page's own title, a tool) leads to the page's beginning."""
    known = {str(one["id"]) for leaf in leaves for one in leaf.body.select("[id]")}
    for leaf in leaves:
        for one in leaf.body.select("[href^='#']"):
            if str(one["href"])[1:] not in known:
                one["href"] = str(one["href"])[:5]


def _soup(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text("utf-8"), "html.parser")


def _article(file: Path) -> Tag:
    text = file.read_text("utf-8")
    start, end = text.find("<article"), text.rfind("</article>")
    # Only the article is parsed: the navigation around it is as long again, and the same on every page.
    found = BeautifulSoup(text[start : end + len("</article>")], "html.parser").article if 0 <= start < end else None
    if found is None:
        raise CannotCheckError(f"`{file}` 里没有正文。")
    return found.extract()


def _entries(site: Path, front: BeautifulSoup) -> Iterator[Entry]:
    top = _top(front)
    if top is not None:
        yield from _items(site, "", top, 0)


def _top(page: BeautifulSoup) -> Tag | None:
    return page.select_one("nav.md-nav--primary > ul")


def _items(site: Path, url: str, holder: Tag, depth: int) -> Iterator[Entry]:
    """The entries below a list on the page ``url``; a chapter's own page stands before its topics.

    A page may name another chapter without its topics: these are listed on that chapter's pages alone.
    """
    for listed in holder.find_all("li", recursive=False):
        item, base = listed, url
        if "md-nav__item--pruned" in listed["class"] and (link := listed.find("a", href=True)):
            base = _file(str(link["href"]), url)
            item = _open_item(site / base, depth) or listed
        below = _below(item)
        named = [one for one in item.select(".md-nav__link") if below is None or below not in one.parents]
        link_ = next((one for one in named if one.name == "a" and not str(one.get("href", "")).startswith("#")), None)
        words = next(filter(None, (" ".join(one.get_text(" ", strip=True).split()) for one in named)), "")
        yield Entry(words, depth, _file(str(link_["href"]), base) if link_ else "")
        if below is not None and (inner := below.find("ul", recursive=False)):
            yield from _items(site, base, inner, depth + 1)


def _open_item(file: Path, depth: int) -> Tag | None:
    """The item of the navigation, so many levels down, in which a page finds itself."""
    holder = _top(_soup(file)) if file.is_file() else None
    for level in range(depth + 1):
        items = holder.find_all("li", recursive=False) if holder else []
        item = next((one for one in items if "md-nav__item--active" in one["class"]), None)
        if item is None or level == depth:
            return item
        below = _below(item)
        holder = below.find("ul", recursive=False) if below else None
    return None


def _below(item: Tag) -> Tag | None:
    return next((nav for nav in item.find_all("nav", recursive=False) if nav.has_attr("data-md-level")), None)


def _file(href: str, base: str = "") -> str:
    """The file that an address means on the page ``base``, or on the first one."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(urlsplit(href).path) or "."))
    return path if path.endswith(".html") else posixpath.normpath(f"{path}/index.html")


def _said(front: BeautifulSoup, name: str) -> str:
    found = front.find("meta", {"name": name}) or front.find("meta", {"property": name})
    return str(found["content"]) if isinstance(found, Tag) else ""


def _address(front: BeautifulSoup) -> str:
    found = front.find("link", rel="canonical")
    return str(found["href"]) if isinstance(found, Tag) else ""


def _link(body: Tag, key: str, url: str, keys: dict[str, str], address: str) -> None:
    """Let links to pages of the book stay in it, and those to anything else of the site lead to the hosted one."""
    for one in body.select("[href]"):
        href = str(one["href"])
        if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", href):
            continue
        path, _, anchor = href.partition("#")
        anchor = unquote(anchor)
        target = url if not path else _file(posixpath.join(posixpath.dirname(url), path))
        if target in keys:
            one["href"] = f"#{keys[target]}" + (f"-{anchor}" if anchor else "")
        elif address:
            one["href"] = urljoin(urljoin(address, url.removesuffix("index.html")), href)
        else:
            del one["href"]
