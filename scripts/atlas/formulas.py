"""TeX → MathML by KaTeX, or a problem with a place.

MathML needs no script and no font of ours: browsers set it with what the reader's system has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from atlas.v8 import KATEX, Engine

_ENGINE = Engine("公式引擎（KaTeX）", (KATEX,), ("typeset.js",))
_MATH = re.compile(r"<math.*</math>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FormulaProblem:
    """Why a formula can't be set; ``offset`` counts characters from 0 in the TeX, ``None`` where unknown."""

    message: str
    offset: int | None = None


@lru_cache(maxsize=8192)
def typeset(tex: str, *, display: bool) -> str | FormulaProblem:
    """The ``<math>`` element of a formula.

    Raises:
        EngineError: if KaTeX itself fails or runs away.
    """
    answer = _ENGINE.call("typeset", tex, display)
    if not answer["ok"]:
        return FormulaProblem(_clean(answer["message"]), answer["position"])
    math = _MATH.search(answer["html"])
    assert math, "KaTeX's MathML output holds a math element"
    return math[0]


def _clean(message: str) -> str:
    return re.sub(r"^KaTeX parse error:\s*", "", message).strip()
