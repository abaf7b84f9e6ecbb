"""Two elements of one page with the same id: links reach only the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Severity
from atlas.model import PageView

DUPLICATE = RULES.add(
    "id-duplicate",
    Severity.ERROR,
    "同一页里 id 重复",
    "链接只会到达第一个，第二处永远链不到。给其中一处换一个 `{#id}`。",
)


def check(view: PageView) -> Iterator[Finding]:
    """Ids of the page as rendered."""
    for id_, count in Counter(view.rendered.ids).items():
        if count > 1:
            place = view.places.anywhere((f"{{#{id_}", f"#{id_}", f'id="{id_}"', id_), nth=1)
            yield Finding(DUPLICATE, place, f"id `{id_}` 在本页出现了 {count} 次", "给其中一处换一个 id")
