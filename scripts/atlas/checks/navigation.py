"""The navigation in ``mkdocs.yml`` against the files."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.locate import Places
from atlas.model import Site
from atlas.wording import nearest

MISSING = RULES.add(
    "nav-target-missing",
    Severity.ERROR,
    "导航里的文件不存在",
    "读者会看到一个点了就 404 的导航项。改成 docs/ 里已有文件的路径。",
)
ORPHAN = RULES.add(
    "nav-page-orphan",
    Severity.WARNING,
    "页面不在导航里",
    "读者只能靠搜索或链接碰到它。把它加进 mkdocs.yml 的 nav，或列入 not_in_nav。",
)


def check(site: Site) -> Iterator[Finding]:
    """Entries without a file, and pages without an entry."""
    configuration = site.root / site.configuration
    text = configuration.read_text("utf-8") if configuration.is_file() else ""
    places = Places.of_text(site.configuration, text)
    for entry in site.lost_entries:
        place = places.anywhere((entry.target,))
        close = nearest(entry.target, site.paths)
        hint = f"最接近的文件是 `{close}`" if close else "写 docs/ 里已有文件的路径"
        yield Finding(MISSING, place, f"导航项 `{entry.target}` 没有对应的文件", hint)
    for page in site.pages:
        if not page.in_navigation:
            hint = f"在 {site.configuration} 的 nav 里加一行，或列入 not_in_nav"
            yield Finding(ORPHAN, Location(page.path, 1, 1), "这一页不在任何导航里", hint)
