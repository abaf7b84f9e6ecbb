"""Fences that don't do what their author wanted: code as prose, diagrams as code.

The page as rendered decides. A fence whose lines stand in a code block or a diagram of the page is well; for every other
the page is rendered once more with a mark in the fence, and it counts where the mark comes out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from atlas.diagrams import judge
from atlas.findings import RULES, Finding, Severity
from atlas.html import Standing, code_blocks, standings
from atlas.model import PageView
from atlas.scan import FenceSpan, Scan

UNCLOSED = RULES.add(
    "fence-unclosed",
    Severity.ERROR,
    "围栏没有合上",
    "读者看到的是挤成一段的代码或图的源码，或者后面的正文也成了代码。结尾要独占一行，用与开头同样的记号、同样的个数和缩进。",
)
MARKS = RULES.add(
    "fence-marks",
    Severity.ERROR,
    "围栏的记号或开头一行写法不对",
    "全角反引号、引号、两个反引号都不是围栏，开头一行里引号或花括号没有配对也不是，读者看到的是一段文字。写三个半角反引号，后面跟语言名。",
)
INDENTED = RULES.add(
    "fence-indented",
    Severity.ERROR,
    "围栏因为缩进成了代码",
    "缩进四格以上又不在列表、提示框或标签页里的围栏，连同反引号一起原样显示。给读者看写法的示例，前一行以冒号结尾即可。",
)
MISSPELT = RULES.add(
    "fence-language-misspelt",
    Severity.ERROR,
    "图的语言名拼错了",
    "语言名必须是小写的 `mermaid`；拼错或大写时，读者看到的是源码而不是图。",
)
MISSING = RULES.add(
    "fence-language-missing",
    Severity.ERROR,
    "画图的围栏没有写语言名",
    "内容是一张 Mermaid 图，围栏却没有语言名，读者看到的是源码。给读者看源码时写 `text`。",
)
UNCONFIGURED = RULES.add(
    "fence-diagram-unconfigured",
    Severity.ERROR,
    "项目没有把 mermaid 围栏配置成图",
    "mkdocs.yml 里没有 `pymdownx.superfences` 的 mermaid 自定义围栏，也没有会画图的插件或脚本，读者看到的是源码。",
)

_LOOKALIKE = re.compile(
    r"^(?P<prefix>[ \t>]*)(?P<marks>｀{2,}|·{3,}|´{3,}|～{3,}|'{3}|\"{3}|‘{3}|’{3}|“{3}|”{3}|`{1,2}|~~)"
    r"(?P<info>[ \t]*[\w+#.-]*)[ \t]*$"
)
_BEHIND_MARKER = re.compile(
    r"^(?P<prefix>[ \t>]*(?:[-*+]|\d+[.)])[ \t]+)(?P<marks>`{3,}|~{3,})(?P<info>[ \t]*[\w+#.-]*)[ \t]*$"
)
_DISGUISED = re.compile(r"^[ \t>]*[\u3000\u00a0\u200b\u2060\ufeff][\s\u200b\u2060\ufeff>]*(?:`{3,}|~{3,})")
_HEAD = re.compile(
    r"""[ \t]*(?:\.?[\w#.+-]+(?=[ \t]|$))?(?:[ \t]*\{[^\n]*\}|(?:[ \t]*[a-zA-Z]\w*(?:=("|').*?\1)?(?=[ \t]|$))*)[ \t]*$"""
)
_WRONG_END = re.compile(r"^[ \t>]*(`{3,}|~{3,}|｀{2,}|～{3,})")
_DIAGRAM = re.compile(
    r"""\s*(?:%%[^\n]*\n\s*)*(?:(?:graph|flowchart)(?:-elk)?[ \t]+(?:TB|TD|BT|RL|LR)\b|(?:sequenceDiagram|classDiagram
    |stateDiagram|erDiagram|gantt|pie|mindmap|timeline|journey|gitGraph|quadrantChart|requirementDiagram|sankey|xychart|block
    |packet|kanban|architecture|radar|treemap|C4(?:Context|Container|Component|Dynamic|Deployment))(?:-v2|-beta)?(?=[\s:]|$))""",
    re.VERBOSE,
)
_EXAMPLE = re.compile(
    r"[：:]\s*$|如下|写法|写成|写作|这样写|像这样|例如|比如|示例|例子|样例|语法|源码|原文|下面|以下|example|syntax|follow|source",
    re.IGNORECASE,
)
_SHOWS_FENCES = frozenset(
    {"markdown", "md", "mdx", "text", "txt", "plain", "html", "jinja", "rst", "diff", "none", "console"}
)
_INVISIBLE = re.compile(r"^[ \t]*[\u3000\u00a0\u200b\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class _Fence:
    """A fence in one of the page's texts, and in what readers meet its lines (``None``: in a block of its own)."""

    path: str
    text: Scan
    span: FenceSpan
    standing: Standing | None
    is_diagram: bool = False
    host: str = ""
    """The block of code in which its lines stand, if it was marked."""

    @property
    def content(self) -> tuple[str, ...]:
        """Its lines without head and end."""
        return self.text.lines[self.span.line : self.span.end - self.span.closed]

    @property
    def head(self) -> str:
        """Its first line without what stands before the marks."""
        return f"{self.span.marks}{self.span.info}".rstrip()

    def finding(self, view: PageView, rule: str, message: str, hint: str) -> Finding:
        """A finding at its marks."""
        place = view.places.location(self.path, self.text.offset(self.span.line, self.span.column))
        return Finding(RULES.rules[rule], place, message, hint)


def check(view: PageView) -> Iterator[Finding]:
    """Every fence of the page and its snippets, and every line that was meant to begin one."""
    if view.failure:
        return
    fences = _fences(view)
    failed: dict[str, int] = {}
    for fence in fences:
        if fence.standing in {Standing.PROSE, Standing.CODE}:
            if fence.span.line >= failed.get(fence.path, 0):
                yield from _not_a_fence(view, fence)
                failed[fence.path] = _reach(fence)
        elif fence.standing is Standing.BLOCK and _is_shown(fence):
            if not _is_example(fence):
                message = f"围栏 {_quoted(fence.head)} 因为缩进成了代码，读者看到的是反引号和源码"
                yield fence.finding(view, INDENTED.id, message, "缩进与它所在的正文、列表项或提示框的内容对齐")
        elif fence.standing in {None, Standing.BLOCK} and fence.span.closed:
            yield from _language(view, fence, fences)


def _fences(view: PageView) -> list[_Fence]:
    """All fences with their standing, in the order of the texts."""
    shown = Counter(_squeezed(text.split("\n")) for text, is_diagram in code_blocks(view.html) if not is_diagram)
    drawn = {_squeezed(text.split("\n")) for text, is_diagram in code_blocks(view.html) if is_diagram}
    drawn |= {_squeezed(fence.source.split("\n")) for fence in view.written.fences}
    drawn |= {_squeezed(source.split("\n")) for source in view.rendered.client_diagrams}
    known: list[_Fence] = []
    doubtful: list[_Fence] = []
    for path, text in view.places.scans.items():
        for span in text.fences:
            fence = _Fence(path, text, span, None)
            content = _squeezed(fence.content)
            if span.closed and content in drawn and (span.language == "mermaid" or not shown[content]):
                known.append(_Fence(path, text, span, None, is_diagram=True))
            elif span.closed and (shown[content] or not content):
                known.append(fence)
                shown[content] -= bool(content)
            else:
                doubtful.append(fence)
        doubtful += [_Fence(path, text, span, None) for span in _lookalikes(text)]
    formatted = {_squeezed(text.split("\n")) for text in view.written.formatted}
    known += [one for one in _stood(view, doubtful) if not _is_made_prose(one, formatted)]
    order = {path: number for number, path in enumerate(view.places.scans)}
    return sorted(known, key=lambda one: (order[one.path], one.span.line))


def _is_made_prose(fence: _Fence, formatted: set[str]) -> bool:
    """Whether its lines are prose because a formatter of the project's own made that of them."""
    is_prose = fence.standing in {Standing.PROSE, Standing.CODE}
    return is_prose and fence.span.closed and _squeezed(fence.content) in formatted


def _stood(view: PageView, doubtful: Sequence[_Fence]) -> Iterator[_Fence]:
    """The fences with what became of their marks."""
    if not doubtful:
        return
    page, marks = view.places.marked([(fence.path, _spot(fence)) for fence in doubtful])
    blocks = [text for text, _ in code_blocks(page)]
    for fence, mark, standing in zip(doubtful, marks, standings(page, marks), strict=True):
        host = next((text.replace(mark, "") for text in blocks if mark in text), "")
        yield replace(fence, standing=standing, host=host)


def _spot(fence: _Fence) -> int:
    """Where to put the mark: at the end of the first line inside (on the head it would spoil a good one), or of the head."""
    line = fence.span.line
    if fence.span.closed and fence.span.marks[:3] in {"```", "~~~"}:
        inside = (line + 1 + number for number, text in enumerate(fence.content) if text.strip(" \t>"))
        line = next(inside, line)
    return fence.text.offset(line) + len(fence.text.lines[line - 1].rstrip())


def _lookalikes(text: Scan) -> Iterator[FenceSpan]:
    """Lines that would begin a fence if their marks were the right ones; each with a language, or with its end."""
    masked = text.masked_lines
    at = text.front_matter
    taken = {line for fence in text.fences if fence.closed for line in range(fence.line, fence.end + 1)}
    while at < len(text.lines):
        if (head := _BEHIND_MARKER.match(text.lines[at])) and at + 1 not in taken:
            yield FenceSpan(at + 1, at + 1, False, head["prefix"], head["marks"], head["info"])
        head = _LOOKALIKE.match(text.lines[at])
        if head and at + 1 not in taken and _is_visible(masked[at], text.lines[at], head["marks"]):
            same = re.compile(rf"^[ \t>]*{re.escape(head['marks'][0])}{{{len(head['marks'])}}}[ \t]*$")
            end = next((n for n in range(at + 1, min(at + 200, len(text.lines))) if same.match(text.lines[n])), None)
            wide = unicodedata.normalize("NFKC", head["marks"][0]) != head["marks"][0] or head["marks"][0] in "·´"
            named = bool(re.fullmatch(r"[ \t]*[A-Za-z][\w+#.-]*", head["info"]))
            if named and (end is not None or wide):
                last = end + 1 if end is not None else at + 1
                yield FenceSpan(at + 1, last, end is not None, head["prefix"], head["marks"], head["info"])
                at = last
                continue
        at += 1


def _is_visible(masked: str, line: str, marks: str) -> bool:
    """A line of code or of a comment is masked; the code span that two back-ticks make is, too, and is what is sought."""
    return masked == line or marks[0] == "`"


def _not_a_fence(view: PageView, fence: _Fence) -> Iterator[Finding]:
    """A fence, or what was to be one, whose lines came out as prose."""
    head, span = fence.head, fence.span
    name = span.language or "text"
    if span.marks[:3] not in {"```", "~~~"}:
        message = f"{_quoted(head)} 不是围栏，读者看到的是一段文字"
        yield fence.finding(view, MARKS.id, message, f"开头写三个半角反引号 ```{name}，结尾写三个半角反引号")
    elif span.prefix.strip(" \t>"):
        message = f"{_quoted(span.prefix.strip() + ' ' + head)} 里的围栏跟在列表记号后面，不是围栏，读者看到的是一段文字"
        yield fence.finding(view, MARKS.id, message, "围栏另起一行，与列表项的内容对齐（缩进四格）")
    elif _is_like_mermaid(span.info) and not _HEAD.match(span.info):
        yield _misspelt(view, fence)
    elif _INVISIBLE.match(span.info) or not _HEAD.match(span.info):
        message = f"{_quoted(head)} 不是围栏的开头，读者看到的是一段文字"
        yield fence.finding(view, MARKS.id, message, '写成 ```语言 或 ```语言 title="标题"，引号和花括号成对，空格用半角')
    elif not span.closed and _closes_a_disguised_one(fence):
        return
    else:
        wrong = _wrong_end(fence)
        message = f"围栏 {_quoted(head)} 没有合上，读者看到的是挤成一段的源码"
        said = f"第 {wrong} 行合不上它：" if wrong else ""
        yield fence.finding(view, UNCLOSED.id, message, f"{said}结尾另起一行写 {span.marks}，缩进与开头相同，后面不写字")


def _reach(fence: _Fence) -> int:
    """The line up to which a failed fence takes others along: where its container ends, or the text."""
    if fence.span.marks[:3] not in {"```", "~~~"}:
        return fence.span.end
    return fence.span.end + 1


def _closes_a_disguised_one(fence: _Fence) -> bool:
    """Bare marks that were to close a fence whose head is none."""
    if fence.span.info.strip():
        return False
    for line in reversed(fence.text.lines[: fence.span.line - 1]):
        if (
            ((head := _LOOKALIKE.match(line)) and head["info"].strip())
            or _DISGUISED.match(line)
            or _BEHIND_MARKER.match(line)
        ):
            return True
        if re.match(r"^[ \t>]*(?:`{3,}|~{3,})", line):
            return False
    return False


def _wrong_end(fence: _Fence) -> int | None:
    """The first line after the head that looks like an end but is none."""
    first = fence.span.line
    for number, line in enumerate(fence.text.lines[first : first + 200], first + 1):
        if found := _WRONG_END.match(line):
            rest = line[found.end() :].strip()
            return None if re.match(r"[A-Za-z{]", rest) else number
    return None


def _is_shown(fence: _Fence) -> bool:
    """Whether the page shows the fence itself, marks and all, and it alone, in a block of code."""
    whole = _squeezed(fence.text.lines[fence.span.line - 1 : fence.span.end]).split("\n")
    shown = _squeezed(fence.host.split("\n")).split("\n")
    return fence.span.closed and len(whole) == len(shown) and (whole[0], whole[-1]) == (shown[0], shown[-1])


def _is_example(fence: _Fence) -> bool:
    """Whether the line above announces something to look at."""
    above = (line for line in reversed(fence.text.lines[: fence.span.line - 1]) if line.strip(" \t>"))
    return bool(_EXAMPLE.search(next(above, "")))


def _language(view: PageView, fence: _Fence, fences: Sequence[_Fence]) -> Iterator[Finding]:
    """A fence that is shown as code: was it to be a diagram, and does it end where it was to?"""
    language = fence.span.language
    if fence.is_diagram:
        return
    if re.match(r"[ \t]*(?:\{[ \t]*)?\.mermaid\b|[ \t]*mermaid(?![^\s{])", fence.span.info):
        if "mermaid" not in view.surroundings.in_browser:
            message = f"{_quoted(fence.head)} 在这个项目里不会画成图，读者看到的是源码"
            hint = "在 mkdocs.yml 的 `pymdownx.superfences` 下配置名为 mermaid 的 custom_fences"
            yield fence.finding(view, UNCONFIGURED.id, message, hint)
    elif _is_like_mermaid(fence.span.info):
        yield _misspelt(view, fence)
    elif not fence.span.info.strip() and _is_forgotten(fence, fences):
        first = next(line for line in fence.content if line.strip(" \t>")).strip(" \t>")
        message = f"围栏没有语言名，里面是 `{first[:40]}` 开头的图，读者看到的是源码"
        yield fence.finding(view, MISSING.id, message, f"开头写成 {fence.span.marks}mermaid；给读者看源码就写 text")
    elif language.lower() not in _SHOWS_FENCES and (inner := _swallowed(fence)):
        message = f"围栏 {_quoted(fence.head)} 没有合上，第 {inner} 行的围栏和中间的正文都成了它的代码"
        yield fence.finding(view, UNCLOSED.id, message, f"在第 {inner} 行之前另起一行写 {fence.span.marks}")


def _swallowed(fence: _Fence) -> int | None:
    """The line inside at which another fence was to begin; in a fence without a language only behind a blank line."""
    inner = re.compile(
        rf"^{re.escape(fence.span.prefix)}{re.escape(fence.span.marks)}[ \t]*[A-Za-z][\w+#.-]*(?:[ \t]+\w+=.*)?$"
    )
    lines = enumerate(fence.content, fence.span.line + 1)
    found = next((number for number, line in lines if inner.match(line)), None)
    if found and not fence.span.info.strip() and fence.text.lines[found - 2].strip(" \t>"):
        return None  # a block that shows how fences are written
    return found


def _misspelt(view: PageView, fence: _Fence) -> Finding:
    written = fence.span.info.split()[0] if fence.span.info.split() else ""
    message = f"`{written}` 不是画图的语言名，读者看到的是源码而不是图"
    return fence.finding(view, MISSPELT.id, message, f"开头写成 {fence.span.marks}mermaid")


def _is_like_mermaid(info: str) -> bool:
    """Whether the first word was to be ``mermaid``; never an own name made from it (``mermaid-example``)."""
    word = (unicodedata.normalize("NFKC", info).split() or [""])[0].strip("{}.:：`")
    if word == "mermaid":
        return word != (info.split() or [""])[0] or _INVISIBLE.match(info) is not None
    plain = word.lower()
    return bool(re.fullmatch(r"[a-z]{5,10}", plain)) and SequenceMatcher(None, plain, "mermaid").ratio() > 0.8


def _is_forgotten(fence: _Fence, fences: Sequence[_Fence]) -> bool:
    """Whether a fence without a language holds a diagram that is not there to be read."""
    source = "\n".join(re.sub(r"^[ \t>]*>[ ]?", "", line) if ">" in fence.span.prefix else line for line in fence.content)
    if not _DIAGRAM.match(source) or len(source.strip().split("\n")) < 2 or _is_example(fence):
        return False
    content = _squeezed(fence.content)
    return not any(one.is_diagram and _squeezed(one.content) == content for one in fences) and not judge(source)


def _quoted(head: str) -> str:
    """A fence's head as a message shows it: between back-ticks it could not be told from them."""
    return f"“{head}”" if "`" in head else f"`{head}`"


def _squeezed(lines: Sequence[str]) -> str:
    """Lines without what containers put before them, and without blank ones."""
    bare = (re.sub(r"^[\s>]+", "", line).strip() for line in lines)
    return "\n".join(line for line in bare if line)
