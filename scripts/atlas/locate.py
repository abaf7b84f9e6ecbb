"""Where something was written: a page's source and what to look for → line and column, counted from 1.

Best effort: what is wrong is decided on the rendered page, and a miss here costs a place, never a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

_FENCE = re.compile(r"^[ \t>]*(?P<marks>`{3,}|~{3,})")


def find_text(source: str, needles: Iterable[str], *, nth: int = 0) -> tuple[int | None, int | None]:
    """The place of the ``nth`` occurrence of the first needle that occurs outside code blocks."""
    lines = source.splitlines()
    prose = _without_code(lines)
    for needle in needles:
        places = list(_occurrences(prose, needle)) if needle else []
        if places:
            return places[min(nth, len(places) - 1)]
    return None, None


def find_anywhere(source: str, needle: str) -> tuple[int | None, int | None]:
    """The place of the first occurrence of a text, code blocks included."""
    return next(iter(_occurrences(source.splitlines(), needle)), (None, None))


def find_block(source: str, block: str, *, nth: int = 0) -> tuple[int | None, int]:
    """The line of the ``nth`` place where these lines stand in a row, and by how much they are indented there."""
    wanted = [line.strip() for line in block.strip("\n").splitlines()]
    lines = source.splitlines()
    stripped = [re.sub(r"^[\s>]+", "", line).strip() for line in lines]
    target = [re.sub(r"^[\s>]+", "", line).strip() for line in wanted]
    if not target:
        return None, 0
    found = [at for at in range(len(lines) - len(target) + 1) if stripped[at : at + len(target)] == target]
    if not found:
        return None, 0
    at = found[min(nth, len(found) - 1)]
    return at + 1, _indent(lines[at]) - _indent(block.strip("\n").splitlines()[0])


def link_needles(target: str) -> list[str]:
    """How the author may have written an address that was rendered as ``target``, the surest first."""
    path, _, fragment = target.partition("#")
    forms = [target, unquote(target)]
    if fragment:
        forms += [f"#{fragment}", f"#{unquote(fragment)}"]
    elif path.rstrip("/"):
        last = path.rstrip("/").rsplit("/", 1)[-1]
        forms += [unquote(last)]
    return [f"{before}{form}" for form in forms for before in ("](", '"', "<", "")]


def _occurrences(lines: Sequence[str], needle: str) -> Iterable[tuple[int, int]]:
    offset = 2 if needle.startswith("](") else 1 if needle[:1] in {'"', "<"} else 0
    for number, line in enumerate(lines, 1):
        start = line.find(needle)
        while start >= 0:
            yield number, start + 1 + offset
            start = line.find(needle, start + 1)


def _without_code(lines: Sequence[str]) -> list[str]:
    """The same lines, those inside fences of code blanked; diagrams stay, for their nodes have links."""
    kept, closing, blank = [], "", False
    for line in lines:
        fence = _FENCE.match(line)
        if closing:
            kept.append("" if blank else line)
            if fence and fence["marks"].startswith(closing) and not line.strip(" \t>`~"):
                closing = ""
        elif fence:
            closing, blank = fence["marks"], "mermaid" not in line
            kept.append("")
        else:
            kept.append(re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", lambda m: " " * len(m[0]), line))
    return kept


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
