"""A diagram's text → all that keeps a browser from drawing it, each at the author's line and column with what to write.

Mermaid stops at the first fault. To see the next one the faulty line is replaced: by its correction if there is one, by a
harmless line otherwise. What then fails only because of that replacement is not told.
"""

from __future__ import annotations

import re
from functools import lru_cache

from atlas.diagrams.blocks import Opening, is_closer, stand_in
from atlas.diagrams.engine import Verdict, verdict
from atlas.diagrams.keywords import kind_of
from atlas.diagrams.places import close, find
from atlas.diagrams.repairs import Repair, repair
from atlas.diagrams.stripping import strip
from atlas.diagrams.values import SYNTAX, UNDRAWABLE, Problem
from atlas.diagrams.wording import hint, said

MOST_PROBLEMS = 10


@lru_cache(maxsize=4096)
def judge(source: str) -> tuple[Problem, ...]:
    """What keeps Mermaid from drawing this text, in order of lines; empty for a diagram that a browser draws.

    Raises:
        EngineError: if Mermaid itself fails or runs away.
    """
    if not source.strip():
        return (Problem("图是空的", 1, 1, hint="在围栏里写图，或删掉这个围栏"),)
    problems: list[Problem] = []
    text, replaced = source, set[int]()
    for _ in range(2 * MOST_PROBLEMS):
        refusal = verdict(text)
        if refusal.drawn or len(problems) == MOST_PROBLEMS:
            break
        place, opening = find(text, refusal)
        if place is None or place[0] in replaced or place[0] > len(text.splitlines()):
            problems += (
                [] if problems else [Problem(said(refusal, None, ""), kind=_kind(refusal), hint=hint(refusal, "", None))]
            )
            break
        mended = None if opening else repair(text, place[0])
        if not problems or _is_new(source, text, refusal, place[0], opening, replaced):
            problems.append(_problem(source, refusal, place, opening, mended))
        if not opening and not mended and place[0] <= strip(text).place(0)[0]:
            break  # without its first line nothing of a diagram can be judged
        replaced.add(place[0])
        text = close(text, opening) if opening else _without(text, place[0], mended)
    return tuple(sorted(problems, key=lambda one: (one.line or 0, one.column or 0)))


def _problem(
    source: str, refusal: Verdict, place: tuple[int, int | None], opening: Opening | None, mended: Repair | None
) -> Problem:
    line, column = place
    written = source.splitlines()
    snippet = written[line - 1].strip() if line <= len(written) else ""
    message = said(refusal, opening, snippet)
    if mended and mended.column:
        column = mended.column
        word = re.match(r"\S+", written[line - 1][column - 1 :]) if refusal.stage == "parse" else None
        message = f"不认识 `{word[0]}`" if word and "图种" not in message else message
    return Problem(
        message, line, column, snippet, _kind(refusal), hint(refusal, snippet, mended, opening, kind_of(strip(source).text))
    )


def _kind(refusal: Verdict) -> str:
    return UNDRAWABLE if refusal.stage == "draw" else SYNTAX


def _without(text: str, at: int, mended: Repair | None) -> str:
    lines = text.splitlines()
    kind = kind_of(strip(text).text)
    lines[at - 1] = mended.line if mended else stand_in(lines[at - 1], kind)
    return "\n".join(lines) + "\n"


def _is_new(source: str, text: str, refusal: Verdict, at: int, opening: Opening | None, replaced: set[int]) -> bool:
    """Whether a further fault stands on its own: it must be seen in a diagram of this line alone, too."""
    lines = text.splitlines()
    line = lines[at - 1]
    left = strip(source)
    if opening or is_closer(line) or not line.strip() or at <= left.place(0)[0]:
        return False  # an emptied diagram, or a block without its beginning, is no fault of the author's
    head = left.text.splitlines()[0] if left.text else ""
    if not kind_of(head) or "reading 'endTime'" in refusal.message:
        return False
    if refusal.stage == "draw" or not re.search(r"\bline\b", refusal.message):
        return _stands_apart(source, refusal, line, replaced)
    return (
        not verdict(f"{head}\n{line}\n").drawn
        and verdict(f"{head}\n{line}\n").message.split("\n")[0][:12] == refusal.message[:12]
    )


def _stands_apart(source: str, refusal: Verdict, line: str, replaced: set[int]) -> bool:
    """A fault of the model counts if nothing that it names was on a line that is replaced."""
    lines = source.splitlines()
    gone = " ".join(lines[at - 1] for at in replaced if at <= len(lines))
    words = set(re.findall(r"\w+", line)) & set(re.findall(r"\w+", refusal.message + " " + (refusal.offender or "")))
    return bool(words) and not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", gone) for word in words)
