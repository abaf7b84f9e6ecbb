"""Links by reference: ``[text][label]`` without a definition, and definitions that no link uses or that are repeated.

A reference that finds no definition is prose to the renderer, so it is sought in what readers see. Brackets after
brackets are more often something else (subscripts, types, logs), and those are left alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView
from atlas.scan import MASK
from atlas.wording import nearest

UNDEFINED = RULES.add(
    "reference-undefined",
    Severity.ERROR,
    "引用式链接没有定义",
    "读者会看到方括号原文。在页内补一行 `[标签]: 地址`，或改成 `[文字](地址)`。",
)
UNUSED = RULES.add(
    "reference-unused",
    Severity.WARNING,
    "链接定义没有用到",
    "多半是引用处写错了标签或已经删掉；以 `[字]:` 开头的正文也会被当成定义，读者看不到它。用上它，或删掉这一行。",
)
DUPLICATE = RULES.add(
    "reference-duplicate",
    Severity.ERROR,
    "同一个标签有两个地址",
    "标签不分大小写，后一个定义覆盖前一个，本该去前一个地址的读者被带到了别处。给其中一个换标签。",
)
REPEATED = RULES.add(
    "reference-repeated",
    Severity.WARNING,
    "同一个链接定义写了两遍",
    "标签和地址都一样，读者没有损失，但以后容易只改一处。删掉一行。",
)
_REFERENCE = re.compile(r"\[([^\[\]]+)\]\[([^\[\]\n]*)\](?!\[(?!\^))")
_PLAIN = re.compile(r"[\w.:,+*/<>=&|% -]*", re.ASCII)
"""A subscript, a type, a key: nothing but ASCII."""
_INDEX = re.compile(r"[A-Za-z]|[-+]?[\d:., ]+|(['\"“”‘’]).*\1|“.*”|‘.*’", re.DOTALL)
_SHOUTED = re.compile(r"/?[A-Z][A-Z\d_ /-]*")
"""Special tokens and levels of logs."""
_KEYS = frozenset(
    {"alt", "cmd", "ctrl", "debug", "enter", "error", "esc", "fn", "info", "shift", "tab", "warn", "warning", "win"}
)
"""Keys of a keyboard and levels of logs."""
_ROOT = re.compile(r"^(\w+://[^/?#]+)/$")
"""A site's own address, which is the same with a slash and without."""
_COMMENTS = frozenset({"", "#"})
"""Addresses of definitions that hide a remark: ``[//]: # (…)``."""


def check(view: PageView) -> Iterator[Finding]:
    """References that readers see as brackets, then the definitions."""
    yield from _undefined(view)
    yield from _definitions(view)


def _undefined(view: PageView) -> Iterator[Finding]:
    seen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    known = {label for label, _ in view.written.definitions}
    for block in view.rendered.prose:
        for found in _REFERENCE.finditer(block):
            label = found[2] or found[1]
            before = block[found.start() - 1 : found.start()] if found.start() else ""
            if not _is_something_else(before, found[1], found[2], known):
                needle = f"][{label}]" if found[2] else f"[{label}][]"
                seen[needle].append((label, found[0]))
    view.places.prime(seen)
    for needle, references in seen.items():
        places = [place for place in view.places.texts(needle) if _is_open(view, place, needle)]
        for (label, text), place in zip(references, places, strict=False):
            yield _finding(view, label, text.replace(MASK, "…"), _label(place, needle), known)


def _is_something_else(before: str, text: str, label: str, known: set[str]) -> bool:
    """Whether two pairs of brackets are no reference: subscripts, types, keys, special tokens, citations."""
    if before == "]" or not text.strip():
        return True
    if label.strip().isdigit():  # `[图][1]`: only where the page numbers its definitions
        return text.strip().isdigit() or not any(one.isdigit() for one in known)
    if _INDEX.fullmatch(text) and _INDEX.fullmatch(label or "0"):
        return True
    if re.match(r"[A-Za-z0-9_)]", before) and _PLAIN.fullmatch(text) and _PLAIN.fullmatch(label):
        return True
    return text.strip().lower() in _KEYS or bool(_SHOUTED.fullmatch(text) and _SHOUTED.fullmatch(label or text))


def _is_open(view: PageView, place: Location, needle: str) -> bool:
    """Whether neither bracket is escaped, so that the author meant a reference."""
    path, at = view.places.offset(place)
    text = view.places.scans[path].text
    if text[max(0, at - 1) : at] == "\\":
        return False
    if needle.startswith("["):
        return True
    depth, start = 1, at
    while start > max(0, at - 1_000) and depth:
        start -= 1
        depth += (text[start] == "]") - (text[start] == "[")
    return depth == 0 and text[max(0, start - 1) : start] != "\\"


def _label(place: Location, needle: str) -> Location:
    skipped = 2 if needle.startswith("]") else 1
    return Location(place.path, place.line, (place.column or 1) + skipped)


def _finding(view: PageView, label: str, text: str, place: Location, known: set[str]) -> Finding:
    message = f"引用 `{text}` 没有对应的定义 `[{label}]: …`，读者看到的是方括号原文"
    if f"[{label}]：" in view.source:
        return Finding(UNDEFINED, place, message, f"`[{label}]：` 的冒号是全角的，改成 `[{label}]: 地址`")
    close = nearest(label.lower(), known)
    hint = f"最接近的定义是 `[{close}]`" if close else f"在页内补一行 `[{label}]: 地址`，或改成 `[文字](地址)`"
    return Finding(UNDEFINED, place, message, hint)


def _definitions(view: PageView) -> Iterator[Finding]:
    addresses: dict[str, list[str]] = defaultdict(list)
    for label, address in view.written.definitions:
        if address not in _COMMENTS and not label.startswith("^"):
            addresses[label].append(address)
    for label, given in addresses.items():
        used = label in view.written.used_definitions
        if used and len(given) == 1:
            continue
        places = view.places.definitions(label)
        own = [place for place in places if place.path == view.path]
        shared = 0 < len(own) < len(places)  # then the page's are at fault: a snippet's are for other pages, too
        for place in own if shared else places[1 : len(given)]:
            is_one = len({_ROOT.sub(r"\1", address) for address in given}) == 1
            rule, hint = (REPEATED, "删掉其中一行") if is_one else (DUPLICATE, "给其中一个换标签")
            times = f"{len(given)} 次" + (f"（也在 `{places[-1].path}`）" if shared else "")
            yield Finding(rule, place, f"标签 `[{label}]` 定义了 {times}，只有最后一个 `{given[-1]}` 算数", hint)
        if not used and places and places[0].path == view.path:  # a snippet's definitions are for other pages, too
            yield Finding(UNUSED, places[0], f"定义 `[{label}]` 在本页没有用到", "用上它，或删掉这一行")
