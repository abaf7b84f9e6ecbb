"""What a page or a style sheet would load from another host: a site that uses our extension promises that this is nothing.

Other sites may load what they like; theirs is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from atlas import html
from atlas.checks.addresses import is_external
from atlas.findings import RULES, Finding, Location, Severity
from atlas.locate import Places
from atlas.model import Link, PageView

EXTERNAL = RULES.add(
    "load-external",
    Severity.ERROR,
    "页面会从别的主机加载内容",
    "离线读者看不到它，线上读者会被第三方看见，慢线路会被它拖住。把文件放进 docs/ 并写相对路径；普通的外部链接不受影响。",
)
_INERT = {"data", "mailto", "tel", "about", "blob"}


def check(view: PageView) -> Iterator[Finding]:
    """Everything that the page would load, if its site promises to load nothing."""
    if not view.written.is_self_contained:
        return
    for link in view.rendered.links:
        if loads_elsewhere(link):
            place = link.place or view.places.anywhere((link.target,))
            yield _finding(place, link.target)


def check_styles(folder: Path) -> Iterator[Finding]:
    """Everything that a finished site's style sheets would load."""
    for file in sorted(folder.rglob("*.css")):
        text = file.read_text("utf-8")
        for url in html.css_urls(text):
            if loads_elsewhere(Link("style", "url", url)):
                place = Places.of_text(file.relative_to(folder).as_posix(), text).anywhere((url,))
                yield _finding(place, url)


def loads_elsewhere(link: Link) -> bool:
    """Whether a browser showing the page would ask another host."""
    if link.is_navigation or not is_external(link.target):
        return False
    try:
        return urlsplit(link.target.strip()).scheme.lower() not in _INERT
    except ValueError:
        return True


def _finding(place: Location, target: str) -> Finding:
    return Finding(EXTERNAL, place, f"`{target[:120]}` 会从别的主机加载", "把文件放进 docs/assets/，写相对路径")
