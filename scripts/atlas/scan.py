"""A page's Markdown source → what each line is, roughly: front matter, fences, code, comments.

Only places are sought in it. What is wrong is decided on the rendered page, so a mistake here costs a column, or one more
rendering to make sure (see :mod:`atlas.locate`), never a finding. Every step is linear in the length of the source.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field

MASK = "\ufffc"
"""Stands in masked text where code or a comment stands in the source, character for character."""

_FENCE = re.compile(r"^(?P<prefix>[ \t>]*)(?P<marks>`{3,}|~{3,})(?P<info>.*)$")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_CODE_SPAN = re.compile(r"(?<![\\`])(`+)(?!`)((?:(?!\n[ \t>]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
_RAW = re.compile(r"<(?:(!--)|(pre|script|style|textarea)\b)", re.IGNORECASE)
_CONTAINER = re.compile(
    r"^[ \t>]*(?:[-*+][ \t]|\d+[.)][ \t]|!!!|\?\?\?\+?|===|\[\^[^\]]+\]:|:[ \t]|///)",
)


@dataclass(frozen=True, slots=True)
class FenceSpan:
    """A fenced block: its head's line, its last line (both from 1), the marks and what follows them on the head."""

    line: int
    end: int
    closed: bool
    prefix: str
    marks: str
    info: str

    @property
    def language(self) -> str:
        """The first word after the marks, as written, without ``{.`` of an attribute list."""
        found = re.match(r"\s*\{?\s*\.?([^\s{}]+)", self.info)
        return found[1] if found else ""

    @property
    def column(self) -> int:
        """Where the marks begin, from 1."""
        return len(self.prefix) + 1


@dataclass(frozen=True, slots=True)
class Scan:
    """A source with its lines (without line ends) and the same lines with code and comments masked."""

    text: str
    lines: tuple[str, ...]
    front_matter: int
    """Number of lines of front matter."""
    fences: tuple[FenceSpan, ...]
    masked: str
    """The source, as long as it, with code, comments, diagrams and front matter masked."""
    starts: tuple[int, ...] = field(default=(0,), repr=False)
    """The offset of each line's first character."""

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset in the text."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a place; past the last line, the end of the text."""
        return self.starts[line - 1] + column - 1 if line <= len(self.starts) else len(self.text)

    @property
    def masked_lines(self) -> list[str]:
        """The masked source, line by line."""
        return [line.rstrip("\r") for line in self.masked.split("\n")]


def scan(text: str) -> Scan:
    """Read a source."""
    whole = text.split("\n")
    lines = tuple(line.rstrip("\r") for line in whole)
    starts = [0]
    for line in whole[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    head = _FRONT_MATTER.match(text)
    front = head[0].count("\n") if head else 0
    fences = tuple(_fences(lines, front))
    masked = whole
    for number in range(front):
        masked[number] = MASK * len(masked[number])
    for fence in fences:
        if fence.closed:
            for number in range(fence.line - 1, min(fence.end, len(masked))):
                masked[number] = MASK * len(masked[number])
    for number in _indented_code(masked, lines, front):
        masked[number] = MASK * len(masked[number])
    joined = _without_raw("\n".join(masked))
    return Scan(text, lines, front, fences, _CODE_SPAN.sub(_blank, joined), tuple(starts))


def _blank(found: re.Match[str]) -> str:
    return _masked(found[0])


def _masked(text: str) -> str:
    return re.sub(r"[^\n]", MASK, text)


def _without_raw(text: str) -> str:
    """Comments and elements whose content is never Markdown, masked; one that never ends is text for the renderer."""
    parts: list[str] = []
    done = at = 0
    endless: set[str] = set()
    while found := _RAW.search(text, at):
        closing = "-->" if found[1] else f"</{found[2].lower()}"
        at = found.end()
        end = None if closing in endless else re.compile(re.escape(closing), re.IGNORECASE).search(text, at)
        if end is None:
            endless.add(closing)
        elif found[1] or _begins_line(text, found.start()):
            # Inside a paragraph only a comment is raw; `<pre>` there is an inline tag around Markdown.
            start = found.start() if found[1] else _after_tag(text, at)
            stop = end.end() if found[1] else end.start()
            at = end.end()
            if start < stop:
                parts += [text[done:start], _masked(text[start:stop])]
                done = stop
    return "".join([*parts, text[done:]])


def _after_tag(text: str, at: int) -> int:
    """Where an opening tag ends: its attributes are no content."""
    end = text.find(">", at)
    return end + 1 if end >= 0 else len(text)


def _begins_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t>")


def _fences(lines: tuple[str, ...], start: int) -> list[FenceSpan]:
    closings: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        if (bare := line.strip(" \t>")) and bare[0] in "`~" and len(bare) >= 3 and not bare.strip(bare[0]):
            closings[bare].append(number)
    found: list[FenceSpan] = []
    at = start
    while at < len(lines):
        head = _FENCE.match(lines[at])
        if not head or (head["marks"][0] == "`" and "`" in head["info"]):
            at += 1
            continue
        quoted, depth = ">" in head["prefix"], len(head["prefix"].expandtabs(4))
        same = closings[head["marks"]]
        later = same[bisect_left(same, at + 1) :]
        end = next((n for n in later if quoted or _depth(lines[n]) == depth), len(lines))
        if quoted:
            end = next((n for n in range(at + 1, end) if not lines[n].lstrip().startswith(">")), end)
        elif depth:
            end = next((n for n in range(at + 1, end) if lines[n].strip() and _depth(lines[n]) < depth), end)
        is_bare = end < len(lines) and lines[end].strip(" \t>") == head["marks"]
        closed = is_bare and (quoted or _depth(lines[end]) == depth)
        last = end + 1 if closed else end
        found.append(FenceSpan(at + 1, last, closed, head["prefix"], head["marks"], head["info"]))
        # An unclosed fence is no fence for the renderer: what follows is prose, in which others may begin.
        # The line that ends it for want of indentation, if it is bare marks, was meant to close it and opens nothing.
        at = last if closed else end + 1 if is_bare else at + 1
    return found


def _depth(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip(" "))


def _indented_code(lines: list[str], unmasked: tuple[str, ...], start: int) -> list[int]:
    """Lines that stand four columns in, after a blank line, in no list, admonition or the like."""
    found: list[int] = []
    previous_blank, inside = True, False
    for number in range(start, len(lines)):
        line = lines[number].expandtabs(4).rstrip("\r")
        if not line.strip():
            previous_blank = True
            continue
        deep = line.startswith("    ")
        if line.startswith(MASK) and unmasked[number].expandtabs(4).startswith("    "):
            pass  # a fence in a list, an admonition or the like does not end it
        elif not deep:
            inside = bool(_CONTAINER.match(line)) or (inside and not previous_blank)
        elif not inside and (previous_blank or (found and found[-1] == number - 1)):
            found.append(number)
        previous_blank = False
    return found
