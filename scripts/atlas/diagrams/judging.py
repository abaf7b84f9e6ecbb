"""A diagram's text → all that keeps a browser from drawing it, each at the author's line and column with what to write.

Mermaid stops at the first fault. To see the next one the faulty line is replaced: by its correction if there is one, by a
harmless line otherwise. What then fails only because of that replacement is not told.
"""

from __future__ import annotations

import re
from functools import lru_cache

from atlas.diagrams.blocks import Opening, is_closer, stand_in
from atlas.diagrams.engine import Verdict, verdict
from atlas.diagrams.keywords import STATEMENTS, kind_of
from atlas.diagrams.marks import open_mark
from atlas.diagrams.places import Place, find
from atlas.diagrams.repairs import mends_all, repair
from atlas.diagrams.stripping import strip
from atlas.diagrams.values import SYNTAX, UNDRAWABLE, Problem, Repair
from atlas.diagrams.wording import hint, said

MOST_PROBLEMS = 10
_MISSING = re.compile(r"not yet created|does not (?:yet )?exist|unknown set|unknown shape|Invalid date|inactive participant")


@lru_cache(maxsize=4096)
def judge(source: str) -> tuple[Problem, ...]:
    """What keeps Mermaid from drawing this text, in order of lines; empty for a diagram that a browser draws.

    Raises:
        EngineError: if Mermaid itself fails or runs away.
    """
    if not source.strip():
        return (Problem("图是空的", 1, 1, hint="在围栏里写图，或删掉这个围栏"),)
    problems: list[Problem] = []
    text, replaced, only_model, all_mended = source, set[int](), True, True
    for _ in range(2 * MOST_PROBLEMS):
        refusal = verdict(text)
        if refusal.drawn or len(problems) == MOST_PROBLEMS:
            break
        place, opening, closed = find(text, refusal)
        if place is None or place[0] in replaced or place[0] > len(text.splitlines()):
            problems += (
                [] if problems else [Problem(said(refusal, None, ""), kind=_kind(refusal), hint=hint(refusal, "", None))]
            )
            break
        place, mended = (place, None) if opening else _corrected(text, place, refusal)
        only_model = only_model and _of_the_model(refusal)
        if not problems or (
            all_mended if opening else _is_new(source, text, refusal, place[0], mended, replaced if only_model else None)
        ):
            problems.append(_problem(source, refusal, place, opening, mended))
        if not opening and not mended and place[0] <= strip(text).place(0)[0]:
            break  # without its first line nothing of a diagram can be judged
        all_mended = all_mended and bool(mended)
        replaced.add(place[0])
        text = closed if opening else _without(text, place[0], mended)
    return tuple(sorted(problems, key=lambda one: (one.line or 0, one.column or 0)))


def _corrected(text: str, place: Place, refusal: Verdict) -> tuple[Place, Repair | None]:
    """The correction of the line of a fault, or of a line above from which a text ran on to there."""
    mended = repair(text, place[0])
    lines = text.splitlines()
    if refusal.stage == "parse" and not (mended and mends_all(text, place[0], mended)):
        for at in range(place[0] - 1, max(place[0] - 12, 0), -1):
            if not re.search(r"[“”（）［］｛｝＞]", lines[at - 1]) and not open_mark(lines[at - 1]):
                continue
            above = repair(text, at)
            if above and mends_all(text, at, above):
                return (
                    at,
                    above.mark or open_mark(lines[at - 1]) or len(lines[at - 1]) - len(lines[at - 1].lstrip()) + 1,
                ), above
    return place, mended


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
    elif mended and mended.mark and refusal.stage == "parse":
        column = mended.mark
        character = written[line - 1][column - 1]
        message = f"`{character}` 没有合上" if character in '([{"|' else f"这里不能写 `{character}`"
    elif column and refusal.stage == "parse":
        column = _token(written[line - 1], column)
    return Problem(
        message, line, column, snippet, _kind(refusal), hint(refusal, snippet, mended, opening, kind_of(strip(source).text))
    )


def _token(line: str, column: int) -> int:
    """Where the arrow or the number begins in the middle of which a parser stopped."""
    for token in re.finditer(r"\d+\.\d*|[-=.<>~]{2,}|<\|[-=.]+|[|o}]{2}[-.]+[|o{]*", line):
        if token.start() < column <= token.end():
            return token.start() + 1
    return column


def _kind(refusal: Verdict) -> str:
    return UNDRAWABLE if refusal.stage == "draw" else SYNTAX


def _without(text: str, at: int, mended: Repair | None) -> str:
    lines = text.splitlines()
    kind = kind_of(strip(text).text)
    lines[at - 1] = mended.line if mended else stand_in(lines[at - 1], kind)
    return "\n".join(lines) + "\n"


def _is_new(source: str, text: str, refusal: Verdict, at: int, mended: Repair | None, replaced: set[int] | None) -> bool:
    """Whether a further fault stands on its own and is no echo of one that was told.

    A fault of the syntax does if its line has a correction and is refused in a diagram of its own, too; a fault of the
    model if it is about a missing name, nothing on its line was written on a line that is gone, and none of those
    (``replaced``, ``None`` if one was) was a fault of the syntax.
    """
    line = text.splitlines()[at - 1]
    left = strip(source)
    head = left.text.splitlines()[0] if left.text else ""
    if is_closer(line) or not line.strip() or at <= left.place(0)[0] or not kind_of(head):
        return False
    if _of_the_model(refusal):
        gone = " ".join(source.splitlines()[one - 1] for one in replaced or ())
        words = set(re.findall(r"\w+", line)) - set(STATEMENTS.get(kind_of(head), "").split())
        return replaced is not None and bool(_MISSING.search(refusal.message)) and not words & set(re.findall(r"\w+", gone))
    alone = verdict(f"{head}\n{line}\n")
    return mended is not None and not alone.drawn and alone.message[:12] == refusal.message[:12]


def _of_the_model(refusal: Verdict) -> bool:
    return refusal.stage == "draw" or not re.search(r"\bline\b", refusal.message)
