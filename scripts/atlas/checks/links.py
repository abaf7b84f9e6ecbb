"""Links and assets inside the site: do the page, the anchor and the file exist?"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote

from atlas.checks.addresses import known_urls, resolve
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Link, Page, Site
from atlas.wording import nearest

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


def check(site: Site) -> Iterator[Finding]:
    """Every link of every page, resolved as a browser would."""
    known = known_urls(site)
    paths = site.paths
    ids = {known.get(page.url.removeprefix("./"), page.url): frozenset(page.ids) for page in site.pages}
    ids |= {"": ids[one]} if (one := next((url for url in ids if url in {".", "./"}), None)) else {}
    for page in site.pages:
        for link in page.links:
            if link.target.strip():
                yield from _judge(site, page, link, known, ids, paths)


def _judge(
    site: Site,
    page: Page,
    link: Link,
    known: dict[str, str],
    ids: dict[str, frozenset[str]],
    paths: frozenset[str],
) -> Iterator[Finding]:
    base = "" if page.url in {".", "./"} else page.url
    destination = resolve(site, base, link.target)
    place = link.place or Location(page.path)
    written = link.written or unquote(link.target)
    if destination is None or destination.url not in known:
        rule = TARGET if link.is_navigation else ASSET
        what = "链接" if link.is_navigation else "资源"
        yield Finding(rule, place, f"{what} `{written}` 指向的文件不存在", _suggest(site, page, written, paths))
        return
    url = known[destination.url]
    fragment = destination.fragment
    if not fragment or fragment == "top" or url not in ids or fragment in ids[url]:
        return
    close = nearest(fragment, ids[url])
    hint = f"最接近的锚点是 `#{close}`" if close else "在目标标题后加 `{#" + fragment + "}`，或改成那一页已有的锚点"
    yield Finding(ANCHOR, place, f"`{written}` 里的锚点 `#{fragment}` 在目标页不存在", hint)


def _suggest(site: Site, page: Page, target: str, paths: frozenset[str]) -> str:
    """The nearest existing file, as the author would write it from this page."""
    wanted = unquote(target.partition("#")[0])
    folder = posixpath.dirname(page.path)
    candidates = [posixpath.relpath(posixpath.join(site.documents, path), folder or ".") for path in paths]
    absolute = posixpath.normpath(posixpath.join(folder, wanted))
    close = nearest(wanted, candidates)
    same_name = [one for one in candidates if posixpath.basename(one) == posixpath.basename(absolute)]
    best = close or nearest(wanted, same_name) or (same_name[0] if len(same_name) == 1 else "")
    return f"最接近的文件是 `{best}`" if best else "写 docs/ 里已有文件的相对路径，或先创建这个文件"
