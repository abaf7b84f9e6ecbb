"""``devices.h100-sxm.memory`` or a formula over such names → the value as a sentence prints it, with its sources.

A number in a sentence is then the number of the data: it moves with it, and it links where it is from.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from atlas.facts import SCHEMAS, UNITS, Fact, Facts
from atlas.facts.expressions import ExpressionError, called, evaluate, unit_of
from atlas.facts.units import convert, parse_number
from atlas.quantities import FORMULAS
from atlas.tables import show_number, shown
from atlas.wording import nearest

_REFERENCE = re.compile(r"[a-z]+\.[a-z0-9-]+\.[a-z][a-z0-9_]*")
_MULTIPLES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "Ki": 2.0**10, "Mi": 2.0**20, "万": 1e4, "亿": 1e8, "万亿": 1e12}
_UNSAID = frozenset({"parameters"})
"""Units that readers hear in the sentence already: 70B."""
_DIGITS = 3
"""Significant digits of a computed value whose author asks for no other number of them."""


class QuoteError(Exception):
    """A value that the data does not have, or a format that does not fit; ``hint`` says what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Quote:
    """A value in a sentence: its text with the unit, the sources behind it, and whether it was computed."""

    text: str
    sources: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class _Format:
    """How to print: converted to a unit, in multiples, with so many significant digits, without the unit."""

    unit: str = ""
    multiple: str = ""
    digits: int = 0
    bare: bool = False


def quote(expression: str, form: str, facts: Facts) -> Quote:
    """The value of a reference or formula.

    ``form`` are words separated by commas: a unit to convert to, a multiple (``B``, ``亿``), a number of significant
    digits, ``bare`` for no unit.

    Raises:
        QuoteError: if the data lacks it, it can't be computed, or the format does not fit.
    """
    wanted = _read_form(form)
    if _REFERENCE.fullmatch(expression):
        fact = find(expression, facts)
        if fact.number is None:
            return Quote(shown(fact, facts), fact.sources, fact.kind)
        sources = fact.sources if not fact.formula else _formula_sources(expression, fact, facts)
        return Quote(_print_fact(fact, fact.number, wanted), sources, fact.kind)
    return _computed(expression, wanted, facts)


def find(reference: str, facts: Facts) -> Fact:
    """The fact that a reference ``kind.row.column`` names.

    Raises:
        QuoteError: if there is none.
    """
    parts = reference.split(".")
    if len(parts) != 3:
        raise QuoteError(f"`{reference}` 不是“类.行.列”", "写成 `devices.h100-sxm.memory` 的样子")
    kind, key, column = parts
    if kind not in SCHEMAS:
        raise QuoteError(f"没有 `{kind}` 这一类数据", _hint(kind, SCHEMAS, f"{{}}.{key}.{column}"))
    row = facts.row(kind, key)
    if row is None:
        raise QuoteError(f"`{kind}` 里没有 `{key}` 这一行", _hint(key, facts[kind].rows, f"{kind}.{{}}.{column}"))
    fact = row.get(column)
    if fact is None:
        raise QuoteError(f"`{key}` 没有 `{column}` 这一列", _hint(column, row.facts, f"{kind}.{key}.{{}}"))
    return fact


def _hint(wanted: str, known: Iterable[str], pattern: str) -> str:
    known = list(known)
    close = next((one for one in known if one.startswith(wanted)), "") or nearest(wanted, known)
    return f"最接近的是 `{pattern.format(close)}`" if close else "对照数据下载页上的键和列名，或先把这个值写进数据"


def _read_form(form: str) -> _Format:
    unit, multiple, digits, bare = "", "", 0, False
    for word in (one.strip() for one in form.split(",") if one.strip()):
        if word.isdigit() and 0 < int(word) < 10:
            digits = int(word)
        elif word == "bare":
            bare = True
        elif word in _MULTIPLES:
            multiple = word
        elif word in UNITS:
            unit = word
        else:
            close = nearest(word, [*UNITS, *_MULTIPLES, "bare"])
            hint = f"最接近的是 `{close}`" if close else "能写单位（`TB/s`）、倍数（`B`、`亿`）、有效数字的位数和 `bare`"
            raise QuoteError(f"不认识格式 `{word}`", hint)
    return _Format(unit, multiple, digits, bare)


def _print_fact(fact: Fact, value: float, wanted: _Format) -> str:
    if wanted.unit or wanted.multiple or wanted.digits:
        written = parse_number(fact.text)
        precise = written is not None and written.precision > 0 and value
        digits = math.floor(math.log10(abs(value) / (2 * fact.precision))) + 1 if precise else _DIGITS
        return _print(value, fact.unit, wanted, digits)
    return _with_unit(show_number(fact.text), fact.unit, wanted)


def _computed(expression: str, wanted: _Format, facts: Facts) -> Quote:
    used: dict[str, Fact] = {}

    def lookup(name: str) -> float:
        fact = used[name] = find(name, facts)
        if fact.number is None:
            raise QuoteError(f"`{name}` 没有数值（{shown(fact, facts)}）", "换一个有数值的列")
        return fact.number

    try:
        value = evaluate(expression, lookup)
    except ExpressionError as error:
        raise QuoteError(str(error), "写“类.行.列”、数字、加减乘除和 `atlas.quantities` 里的公式") from error
    formula = FORMULAS.get(name) if (name := called(expression)) else None
    unit = unit_of(expression) or ""
    if formula is None and (unit not in UNITS or convert(value, unit, wanted.unit) is None):
        unit = ""  # scaled or put together: what it measures now, only its author can tell
    sources = dict.fromkeys(key for fact in used.values() for key in fact.sources)
    sources |= dict.fromkeys(formula.sources if formula else ())
    known = unit if unit in UNITS else ""
    return Quote(_print(value, known, wanted, wanted.digits or _DIGITS), tuple(sources), "derived")


def _formula_sources(reference: str, fact: Fact, facts: Facts) -> tuple[str, ...]:
    """A derived value has the sources of what it is derived from, where it names none itself."""
    if fact.sources:
        return fact.sources
    kind, key, _ = reference.split(".")
    row = facts[kind][key]
    named = re.findall(r"[A-Za-z_][A-Za-z0-9_]*", fact.formula)
    return tuple(dict.fromkeys(source for name in named if (one := row.get(name)) for source in one.sources))


def _print(value: float, unit: str, wanted: _Format, digits: int) -> str:
    if wanted.unit:
        converted = convert(value, unit, wanted.unit) if unit else value
        if converted is None:
            raise QuoteError(f"{UNITS[unit].label} 换不成 {wanted.unit}", "换一个同类的单位，或不写单位")
        value, unit = converted, wanted.unit
    if wanted.multiple:
        value /= _MULTIPLES[wanted.multiple]
    rounded = _round(value, wanted.digits or digits)
    plain, _, power = (f"{rounded:.10f}" if abs(rounded) < 1e15 else f"{rounded:.10e}").partition("e")
    text = show_number(plain.rstrip("0").rstrip(".") + (f"e{power}" if power else ""))
    chinese = wanted.multiple and not wanted.multiple.isascii()
    return _with_unit(f"{text} {wanted.multiple}" if chinese else f"{text}{wanted.multiple}", unit, wanted)


def _round(value: float, digits: int) -> float:
    if not value:
        return 0.0
    whole = math.floor(math.log10(abs(value))) + 1
    return float(round(value, digits - whole))


def _with_unit(text: str, unit: str, wanted: _Format) -> str:
    if wanted.bare or not unit or unit in _UNSAID:
        return text
    label = UNITS[unit].label
    return f"{text}{'' if label == '%' else ' '}{label}"
