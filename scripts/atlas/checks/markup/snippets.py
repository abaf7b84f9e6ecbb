"""Files that a page pulls in: those that are missing are left out in silence; a misspelt mark stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atlas.checks.markup.spots import line_spots, prose_lines
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView
from atlas.scan import Scan

MISSING = RULES.add(
    "snippet-missing",
    Severity.ERROR,
    "要引入的片段不存在",
    "文件、其中的那一节或那几行不存在时，这一段会悄悄消失；片段引入自己也一样。路径相对于 `base_path`，区分大小写。",
)
TEXT = RULES.add(
    "snippet-text",
    Severity.ERROR,
    "引入片段的标记成了文字",
    '读者会看到 `--8<--` 原文。写 `--8<-- "文件名"`，引号用半角，并启用 pymdownx.snippets 扩展。',
)

_INLINE = re.compile(r"^[ \t]*(-+8<-+[ \t]+([\"'])(.+?)\2)(?![ \t])\s*$")
_BLOCK = re.compile(r"^[ \t]*-+8<-+\s*$")
_SECTION = re.compile(r"(.+?):([a-z][-_0-9a-z]*)", re.IGNORECASE)
_LINES = re.compile(r"(.+?):(\d+)(?:[:,][-:,\d]*)?")
_PLAIN = re.compile(r"[-－—–]+8[<＜][-－—–]+\s*\S")


@dataclass(frozen=True, slots=True)
class Directive:
    """A place where a file is to be pulled in: ``target`` as written, ``column`` of its mark or, in a block, of itself."""

    path: str
    line: int
    column: int
    target: str

    @property
    def file(self) -> str:
        """The file's name without section and lines."""
        found = _LINES.fullmatch(self.target) or _SECTION.fullmatch(self.target)
        return found[1].strip() if found and not self.target.lower().startswith(("http:", "https:")) else self.target


def check(view: PageView) -> Iterator[Finding]:
    """What was to be pulled in, then marks that readers see."""
    yield from lost(view)
    done: set[str] = set()
    for _, line in prose_lines(view):
        text = line.strip()
        if _PLAIN.match(text) and text not in done:
            done.add(text)
            for place in line_spots(view, text):
                hint = '写 `--8<-- "文件名"`，引号用半角；并在 mkdocs.yml 里启用 pymdownx.snippets'
                yield Finding(TEXT, place, f"`{text[:60]}` 没有引入文件，读者看到的是原文", hint)


def lost(view: PageView) -> Iterator[Finding]:
    """What was to be pulled in and was not, be it in silence or because the renderer gave up."""
    if not view.written.missing_snippets and not view.written.snippets:
        return
    every = [one for path, scanned in view.places.scans.items() for one in directives(path, scanned)]
    missing = dict.fromkeys(view.written.missing_snippets)
    for name in missing:
        found = [one for one in every if name in (one.file, one.target)]
        for place in [Location(one.path, one.line, one.column) for one in found] or [Location(view.path)]:
            yield Finding(MISSING, place, f"片段 `{name}` 不存在，这一段读者看不到", _advice(name))
    for one in every:
        text = _text(view, one.file) if one.file not in missing else None
        if text is not None and (reason := _fault(view, one, text)):
            yield Finding(
                MISSING, Location(one.path, one.line, one.column), f"片段 `{one.target}` {reason}", "改成已有的名字"
            )


def directives(path: str, one: Scan) -> Iterator[Directive]:
    """Every place in a text where a file is to be pulled in; code is no exception."""
    in_block = False
    for number, line in enumerate(one.lines, 1):
        if _BLOCK.match(line):
            in_block = not in_block
        elif found := _INLINE.match(line):
            target = found[3].strip()
            if not target.startswith(";"):
                yield Directive(path, number, found.start(1) + 1, target)
        elif in_block and (target := line.strip()) and not target.startswith(";"):
            yield Directive(path, number, len(line) - len(line.lstrip()) + 1, target)


def _fault(view: PageView, one: Directive, text: str) -> str:
    if _includes(view, one):
        return "引入了自己，这一段读者看不到"
    if found := _LINES.fullmatch(one.target):
        count = len(text.rstrip("\n").split("\n"))
        return f"只有 {count} 行，没有第 {found[2]} 行" if int(found[2][:9]) > count else ""
    if found := _SECTION.fullmatch(one.target):
        start = re.compile(rf"8<-+[ \t]+\[\s*start\s*:\s*{re.escape(found[2])}\s*\]", re.IGNORECASE)
        return "" if start.search(text) else f"里没有 `{found[2]}` 这一节，这一段读者看不到"
    return ""


def _includes(view: PageView, one: Directive) -> bool:
    """Whether a file pulls itself in, at once or by way of another."""
    seen: set[str] = set()
    waiting = [one.file]
    while waiting:
        name = waiting.pop()
        path = next((path for path in view.places.scans if path != view.path and _is_file(path, name)), "")
        if path == one.path:
            return True
        if path and path not in seen:
            seen.add(path)
            waiting += [other.file for other in directives(path, view.places.scans[path]) if other.path != view.path]
    return False


def _text(view: PageView, name: str) -> str | None:
    return next((text for path, text in view.written.snippets.items() if _is_file(path, name)), None)


def _is_file(path: str, name: str) -> bool:
    plain = re.sub(r"^(?:\./|\.\./)+", "", name)
    return path == plain or path.endswith("/" + plain)


def _advice(name: str) -> str:
    if re.match(r"https?:", name, re.IGNORECASE):
        return "要从网上引入就打开 pymdownx.snippets 的 url_download；更好的办法是把文件放进项目"
    return "改成 `base_path` 下已有的文件，注意大小写；或先创建这个文件"
