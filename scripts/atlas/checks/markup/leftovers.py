"""What was left over: marks of a merge, headings that are none, HTML and comments that are not closed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas.checks.markup.brackets import FULL_WIDTH
from atlas.checks.markup.spots import QUOTE, line_spots, prose_lines
from atlas.findings import RULES, Finding, Severity
from atlas.model import PageView
from atlas.scan import Scan

CONFLICT = RULES.add(
    "merge-conflict",
    Severity.ERROR,
    "合并冲突的记号留在了页面上",
    "读者会同时看到两种写法和 `<<<<<<<`。留下要的一种，删掉三行记号。",
)
DEEP = RULES.add(
    "heading-too-deep",
    Severity.ERROR,
    "没有七级以上的标题",
    "读者会看到一个以 `#` 开头的六级标题。最多写六个井号。",
)
OPEN = RULES.add(
    "html-unclosed",
    Severity.ERROR,
    "HTML 元素或注释没有合上",
    "后面的内容会全部落进这个元素，或成为注释的一部分，或注释成了文字。补上 `</div>` 或 `-->`。",
)

_HASHES = re.compile(r"(?:＃{2,6}[ \t\u3000]*|＃[ \t\u3000]+)\S")
_COLON = re.compile(r"：[ \t\u3000]+\S")
_TAG = re.compile(r"<(?P<close>/?)(?P<tag>[a-zA-Z][\w-]*)(?P<rest>(?:\s[^<>]*)?)>")
_CLOSED = frozenset(
    {"article", "aside", "center", "details", "div", "figure", "footer", "header", "main", "nav", "picture", "section"}
    | {"table", "video", "audio"}
)
"""Elements whose end must be written, and without which the rest of the page is theirs."""


def check(view: PageView) -> Iterator[Finding]:
    """Everything that is not markup of a line's own."""
    for path, one in view.places.scans.items():
        yield from _conflicts(view, path, one)
        yield from _comments(view, path, one)
        if not view.written.snippets:  # one file may open what another closes
            yield from _elements(view, path, one)
    yield from _lines(view)


def _conflicts(view: PageView, path: str, one: Scan) -> Iterator[Finding]:
    """The first mark of each conflict: what begins it, or what ends it where the beginning was removed."""
    is_open = False
    for number, line in enumerate(one.masked_lines, 1):
        if not line or line[0] not in "<>" or not re.match(r"(?:<{7}|>{7})(?: |$)", line):
            continue
        starts = line[0] == "<"
        seen = any("<<<<<<<" in text for text in view.rendered.prose) if starts else view.html.count("<blockquote>") > 6
        if seen and (starts or not is_open):
            message = f"合并冲突的记号 `{line.strip()[:40]}` 留在了页面上"
            place = view.places.location(path, one.offset(number))
            yield Finding(CONFLICT, place, message, "留下要的写法，删掉 `<<<<<<<`、`=======`、`>>>>>>>` 三行")
        is_open = starts


def _comments(view: PageView, path: str, one: Scan) -> Iterator[Finding]:
    at = one.masked.find("<!--")
    if at < 0 or one.masked[at - 1 : at] == "\\":
        return
    shown = any("<!--" in text for text in view.rendered.prose)
    if shown or view.html.count("<!--") > view.html.count("-->"):
        yield Finding(OPEN, view.places.location(path, at), "注释 `<!--` 没有合上", "补上 `-->`")


def _elements(view: PageView, path: str, one: Scan) -> Iterator[Finding]:
    """Raw elements that are still open at the end of the text."""
    if "<" not in one.masked:
        return
    still: list[tuple[str, int]] = []
    for found in _TAG.finditer(one.masked):
        tag = found["tag"].lower()
        if (
            tag not in _CLOSED
            or found["rest"].rstrip().endswith("/")
            or one.masked[found.start() - 1 : found.start()] == "\\"
        ):
            continue
        if not found["close"]:
            still.append((tag, found.start()))
        elif any(name == tag for name, _ in still):
            while still[-1][0] != tag:
                still.pop()
            still.pop()
    for tag, at in still:
        if f"<{tag}" in view.html:
            message = f"`<{tag}>` 没有合上，后面的内容都落在它里面"
            yield Finding(OPEN, view.places.location(path, at), message, f"在它的内容后面补上 `</{tag}>`")


def _lines(view: PageView) -> Iterator[Finding]:
    done: set[str] = set()
    for tag, line in prose_lines(view):
        text = line.strip()
        if text in done or text[0] not in "＃：#":
            continue
        done.add(text)
        if tag == "h6" and text.startswith("#"):
            yield from _deep(view, text)
        elif tag not in {"h1", "h2", "h3", "h4", "h5", "h6", "td", "th"} and _HASHES.match(text):
            wanted = re.sub(r"^＃+\s*", lambda found: "#" * found[0].count("＃") + " ", text)
            for place in line_spots(view, text):
                yield Finding(FULL_WIDTH, place, f"`{text[:40]}` 的井号是全角的，读者看到的不是标题", f"写 `{wanted[:40]}`")
        elif _COLON.match(text) and not any(block.text.strip() == text for block in view.rendered.blocks):
            for place in line_spots(view, text):
                message = f"`{text[:40]}` 的冒号是全角的，读者看到的不是定义"
                yield Finding(FULL_WIDTH, place, message, f"写 `:   {text[1:].strip()[:40]}`")


def _deep(view: PageView, text: str) -> Iterator[Finding]:
    for path, one in view.places.scans.items():
        for number, line in enumerate(one.masked_lines, 1):
            plain = QUOTE.sub("", line).strip()
            if re.match(r"#{7,}", plain) and plain.lstrip("#").strip()[:8] == text.lstrip("#").strip()[:8]:
                column = len(line) - len(line.lstrip(" \t>")) + 1
                place = view.places.location(path, one.offset(number, column))
                yield Finding(DEEP, place, f"`{plain[:40]}` 超过六级，多的井号显示在标题里", "最多写六个 `#`")
