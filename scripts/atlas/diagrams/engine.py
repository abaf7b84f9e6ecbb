"""Mermaid text → Mermaid's verdict with all that Mermaid tells of a failure, or of the diagram's model; and its drawings.

The engine is the V8 with Mermaid (the judge) and Pele (the draughtsman); nothing else in the package talks to it. What was
asked once is known for the rest of the process, so a page's rendering and its check share the answer; a page's diagrams are
asked for in one call, because each call is a walk to another thread and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from atlas.v8 import KATEX, MERMAID, PELE, Engine, EngineError

GET_CONFIG = r'(\(\)=>)\w+\(\{\},(\w+)\)(,"getConfig"\))'
"""Mermaid's function that copies its configuration, in the released text."""
ENGINE = Engine(
    "图形引擎（Mermaid/Pele）",
    (MERMAID, PELE, KATEX),
    ("judge.js", "draw.js"),
    {MERMAID: (GET_CONFIG, r"\1copyConfiguration(\2)\3")},
)
ID_PREFIX = "atlas-diagram-"
"""With what every id of a drawing begins; a page puts a prefix of its own in its place."""
_MOST_KNOWN = 8192
_KNOWN: dict[tuple[object, ...], Any] = {}
"""Answers by question, the oldest first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Mermaid said: ``stage`` is ``parse`` or ``draw`` where it failed; lines count in what it left of the text."""

    drawn: bool
    type: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    stage: str = ""
    message: str = ""
    last_line: int | None = None
    last_column: int | None = None
    first_line: int | None = None
    text: str = ""
    offender: str | None = None
    """The name in the model on which the drawing stumbled, if known."""
    at_end: bool = False
    """Whether the parser came to the end of the text when it wanted more."""


def ask(function: str, source: str, *arguments: object) -> Any:
    """What ``function`` of the glue scripts answers on a text.

    Raises:
        EngineError: if a library fails or runs away.
    """
    question = (function, source, *arguments)
    if question not in _KNOWN:
        _remember(question, ENGINE.call(function, source, *arguments))
    return _KNOWN[question]


def prepare(sources: Iterable[str], widths: tuple[int, ...] = ()) -> None:
    """Ask at once for all that will be asked one by one: verdicts and, with ``widths``, outlines and drawings.

    Where a library fails on one of the texts nothing is known afterwards, and whoever asks meets the failure himself.
    """
    wanted = [source for source in dict.fromkeys(sources) if source.strip() and ("judge", source) not in _KNOWN]
    if len(wanted) < 2 and not widths:
        return
    try:
        answers = ENGINE.call("study", wanted, list(widths), ID_PREFIX) if wanted else []
    except EngineError:
        return
    for source, answer in zip(wanted, answers, strict=True):
        _remember(("judge", source), answer["verdict"])
        if answer["drawings"]:
            _remember(("outline", source), answer["outline"])
        for width, drawing in zip(widths, answer["drawings"], strict=False):
            _remember(("draw", source, ID_PREFIX, width, True), drawing)


def verdict(source: str) -> Verdict:
    """Mermaid's verdict on a diagram's text.

    Raises:
        EngineError: if Mermaid itself fails or runs away.
    """
    raw = ask("judge", source)
    if raw["ok"]:
        return Verdict(True, raw["type"], raw["facts"])
    return Verdict(
        False,
        stage=raw["stage"],
        message=raw["message"],
        first_line=raw["line"],
        last_line=raw["lastLine"],
        last_column=raw["lastColumn"],
        text=raw["text"] or "",
        offender=raw["offender"],
        at_end=raw["token"] in (1, "EOF", "EOF_IN_STRUCT")
        or "found ``" in raw["message"]
        or "found --> '' <--" in raw["message"],
    )


def forget() -> None:
    """Ask everything anew from here on."""
    _KNOWN.clear()


def _remember(question: tuple[object, ...], answer: Any) -> None:
    while len(_KNOWN) >= _MOST_KNOWN:
        del _KNOWN[next(iter(_KNOWN))]
    _KNOWN[question] = answer
