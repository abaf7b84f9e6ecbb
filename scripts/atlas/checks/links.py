"""Links and assets inside the site: do the page, the anchor and the file exist?"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from atlas.checks.addresses import Destination, known_urls, resolve
from atlas.checks.placeholders import EMPTY, is_placeholder
from atlas.checks.suggestions import INVISIBLE, Anchors, Suggestions
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Inclusion, Link, Page, Site, SiteFile

TARGET = RULES.add(
    "link-target-missing",
    Severity.ERROR,
    "链接指向的页面或文件不存在",
    "读者点了会看到 404。站内链接写目标 Markdown 文件的相对路径，例如 `../training/index.md`。",
)
ANCHOR = RULES.add(
    "link-anchor-missing",
    Severity.ERROR,
    "链接指向的页面里没有这个锚点",
    "读者会停在页首，找不到要看的那一节。锚点是目标标题的 `{#id}`，或由标题文字生成的 id。",
)
ASSET = RULES.add(
    "asset-missing",
    Severity.ERROR,
    "图片、视频或脚本的文件不存在",
    "读者会看到裂开的图。资源写相对于当前 Markdown 文件的路径，并把文件放进 docs/。",
)
_MEDIA = frozenset({"img", "source", "video", "audio", "track"})
_DRIVE = re.compile(r"(?:[A-Za-z]:[\\/]|[\\/]+(?:Users|home|mnt)[\\/])")
_SPACE = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_THEMES = re.compile(r"__(?!tabbed|codelineno|span)")
"""Ids of a theme's own elements, which no page's content holds."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the site answers to, gathered once."""

    urls: Mapping[str, str]
    ids: Mapping[str, frozenset[str]]
    pages: Mapping[str, Page]
    documents: frozenset[str]
    """Urls of pages made from documents."""
    published: Mapping[str, SiteFile]
    kept_out: Mapping[str, SiteFile]
    suggestions: Suggestions
    anchors: Anchors


def check(site: Site) -> Iterator[Finding]:
    """Every link of every page, resolved as a browser would."""
    known = _gather(site)
    for page in site.asked_pages:
        for link in page.links:
            if link.target.strip():
                yield from _judge(site, page, link, known)


def _gather(site: Site) -> _Known:
    urls = known_urls(site)
    pages = {urls.get(plain, plain): page for page in site.pages for plain in [_plain(page.url)]}
    return _Known(
        urls,
        {url: frozenset(page.ids) for url, page in pages.items() if not _is_unreadable(page)},
        pages,
        frozenset(_plain(entry.url) for entry in site.entries if entry.is_page),
        {entry.path: entry for entry in site.entries if entry.is_published},
        {entry.path: entry for entry in site.entries if not entry.is_published and not entry.from_theme},
        Suggestions(site.documents, site.paths),
        Anchors(),
    )


def _plain(url: str) -> str:
    return "" if url in {".", "./"} else unquote(url)


def _is_unreadable(page: Page) -> bool:
    """Whether nothing is known of a page because it could not be rendered, which is said elsewhere."""
    return not (page.ids or page.headings or page.links) and any(one.severity is Severity.ERROR for one in page.findings)


def _judge(site: Site, page: Page, link: Link, known: _Known) -> Iterator[Finding]:
    destination = resolve(site, page.url, link.target)
    url = known.urls.get(destination.url) if destination else None
    if destination is None or url is None:
        if destination or not _is_elsewhere(link, known):
            yield _missing(site, page, link, known, destination)
    elif url in known.documents and link.element in _MEDIA and not link.target.startswith("?"):
        message = f"`{_written(link)}` 是一页文档，不是图片或媒体，读者看到的是破图"
        yield Finding(ASSET, _place(page, link), message, "写图片文件的地址；想链接到那一页，去掉前面的 `!`")
    else:
        fragment = destination.fragment
        if fragment and url in known.ids and not _is_there(fragment, known.ids[url]):
            close = known.anchors.nearest(known.pages[url], fragment)
            hint = f"最接近的锚点是 `#{close}`" if close else "在目标标题后加 `{#" + fragment + "}`，或改成那一页已有的锚点"
            message = f"`{_written(link)}` 里的锚点 `#{fragment}` 在目标页不存在，读者会停在页首"
            yield Finding(ANCHOR, _place(page, link), message, hint)


def _is_there(fragment: str, ids: frozenset[str]) -> bool:
    return fragment in ids or fragment.lower() == "top" or bool(_THEMES.match(fragment))


def _is_elsewhere(link: Link, known: _Known) -> bool:
    """Whether an absolute path outside the site's own may well be another site of the same host."""
    path = unquote(re.split(r"[?#]", link.target.strip())[0])
    if not path.startswith("/") or _DRIVE.match(path) or not link.is_navigation:
        return False
    inner = path.strip("/")
    return path == "/" or not (inner in known.urls or f"{inner}.md" in known.published or posixpath.splitext(inner)[1])


def _missing(site: Site, page: Page, link: Link, known: _Known, destination: Destination | None) -> Finding:
    written = _written(link)
    place = _place(page, link)
    effect = "读者点了是 404" if link.is_navigation else "读者看不到它"
    if is_placeholder(written):
        hint = "换成真正的地址，还没有就先不写成链接"
        return Finding(EMPTY, place, f"地址 `{written}` 只是占位，{effect}", hint)
    rule = TARGET if link.is_navigation else ASSET
    source = _source(site, page, written)
    raw = known.published.get(source)
    if raw and not written.startswith("/"):
        meant = _from_page(page, raw.url) + "".join(re.findall(r"#.*", written))
        message = f"`{written}` 是从文件算起的路径，原样的 HTML 不会被改写，{effect}"
        return Finding(rule, place, message, f"从页面的地址算起，写 `{meant}`，或改用 Markdown 的写法")
    message = f"{'链接' if link.is_navigation else '资源'} `{written}` {_reason(site, written, source, known)}，{effect}"
    if source in known.kept_out:
        return Finding(rule, place, message, "链接到会发布的页，或改 mkdocs.yml 里排除它的那一行")
    close = known.suggestions.file(page.path, written)
    if close and site.documents:
        return Finding(rule, place, message, f"最接近的文件是 `{close}`")
    return Finding(rule, place, message, "写 docs/ 里已有文件的相对路径，或先创建这个文件")


def _reason(site: Site, written: str, source: str, known: _Known) -> str:
    """What is wrong with an address that leads nowhere."""
    if _DRIVE.match(written):
        return "是作者电脑上的路径"
    if hidden := INVISIBLE.search(written):
        name = unicodedata.name(hidden[0], "")
        return f"里有看不见的字符 U+{ord(hidden[0]):04X}（{name}）"
    if space := _SPACE.search(written):
        return f"里有一个 U+{ord(space[0]):04X}（{unicodedata.name(space[0])}），不是普通的空格"
    if written.startswith("/"):
        return "是绝对地址，MkDocs 不会改写它，站点里没有这个地址"
    if "\\" in written:
        return "里有反斜杠，不会当成 docs/ 里的路径"
    if entry := known.kept_out.get(source):
        return "指向草稿，发布后没有它" if entry.inclusion is Inclusion.DRAFT else "指向的文件被排除在站点之外"
    if source.startswith("../"):
        return f"指向 {posixpath.basename(site.documents) or '站点'}/ 之外，那里的文件不进站点"
    return "指向的文件不存在"


def _source(site: Site, page: Page, written: str) -> str:
    """The path below the documents' folder that an address would be if it were counted from the page's file."""
    folder = posixpath.relpath(posixpath.dirname(page.path) or ".", site.documents or ".")
    path = unquote(re.split(r"[?#]", written)[0])
    return posixpath.normpath(posixpath.join("" if path.startswith("/") else folder, path.lstrip("/"))) if path else ""


def _from_page(page: Page, url: str) -> str:
    """The address of a page or file from another page, as a browser counts it."""
    here = _plain(page.url)
    folder = here if here.endswith("/") else posixpath.dirname(here)
    target = _plain(url)
    relative = posixpath.relpath(target or ".", folder or ".")
    return f"{relative}/" if target.endswith("/") or not target else relative


def _written(link: Link) -> str:
    return link.written or unquote(link.target)


def _place(page: Page, link: Link) -> Location:
    return link.place or Location(page.path)
