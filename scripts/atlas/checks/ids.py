"""Ids: two elements of one page with the same, and numbered ones that links rely on.

The renderer numbers the ids of headings with equal words; another heading before them, and the links lead elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from atlas.checks.addresses import known_urls, resolve
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Link, Page, PageView, Rendered, Site
from atlas.wording import words

if TYPE_CHECKING:  # an unchanged site, whose pages nobody reads again, does without
    from atlas.locate import Places

DUPLICATE = RULES.add(
    "id-duplicate",
    Severity.ERROR,
    "同一页里 id 重复",
    "链接只会到达第一个，第二处永远链不到。给其中一处换一个 `{#id}`。",
)
UNSTABLE = RULES.add(
    "id-unstable",
    Severity.WARNING,
    "有链接靠自动编号的锚点",
    "同名标题、默认 slugify 下的中文标题，id 靠编号区分；前面加减一个标题，链接便到了别处。给这个标题写明 `{#id}`。",
)
_NUMBERED = re.compile(r"(.*)_\d+")
_NOTHING = re.compile(r"[^<>{}\n]*(?:>(?:\s|</?a\b[^<>]*>)*(?:<a\b[^<>]*|#{1,6}[^\n]*)?|<a\b[^<>]*)")
"""What stands between an anchor and the heading to which it belongs, or the other way round: nothing to be missed."""


def check(view: PageView) -> Iterator[Finding]:
    """Ids of the page as rendered: the second place and those after it."""
    for id_, count in Counter(view.rendered.ids).items():
        if count > 1 and not _is_harmless(view, id_):
            places = view.places.ids(id_)
            message = f"id `{id_}` 在本页出现了 {count} 次，链接只到得了第一处"
            for place in places[1:count] or places[:1]:  # without any, a plugin made them all, and no author can mend it
                yield Finding(DUPLICATE, place, message, "给其中一处换一个 id")


def _is_harmless(view: PageView, id_: str) -> bool:
    """Whether a link may arrive at any: at an anchor or its own heading, or in a drawing that is shown again."""
    places = view.places.ids(id_)
    if len(places) == 1:
        return places[0].path.endswith(".svg")
    spots = [view.places.offset(place) for place in places]
    return bool(spots) and all(
        path == next_path and _NOTHING.fullmatch(view.places.scans[path].text, at, end)
        for (path, at), (next_path, end) in pairwise(spots)
    )


def check_site(site: Site) -> Iterator[Finding]:
    """Numbered ids of headings that links of any page lead to."""
    known = known_urls(site)
    pages = {known.get(_plain(page.url), _plain(page.url)): page for page in site.asked_pages}
    numbered = {url: one for url, page in pages.items() if (one := _numbered(page))}
    wanted: dict[tuple[str, int], tuple[Page, Link]] = {}
    for page in site.pages if numbered else ():
        for link in page.links:
            if link.is_navigation and _NUMBERED.fullmatch(link.target.partition(":~:")[0].rpartition("#")[2]):
                destination = resolve(site, page.url, link.target)
                url = known.get(destination.url, "") if destination else ""
                number = numbered.get(url, {}).get(destination.fragment) if destination else None
                if number is not None:
                    wanted.setdefault((url, number), (page, link))
    texts: dict[str, Places | None] = defaultdict(lambda: None)
    for (url, number), (page, link) in wanted.items():
        target = pages[url]
        if target.path not in texts:
            texts[target.path] = _places(site, target)
        yield from _judge(target, number, page, link, texts[target.path])


def _judge(target: Page, number: int, page: Page, link: Link, places: Places | None) -> Iterator[Finding]:
    from atlas.candidates import ids

    heading = target.headings[number]
    if places is None or any(True for one in places.scans.values() for _ in ids(one.text, heading.id)):
        return  # its author wrote it, or nobody can tell
    place = places.heading(target.headings, number) or link.place or Location(page.path)
    message = f"`{page.path}` 里的链接 `{link.written or link.target}` 靠标题“{heading.text}”自动编号的 id `{heading.id}`"
    yield Finding(UNSTABLE, place, f"{message}，前面加减一个标题它就变了", "给这个标题写明 `{#id}`，链接改用它")


def _numbered(page: Page) -> Mapping[str, int]:
    """Ids of headings that got their number from the renderer, with the headings' numbers."""
    found: dict[str, int] = {}
    present = set(page.ids)
    by_words: dict[str, set[str]] = defaultdict(set)
    for number, heading in enumerate(page.headings):
        parts = _NUMBERED.fullmatch(heading.id)
        same = by_words[words(heading.text)]
        if parts and ((not parts[1] and words(heading.text)) or (parts[1] in present and same)):
            found.setdefault(heading.id, number)
        same.add(heading.id)
    return found


def _places(site: Site, page: Page) -> Places | None:
    """The page's file and its snippets, read again; ``None`` if a plugin made the page and no author's text is there."""
    from atlas.locate import Places
    from atlas.scan import scan

    try:
        texts = {path: (site.root / path).read_bytes() for path in (page.path, *page.snippets)}
    except OSError:
        return None
    return Places(page.path, {path: scan(raw.decode("utf-8-sig", "replace")) for path, raw in texts.items()}, Rendered())


def _plain(url: str) -> str:
    return "" if url in {".", "./"} else url
