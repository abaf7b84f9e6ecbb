"""Diagrams: valid for Mermaid, drawable, named, and without links that run something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from atlas.diagrams import NARROW, WIDE, Problem, draw, is_active, judge, outline, written_links
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Fence, PageView

SYNTAX = RULES.add(
    "diagram-syntax",
    Severity.ERROR,
    "Mermaid 图有语法错误",
    "读者看到的不是图而是报错。位置按作者写的行列给出；判断用的是 Mermaid 自己的解析器。",
)
FALLBACK = RULES.add(
    "diagram-fallback",
    Severity.WARNING,
    "这张图只能在读者的浏览器里画",
    "绘图库画不了它，那一页会多加载几 MB 的脚本。换一种写法或图种通常就能在构建时画好。",
)
UNNAMED = RULES.add(
    "diagram-unnamed",
    Severity.ERROR,
    "图没有名字或说明",
    '用读屏软件的人和搜索都靠它。在图里写 `accTitle:` 与 `accDescr:`；不支持这两行的图种写在围栏头：`title="…" desc="…"`。',
)
UNSAFE = RULES.add(
    "diagram-link-unsafe",
    Severity.ERROR,
    "图里的链接会执行代码",
    "`javascript:` 一类的地址在构建时被去掉。改成普通的页面地址。",
)
_LOOKALIKES = {
    "－－＞": "-->",
    "——>": "-->",
    "－－>": "-->",
    "→": "-->",
    "［": "[",
    "］": "]",
    "｛": "{",
    "｝": "}",
    "＞": ">",
    "｜": "|",
    "；": ";",
}


def check(view: PageView) -> Iterator[Finding]:
    """Every diagram that our extension met, and every one that is left to the browser."""
    seen: Counter[str] = Counter()
    for fence in view.written.fences:
        yield from _judge(view, fence, seen[fence.source])
        seen[fence.source] += 1
    drawn_by_us = {fence.source.strip() for fence in view.written.fences}
    for source in view.rendered.client_diagrams:
        if source.strip() not in drawn_by_us and (problem := judge(source)):
            yield _syntax(view, source, problem, 0)


def _judge(view: PageView, fence: Fence, nth: int) -> Iterator[Finding]:
    if problem := judge(fence.source):
        yield _syntax(view, fence.source, problem, nth)
        return
    first, _ = view.places.block(fence.source, nth=nth)
    head = Location(first.path, first.line - 1 if first.line else None, 1 if first.line else None)
    for width in () if fence.client else (WIDE, NARROW):
        drawn = draw(fence.source, "c-", width)
        if isinstance(drawn, Problem):
            yield Finding(FALLBACK, head, f"绘图库画不了这张图：{drawn.message}", "换一种写法，或换一种图")
            break
    words = outline(fence.source)
    missing = [
        name
        for name, value in (
            ("accTitle", fence.title or words.title),
            ("accDescr", fence.description or words.description),
        )
        if not value
    ]
    if missing:
        hint = '在图里加 `accTitle: …` 和 `accDescr: …`，或在围栏头写 `title="…" desc="…"`'
        yield Finding(UNNAMED, head, f"图缺少 {' 和 '.join(missing)}", hint)
    for href in written_links(fence.source):
        if is_active(href):
            place = view.places.anywhere((href,))
            yield Finding(UNSAFE, place, f"节点的链接 `{href[:80]}` 会执行代码", "改成页面地址，例如 `../training/index.md`")


def _syntax(view: PageView, source: str, problem: Problem, nth: int) -> Finding:
    first, indent = view.places.block(source, nth=nth)
    line = first.line + problem.line - 1 if first.line and problem.line else first.line
    column = problem.column + indent if first.line and problem.line and problem.column else None
    written = source.splitlines()
    text = written[problem.line - 1].strip() if problem.line and problem.line <= len(written) else ""
    shown = f"：`{text[:80]}`" if text else ""
    return Finding(SYNTAX, Location(first.path, line, column), f"图的语法错误{shown}（{problem.message}）", _hint(text))


def _hint(line: str) -> str:
    mended = line
    for wrong, right in _LOOKALIKES.items():
        mended = mended.replace(wrong, right)
    if mended != line:
        return f"全角符号不是 Mermaid 语法，改成 `{mended}`"
    label = re.search(r"[\[{(]([^\[\]{}\"|]*[()][^\[\]{}\"|]*)[\]})]", line)
    if label:
        return f'含半角括号的标签要加引号：`"{label[1]}"`'
    if re.search(r"(?:--+>?|==+>?|-\.+->?)\s*$", line):
        return "箭头后面少了一个节点"
    if re.search(r"(?:^|\s|>)end\b", line):
        return "`end` 是保留字，换一个节点 id，例如 `finish`"
    return "对照 Mermaid 的写法检查这一行；标签含标点时加英文双引号"
