"""Formulas: can KaTeX set them?"""

from __future__ import annotations

from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.formulas import FormulaProblem, typeset
from atlas.locate import find_block, find_text
from atlas.model import Formula, Page, Site

SYNTAX = RULES.add(
    "formula-syntax",
    Severity.ERROR,
    "公式有语法错误",
    "读者会看到 TeX 原文。判断用的是排版公式的 KaTeX 本身。",
)


def check(site: Site) -> Iterator[Finding]:
    """Every formula that our extension met."""
    for page in site.pages:
        for formula in page.written.formulas:
            problem = typeset(formula.tex, display=formula.display)
            if isinstance(problem, FormulaProblem):
                hint = "检查花括号、命令名和环境是否成对；KaTeX 支持的命令见其文档"
                message = f"公式 `{_short(formula.tex)}` 排不出来（{problem.message}）"
                yield Finding(SYNTAX, _place(page, formula, problem.offset), message, hint)


def _place(page: Page, formula: Formula, offset: int | None) -> Location:
    if "\n" in formula.tex:
        line, _ = find_block(page.source, formula.tex)
        return Location(page.path, line, None)
    line, column = find_text(page.source, (formula.tex,))
    return Location(page.path, line, column + (offset or 0) if column else None)


def _short(tex: str) -> str:
    text = " ".join(tex.split())
    return text if len(text) <= 60 else text[:57] + "…"
