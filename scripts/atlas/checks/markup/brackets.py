"""Links and images that stay text: full-width brackets, a space before the address, brackets that are not closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from atlas.checks.markup.spots import before, spots
from atlas.findings import RULES, Finding, Location, Rule, Severity
from atlas.model import Block, PageView

FULL_WIDTH = RULES.add(
    "markup-full-width",
    Severity.ERROR,
    "全角标点写不成链接、图片、标题、代码或属性",
    "`[文字]（地址）`、`【文字】(地址)`、`！[图](a.png)`、`＃ 标题` 都会原样显示给读者。标记用半角的标点。",
)
SPACE = RULES.add(
    "markup-space-before-target",
    Severity.ERROR,
    "方括号与圆括号之间有空白，链接成了文字",
    "读者会看到 `[文字] (地址)` 原文。删掉中间的空格、换行或零宽字符；感叹号与方括号之间也一样。",
)
UNCLOSED = RULES.add(
    "markup-unclosed",
    Severity.ERROR,
    "链接的括号没有合上，或次序写反",
    "读者会看到 `[文字](地址` 原文。补上括号；文字写在方括号里，地址写在后面的圆括号里。",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A text that readers see, what is wrong with it and what to write instead."""

    rule: Rule
    text: str
    reason: str
    hint: str


_FILES = "md|markdown|html?|png|jpe?g|gif|svg|webp|avif|bmp|ico|pdf|zip|mp4|webm|ipynb|docx?|pptx?|xlsx?"
_IMAGE = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico)$", re.IGNORECASE)
_TARGET = (
    r"(?P<target>(?:https?://|mailto:|www\.)[^\s()（）]+|#(?!\d+\b|[0-9a-fA-F]{3}\b|[0-9a-fA-F]{6}\b)[^\s()（）#]+"
    rf"|[^\s()（）<>\"'“”「」[\]【】#?]+\.(?:{_FILES})(?:[#?][^\s()（）]*)?|\.{{1,2}}/[^\s()（）]+|[\w./-]*[\w-]/)"
)
_GAP = r"(?P<gap>[\s\u200b\u200c\u200d\u2060\ufeff]*)"
_WHOLE = re.compile(
    rf"(?P<bang>[!！]?)(?P<open>[\[【［])(?P<text>[^\[\]【】［］\n]+)(?P<close>[\]】］]){_GAP}(?P<left>[(（])[ \t]*{_TARGET}"
    r"(?P<title>[ \t]+[\"'“‘「][^()（）\n]*)?[ \t]*(?P<right>[)）])",
    re.IGNORECASE,
)
_OPEN = re.compile(rf"!?\[(?P<text>[^\[\]\n]+)\]\([ \t]*{_TARGET}(?P<rest>[^\n]*)", re.IGNORECASE)
_TEXT_OPEN = re.compile(rf"\[(?P<text>[^\[\]()（）\n]+)\({_TARGET}\)", re.IGNORECASE)
_NEVER_OPENED = re.compile(rf"^[^\[\n]*?\]\({_TARGET}\)", re.IGNORECASE | re.MULTILINE)
_REVERSED = re.compile(rf"[(（](?P<text>[^()（）\n]+)[)）]\[{_TARGET}\]", re.IGNORECASE)
_BACKTICKS = re.compile(r"｀[^｀\n]+｀")


def check(view: PageView) -> Iterator[Finding]:
    """Every block of visible prose, each text once, at each of its places."""
    done: set[str] = set()
    for block in view.rendered.blocks:
        for fault in _faults(block.text):
            if fault.text not in done:
                done.add(fault.text)
                shown = f"`{_short(fault.text)}` {fault.reason}"
                yield from (Finding(fault.rule, place, shown, fault.hint) for place in spots(view, fault.text))
        yield from _images(view, block)


def _faults(text: str) -> Iterator[Fault]:
    if "｀" in text:
        for found in _BACKTICKS.finditer(text):
            yield Fault(FULL_WIDTH, found[0], "是全角的反引号，读者看到的不是代码", f"写 `` `{found[0][1:-1]}` ``")
    if not any(one in text for one in "[【［]"):
        return
    taken: list[int] = []
    for found in _WHOLE.finditer(text):
        taken.append(found.start("left"))
        if fault := _whole(found):
            yield fault
    for found in _OPEN.finditer(text):
        if found.start("target") - 1 not in taken and not _is_closed(text, found.start("target")):
            written = found[0][: found.end("target") - found.start()]
            yield Fault(UNCLOSED, written, "的圆括号没有合上，读者看到的是原文", f"写 `{written})`")
    for found in _TEXT_OPEN.finditer(text):
        if "]" not in text[found.end() :].partition("[")[0]:
            hint = f"写 `[{found['text']}]({found['target']})`"
            yield Fault(UNCLOSED, found[0], "的方括号没有合上，读者看到的是原文", hint)
    for found in _NEVER_OPENED.finditer(text):
        written = found[0].lstrip()
        yield Fault(UNCLOSED, written, "缺了左边的方括号，读者看到的是原文", f"写 `[文字]({found['target']})`")
    for found in _REVERSED.finditer(text):
        hint = f"写 `[{found['text']}]({found['target']})`"
        yield Fault(UNCLOSED, found[0], "的两种括号写反了，读者看到的是原文", hint)


def _whole(found: re.Match[str]) -> Fault | None:
    """A link that is complete but for its punctuation; one without any fault was escaped on purpose."""
    marks = found["open"] + found["close"] + found["left"] + found["right"]
    is_image = bool(found["bang"]) and bool(_IMAGE.search(re.split(r"[?#]", found["target"])[0]))
    text = found[0] if is_image else found[0][len(found["bang"]) :]
    if found["text"].strip().isdigit() and not is_image:
        return None  # a reference's number, and where to find it
    correct = f"{'!' if is_image else ''}[{found['text']}]({found['target']})"
    hint = f"写 `{_short(correct)}`"
    if not marks.isascii() or (is_image and found["bang"] == "！"):
        return Fault(FULL_WIDTH, text, "里有全角的括号，读者看到的是原文", hint)
    if found["gap"]:
        return Fault(SPACE, text, "的方括号与圆括号之间有空白，读者看到的是原文", hint)
    return None


def _images(view: PageView, block: Block) -> Iterator[Finding]:
    """``！[图](a.png)`` renders as an exclamation mark and a link to the image."""
    for start, _, target in block.links:
        lead = re.search(r"(?:！\s?|(?:^|[\s。，：；）])!\s+)$", block.text[:start])
        if not lead or not _IMAGE.search(unquote(re.split(r"[?#]", target)[0])):
            continue
        for link in view.rendered.links:
            if link.target == target and link.place and link.element == "a":
                found = re.search(r"([!！]\s?)\[[^\[\]]*\]\(<?$", before(view, link.place))
                if found and found[1] != "!":
                    place = Location(link.place.path, link.place.line, found.start() + 1)
                    rule = FULL_WIDTH if "！" in lead[0] else SPACE
                    reason = "感叹号是全角的" if rule is FULL_WIDTH else "感叹号后面有空格"
                    message = f"图片 `{_short(link.written or target)}` 前的{reason}，读者看到的是一个链接"
                    yield Finding(rule, place, message, f"写 `![说明]({_short(link.written or target)})`")


def _is_closed(text: str, start: int) -> bool:
    """Whether the parenthesis before ``start`` is closed later in the block."""
    depth = 1
    for character in text[start:]:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return True
    return False


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else plain[:59] + "…"
