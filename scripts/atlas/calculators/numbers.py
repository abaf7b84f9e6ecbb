"""What was typed → a number, and a number → what is printed; ``numbers.js`` does the same, digit for digit.

Both start from the same IEEE double and round its exact decimal value half away from zero: JavaScript's ``toExponential``
and ``toFixed`` are specified so, and ``decimal`` does it here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

from atlas.calculators.declaration import Form, Value

_MULTIPLES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12, "ki": 2.0**10, "mi": 2.0**20,
              "万": 1e4, "亿": 1e8, "万亿": 1e12}  # fmt: skip
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
"""Commas and spaces between thousands only: ``0,5`` may be meant as a half."""
_NUMBER = re.compile(
    rf"([+-]?)({_DIGITS})(?:[eE]([+ -]?[0-9]{{1,3}}))?[ ]?([Kk]i|[Mm]i|[KkMmBbGgTt]|万亿|万|亿)?"
)  # a plus in an address that was not encoded is a space
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_STEPS = [Decimal(1).scaleb(-digits) for digits in range(20)]
_ROUNDINGS = [Context(prec=digits or 1, rounding=ROUND_HALF_UP) for digits in range(20)]
_LONG = Context(prec=400)
"""Long enough for any number with twenty digits behind the point that is printed so."""
_SMALLEST, _LARGEST = -4, 15
"""Powers of ten outside of which a number is printed with one."""
_GROUPED_FROM = 4
"""A number of so many digits before the point gets commas, as in the pages' sentences."""

SCALES: Mapping[str, tuple[tuple[float, str], ...]] = {
    "bytes": ((1, "B"), (1e3, "KB"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB"), (1e15, "PB")),
    "binary": ((1, "B"), (2.0**10, "KiB"), (2.0**20, "MiB"), (2.0**30, "GiB"), (2.0**40, "TiB"), (2.0**50, "PiB")),
    "seconds": ((1e-9, "纳秒"), (1e-6, "微秒"), (1e-3, "毫秒"), (1, "秒"), (60, "分钟"), (3600, "小时"), (86400, "天")),
    "flops": ((1, "FLOP"), (1e9, "GFLOP"), (1e12, "TFLOP"), (1e15, "PFLOP"), (1e18, "EFLOP"), (1e21, "ZFLOP")),
    "speed": ((1, "B/s"), (1e3, "KB/s"), (1e6, "MB/s"), (1e9, "GB/s"), (1e12, "TB/s"), (1e15, "PB/s")),
    "count": ((1, ""), (1e4, "万"), (1e8, "亿"), (1e12, "万亿")),
}
"""Styles that choose their unit: the last whose size the number reaches, else the first."""
STYLES = frozenset({"number", "fixed", "whole", "text", *SCALES})
"""``number``: significant digits; ``fixed``: digits behind the point; ``whole``: all digits of a whole number."""
_TIGHT = frozenset({"%", "×", ""})
"""Units that follow a number without a space."""


def parse(text: str, unit: str = "") -> float | None:
    """``70.6B``, ``128Ki``, ``4,096``, ``1.5 万`` or ``6e23``, with its ``unit`` or not → a number; ``None`` if it is none.

    Full-width signs count as plain ones.
    """
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    found = _NUMBER.fullmatch(plain.removesuffix(unit).strip())
    if found is None:
        return None
    sign, digits, exponent, multiple = found.groups()
    power = (exponent or "0").replace(" ", "+")
    value = float(f"{digits.replace(',', '').replace(' ', '')}e{power}") * _MULTIPLES[(multiple or "").lower()]
    return -value if sign == "-" else value


def show(value: Value, form: Form) -> str:
    """A value as readers see it, with its unit."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if form.style in SCALES:
        size, unit = _scale(value, form.style)
        return _joined(significant(value / size, form.digits), unit + form.unit)
    return _joined(_plain(value, form), form.unit)


def added(parts: Iterable[float]) -> float:
    """The sum from first to last, as JavaScript adds; newer Pythons' ``sum`` corrects its rounding on the way."""
    total = 0.0
    for part in parts:
        total += part
    return total


def _plain(value: float, form: Form) -> str:
    if form.style == "fixed":
        return fixed(value, form.digits)
    if form.style == "whole":
        return fixed(value, 0)
    return significant(value, form.digits)


def _scale(value: float, style: str) -> tuple[float, str]:
    chosen = SCALES[style][0]
    for size, unit in SCALES[style]:
        if abs(value) >= size or (size == 1 and not value):  # nothing is nothing of the plain unit
            chosen = (size, unit)
    return chosen


def _joined(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit in _TIGHT else f"{number} {unit}"


def significant(value: float, digits: int) -> str:
    """With so many significant digits, no zeros behind the point that say nothing, and commas."""
    if not value:
        return "0"
    exact = _ROUNDINGS[digits].create_decimal_from_float(abs(value))
    figures = "".join(str(digit) for digit in exact.as_tuple().digits).ljust(digits, "0")
    power = exact.adjusted()
    sign = "−" if value < 0 else ""
    if _SMALLEST <= power < _LARGEST:
        return sign + _laid_out(figures, power)
    return f"{sign}{_laid_out(figures, 0)}×10{str(power).translate(_RAISED)}"


def _laid_out(figures: str, power: int) -> str:
    """Digits of which the first counts ten to the ``power``, as a decimal number."""
    if power < 0:
        whole, rest = "0", "0" * (-power - 1) + figures
    else:
        whole, rest = figures[: power + 1].ljust(power + 1, "0"), figures[power + 1 :]
    return _grouped(whole, rest.rstrip("0"))


def _grouped(whole: str, rest: str) -> str:
    if len(whole) >= _GROUPED_FROM:
        whole = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", ",", whole)
    return f"{whole}.{rest}" if rest else whole


def fixed(value: float, digits: int) -> str:
    """With so many digits behind the point, and commas; huge ones like :func:`significant`."""
    if abs(value) >= 10.0**_LARGEST:
        return significant(value, digits + 3)
    rounded = Decimal(abs(value)).quantize(_STEPS[digits], rounding=ROUND_HALF_UP, context=_LONG)
    whole, _, rest = f"{rounded:f}".partition(".")
    sign = "−" if value < 0 and rounded else ""
    return sign + _grouped(whole, rest)
