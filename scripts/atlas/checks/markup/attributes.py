"""Attribute lists (``{#id .class key=value}``) that stay text, and text that vanished as if it were one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from atlas.checks.markup.brackets import FULL_WIDTH
from atlas.checks.markup.spots import spots
from atlas.findings import RULES, Finding, Location, Rule, Severity
from atlas.model import Block, PageView
from atlas.scan import MASK

UNCLOSED = RULES.add(
    "attribute-list-unclosed",
    Severity.ERROR,
    "属性列表没有合上",
    "读者会在标题或链接后面看到 `{#id` 原文，id 和样式也没有生效。补上 `}`。",
)
IGNORED = RULES.add(
    "attribute-list-ignored",
    Severity.ERROR,
    "属性列表没有生效，成了文字",
    "读者会看到 `{ width=300 }` 原文。属性列表紧跟在链接、图片后面，不空格；或在标题行末、段落最后一行；要启用 attr_list。",
)
SWALLOWS = RULES.add(
    "attribute-list-swallows-text",
    Severity.ERROR,
    "花括号里的文字被当作属性，读者看不到",
    "标题、单元格或链接后面的 `{文字}` 会被 attr_list 扩展拿走。写成行内代码，或转义成 `\\{文字}`。",
)

_NAME = r"[A-Za-z_\u3400-\u9fff][\w:-]*"
_PAIR = r"[A-Za-z_][\w:-]*=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}\"'=]+)"
_TOKENS = rf"(?:[#.]{_NAME}|{_PAIR})(?:\s+(?:[#.]{_NAME}|{_PAIR}))*"
_COMPLETE = re.compile(rf"(?<![{{$\\]){{:?\s*{_TOKENS}\s*}}(?!}})")
_UNCLOSED = re.compile(rf"(?<![{{$\\]){{:?[ \t]*{_TOKENS}[ \t]*$", re.MULTILINE)
_BRACED = re.compile(r"[{｛][^{}｛｝\n]{1,200}[}｝]")
_KEYS = re.compile(r"\b(?:width|height|loading|align|target|rel|style|class|id|title|alt|download|data-[\w-]+)=")
_BARE = re.compile(r"<(\w+)((?:\s+[^\s\"'<>/=]+(?:=(?:\"[^\"]*\"|[^\s\"'<>]+))?)+)\s*/?>")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(=(?:\"[^\"]*\"|[^\s\"'<>]+))?")
_ENDS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "td", "th"})
"""Elements whose attributes stand at the end of their text."""
_WORDS = frozenset(
    {"allowfullscreen", "async", "autofocus", "autoplay", "checked", "compact", "controls", "default", "defer", "disabled"}
    | {"download", "draggable", "hidden", "inert", "ismap", "itemscope", "loop", "markdown", "multiple", "muted", "nomodule"}
    | {"noresize", "noshade", "novalidate", "nowrap", "open", "playsinline", "popover", "readonly", "required", "reversed"}
    | {"selected", "translate"}
)
"""Attributes that mean something without a value."""


def check(view: PageView) -> Iterator[Finding]:
    """Braces that readers see, then braces that they don't."""
    done: set[tuple[str, str]] = set()
    for block in view.rendered.blocks:
        if "{" in block.text or "｛" in block.text:
            for rule, text, message, hint in _in_block(block):
                if (rule.id, text) not in done:
                    done.add((rule.id, text))
                    yield from (Finding(rule, place, message, hint) for place in spots(view, text))
    if any("{" in one.masked for one in view.places.scans.values()):
        yield from _swallowed(view)
        yield from _curly(view)


def _in_block(block: Block) -> Iterator[tuple[Rule, str, str, str]]:
    for found in _BRACED.finditer(block.text):
        narrow = unicodedata.normalize("NFKC", found[0]).translate({0x201C: '"', 0x201D: '"'})
        if not _is_list(narrow) or not _is_attached(block, found.start(), found.end()):
            continue
        if narrow != found[0]:
            message = f"属性列表 `{found[0]}` 里有全角字符，读者看到的是原文"
            yield FULL_WIDTH, found[0], message, f"写 `{narrow}`"
        else:
            message = f"属性列表 `{found[0]}` 没有生效，读者看到的是原文"
            yield IGNORED, found[0], message, _advice(block.tag)
    for last in _UNCLOSED.finditer(block.text):
        text = last[0].rstrip()
        if _is_list(text + "}") and _is_attached(block, last.start(), last.end()):
            yield UNCLOSED, text, f"属性列表 `{text}` 没有合上，读者看到的是原文", f"写 `{text} }}`"


def _is_attached(block: Block, start: int, end: int) -> bool:
    """Whether braces stand where attributes do: behind a heading's text, a link or an image, or on a line of their own."""
    before = block.text[:start].rstrip(" \u3000")
    line_before, line_after = before.rpartition("\n")[2], block.text[end:].partition("\n")[0]
    if block.tag in _ENDS or not line_before.strip():
        return not line_after.strip()
    return before.endswith(MASK) or any(stop == len(before) for _, stop, _ in block.links)


def _is_list(text: str) -> bool:
    """Whether braces look like attributes rather than like a set, a template or a path."""
    if not _COMPLETE.fullmatch(text):
        return False
    return bool(re.match(r"\{\s*:|\{\s*[#.]", text) or _KEYS.search(text))


def _advice(tag: str) -> str:
    if re.fullmatch(r"h[1-6]", tag):
        return "放在标题行的末尾，前面空一格；并在 mkdocs.yml 里启用 attr_list"
    return "紧跟在链接或图片后面，中间不留空格；并在 mkdocs.yml 里启用 attr_list"


def _swallowed(view: PageView) -> Iterator[Finding]:
    """An attribute without a value that no element has was text to its author."""
    strange: dict[str, None] = {}
    for tag in _BARE.finditer(view.html):
        for name, value in _ATTRIBUTE.findall(tag[2]):
            same = value.strip('="') == name
            if (not value or same) and name.lower() not in _WORDS and "-" not in name and "<" not in name:
                strange[name] = None
    for name in strange:
        if place := _braces(view, name):
            message = f"花括号里的 `{name}` 被当作属性，读者看不到它"
            full = unicodedata.normalize("NFKC", name)
            if full != name and full[:1] in "#.":
                hint = f"`{name[0]}` 是全角的，写 `{{{full}}}`"
                yield Finding(FULL_WIDTH, place, f"属性 `{name}` 里有全角字符，没有生效", hint)
            else:
                yield Finding(SWALLOWS, place, message, f"要显示就写行内代码或 `\\{{{name}}}`；要 id 就写 `{{#{name}}}`")


def _braces(view: PageView, name: str) -> Location | None:
    """Where braces hold a word."""
    wanted = re.compile(rf"(?<!\\)\{{:?[^{{}}\n]*(?<![^\s{{:]){re.escape(name)}(?![^\s}}])[^{{}}\n]*\}}")
    for path, one in view.places.scans.items():
        if found := wanted.search(one.masked):
            return view.places.location(path, found.start())
    return None


def _curly(view: PageView) -> Iterator[Finding]:
    """``{ width=“300” }`` gives the attribute a value with quotation marks in it."""
    if not re.search(r'="[“”]', view.html):
        return
    for path, one in view.places.scans.items():
        for found in re.finditer(r"(?<!\\)\{[^{}\n]*=[“”][^{}\n]*\}", one.masked):
            narrow = found[0].translate({0x201C: '"', 0x201D: '"'})
            message = f"属性列表 `{found[0]}` 里是中文引号，值里会多出引号"
            yield Finding(FULL_WIDTH, view.places.location(path, found.start()), message, f"写 `{narrow}`")
