"""Formulas: can they be set, and is none left on the page as dollar signs and TeX?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from html import unescape

from atlas import html
from atlas.findings import RULES, Finding, Location, Severity
from atlas.formulas import Fault, commands, faults
from atlas.html import Standing
from atlas.model import Formula, PageView

SYNTAX = RULES.add(
    "formula-syntax",
    Severity.ERROR,
    "公式有语法错误",
    "读者会看到 TeX 原文。判断用的是排版公式的 KaTeX 本身；没有合上的括号和环境报在它开始的地方。"
    "别的站点用自己的公式引擎时，只报任何引擎都排不出来的错。",
)
UNCLOSED = RULES.add(
    "formula-unclosed",
    Severity.ERROR,
    "公式的定界符不成对，TeX 原文留在页面上",
    "少一个美元号、美元号内侧有空格、公式块里有空行、全角美元号，或项目没有启用公式扩展时，读者看到的是美元号和 TeX 原文。",
)

_ARITHMATEX = re.compile(r'<(span|div)[^>]*class="[^"]*\barithmatex\b[^"]*"[^>]*>(.*?)</\1>', re.DOTALL)
_OPENED = r"(?:\$\$?|\\\(|\\\[)[\s>]*"


def check(view: PageView) -> Iterator[Finding]:
    """Every formula of the page, then its prose."""
    if view.failure:
        return
    yield from _syntax(view)
    yield from _left_over(view)


def _syntax(view: PageView) -> Iterator[Finding]:
    ours = "atlas.markdown" in view.surroundings.extensions
    bad: dict[str, list[tuple[Fault, ...]]] = defaultdict(list)
    for formula in view.written.formulas if ours else _foreign(view.html):
        if found := faults(formula.tex, display=formula.display, everywhere=not ours):
            bad[formula.tex].append(found)
    for tex, found_each in bad.items():
        places = _places(view, tex, len(found_each))
        for number, found in enumerate(found_each):
            for fault in found:
                place = _within(view, tex, fault.offset, places[number]) if number < len(places) else Location(view.path)
                yield Finding(SYNTAX, place, f"公式 `{_short(tex)}` 排不出来：{fault.message}", fault.hint)


def _foreign(page: str) -> Iterator[Formula]:
    """The formulas that another site leaves to the browser, as ``pymdownx.arithmatex`` marks them."""
    for found in _ARITHMATEX.finditer(page):
        text = unescape(re.sub(r"<[^>]*>", "", found[2])).strip()
        if text[:2] in {"\\(", "\\["}:
            yield Formula(text[2:-2].strip(), text.startswith("\\["))


def _places(view: PageView, tex: str, wanted: int) -> list[tuple[str, int]]:
    """Where a formula was written, as many times as readers meet it: path and offset of its first character."""
    lines = [r"[ \t]+".join(re.escape(part) for part in line.split()) for line in tex.split("\n")]
    pattern = re.compile(r"(?:" + _OPENED + r"|^[ \t>]*(?=\\begin))(" + r"[ \t]*\n[ \t>]*".join(lines) + ")", re.MULTILINE)
    for attribute in ("masked", "text"):
        found = [
            (path, one.start(1), one.end(1))
            for path, scan in view.places.scans.items()
            for one in pattern.finditer(getattr(scan, attribute))
        ]
        if len(found) > wanted:
            standings = view.places.standings([(path, end) for path, _, end in found])
            live = [one for one, standing in zip(found, standings, strict=True) if standing is Standing.FORMULA]
            found = live or found
        if found:
            return [(path, start) for path, start, _ in found]
    return []


def _within(view: PageView, tex: str, offset: int, start: tuple[str, int]) -> Location:
    """The place of a character of a formula, past what containers put before its lines."""
    path, at = start
    text = view.places.scans[path].text
    for character in tex[:offset]:
        if character.isspace():
            continue
        while at < len(text) and text[at] != character:
            at += 1
        at += 1
    while at < len(text) and offset < len(tex) and text[at] != tex[offset]:
        at += 1
    return view.places.location(path, min(at, len(text)))


def _short(tex: str) -> str:
    text = " ".join(tex.split())
    return text if len(text) <= 60 else text[:57] + "…"


_DELIMITER = re.compile(r"(?<![\\$])(?:\$\$|[$＄])|(?<!\\)\\[(\[]")
_COMMAND = re.compile(r"\\([A-Za-z]{2,})")
_POWER = re.compile(
    r"[A-Za-z0-9)\]}]\^[A-Za-z0-9{(\\]|(?<![A-Za-z0-9_$])[A-Za-z]_[A-Za-z0-9](?![A-Za-z0-9_])|[A-Za-z)\]}][_^]\{"
)
_PRICE_OR_NAME = re.compile(r"\d[\d.,]*(?:\s|[万亿元，。；、/kKmMbB]|$)|[A-Z_]{2,}|\{")
_MARK = re.compile("[\U0010f000-\U0010ffff]")
_MARKED = re.compile(r"(\$\$|[$＄(\[])([\U0010f000-\U0010ffff])([^\U0010f000-\U0010ffff]*)")
_LONGEST = 1000
"""So many characters behind a delimiter are looked at."""
_RUN = re.compile(r"(?:\{[^{}]*\}|[^\u3001-\u9fff\uff01-\uffef\n]|\n(?!\n))*")


def _left_over(view: PageView) -> Iterator[Finding]:
    """Blocks of prose that show a delimiter and TeX behind it."""
    around = view.surroundings
    set_up = not {"pymdownx.arithmatex", "atlas.markdown"}.isdisjoint(around.extensions)
    if not set_up and "math" in around.in_browser:
        return  # a script looks for dollar signs in all of the page
    spots = [
        (path, found.end(), found.start())
        for path, one in view.places.scans.items()
        for found in _DELIMITER.finditer(one.masked)
    ]
    suspects = {block.text for block in view.rendered.blocks if _has_evidence(block.text)} if spots else None
    if not suspects:
        return
    page, marks = view.places.marked([(path, end) for path, end, _ in spots])
    started = dict(zip(marks, spots, strict=True))
    for block in html.read(page).blocks:
        if _MARK.sub("", block.text) not in suspects:  # a mark behind its end undoes a good formula, too
            continue
        for mark in _openings(block.text, started):
            path, _, start = started[mark]
            shown = " ".join(view.places.scans[path].text[start:].split("\n\n")[0].split())[:40]
            hint = "公式写成 `$…$`（内侧不留空格）或独立成段的 `$$…$$`（里面没有空行），两边成对；价格的美元号写成 `\\$`"
            if not set_up:
                hint = "在 mkdocs.yml 的 markdown_extensions 里启用 `pymdownx.arithmatex`"
            message = f"`{shown}` 没有成为公式，读者看到的是 TeX 原文"
            yield Finding(UNCLOSED, view.places.location(path, start), message, hint)


def _has_evidence(text: str) -> bool:
    """Whether a delimiter in a block of prose, wherever it comes from, stands before TeX."""
    return any(
        _is_tex(found[0], text[found.end() : found.end() + _LONGEST]) for found in re.finditer(r"\$\$|[$＄(\[]", text)
    )


def _openings(text: str, started: dict[str, tuple[str, int, int]]) -> Iterator[str]:
    """The marks of the delimiters in a block of prose that stand before TeX; of a pair the first."""
    parts = [(found[1], found[2], found[3]) for found in _MARKED.finditer(text) if found[2] in started]
    number = 0
    while number < len(parts):
        delimiter, mark, after = parts[number]
        if _is_tex(delimiter, after):
            yield mark
            number += 1 if delimiter in "([" else 2
        else:
            number += 1


def _is_tex(delimiter: str, after: str) -> bool:
    run = (_RUN.match(after, 0, _LONGEST) or [""])[0]
    if any(found[1] in commands() for found in _COMMAND.finditer(run)):
        return True
    if delimiter == "$$":
        return after.startswith("\n") and bool(after.strip())
    return delimiter in "$＄" and not _PRICE_OR_NAME.match(run) and bool(_POWER.search(run))
