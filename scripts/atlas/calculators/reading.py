"""What was typed → the values a calculator computes with, or a sentence on what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from atlas.calculators.data import KINDS, Data
from atlas.calculators.declaration import BadInputError, Calculator, Form, Input, Result, Value
from atlas.calculators.numbers import parse, show

_BOUND = Form("number", 12)
_LONGEST = 40
"""Signs of what was typed that are repeated in a sentence."""
HOPELESS = "这些数放在一起算不出有限的结果，请检查是不是有哪一项太大、太小或互相矛盾。"


def choices_of(one: Input, data: Data) -> Mapping[str, str]:
    """What may be chosen, by key, with what readers see."""
    if one.kind not in KINDS:
        return one.choices
    kind = KINDS[one.kind]
    return {**one.choices, **{key: data.name(kind, key) for key in data.keys(kind, one.needs)}}


def is_asked(one: Input, values: Mapping[str, Value]) -> bool:
    """Whether a field is shown, given the values of those before it."""
    return all(values.get(name) in keys for name, keys in one.when)


def read(calculator: Calculator, texts: Mapping[str, str], data: Data) -> dict[str, Value]:
    """The values of all inputs; one that was not typed, or is not asked, has its default.

    Raises:
        BadInputError: if one is no number, out of its bounds, or no choice.
    """
    values: dict[str, Value] = {}
    for one in calculator.inputs:
        text = texts.get(one.name, one.default) if is_asked(one, values) else one.default
        values[one.name] = _number(one, text.strip()) if one.kind == "number" else _choice(one, text.strip(), data)
    return values


def _choice(one: Input, text: str, data: Data) -> str:
    if not text:
        raise BadInputError(one.name, f"“{one.label}”还没有选，请从列表里选一个。")
    if text not in choices_of(one, data):
        raise BadInputError(one.name, f"“{one.label}”里没有“{_short(text)}”这一项，请从列表里选一个。")
    return text


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}……"


def _number(one: Input, text: str) -> float | None:
    if not text and one.optional:
        return None
    value = parse(text, one.unit)
    said = f"“{one.label}”" + ("还空着" if not text else f"写成了“{_short(text)}”")
    if value is None and ("," in text or "，" in text):
        raise BadInputError(one.name, f"{said}，逗号只能隔开千位，例如 1,000；小数点写成“.”。")
    if value is None or not math.isfinite(value):
        raise BadInputError(one.name, f"{said}，请填一个数，例如 {one.default or '1'}。")
    if one.whole and value != math.floor(value):
        raise BadInputError(one.name, f"{said}，要填整数。")
    if one.minimum is not None and value < one.minimum:
        raise BadInputError(one.name, f"{said}，不能小于 {show(one.minimum, _BOUND)}。")
    if one.maximum is not None and value > one.maximum:
        raise BadInputError(one.name, f"{said}，不能大于 {show(one.maximum, _BOUND)}。")
    return value


def run(calculator: Calculator, texts: Mapping[str, str], data: Data) -> Result:
    """Read and compute.

    Raises:
        BadInputError: if what was typed can't be computed with.
    """
    values = read(calculator, texts, data)
    try:
        result = calculator.compute(values, data)
    except (ArithmeticError, ValueError) as error:  # where JavaScript goes on with Infinity or NaN
        raise BadInputError("", HOPELESS) from error
    if not all(math.isfinite(number) for number in _numbers(result)):
        raise BadInputError("", HOPELESS)
    return result


def _numbers(result: Result) -> Iterator[float]:
    cells = [*result.values.values(), *(cell for rows in result.tables.values() for row in rows for cell in row)]
    yield from (cell for cell in cells if isinstance(cell, float | int))
    for bars in result.bars.values():
        for _, parts, limit, _ in bars:
            yield from parts
            yield from () if limit is None else (limit,)
    for lanes in result.schedules.values():
        yield from (number for _, cells in lanes for start, length, _, _ in cells for number in (start, length))
