"""Two elements of one page with the same id: links reach only the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.locate import find_text
from atlas.model import Site

DUPLICATE = RULES.add(
    "id-duplicate",
    Severity.ERROR,
    "同一页里 id 重复",
    "链接只会到达第一个，第二处永远链不到。给其中一处换一个 `{#id}`。",
)


def check(site: Site) -> Iterator[Finding]:
    """Ids of every page as rendered."""
    for page in site.pages:
        for id_, count in Counter(page.rendered.ids).items():
            if count > 1:
                needles = (f"{{#{id_}}}", f"#{id_}", f'id="{id_}"', id_)
                place = Location(page.path, *find_text(page.source, needles, nth=1))
                yield Finding(DUPLICATE, place, f"id `{id_}` 在本页出现了 {count} 次", "给其中一处换一个 id")
