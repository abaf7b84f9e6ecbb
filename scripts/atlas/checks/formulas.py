"""Formulas: can KaTeX set them?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from atlas.findings import RULES, Finding, Location, Severity
from atlas.formulas import FormulaProblem, typeset
from atlas.model import Formula, PageView

SYNTAX = RULES.add(
    "formula-syntax",
    Severity.ERROR,
    "公式有语法错误",
    "读者会看到 TeX 原文。判断用的是排版公式的 KaTeX 本身。",
)


def check(view: PageView) -> Iterator[Finding]:
    """Every formula that our extension met."""
    for formula in view.written.formulas:
        problem = typeset(formula.tex, display=formula.display)
        if isinstance(problem, FormulaProblem):
            hint = "检查花括号、命令名和环境是否成对；KaTeX 支持的命令见其文档"
            message = f"公式 `{_short(formula.tex)}` 排不出来（{problem.message}）"
            yield Finding(SYNTAX, _place(view, formula, problem.offset), message, hint)


def _place(view: PageView, formula: Formula, offset: int | None) -> Location:
    if "\n" in formula.tex:
        return replace(view.places.block(formula.tex)[0], column=None)
    place = view.places.anywhere((formula.tex,))
    return replace(place, column=place.column + (offset or 0)) if place.column else place


def _short(tex: str) -> str:
    text = " ".join(tex.split())
    return text if len(text) <= 60 else text[:57] + "…"
