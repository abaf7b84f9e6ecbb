"""A page's Markdown source → what each line is, roughly: front matter, fences, code, comments.

Only places are sought in it. What is wrong is decided on the rendered page, so a mistake here costs a column, or one more
rendering to make sure (see :mod:`atlas.locate`), never a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MASK = "\ufffc"
"""Stands in masked text where code or a comment stands in the source, character for character."""

_FENCE = re.compile(r"^(?P<prefix>[ \t>]*)(?P<marks>`{3,}|~{3,})(?P<info>.*)$")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_CODE_SPAN = re.compile(r"(?<![\\`])(`+)(?!`)((?:(?!\n[ \t>]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
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

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset in the text."""
        start = self.text.rfind("\n", 0, offset) + 1
        return self.text.count("\n", 0, offset) + 1, offset - start + 1

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a place."""
        return sum(len(one) + 1 for one in self.lines[: line - 1]) + column - 1

    @property
    def masked_lines(self) -> list[str]:
        """The masked source, line by line."""
        return [line.rstrip("\r") for line in self.masked.split("\n")]


def scan(text: str) -> Scan:
    """Read a source."""
    lines = tuple(line.rstrip("\r") for line in text.split("\n"))
    head = _FRONT_MATTER.match(text)
    front = head[0].count("\n") if head else 0
    fences = tuple(_fences(lines, front))
    masked = list(text.split("\n"))
    for number in range(front):
        masked[number] = MASK * len(masked[number])
    for fence in fences:
        for number in range(fence.line - 1, min(fence.end, len(masked))):
            masked[number] = MASK * len(masked[number])
    for number in _indented_code(masked, front):
        masked[number] = MASK * len(masked[number])
    joined = _COMMENT.sub(_blank, "\n".join(masked))
    return Scan(text, lines, front, fences, _CODE_SPAN.sub(_blank, joined))


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", MASK, found[0])


def _fences(lines: tuple[str, ...], start: int) -> list[FenceSpan]:
    found: list[FenceSpan] = []
    at = start
    while at < len(lines):
        head = _FENCE.match(lines[at])
        if not head or (head["marks"][0] == "`" and "`" in head["info"]):
            at += 1
            continue
        closing = re.compile(rf"^[ \t>]*{re.escape(head['marks'])}[ \t]*$")
        quoted = ">" in head["prefix"]
        depth = len(head["prefix"].expandtabs(4))
        end, ended = at + 1, False
        while end < len(lines):
            line = lines[end]
            ended = not line.lstrip().startswith(">") if quoted else bool(line.strip()) and _depth(line) < depth
            if ended or (closing.match(line) and (quoted or _depth(line) == depth)):
                break
            end += 1
        closed = end < len(lines) and not ended
        last = end + 1 if closed else end
        found.append(FenceSpan(at + 1, last, closed, head["prefix"], head["marks"], head["info"]))
        # An unclosed fence is no fence for the renderer: what follows is prose, in which others may begin.
        # The line that ends it for want of indentation, if it is bare marks, was meant to close it and opens nothing.
        at = last if closed else at + 1 if not ended or not closing.match(lines[end]) else end + 1
    return found


def _depth(line: str) -> int:
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip(" "))


def _indented_code(lines: list[str], start: int) -> list[int]:
    """Lines that stand four columns in, after a blank line, in no list, admonition or the like."""
    found: list[int] = []
    previous_blank, inside = True, False
    for number in range(start, len(lines)):
        line = lines[number].expandtabs(4).rstrip("\r")
        if not line.strip():
            previous_blank = True
            continue
        deep = line.startswith("    ")
        if not deep:
            inside = bool(_CONTAINER.match(line)) or (inside and not previous_blank)
        elif not inside and (previous_blank or (found and found[-1] == number - 1)):
            found.append(number)
        previous_blank = False
    return found
