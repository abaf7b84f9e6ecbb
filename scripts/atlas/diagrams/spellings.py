"""A line of a diagram → the same line with its header, its direction or one of its words spelt as Mermaid spells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from atlas.diagrams.keywords import CHINESE_HEADERS, DIRECTIONS, HEADERS, STATEMENTS, nearest
from atlas.diagrams.values import Repair


def headers(line: str) -> Iterator[Repair]:
    """The first line with a kind and a direction that exist."""
    found = re.match(r"(\s*)([^\s:;]+)(.*)", line)
    if not found:
        return
    indent, word, rest = found.groups()
    head = CHINESE_HEADERS.get(word) or nearest(word, tuple(HEADERS), 0.6)
    direction = rest.strip(" ;")
    if head and head != word:
        yield Repair(f"{indent}{head}{rest}", f"图的种类写作 `{head}`", len(indent) + 1)
    if (
        direction
        and direction not in DIRECTIONS
        and (head or word) in ("flowchart", "graph", "swimlane-beta", "agentflow-beta", "gitGraph")
    ):
        for one in (_direction(direction),):
            if one:
                yield Repair(f"{indent}{head or word} {one}", f"方向只能写 {'、'.join(DIRECTIONS)} 之一", found.start(3) + 2)


def misspelt(line: str, kind: str) -> Iterator[Repair]:
    """The line with one word replaced by the nearest word of this kind of diagram."""
    known = tuple(STATEMENTS.get(kind, "").split())
    for number, found in enumerate(re.finditer(r"[A-Za-z][\w-]{2,}", re.sub(r'"[^"]*"', lambda m: " " * len(m[0]), line))):
        if number > 4 or found[0] in known:
            continue
        for close in get_close_matches(found[0], known, n=2, cutoff=0.7) or [nearest(found[0], known, 0.75)]:
            if close and close != found[0]:
                mended = line[: found.start()] + close + line[found.end() :]
                yield Repair(mended, f"`{found[0]}` 应写作 `{close}`", found.start() + 1)
    direction = re.match(r"(\s*direction\s+)(\S+)\s*$", line)
    if direction and (one := _direction(direction[2])):
        yield Repair(direction[1] + one, f"方向只能写 {'、'.join(DIRECTIONS)} 之一", direction.start(2) + 1)


def _direction(written: str) -> str:
    """The direction that shares the most letters, in place, with what was written."""
    names = {"左右": "LR", "右左": "RL", "上下": "TB", "下上": "BT"}
    return names.get(written) or max(
        ("LR", "TB", "TD", "RL", "BT"), key=lambda one: sum(a == b for a, b in zip(one, written.upper(), strict=False))
    )
