"""``[text][label]`` without a definition stays in the page as brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.locate import find_text
from atlas.model import Site

UNDEFINED = RULES.add(
    "reference-undefined",
    Severity.ERROR,
    "引用式链接没有定义",
    "读者会看到方括号原文。在页内补一行 `[标签]: 地址`，或改成 `[文字](地址)`。",
)
_REFERENCE = re.compile(r"\[([^\[\]\n]+)\]\[([^\[\]\n]*)\]")


def check(site: Site) -> Iterator[Finding]:
    """Prose of every page, code excluded."""
    for page in site.pages:
        for block in page.rendered.prose:
            for found in _REFERENCE.finditer(block):
                label = found[2] or found[1]
                if "\ufffc" in found[0] or f"[{label}]" not in page.source or label.strip().isdigit():
                    continue
                needles = (found[0], f"][{label}]", f"[{label}]")
                place = Location(page.path, *find_text(page.source, needles))
                message = f"引用 `{found[0]}` 没有对应的定义 `[{label}]: …`"
                yield Finding(UNDEFINED, place, message, f"在页内补一行 `[{label}]: 地址`")
