"""Citations ``[@key]`` and the sources they name."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.checks.addresses import nearest
from atlas.facts import data_folder, load_sources, source_faults
from atlas.findings import RULES, Finding, Location, Severity
from atlas.locate import Places
from atlas.model import Site

UNKNOWN = RULES.add(
    "citation-unknown",
    Severity.ERROR,
    "引用了不存在的来源",
    "读者会看到 `[?键]`。先在 docs/_data/sources.yml 里写下这条来源，再引用它的键。",
)
INVALID = RULES.add(
    "source-invalid",
    Severity.ERROR,
    "来源缺少必填项",
    "每条来源都要有标题、作者或发布者、年份、地址、类别和读取日期，读者才能核对。",
)


def check(site: Site) -> Iterator[Finding]:
    """Unknown keys on every page, and rows that no citation could show."""
    folder = data_folder(str(site.root / site.data))
    sources = load_sources(folder)
    for fault in source_faults(folder):
        yield Finding(INVALID, Location(f"{site.data}/sources.yml", fault.line, 1), fault.message, fault.hint)
    for page in site.pages:
        places: Places | None = None
        for key in (key[1:] for key in page.citations if key.startswith("?")):
            places = places or Places.of_text(page.path, (site.root / page.path).read_text("utf-8"))
            close = nearest(key, sources)
            hint = f"最接近的来源是 `@{close}`" if close else f"在 {site.data}/sources.yml 里加上这条来源"
            yield Finding(UNKNOWN, places.anywhere((f"@{key}",)), f"来源 `@{key}` 不存在", hint)
