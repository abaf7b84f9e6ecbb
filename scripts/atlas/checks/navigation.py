"""The navigation in ``mkdocs.yml`` against the files.

What an entry leads to is what the engine made of it, plugins included; the configuration is read for places only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import normpath

from atlas.checks import near, outside
from atlas.checks.addresses import is_external, known_urls, resolve
from atlas.checks.suggestions import Suggestions, anchor
from atlas.configuration import Configuration, Value
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Inclusion, Page, Site

MISSING = RULES.add(
    "nav-target-missing",
    Severity.ERROR,
    "导航里的文件不存在",
    "读者会看到一个点了就 404 的导航项。改成 docs/ 里已有文件的路径。",
)
EXCLUDED = RULES.add(
    "nav-target-excluded",
    Severity.ERROR,
    "导航里的文件不会进站点",
    "文件在，但被 exclude_docs、draft_docs 或同地址的另一个文件挤出了站点，读者点了会看到 404。",
)
DUPLICATE = RULES.add(
    "nav-duplicate",
    Severity.ERROR,
    "同一页在导航里出现两次",
    "MkDocs 只认一个位置：另一处的标题不生效，“上一页”“下一页”会跳到读者没想到的地方。只留一处，别处用正文里的链接。",
)
MALFORMED = RULES.add(
    "nav-address-malformed",
    Severity.ERROR,
    "导航里的网址打不开",
    "协议拼错、全角冒号、主机名里有空格，或指向 localhost：读者点了打不开，或打开的是站内的 404。",
)
ORPHAN = RULES.add(
    "nav-page-orphan",
    Severity.WARNING,
    "页面不在导航里",
    "读者只能靠搜索或链接碰到它。把它加进 mkdocs.yml 的 nav，或列入 not_in_nav。",
)
_HOME = frozenset({"", ".", "./", "index.html"})
"""Urls of the page to which the site's name and logo lead from everywhere, entry or not."""


def check(site: Site) -> Iterator[Finding]:
    """Entries that lead nowhere, or where another leads, and pages without an entry."""
    places = _places(Configuration.of(site.root / site.configuration))
    yield from _addresses(site, places)
    yield from _pages(site, places)
    for page in site.pages:
        if not (page.in_navigation or page.url in _HOME):
            hint = f"在 {site.configuration} 的 nav 里加一行，或列入 not_in_nav"
            yield Finding(ORPHAN, Location(page.path, 1, 1), "这一页不在任何导航里", hint)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the site answers to, gathered once."""

    urls: Mapping[str, str]
    pages: Mapping[str, Page]
    inclusions: Mapping[str, Inclusion]
    suggestions: Suggestions


def _addresses(site: Site, places: dict[str, list[Location]]) -> Iterator[Finding]:
    """Entries that are addresses, or paths in which the engine saw no page."""
    urls = known_urls(site)
    known = _Known(
        urls,
        {urls.get(page.url.removeprefix("./"), page.url): page for page in site.pages},
        {entry.path: entry.inclusion for entry in site.entries if not entry.from_theme},
        Suggestions(site.documents, site.paths),
    )
    met: Counter[str] = Counter()
    for entry in site.navigation:
        if entry.is_page:
            continue
        written = places.get(entry.target) or places.get(normpath(entry.target)) or [Location(site.configuration)]
        place = written[min(met[entry.target], len(written) - 1)]
        met[entry.target] += 1
        if problem := outside.fault(entry.target):
            yield Finding(MALFORMED, place, f"导航项 {problem[0]}", problem[1])
        elif not is_external(entry.target):
            yield from _lost(site, entry.target, place, known)


def _lost(site: Site, target: str, place: Location, known: _Known) -> Iterator[Finding]:
    destination = resolve(site, "", target)
    if known.inclusions.get(normpath(target)) is Inclusion.DISPLACED:
        message = f"导航项 `{target}` 的地址被同一文件夹里的另一个文件占了，这一页不会进站点"
        yield Finding(EXCLUDED, place, message, "改写成那个文件，或给这一页改名")
    elif destination is None or destination.url not in known.urls:
        hint = near.hint(known.suggestions, site.documents, target, "写文档文件夹里已有文件的路径")
        yield Finding(MISSING, place, f"导航项 `{target}` 没有对应的文件，读者点了是 404", hint)
    page = known.pages.get(known.urls[destination.url]) if destination and destination.url in known.urls else None
    if destination and destination.fragment and page and page.ids and destination.fragment not in page.ids:
        close = anchor(page, destination.fragment)
        hint = f"最接近的锚点是 `#{close}`" if close else "写那一页里已有的锚点"
        message = f"导航项 `{target}` 里的锚点 `#{destination.fragment}` 在目标页不存在，读者会停在页首"
        yield Finding(MISSING, place, message, hint)


def _pages(site: Site, places: dict[str, list[Location]]) -> Iterator[Finding]:
    """Pages that the site will not have, and pages that have more than one entry."""
    kept_out = {entry.path: entry.inclusion for entry in site.entries if not entry.is_published}
    for path, times in Counter(entry.target for entry in site.navigation if entry.is_page).items():
        written = places.get(path, [])
        if path in kept_out:
            what = "draft_docs 列为草稿" if kept_out[path] is Inclusion.DRAFT else "exclude_docs 排除"
            for place in written or [Location(site.configuration)]:
                yield Finding(
                    EXCLUDED, place, f"导航项 `{path}` 被 {what}，读者点了会看到 404", "从 nav 里删掉，或不再排除它"
                )
        for place in written[1:times]:
            message = f"`{path}` 在导航里出现了两次（另一处在第 {written[0].line} 行）"
            yield Finding(DUPLICATE, place, message, "只留一处")


def _places(configuration: Configuration) -> dict[str, list[Location]]:
    """Where each target stands, by its text and by the path that it means."""
    found: dict[str, list[Location]] = defaultdict(list)
    navigation = configuration.find("nav")
    for leaf in _leaves(navigation) if navigation else ():
        text = leaf.text or ""
        path = normpath(text) if text else ""
        for key in dict.fromkeys((text, path)):
            found[key].append(leaf.location)
    return found


def _leaves(value: Value) -> Iterator[Value]:
    inner = [*value.values(), *(one for _, one in value.pairs())]
    for one in inner:
        yield from _leaves(one)
    if not inner and value.text:
        yield value
