"""A drawn diagram → styles, classes and clicks that fall on nothing: an undefined class, a node that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from atlas.diagrams.keywords import nearest
from atlas.diagrams.lines import FLOW, NOT_NODES, Line
from atlas.diagrams.values import Problem

CLASS_UNDEFINED = "diagram-class-undefined"
STYLE_UNKNOWN_NODE = "diagram-style-unknown-node"

_STYLED = (*FLOW, "state", "class", "er", "requirement", "block", "treemap")
_ABOUT = re.compile(
    r"\s*(?P<word>style|class|click|link|callback|cssClass)\s+(?P<names>\"[^\"]*\"|[^\s\"]+(?:\s*,\s*[^\s,\"]+)*)(?P<rest>.*)$"
)


def undefined_classes(kind: str, lines: list[Line], facts: Any, style_classes: frozenset[str]) -> Iterator[Problem]:
    """Classes that neither the diagram nor a style sheet of the site defines."""
    if kind not in _STYLED:
        return
    known = {*facts.get("classes", ()), "default"}
    css = " ".join(line.text for line in lines if "themeCSS" in line.text)
    for line in lines[1:]:
        for name, column in _class_uses(kind, line):
            if name in known or name in style_classes or f".{name}" in css:
                continue
            close = nearest(name, (*known, *sorted(style_classes)), 0.6)
            hint = f"已有的类里最接近的是 `{close}`" if close and close != "default" else f"写上 `classDef {name} fill:#eef`"
            yield Problem(
                f"没有定义类 `{name}`，这里的样式不起作用", line.number, column, line.text.strip(), CLASS_UNDEFINED, hint
            )


def _class_uses(kind: str, line: Line) -> Iterator[tuple[str, int]]:
    if re.match(r"\s*classDef\b", line.bare):
        return
    bare = line.bare if kind != "class" else re.sub(r"^\s*\S+\s*:(?!::).*", "", line.bare)
    if kind in FLOW:
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


def unknown_targets(kind: str, lines: list[Line], facts: Any) -> Iterator[Problem]:
    """Names in ``style``, ``class``, ``click`` that stand nowhere else in the diagram."""
    if kind == "gantt":
        yield from _gantt_clicks(lines, facts)
    if kind not in (*FLOW, "state", "class", "er", "requirement", "block"):
        return
    content = "\n".join(line.text for line in lines[1:] if _makes_nodes(kind, line))
    ids = (str(one[0]) for one in [*facts.get("nodes", ()), *facts.get("groups", ())])
    names: tuple[str, ...] | None = None
    for line in lines[1:]:
        for name, column, word in _styled_names(kind, line):
            if name == "default" or _stands(name, content):
                continue
            names = tuple(one for one in ids if _stands(one, content)) if names is None else names
            close = nearest(name, names, 0.6)
            hint = f"最接近的编号是 `{close}`" if close else "写一个图里已有的编号，或删掉这一行"
            what = "点它不会有反应" if word in ("click", "link", "callback") else "样式落不到想要的节点上"
            yield Problem(f"图里没有 `{name}`，{what}", line.number, column, line.text.strip(), STYLE_UNKNOWN_NODE, hint)


def _makes_nodes(kind: str, line: Line) -> bool:
    if NOT_NODES.match(line.text):
        return False
    return not (re.match(r"\s*link\s", line.text) if kind == "class" else _ABOUT.match(line.text))


def _styled_names(kind: str, line: Line) -> Iterator[tuple[str, int, str]]:
    """The names that a statement of style is about, each with its column and the statement's word."""
    about = _ABOUT.match(line.text)
    if not about or about["word"] not in _about_words(kind) or (about["word"] == "class" and not about["rest"].strip(" ;")):
        return
    whole = about["names"].startswith('"') and about["word"] != "cssClass"
    for found in re.finditer(r'[^"]+' if whole else r"[^\s,\"]+", about["names"]):
        yield found[0].rstrip(";"), about.start("names") + found.start() + 1, about["word"]


def _about_words(kind: str) -> tuple[str, ...]:
    return ("style", "click", "link", "callback", "cssClass") if kind == "class" else ("style", "class", "click")


def _stands(name: str, content: str) -> bool:
    return (
        re.search(rf"(?<![\w\u0080-\uffff-]){re.escape(name)}(?![\w\u0080-\uffff]|-[\w\u0080-\uffff])", content) is not None
    )


def _gantt_clicks(lines: list[Line], facts: Any) -> Iterator[Problem]:
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
