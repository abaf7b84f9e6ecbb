"""Citations ``[@key]`` and the sources they name."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.facts import data_folder, load_sources
from atlas.findings import RULES, Finding, Severity
from atlas.locate import Places
from atlas.model import Site
from atlas.wording import nearest

UNKNOWN = RULES.add(
    "citation-unknown",
    Severity.ERROR,
    "引用了不存在的来源",
    "读者会看到 `[?键]`。先在数据文件夹的 sources.yml 里写下这条来源，再引用它的键。",
)


def check(site: Site) -> Iterator[Finding]:
    """Unknown keys on every page."""
    unknown = [(page, [key[1:] for key in page.citations if key.startswith("?")]) for page in site.asked_pages]
    if not any(keys for _, keys in unknown):
        return
    sources = load_sources(data_folder(str(site.root / site.data)) if site.data else None)
    for page, keys in unknown:
        places: Places | None = None
        for key in keys:
            places = places or Places.of_text(page.path, (site.root / page.path).read_text("utf-8"))
            close = nearest(key, sources)
            hint = f"最接近的来源是 `@{close}`" if close else f"在 {site.data}/sources.yml 里加上这条来源"
            yield Finding(UNKNOWN, places.anywhere((f"@{key}",)), f"来源 `@{key}` 不存在", hint)
