"""Mermaid text → Mermaid's verdict with all that Mermaid tells of a failure, or of the diagram's model.

The engine is the V8 with Mermaid (the judge) and Pele (the draughtsman); nothing else in the package talks to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from atlas.v8 import KATEX, MERMAID, PELE, Engine

ENGINE = Engine("图形引擎（Mermaid/Pele）", (MERMAID, PELE, KATEX), ("judge.js", "draw.js"))


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


@lru_cache(maxsize=8192)
def verdict(source: str) -> Verdict:
    """Mermaid's verdict on a diagram's text.

    Raises:
        EngineError: if Mermaid itself fails or runs away.
    """
    raw = ENGINE.call("judge", source)
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
