"""A diagram's lines → the construct that was opened and never closed, and the line that would close it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BRACE = r"^(?P<open>.*\{)\s*$"
_OPENERS: dict[str, tuple[tuple[str, str], ...]] = {
    "flowchart": ((r"^subgraph\b", "end"),),
    "swimlane": ((r"^subgraph\b", "end"),),
    "agentflow": ((r"^(?:flow\s|global\s*$)", "end"),),
    "sequence": ((r"^(?:loop|alt|opt|par|par_over|critical|break|rect|box)\b", "end"),),
    "state": ((r"^note\s+(?:left|right)\s+of\s+[^:]+$", "end note"), (_BRACE, "}")),
    "class": ((_BRACE, "}"),),
    "er": ((_BRACE, "}"),),
    "requirement": ((_BRACE, "}"),),
    "c4": ((_BRACE, "}"),),
    "usecase": ((r"^systemBoundary\b", "end"),),
    "block": ((r"^block(?::|\s*$)", "end"),),
    "wardley": ((r"^pipeline\b.*\{\s*$", "}"),),
    "eventmodeling": ((r"^data\b.*\{\s*$", "}"),),
}
_ANY = ((r"^accDescr\s*\{[^}]*$", "}"),)
_STAND_INS = {
    "class": "class zz__ {",
    "state": "state zz__ {",
    "er": "zz__ {",
    "requirement": "element zz__ {",
    "c4": 'Boundary(zz__, "zz") {',
}


@dataclass(frozen=True, slots=True)
class Opening:
    """A line, from 1, that opens a construct, and the line that closes it."""

    line: int
    text: str
    closer: str
    indent: int


def unclosed(lines: list[str], kind: str) -> list[Opening]:
    """The constructs that may be the unclosed one, the likeliest first.

    Where an inner block's closer stands further left than its opener, it was meant for the block around it.
    """
    stack: list[Opening] = []
    suspects: list[Opening] = []
    for number, line in enumerate(lines, 1):
        opening = _opening(line, number, kind, is_first=number == 1)
        if opening:
            stack.append(opening)
        elif stack and _closes(line, stack[-1]):
            closed = stack.pop()
            if len(line) - len(line.lstrip()) < closed.indent and stack:
                suspects.append(closed)
    return [*suspects, *reversed(stack)] if stack else []


def stand_in(line: str, kind: str) -> str:
    """A harmless line for a faulty one: an opener of the same sort if it opens a block, otherwise nothing."""
    if line.rstrip().endswith("{") and kind in _STAND_INS:
        return _STAND_INS[kind]
    for pattern, _ in _OPENERS.get(kind, ()):
        found = re.match(pattern, line.strip())
        if found and not line.rstrip().endswith("{"):
            return {"box": "box", "rect": "rect rgb(1,2,3)"}.get(found[0].strip(), f"{found[0].strip()} zz__")
    return ""


def is_closer(line: str) -> bool:
    """Whether a line closes a block or continues one, so that an error there may be the echo of one above."""
    return bool(re.match(r"\s*(?:end\b|else\b|and\b|option\b|[\])}]|--\s*$)", line))


def _opening(line: str, number: int, kind: str, *, is_first: bool) -> Opening | None:
    if is_first:
        return None  # the line that says which kind of diagram it is
    for pattern, closer in _patterns(kind):
        if re.match(pattern, line.strip()):
            return Opening(number, line.strip(), closer, len(line) - len(line.lstrip()))
    return None


def _closes(line: str, opening: Opening) -> bool:
    return re.match(rf"{re.escape(opening.closer)}\s*;?\s*$", line.strip()) is not None or (
        opening.closer == "}" and line.rstrip().endswith("}") and "{" not in line
    )


def _patterns(kind: str) -> Iterator[tuple[str, str]]:
    yield from _ANY
    yield from _OPENERS.get(kind, ())
