"""A diagram that Mermaid draws → what it passed over in silence and a reader would miss.

What exists is asked of Mermaid's model; where it was written is looked up in the text. A rule that is not nearly certain
says nothing: a diagram is often drawn by someone who knows exactly what Mermaid ignores.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from atlas.diagrams.engine import verdict
from atlas.diagrams.keywords import kind_of, nearest
from atlas.diagrams.nodes import Label, is_slip, labels
from atlas.diagrams.settings import unread
from atlas.diagrams.stripping import strip
from atlas.diagrams.values import Problem

CLASS_UNDEFINED = "diagram-class-undefined"
STYLE_UNKNOWN_NODE = "diagram-style-unknown-node"
NODE_RELABELLED = "diagram-node-relabelled"
NODE_PHANTOM = "diagram-node-phantom"
TASK_UNKNOWN = "diagram-task-unknown"

_FLOW = ("flowchart", "swimlane")
_STYLED = (*_FLOW, "state", "class", "er", "requirement", "block", "treemap")
_ABOUT = re.compile(
    r"\s*(?P<word>style|class|click|link|callback|cssClass)\s+(?P<names>\"[^\"]*\"|[^\s\"]+(?:\s*,\s*[^\s,\"]+)*)(?P<rest>.*)$"
)
_NOT_NODES = re.compile(
    r"\s*(?:style|click|linkStyle|classDef|cssClass|callback|accTitle|accDescr|direction|%%|class\s+\S+\s+\S+\s*;?\s*$)"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """An author's line that Mermaid reads: its number, and its text with the quoted parts blanked."""

    number: int
    text: str
    bare: str


@lru_cache(maxsize=4096)
def lint(source: str) -> tuple[Problem, ...]:
    """What Mermaid swallows in a diagram that it draws, in order of lines; each with its rule in ``kind``.

    Raises:
        EngineError: if Mermaid itself fails or runs away.
    """
    if not source.strip():
        return ()
    source = source.replace("\r\n", "\n")
    found = list(unread(source))
    judged = verdict(source)
    if judged.drawn:
        kind, lines = kind_of(strip(source).text), _read(source)
        for rule in (_classes, _targets, _relabelled, _phantoms, _tasks):
            found += rule(kind, lines, judged.facts)
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line or 0, one.column or 0)))


def _read(source: str) -> list[_Line]:
    left = strip(source)
    numbers = sorted({left.place(at)[0] for at in range(len(left.text)) if not left.text[at].isspace()})
    written = source.split("\n")
    return [
        _Line(n, written[n - 1], re.sub(r'"[^"]*"', lambda m: '"' + " " * (len(m[0]) - 2) + '"', written[n - 1]))
        for n in numbers
    ]


def _classes(kind: str, lines: list[_Line], facts: Any) -> Iterator[Problem]:
    if kind not in _STYLED or not facts.get("classes"):
        return  # without any class of its own a diagram is styled by the site's style sheet
    known = {*facts.get("classes", ()), "default"}
    css = " ".join(line.text for line in lines if "themeCSS" in line.text)
    for line in lines[1:]:
        for name, column in _class_uses(kind, line):
            if name in known or f".{name}" in css:
                continue
            close = nearest(name, tuple(known), 0.6)
            hint = f"已有的类里最接近的是 `{close}`" if close and close != "default" else f"写上 `classDef {name} fill:#eef`"
            yield Problem(
                f"没有定义类 `{name}`，这里的样式不起作用", line.number, column, line.text.strip(), CLASS_UNDEFINED, hint
            )


def _class_uses(kind: str, line: _Line) -> Iterator[tuple[str, int]]:
    if re.match(r"\s*classDef\b", line.bare):
        return
    bare = line.bare if kind != "class" else re.sub(r"^\s*\S+\s*:(?!::).*", "", line.bare)
    if kind in _FLOW:
        bare = re.sub(r"\|[^|]*\||[\[({][^\[\](){}]*[\])}]", lambda m: " " * len(m[0]), bare)
    for found in re.finditer(r":::\s*([\w\u0080-\uffff-]+(?:\s*,\s*[\w\u0080-\uffff-]+)*)", bare):
        for one in re.finditer(r"[\w\u0080-\uffff-]+", found[1]):
            yield one[0], found.start(1) + one.start() + 1
            if kind not in ("er", "requirement"):
                break
    about = _ABOUT.match(line.text)
    if about and (about["word"] == "cssClass" or (about["word"] == "class" and kind not in ("class", "treemap"))):
        name = re.match(r"\s+([\w\u0080-\uffff-]+)\s*;?\s*$", about["rest"])
        if name:
            yield name[1], about.start("rest") + name.start(1) + 1


def _targets(kind: str, lines: list[_Line], facts: Any) -> Iterator[Problem]:
    """Names in ``style``, ``class``, ``click`` that stand nowhere else in the diagram."""
    if kind == "gantt":
        yield from _gantt_clicks(lines, facts)
    if kind not in (*_FLOW, "state", "class", "er", "requirement", "block"):
        return
    content = "\n".join(
        line.text
        for line in lines[1:]
        if not _NOT_NODES.match(line.text) and not (_ABOUT.match(line.text) and kind != "class")
    )
    if kind == "class":
        content = "\n".join(
            line.text for line in lines[1:] if not _NOT_NODES.match(line.text) and not re.match(r"\s*link\s", line.text)
        )
    for line in lines[1:]:
        about = _ABOUT.match(line.text)
        if (
            not about
            or about["word"] not in _about_words(kind)
            or (about["word"] == "class" and not about["rest"].strip(" ;"))
        ):
            continue
        for found in re.finditer(
            r"[^\s,\"]+" if not about["names"].startswith('"') or about["word"] == "cssClass" else r'[^"]+', about["names"]
        ):
            name = found[0].rstrip(";")
            if name == "default" or _stands(name, content):
                continue
            column = about.start("names") + found.start() + 1
            names = tuple(
                str(one[0]) for one in [*facts.get("nodes", ()), *facts.get("groups", ())] if _stands(str(one[0]), content)
            )
            close = nearest(name, names, 0.6)
            hint = f"最接近的编号是 `{close}`" if close else "写一个图里已有的编号，或删掉这一行"
            what = "点它不会有反应" if about["word"] in ("click", "link", "callback") else "样式落不到想要的节点上"
            yield Problem(f"图里没有 `{name}`，{what}", line.number, column, line.text.strip(), STYLE_UNKNOWN_NODE, hint)


def _about_words(kind: str) -> tuple[str, ...]:
    return ("style", "click", "link", "callback", "cssClass") if kind == "class" else ("style", "class", "click")


def _stands(name: str, content: str) -> bool:
    return (
        re.search(rf"(?<![\w\u0080-\uffff-]){re.escape(name)}(?![\w\u0080-\uffff]|-[\w\u0080-\uffff])", content) is not None
    )


def _gantt_clicks(lines: list[_Line], facts: Any) -> Iterator[Problem]:
    ids = tuple(str(one[0]) for one in facts.get("nodes", ()))
    for line in lines:
        click = re.match(r"\s*click\s+([^\s\"]+)", line.text)
        for name in re.finditer(r"[^,]+", click[1]) if click else ():
            if name[0] not in ids:
                assert click
                hint = f"最接近的编号是 `{close}`" if (close := nearest(name[0], ids, 0.6)) else "写一个任务的编号"
                column = click.start(1) + name.start() + 1
                yield Problem(
                    f"没有编号为 `{name[0]}` 的任务，点它不会有反应",
                    line.number,
                    column,
                    line.text.strip(),
                    STYLE_UNKNOWN_NODE,
                    hint,
                )


def _relabelled(kind: str, lines: list[_Line], facts: Any) -> Iterator[Problem]:
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


def _all_labels(kind: str, lines: list[_Line]) -> Iterator[Label]:
    for line in lines[1:]:
        if kind in _FLOW:
            yield from labels(line.number, line.text)
        elif kind == "sequence":
            found = re.match(r"\s*(?:create\s+)?(?:participant|actor)\s+(.+?)\s+as\s+(.+?)\s*$", line.text)
            if found:
                yield Label(found[1], found[2], "", line.number, found.start(1) + 1, line.text.strip())


def _phantoms(kind: str, lines: list[_Line], facts: Any) -> Iterator[Problem]:
    """Bare names that occur once, a slip away from a name that was given a label or a body."""
    nodes = {str(one[0]): one for one in facts.get("nodes", ())}
    described = _described(kind, lines, nodes)
    if not described:
        return
    body = [line for line in lines[1:] if not _NOT_NODES.match(line.text)]
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


def _described(kind: str, lines: list[_Line], nodes: dict[str, Any]) -> tuple[str, ...]:
    if kind in _FLOW:
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


def _tasks(kind: str, lines: list[_Line], facts: Any) -> Iterator[Problem]:
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
