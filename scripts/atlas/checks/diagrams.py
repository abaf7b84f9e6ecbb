"""Diagrams: valid for Mermaid, drawable, named, without links that run something, and without what Mermaid passes over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from atlas.diagrams import (
    NARROW,
    UNDRAWABLE,
    WIDE,
    NodeLink,
    Problem,
    active,
    comment_links,
    draw,
    is_active,
    judge,
    lint,
    node_links,
    outline,
    prepare,
    relinked,
)
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Fence, Link, PageView

SYNTAX = RULES.add(
    "diagram-syntax",
    Severity.ERROR,
    "Mermaid 图有语法错误",
    "读者看到的不是图而是报错。每处错误都给出作者写的行列，没有结束的结构报在它开始的地方；"
    "判断用的是 Mermaid 自己的解析器。",
)
UNDRAWN = RULES.add(
    "diagram-undrawable",
    Severity.ERROR,
    "图能解析，但画不出来",
    "文字合语法，Mermaid 画的时候才出错（日期不对、流向成圈、类名不能用……），读者看到的是报错。",
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
SCRIPT = RULES.add(
    "diagram-script",
    Severity.ERROR,
    "图里写了脚本、回调或 HTML",
    "图是矢量图，回调不会运行，标签里除 `<br>` 以外的 HTML 也不会生效；图不能放宽网站的安全设置。",
)
CLASS_UNDEFINED = RULES.add(
    "diagram-class-undefined",
    Severity.WARNING,
    "图里用了没有定义的类",
    "`:::类` 或 `class 节点 类` 没有对应的 `classDef`，Mermaid 不作声，节点就没有想要的颜色。"
    "网站自己的样式表里有这个类的不算。",
)
STYLE_UNKNOWN_NODE = RULES.add(
    "diagram-style-unknown-node",
    Severity.WARNING,
    "样式或点击写给了图里没有的节点",
    "`style`、`class`、`click` 的编号写错了，Mermaid 不作声：样式和链接都落空，有的图还会多出一个空节点。",
)
NODE_RELABELLED = RULES.add(
    "diagram-node-relabelled",
    Severity.ERROR,
    "同一个节点写了两种文字或形状",
    "Mermaid 只留下一种，另一种读者永远看不到。多半是两个节点用了同一个编号。",
)
NODE_PHANTOM = RULES.add(
    "diagram-node-phantom",
    Severity.ERROR,
    "编号写错，图上多出一个节点",
    "写错的编号不报错，只在图上多出一个以它为名的节点，原来的连线就断了。只在几乎确定时才报。",
)
DIRECTIVE_INVALID = RULES.add(
    "diagram-directive-invalid",
    Severity.ERROR,
    "图的设置写错了，不起作用",
    "`%%{init: …}%%` 的 JSON 不合法、指令名或设置名写错、设置不在 `config:` 下面时，Mermaid 不作声地按默认设置画。",
)
THEME_UNKNOWN = RULES.add(
    "diagram-theme-unknown",
    Severity.WARNING,
    "图的主题不存在",
    "Mermaid 会不作声地改用默认主题。",
)
LINE_MISREAD = RULES.add(
    "diagram-line-misread",
    Severity.ERROR,
    "Mermaid 把这一行读成了别的东西",
    "多出的括号成了节点，全角的逗号或冒号不分隔，该是数字的地方写了字：Mermaid 不作声，读者看到的图与写的不一样。",
)
TASK_UNKNOWN = RULES.add(
    "diagram-task-unknown",
    Severity.ERROR,
    "甘特图引用了不存在的任务",
    "`after` 或 `until` 后面的编号没有对应的任务时，Mermaid 不作声地改用今天的日期，整张图的时间都不对。",
)


def check(view: PageView) -> Iterator[Finding]:
    """Every diagram that our extension met, and every one that is left to the browser."""
    ours = _ours(view)
    theirs = [source for source in view.rendered.client_diagrams if _unlinked(source) not in ours]
    prepare(theirs)
    seen: Counter[str] = Counter()
    for fence in view.written.fences:
        yield from _own(view, fence, seen[fence.source])
        seen[fence.source] += 1
    for source in theirs:
        yield from _any(view, source, seen[source])
        seen[source] += 1


def client_links(view: PageView) -> Iterator[Link]:
    """The links on the nodes of diagrams that the reader's browser draws, which resolves them against the page's address."""
    ours = _ours(view)
    seen: Counter[str] = Counter()
    for drawn in view.rendered.client_diagrams:
        written = ours.get(_unlinked(drawn), drawn)
        for link, original in zip(node_links(drawn), node_links(written), strict=False):
            if not is_active(link.href):
                place = _place(view, written, _at(written, original), seen[written])
                yield Link("a", "href", link.href, original.href, place)
        seen[written] += 1


def _ours(view: PageView) -> dict[str, str]:
    """The diagrams of our own extension, by what is left of them in the browser's hands but for the addresses."""
    return {_unlinked(fence.source): fence.source for fence in view.written.fences}


def _unlinked(source: str) -> str:
    return relinked(source, {link.href: "" for link in node_links(source)}).strip()


def _own(view: PageView, fence: Fence, nth: int) -> Iterator[Finding]:
    """A diagram of our own extension: it must be drawn here and have a name, too."""
    yield from _any(view, fence.source, nth)
    if judge(fence.source):
        return
    head = _head(view, fence.source, nth)
    for width in () if fence.client else (WIDE, NARROW):
        drawn = draw(fence.source, "c-", width)
        if isinstance(drawn, Problem):
            yield Finding(FALLBACK, head, f"绘图库画不了这张图：{drawn.message}", "换一种写法，或换一种图")
            break
    words = outline(fence.source)
    named = (("accTitle", fence.title or words.title), ("accDescr", fence.description or words.description))
    missing = [name for name, value in named if not value]
    if missing:
        hint = '在图里加 `accTitle: …` 和 `accDescr: …`，或在围栏头写 `title="…" desc="…"`'
        yield Finding(UNNAMED, head, f"图缺少 {' 和 '.join(missing)}", hint)


def _any(view: PageView, source: str, nth: int) -> Iterator[Finding]:
    """A diagram, whoever draws it."""
    ran = active(source) if view.written.is_self_contained else ()  # other sites' settings may allow it
    for problem in (*judge(source), *lint(source, view.style_classes), *ran):
        yield _finding(view, source, problem, nth)
    for link in (*node_links(source), *comment_links(source)):
        if is_active(link.href):
            message = f"节点的链接 `{link.href[:80]}` 会执行代码"
            yield Finding(
                UNSAFE, _place(view, source, _at(source, link), nth), message, "改成页面地址，例如 `../training/index.md`"
            )


def _at(source: str, link: NodeLink) -> Problem:
    before = source[: link.start]
    return Problem("", before.count("\n") + 1, len(before) - before.rfind("\n"))


def _finding(view: PageView, source: str, problem: Problem, nth: int) -> Finding:
    shown = f"：`{problem.snippet[:80]}`" if problem.snippet else ""
    messages = {
        SYNTAX.id: f"图的语法错误{shown}（{problem.message}）",
        UNDRAWABLE: f"图画不出来{shown}（{problem.message}）",
    }
    message = messages.get(problem.kind, problem.message)
    return Finding(RULES.rules[problem.kind], _place(view, source, problem, nth), message, problem.hint)


def _place(view: PageView, source: str, problem: Problem, nth: int) -> Location:
    """Where in the page a place in its ``nth`` diagram of this text is."""
    if not source.strip():
        return _empty(view, nth)
    first, indent = view.places.block(source, nth=nth)
    if not first.line or not problem.line:
        return Location(first.path, first.line)
    above = len(source) - len(source.lstrip("\n"))
    column = problem.column + indent if problem.column else None
    return Location(first.path, first.line + problem.line - 1 - above, column)


def _empty(view: PageView, nth: int) -> Location:
    """The head of the ``nth`` fence with nothing in it."""
    found = [
        Location(path, fence.line, len(scan.lines[fence.line - 1]) - len(scan.lines[fence.line - 1].lstrip(" \t>")) + 1)
        for path, scan in view.places.scans.items()
        for fence in scan.fences
        if fence.language == "mermaid" and not "".join(scan.lines[fence.line : fence.end - 1]).strip(" \t>")
    ]
    return found[min(nth, len(found) - 1)] if found else Location(view.path)


def _head(view: PageView, source: str, nth: int) -> Location:
    """The line with which the fence of a diagram begins."""
    first, _ = view.places.block(source, nth=nth)
    return Location(first.path, first.line - 1, 1) if first.line else first
