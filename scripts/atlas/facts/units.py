"""A unit's symbol → how readers see it and how it converts.

Units belong to the schema, not to the rows: a row says ``80``, the column says GB. Who writes ``80 GiB`` all the same is
told what that is in GB.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """``symbol`` in the data, ``label`` for readers, and ``factor`` base units of its ``dimension``."""

    symbol: str
    label: str
    dimension: str
    factor: float = 1.0


UNITS: dict[str, Unit] = {
    unit.symbol: unit
    for unit in (
        Unit("B", "字节", "memory"),
        Unit("KB", "KB", "memory", 1e3),
        Unit("KiB", "KiB", "memory", 2.0**10),
        Unit("MB", "MB", "memory", 1e6),
        Unit("MiB", "MiB", "memory", 2.0**20),
        Unit("GB", "GB", "memory", 1e9),
        Unit("GiB", "GiB", "memory", 2.0**30),
        Unit("TB", "TB", "memory", 1e12),
        Unit("TiB", "TiB", "memory", 2.0**40),
        Unit("GB/s", "GB/s", "bandwidth", 1e9),
        Unit("GiB/s", "GiB/s", "bandwidth", 2.0**30),
        Unit("TB/s", "TB/s", "bandwidth", 1e12),
        Unit("MB/s", "MB/s", "bandwidth", 1e6),
        Unit("Gb/s", "Gb/s", "bandwidth", 1.25e8),
        Unit("Tb/s", "Tb/s", "bandwidth", 1.25e11),
        Unit("Gbps", "Gb/s", "bandwidth", 1.25e8),
        Unit("GFLOP/s", "GFLOP/s", "compute", 1e9),
        Unit("TFLOP/s", "TFLOP/s", "compute", 1e12),
        Unit("PFLOP/s", "PFLOP/s", "compute", 1e15),
        Unit("TOP/s", "TOP/s", "integer compute", 1e12),
        Unit("POP/s", "POP/s", "integer compute", 1e15),
        Unit("FLOP", "FLOP", "work"),
        Unit("W", "W", "power"),
        Unit("kW", "kW", "power", 1e3),
        Unit("MW", "MW", "power", 1e6),
        Unit("nm", "nm", "length", 1e-9),
        Unit("mm²", "mm²", "area", 1e-6),
        Unit("µm²", "µm²", "area", 1e-12),
        Unit("parameters", "参数", "parameters"),
        Unit("tokens", "词元", "tokens"),
        Unit("transistors", "晶体管", "transistors"),
        Unit("card-hours", "卡时", "card-hours"),
        Unit("cards", "卡", "cards"),
        Unit("days", "天", "time", 86400.0),
        Unit("hours", "小时", "time", 3600.0),
        Unit("s", "秒", "time"),
        Unit("ms", "毫秒", "time", 1e-3),
        Unit("USD", "美元", "money"),
        Unit("%", "%", "share"),
        Unit("B/parameter", "字节/参数", "bytes per parameter"),
    )
}
"""Every unit that a column may have or an author may write by mistake."""

_SPELLINGS = {
    "TFLOPS": "TFLOP/s", "TFLOPs": "TFLOP/s", "PFLOPS": "PFLOP/s", "PFLOPs": "PFLOP/s", "GFLOPS": "GFLOP/s",
    "TOPS": "TOP/s", "POPS": "POP/s", "GBps": "GB/s", "TBps": "TB/s", "Tbps": "Tb/s",
}  # fmt: skip
_MULTIPLES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12, "Ki": 2.0**10, "Mi": 2.0**20}
_NUMBER = re.compile(r"([+-]?\d[\d_,]*(?:\.\d+)?)(?:[eE]([+-]?\d+))?(Ki|Mi|[KMBT])?(?:\s+(\S+))?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written: its ``value``, half its last printed place, and the unit behind it, if any."""

    value: float
    precision: float
    unit: str = ""


def parse_number(text: str) -> Number | None:
    """``989.4``, ``70.6B``, ``128Ki``, ``3.8e25`` or ``80 GB`` → a number; ``None`` if it is none.

    ``K M B T`` are powers of a thousand, ``Ki Mi`` powers of 1,024.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    digits, exponent, multiple, unit = found.groups()
    digits = digits.replace("_", "").replace(",", "")
    scale = 10.0 ** int(exponent or 0) * _MULTIPLES[multiple or ""]
    places = len(digits.partition(".")[2])
    value = float(f"{digits}e{exponent or 0}") * _MULTIPLES[multiple or ""]
    return Number(value, 0.5 * 10.0**-places * scale, _SPELLINGS.get(unit or "", unit or ""))


def convert(value: float, written: str, wanted: str) -> float | None:
    """A value in the wanted unit; ``None`` if the two units measure different things."""
    one, other = UNITS.get(written), UNITS.get(wanted)
    if one is None or other is None or one.dimension != other.dimension:
        return None
    return value * one.factor / other.factor


def show(value: float) -> str:
    """A number as a person would type it: no trailing zeros, no exponent below a thousand million."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}"
