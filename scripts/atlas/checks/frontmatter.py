"""Front matter that MkDocs does not read: it stands on the page instead, as a line and a heading.

MkDocs reads it if the very first line is three dashes, YAML follows that is a mapping, and a line of dashes or dots ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView

INVALID = RULES.add(
    "front-matter-invalid",
    Severity.ERROR,
    "元数据读不出来",
    "元数据不是合法的 YAML 键值时，标题、描述等都没有设上，读者在页面上看到它的原文；同一个键写两次时只有后一次算数。",
)
MISPLACED = RULES.add(
    "front-matter-misplaced",
    Severity.ERROR,
    "元数据不在第一行",
    "元数据必须从文件第一行第一列的 `---` 开始。前面有空行、缩进、注释或标题时，读者在页面上看到它的原文。",
)
UNCLOSED = RULES.add(
    "front-matter-unclosed",
    Severity.ERROR,
    "元数据的开头或结尾不是 `---`",
    "开头和结尾各是独占一行的三个半角短横。缺一个、写成破折号或短横个数不对时，读者在页面上看到元数据的原文。",
)

_WHOLE = re.compile(r"-{3}[ \t]*\n(.*?\n)(?:\.{3}|-{3})[ \t]*\n", re.DOTALL)  # as MkDocs reads it
_KEYS = frozenset(
    {
        *("title", "description", "tags", "hide", "date", "template", "icon", "status", "search", "authors", "categories"),
        *("keywords", "layout", "slug", "draft", "weight", "author", "subtitle", "summary", "image", "social", "comments"),
        *("checked", "parent"),
    }
)
"""Keys that are hardly anything but front matter, wherever they stand."""
_KEY = re.compile(r"([A-Za-z_][\w-]*)[ \t]*[:：](?=\s|$)|([A-Za-z_][\w-]*)：")
_RULER = re.compile(r"[-‐-―－─]+[ \t]*$")
_LEAD = re.compile(r"(?:[\s\u3000\u00a0\u200b]*\n|[ \t]*<!--.*?-->[ \t]*\n)*", re.DOTALL)


def check(view: PageView) -> Iterator[Finding]:
    """The page's front matter, or what was to be it."""
    if view.failure:
        return
    found = _WHOLE.match(view.source)
    if found and _is_meant(found[1]):
        yield from _values(view, found[1])
    elif not view.meta:
        yield from _elsewhere(view)


def _is_meant(text: str) -> bool:
    """A ruler, prose and another ruler are no front matter; what begins with a key or a list at once is."""
    return bool(re.match(r"[ \t]*(?:[A-Za-z_][\w-]*[ \t]*[:：]|- |[\[{#])", text))


def _values(view: PageView, text: str) -> Iterator[Finding]:
    """Front matter where it belongs: is it a mapping without repetitions?"""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = _mark(error)
        if mark and "\n\n" in text[: mark.index] and _is_mapping(text.split("\n\n")[0]):
            yield _lost(view, 0, "---", "---")  # a ruler further down was taken for its end
            return
        line, column = (mark.line + 2, mark.column + 1) if mark else (1, 1)
        shown = view.scan.lines[line - 1].strip()
        reason = getattr(error, "problem", "") or str(error).split("\n")[0]
        yield Finding(
            INVALID,
            Location(view.path, line, column),
            f"元数据的 `{shown[:60]}` 不是合法的 YAML（{reason}），读者看到元数据的原文",
            "值里有半角冒号、井号或引号时，给整个值加引号并合上；缩进用空格",
        )
        return
    except ValueError as error:  # a day that is none
        yield Finding(
            INVALID, Location(view.path, 2, 1), f"元数据的值不合法（{error}），读者看到原文", "改正这个值，或加引号"
        )
        return
    if isinstance(node, yaml.MappingNode):
        yield from _repetitions(view, node)
    elif not view.meta:
        line = node.start_mark.line + 2 if node else 1
        shown = view.scan.lines[line - 1].strip()
        hint = "每行写成 `键: 值`，冒号用半角，后面空一格" if node else "写上 `title: 标题`，或删去这两行短横"
        yield Finding(INVALID, Location(view.path, line, 1), f"元数据 `{shown[:60]}` 不是键值，读者看到它的原文", hint)


def _is_mapping(text: str) -> bool:
    try:
        return isinstance(yaml.safe_load(text), dict)
    except (yaml.YAMLError, ValueError):
        return False


def _mark(error: yaml.YAMLError) -> yaml.Mark | None:
    """Where the fault is: what was left open, if the parser ran into the end; else where it stopped."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return None
    stopped, opened = error.problem_mark, error.context_mark
    if opened and stopped and (stopped.index >= len((stopped.buffer or "").rstrip("\0 \n")) or _is_left_open(error)):
        return opened
    return stopped or opened


def _is_left_open(error: yaml.MarkedYAMLError) -> bool:
    return "flow" in (error.context or "") or "quoted scalar" in (error.context or "")


def _repetitions(view: PageView, node: yaml.MappingNode) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line, name = key.start_mark.line + 2, str(key.value)
        if name in seen:
            message = f"元数据的键 `{name}` 写了两次，第 {seen[name]} 行的值没有用上"
            yield Finding(INVALID, Location(view.path, line, key.start_mark.column + 1), message, "删去其中一行")
        seen[name] = line


def _elsewhere(view: PageView) -> Iterator[Finding]:
    """Something that was to be front matter and is none: the first thing on the page, or a block of well-known keys."""
    lines = [masked if one.strip() else one for one, masked in zip(view.scan.lines, view.scan.masked_lines, strict=True)]
    first = (_LEAD.match(view.source) or re.match("", view.source))[0].count("\n")  # type: ignore[index]
    for number, line in enumerate(lines):
        if number == first:
            line = view.scan.lines[number]
        ruler = line.strip()
        if not _RULER.fullmatch(ruler) or len(ruler) < 2:
            continue
        keys, end = _keys_below(view.scan.lines, number + 1, len(line) - len(line.lstrip()))
        known = [key for key in keys if key in _KEYS]
        if not keys or (number == first and not known and not all(key.islower() for key in keys)):
            continue
        if number != first and len(known) < len(keys):
            continue
        closed = end is not None
        if number == first or closed:
            yield _lost(view, number, line, ruler)
            return


def _keys_below(lines: tuple[str, ...], start: int, indent: int) -> tuple[list[str], int | None]:
    """The keys that stand directly below a ruler, and the line of the ruler below them, if there is one."""
    keys: list[str] = []
    for number in range(start, len(lines)):
        line = lines[number][indent:] if not lines[number][:indent].strip() else lines[number]
        if (_RULER.fullmatch(line.strip()) and len(line.strip()) > 1) or line.strip() == "...":
            return keys, number
        if found := _KEY.match(line):
            keys.append(found[1] or found[2])
        elif not (keys and re.match(r"[ \t]+\S|- |#", line)):
            break
    return keys, None


def _lost(view: PageView, number: int, line: str, ruler: str) -> Finding:
    place = Location(view.path, number + 1, len(line) - len(line.lstrip()) + 1)
    if number or line != line.lstrip():
        above = "前面有别的行" if number else "前面有空格"
        message = f"元数据的 `{ruler}` {above}，它不算元数据，读者看到它的原文"
        return Finding(MISPLACED, place, message, "把元数据移到文件的第一行第一列")
    if ruler != "---":
        return Finding(
            UNCLOSED, place, f"元数据的开头是 `{ruler}`，读者看到元数据的原文", "开头和结尾都写三个半角短横 `---`"
        )
    message = f"元数据的开头 `{ruler}` 没有结尾，读者看到元数据的原文"
    return Finding(UNCLOSED, place, message, "在最后一个键的下一行写三个半角短横 `---`")
