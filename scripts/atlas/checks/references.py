"""``[text][label]`` without a definition stays in the page as brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Severity
from atlas.model import PageView

UNDEFINED = RULES.add(
    "reference-undefined",
    Severity.ERROR,
    "引用式链接没有定义",
    "读者会看到方括号原文。在页内补一行 `[标签]: 地址`，或改成 `[文字](地址)`。",
)
_REFERENCE = re.compile(r"\[([^\[\]\n]+)\]\[([^\[\]\n]*)\]")


def check(view: PageView) -> Iterator[Finding]:
    """Prose of the page, code excluded."""
    for block in view.rendered.prose:
        for found in _REFERENCE.finditer(block):
            label = found[2] or found[1]
            if "\ufffc" in found[0] or f"[{label}]" not in view.source or label.strip().isdigit():
                continue
            place = view.places.text((found[0], f"][{label}]", f"[{label}]"))
            message = f"引用 `{found[0]}` 没有对应的定义 `[{label}]: …`"
            yield Finding(UNDEFINED, place, message, f"在页内补一行 `[{label}]: 地址`")
