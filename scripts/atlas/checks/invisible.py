"""Characters that can't be seen and do harm: spaces that are none to Markdown, and direction marks in code.

Whether a space of another kind breaks the markup is found by rendering the page with ordinary ones in its place: if the
page then has another structure, its author was deceived by how the source looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView
from atlas.scan import MASK, Scan

INVISIBLE = RULES.add(
    "character-invisible",
    Severity.ERROR,
    "看不见的字符破坏了标记或代码",
    "不间断空格、全角空格和零宽字符看起来像空格或没有，Markdown 却不认：标题、列表、提示框成了正文；"
    "在代码里，读者复制下来会出错，方向控制符让代码读起来与实际不同。正文里的不算。",
)

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_NOTHINGS = "\u00ad\u200b\u2060\ufeff"
_ANY = rf"[{_SPACES}{_NOTHINGS}]"
_MARKER = r"(?:[-*+]|\d{1,3}[.)]|#{1,6}|!!!|\?\?\?\+?|===|```+|~~~+|>|\||:|\[\^[^\]]+\]:)"
_PARTED = r"(?:[-*+]|\d{1,3}[.)]|!!!|\?\?\?\+?|===|```+|~~~+|:|\[\^[^\]]+\]:)"
"""Marks that need an ordinary space behind them."""
_SUSPECTS = re.compile(
    rf"^[ \t>]*[ \t{_SPACES}{_NOTHINGS}]*{_ANY}[ \t]*{_MARKER}"
    rf"|^[ \t>]*(?!>){_PARTED}[ \t]*{_ANY}"
    rf"|^[ \t>]*(?:!!!|\?\?\?\+?|===)[^\n]*{_ANY}"
    rf"|^[ \t>|:-]*-[ \t>|:-]*{_ANY}[ \t>|:\-{_SPACES}]*$"
    rf"|^[ \t>]*[ \t]*{_ANY}[ \t{_SPACES}]*(?:---+|\*\*\*+)[ \t]*$"
)
_LEAD = re.compile(rf"^[ \t>{_SPACES}{_NOTHINGS}]*(?=```|~~~)")
_NAMES = {
    "\u00a0": "不间断空格",
    "\u3000": "全角空格",
    "\u200b": "零宽空格",
    "\ufeff": "字节序标记",
    "\u2060": "零宽连接符",
    "\u00ad": "软连字符",
}
_MOST = 50
"""So many places of a page are tried; each takes a rendering."""
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_TEXTS = frozenset(
    ["", "text", "txt", "plain", "none", "markdown", "md", "mermaid", "html", "console", "log", "output", "csv"]
)
_STRING_OR_NOTE = re.compile(r"""\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|(?:#|//|--\s|;|%|/\*).*""")
_IN_CODE = re.compile(rf"^[ \t]*({_ANY})|(?<=[!-~])({_ANY})(?=[ \t]*[!-~])|([\u200b\u2060\ufeff])")


@dataclass(frozen=True, slots=True)
class _Suspect:
    """Lines next to each other with the same trouble: number of the first, and the lines as they were meant."""

    path: str
    start: int
    column: int
    character: str
    meant: Mapping[int, str]


def check(view: PageView) -> Iterator[Finding]:
    """Every line of the page and its snippets that holds such a character."""
    if view.failure:
        return
    suspects: list[_Suspect] = []
    for path, one in view.places.scans.items():
        if not re.search(_ANY, one.text) and not _DIRECTION.search(one.text):
            continue
        yield from _in_code(path, one)
        suspects += _suspects(path, one)
    yield from _in_markup(view, suspects)


def _in_code(path: str, one: Scan) -> Iterator[Finding]:
    for fence in one.fences:
        if not fence.closed:
            continue
        for number, line in enumerate(one.lines[fence.line : fence.end - 1], fence.line + 1):
            bare = _STRING_OR_NOTE.sub(lambda found: "\ue000" * len(found[0]), line)
            found = _DIRECTION.search(line)
            if not found and fence.language.lower() not in _TEXTS:
                found = _IN_CODE.search(bare)
            if found:
                character = next(one for one in (*found.groups(), found[0]) if one)
                column = found.end() if len(found[0]) > 1 else found.start() + 1
                message = f"代码里有看不见的{_name(character)}，读者复制下来会出错或读错"
                yield Finding(INVISIBLE, Location(path, number, column), message, "改成普通空格，或删去")


def _suspects(path: str, one: Scan) -> Iterator[_Suspect]:
    masked = one.masked_lines
    number = one.front_matter
    while number < len(masked):
        meant: dict[int, str] = {}
        start = number
        while number < len(masked) and _SUSPECTS.search(_unmasked_head(masked[number], one.lines[number])):
            meant[number] = _mended(one.lines[number])
            number += 1
        if meant:
            found = re.search(_ANY, one.lines[start])
            assert found, "a suspect holds such a character"
            yield _Suspect(path, start, found.start() + 1, found[0], meant)
        number += not meant


def _unmasked_head(masked: str, line: str) -> str:
    """The line as masked, but with the marks of a fence that is none: they are taken for those of a code span."""
    lead = _LEAD.match(line)
    is_lost = lead is not None and masked.startswith(lead[0]) and not masked[lead.end() :].strip(MASK)
    return line if is_lost else masked


def _mended(line: str) -> str:
    """The line with ordinary spaces; at its beginning as wide as they look, so that indentation means what it seems to."""
    head = re.match(rf"^[ \t>{_SPACES}{_NOTHINGS}]*", line)
    lead = head[0] if head else ""
    before = lead.replace("\u3000", "  ") if lead.count("\u3000") > 1 or lead[:1] in " \t" else lead.replace("\u3000", "")
    if not lead.strip("\u00a0") and len(lead) < 2:
        before = ""
    rest = re.sub(rf"[{_SPACES}]", " ", line[len(lead) :])
    return re.sub(rf"[{_NOTHINGS}]", "", re.sub(rf"[{_SPACES}]", " ", before) + rest)


def _in_markup(view: PageView, suspects: list[_Suspect]) -> Iterator[Finding]:
    if not suspects or view.places.reread is None:
        return
    texts = {path: one.text for path, one in view.places.scans.items()}
    as_is = _structure(view.places.reread(texts))
    for suspect in suspects[:_MOST]:
        lines = texts[suspect.path].split("\n")
        for number, line in suspect.meant.items():
            lines[number] = line
        if _structure(view.places.reread({**texts, suspect.path: "\n".join(lines)})) != as_is:
            written = view.places.scans[suspect.path].lines[suspect.start].strip()
            message = f"`{written[:40]}` 里有看不见的{_name(suspect.character)}，标记不起作用，读者看到的是一段文字"
            place = Location(suspect.path, suspect.start + 1, suspect.column)
            yield Finding(INVISIBLE, place, message, "改成普通空格，或删去")


def _structure(page: str) -> list[str]:
    return re.findall(r"</?([a-zA-Z][\w-]*)", page)


def _name(character: str) -> str:
    name = _NAMES.get(character) or ("方向控制符" if _DIRECTION.match(character) else "特殊空格")
    return f"{name}（U+{ord(character):04X}）"
