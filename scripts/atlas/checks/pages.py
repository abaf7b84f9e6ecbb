"""Pages that could not be rendered at all."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.checks.markup import snippets
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView

UNRENDERABLE = RULES.add(
    "page-unrenderable",
    Severity.ERROR,
    "页面渲染不出来",
    "渲染这一页时扩展或插件报错，整站都构建不了。其余页面照常检查。按报错改这一页，或检查 mkdocs.yml 里相应扩展的选项。",
)


def check(view: PageView) -> Iterator[Finding]:
    """The engine's own words on a page that it gave up."""
    if view.failure and not any(True for _ in snippets.lost(view)) and _is_text(view.raw):
        yield Finding(UNRENDERABLE, Location(view.path, 1, 1), f"这一页渲染不出来：{view.failure}", "按报错修改这一页")


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
