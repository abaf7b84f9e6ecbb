"""Footnotes: references without a note, notes without a reference, two notes with one label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView
from atlas.wording import nearest

UNDEFINED = RULES.add(
    "footnote-undefined",
    Severity.ERROR,
    "脚注没有定义",
    "读者会看到 `[^1]` 原文。在页内补一段 `[^1]: 注文`，冒号用半角；没有启用 footnotes 扩展的站点不能用脚注。",
)
UNUSED = RULES.add(
    "footnote-unused",
    Severity.WARNING,
    "脚注没有被引用",
    "读者在页尾看到一条不知从哪来的注，回到正文的箭头也是坏的。在正文里引用它，或删掉它。",
)
DUPLICATE = RULES.add(
    "footnote-duplicate",
    Severity.ERROR,
    "两条脚注同名",
    "后一条覆盖前一条，前一条的文字读者看不到。给其中一条换名字。",
)
_REFERENCE = re.compile(r"(?<!\\)\[([\^＾]([^\[\]\n]+))\]")
_CLASS = re.compile(r"(?:\\.|.-.)+|\W+|.*[\\<>|/,;，。、；\s].*")
"""What stands after ``[^`` in a regular expression: ranges, classes, punctuation."""
_QUANTIFIERS = "+*?{"


def check(view: PageView) -> Iterator[Finding]:
    """What readers see as ``[^1]``, then the notes."""
    if view.failure:
        return  # which notes there are is known of rendered pages only
    yield from _undefined(view)
    places = {label: view.places.definitions(label, footnote=True) for label in dict.fromkeys(view.written.footnotes)}
    for label, count in Counter(view.written.footnotes).items():
        for place in places[label][1:count]:
            message = f"脚注 `[^{label}]` 定义了 {count} 次，前面的注文读者看不到"
            yield Finding(DUPLICATE, place, message, f"给其中一条换个名字，例如 `[^{label}-2]`")
        if label not in view.written.used_footnotes and places[label] and places[label][0].path == view.path:
            message = f"脚注 `[^{label}]` 没有被引用，读者在页尾看到一条无主的注"
            yield Finding(UNUSED, places[label][0], message, f"在正文里写 `[^{label}]`，或删掉这条注")


def _undefined(view: PageView) -> Iterator[Finding]:
    known = set(view.written.footnotes)
    wanted: dict[str, str] = {}
    for one in view.places.scans.values():
        for found in _REFERENCE.finditer(one.masked):
            if _is_reference(one.masked, found) and (found[1][0] == "＾" or found[2] not in known):
                wanted[found[0]] = found[2]
    view.places.prime(wanted)
    for needle, label in wanted.items():
        for place in view.places.texts(needle):
            path, at = view.places.offset(place)
            if view.places.scans[path].text[max(0, at - 1) : at] != "\\":
                yield _finding(view, needle, label, Location(place.path, place.line, (place.column or 1) + 1), known)


def _is_reference(text: str, found: re.Match[str]) -> bool:
    if _CLASS.fullmatch(found[2]):
        return False
    return text[found.end() : found.end() + 1] not in tuple(_QUANTIFIERS)


def _finding(view: PageView, needle: str, label: str, place: Location, known: set[str]) -> Finding:
    message = f"脚注 `{needle}` 没有定义，读者看到的是原文"
    if needle.startswith("[＾"):
        return Finding(UNDEFINED, place, message, f"尖号是全角的，改成 `[^{label}]`")
    if f"{needle}：" in view.source:
        return Finding(UNDEFINED, place, message, f"定义里的冒号是全角的，改成 `{needle}: 注文`")
    close = nearest(label, known)
    return Finding(UNDEFINED, place, message, f"最接近的脚注是 `[^{close}]`" if close else f"补一段 `{needle}: 注文`")
