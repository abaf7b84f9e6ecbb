"""Links that go nowhere because their address is still to be written: ``[x]()``, ``[x](#)``, ``[x](TODO)``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Link, PageView

EMPTY = RULES.add(
    "link-empty",
    Severity.ERROR,
    "链接没有地址，或只有占位",
    "读者点了等于刷新本页、回到页首或看到 404；图片则什么也看不到。写上真正的地址，还没有就先不写成链接。",
)
_PLACEHOLDER = re.compile(
    r"(?:todo|tbd|tba|fixme|wip|url|uri|link|href|path|path/to/.*|address|here|placeholder|image|img|file|https?(?::/{0,2})?"
    r"|your[-_ ].*|insert[-_ ].*|x{2,}|\?+|？+|\.{3,}|…+|。+|-+|_+"
    r"|(?:此处|这里|请|待|填写?|占位|未定|暂无|暂缺).{0,12}"
    r"|(?:论文|代码|图片|图像|文档|官方|项目|页面|文件|下载|视频|原文)?(?:链接|地址|网址|路径|链接地址)"
    r"|\{\{.*\}\}|\{.*\}|\$\{.*\}|<[^<>]*>|%[A-Z_]+%|\[.*\])",
    re.IGNORECASE,
)
_ANCHOR = re.compile(r"[>\s]*\)\{[^{}\n]*#([^\s{}]+)")
"""What follows the address in ``[](){#id}``: a place for others to link to, and nothing that a reader could click."""
_TOP = re.compile(r"顶|页首|开头|上方|top|up|↑", re.IGNORECASE)


def is_placeholder(written: str) -> bool:
    """Whether an address that leads nowhere was never meant to be one."""
    return bool(_PLACEHOLDER.fullmatch(written.strip().strip("<>").strip()) or _PLACEHOLDER.fullmatch(written.strip()))


def check(view: PageView) -> Iterator[Finding]:
    """Addresses that are empty, or ``#`` in Markdown (in HTML it is a script's button)."""
    for link in view.rendered.links:
        target = link.target.strip()
        if target in {"", "#"}:
            place = link.place or Location(view.path)
            if _is_anchor(view, link):
                continue
            if not target:
                effect = "点了等于刷新本页" if link.is_navigation else "什么也看不到"
                what = "链接" if link.is_navigation else "图片"
                yield Finding(EMPTY, place, f"{what}没有地址，读者{effect}", "在括号里写上地址，还没有就先不写成链接")
            elif link.is_navigation and _is_markdown(view, link):
                yield Finding(EMPTY, place, "链接的地址只有 `#`，读者点了只会回到页首", "写上真正的地址或锚点")


def _is_anchor(view: PageView, link: Link) -> bool:
    """Whether ``[](){#id}`` stands there."""
    if link.place is None:
        return False
    path, at = view.places.offset(link.place)
    text = view.places.scans[path].text
    found = _ANCHOR.match(text, at)
    return bool(found and found[1] in view.rendered.ids and text[:at].rstrip("< \t").endswith("[]("))


def _is_markdown(view: PageView, link: Link) -> bool:
    """Whether ``[text](#)`` stands there and its text does not speak of the page's top."""
    if link.place is None:
        return False
    path, at = view.places.offset(link.place)
    before = view.places.scans[path].text[max(0, at - 80) : at].rstrip("< \t")
    return before.endswith("](") and not _TOP.search(before.rpartition("[")[2])
