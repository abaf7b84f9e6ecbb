"""A drawn diagram → names that say two things, or that only a slip of the pen made.

A rule that is not nearly certain says nothing: a diagram is often drawn by someone who knows exactly what Mermaid ignores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from atlas.diagrams.keywords import nearest
from atlas.diagrams.lines import FLOW, NOT_NODES, Line
from atlas.diagrams.nodes import Label, is_slip, labels
from atlas.diagrams.values import Problem

NODE_RELABELLED = "diagram-node-relabelled"
NODE_PHANTOM = "diagram-node-phantom"
TASK_UNKNOWN = "diagram-task-unknown"


def relabelled(kind: str, lines: list[Line]) -> Iterator[Problem]:
    """Nodes and participants that are given a second text or shape."""
    first: dict[str, Label] = {}
    for label in _all_labels(kind, lines):
        earlier = first.setdefault(label.id, label)
        if (earlier.text, earlier.shape) != (label.text, label.shape):
            what = f"文字 `{label.text}`" if earlier.text != label.text else "形状"
            yield Problem(
                f"`{label.id}` 在第 {earlier.line} 行已写作 `{earlier.written}`，这里又换了{what}：图上只会留下一种",
                label.line,
                label.column,
                label.written,
                NODE_RELABELLED,
                f"同一个节点只写一次文字，之后只写 `{label.id}`；若是另一个节点，换一个编号",
            )


def _all_labels(kind: str, lines: list[Line]) -> Iterator[Label]:
    for line in lines[1:]:
        if kind in FLOW:
            yield from labels(line.number, line.text)
        elif kind == "sequence":
            found = re.match(r"\s*(?:create\s+)?(?:participant|actor)\s+(.+?)\s+as\s+(.+?)\s*$", line.text)
            if found:
                yield Label(found[1], found[2], "", line.number, found.start(1) + 1, line.text.strip())


def phantoms(kind: str, lines: list[Line], facts: Any) -> Iterator[Problem]:
    """Bare names that occur once, a slip away from a name that was given a label or a body."""
    nodes = {str(one[0]): one for one in facts.get("nodes", ())}
    described = _described(kind, lines, nodes)
    if not described:
        return
    body = [line for line in lines[1:] if not NOT_NODES.match(line.text)]
    text = "\n".join(line.bare for line in body)
    for name in nodes:
        if name in described or len(re.findall(rf"(?<![\w\u0080-\uffff]){re.escape(name)}(?![\w\u0080-\uffff])", text)) != 1:
            continue
        meant = [other for other in described if is_slip(name, other, sure=kind == "sequence")]
        if len(meant) != 1:
            continue
        for line in body:
            column = line.bare.find(name)
            if column >= 0:
                yield Problem(
                    f"`{name}` 只出现这一次，图上会多出一个叫 `{name}` 的节点",
                    line.number,
                    column + 1,
                    line.text.strip(),
                    NODE_PHANTOM,
                    f"若指的是 `{meant[0]}`，把 `{name}` 改成 `{meant[0]}`",
                )
                break


def _described(kind: str, lines: list[Line], nodes: dict[str, Any]) -> tuple[str, ...]:
    if kind in FLOW:
        return tuple(dict.fromkeys(label.id for line in lines[1:] for label in labels(line.number, line.text)))
    if kind == "state":
        return tuple(name for name, one in nodes.items() if one[1] and one[1] != name)
    if kind == "class":
        return tuple(name for name, one in nodes.items() if one[2])
    if kind == "sequence":
        declared = (
            re.match(r"\s*(?:create\s+)?(?:participant|actor)\s+([^@]+?)(?:\s+as\s.*|@.*)?\s*$", line.text) for line in lines
        )
        return tuple(found[1] for found in declared if found)
    return ()


def unknown_tasks(kind: str, lines: list[Line], facts: Any) -> Iterator[Problem]:
    """Names after ``after`` and ``until`` of which a Gantt chart has no task."""
    if kind != "gantt":
        return
    ids = tuple(str(one[0]) for one in facts.get("nodes", ()))
    for line in lines[1:]:
        if ":" not in line.text or re.match(r"\s*(?:title|section|acc\w+|click)\b", line.text):
            continue
        start = line.text.index(":") + 1
        for found in re.finditer(r"(?:^|,)\s*(?:after|until)\s+([^,]+)", line.text[start:]):
            for name in re.finditer(r"\S+", found[1]):
                if name[0] not in ids:
                    column = start + found.start(1) + name.start() + 1
                    close = nearest(name[0], ids, 0.5)
                    hint = f"最接近的编号是 `{close}`" if close else "编号写在冒号后面：`任务 :编号, 开始, 时长`"
                    message = f"没有编号为 `{name[0]}` 的任务，这一条会从今天画起"
                    yield Problem(message, line.number, column, line.text.strip(), TASK_UNKNOWN, hint)
