"""Numbers typed by hand in sentences against the data: only where it is sure which value is meant.

A device or a model is named, and in the same clause follow a number, a unit and the word for a quantity: “H100 SXM 有 90 GB
显存”. It is wrong only if no row of that name has such a value in any column of that unit, in any source's version, nor a
whole multiple of one (eight cards have eight times the memory).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from atlas.facts import Fact, Facts, Row, load
from atlas.facts.units import convert
from atlas.findings import RULES, Finding, Severity
from atlas.model import Block, PageView
from atlas.tables import shown

DISAGREES = RULES.add(
    "fact-disagrees",
    Severity.ERROR,
    "句子里手写的数字与数据不一致",
    "同一个数字在表里和句子里不一样，读者不知道信哪个。改成数据里的值，或写 `[=类.行.列]` 让它从数据取；数据错了就改数据。",
)
_GAP = r"[ 的有是为带配只共张块颗个卡]{0,6}"
"""What may stand between name and number; anything else (多, 比, 约, 省, 每) makes it another statement."""
_NUMBER = r"\d[\d,]*(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Quantity:
    """How a quantity is said: ``pattern`` behind the name, and the columns that may hold it in a unit of theirs."""

    kind: str
    columns: tuple[str, ...]
    pattern: re.Pattern[str]


def _said(unit: str, word: str) -> re.Pattern[str]:
    """The number before or behind the word: “80 GB 显存”, “显存 80 GB”, “显存是 80 GB”."""
    end = r"(?![A-Za-z/])"
    return re.compile(
        rf"{_GAP}(?P<number>{_NUMBER}) ?(?P<unit>{unit}){end} ?的?(?:{word})"
        rf"|{_GAP}(?:{word})[为是有 ]{{0,3}}(?P<number2>{_NUMBER}) ?(?P<unit2>{unit}){end}"
    )


_LAYERS = re.compile(
    rf"[ 的]?(?:共|有|共有|是) ?(?P<number>{_NUMBER}) ?(?P<unit>层)(?P<number2>)(?P<unit2>)(?![里中一就叠都用、])"
)
_SPELLED = {"TFLOPS": "TFLOP/s", "PFLOPS": "PFLOP/s"}
_COMPUTE = ("bf16", "fp16", "fp8", "fp6", "fp4", "tf32")
QUANTITIES = (
    Quantity("devices", ("memory", "memory_usable"), _said("GB|TB", "显存(?!带宽)")),
    Quantity("devices", ("bandwidth", "bandwidth_measured"), _said("GB/s|TB/s", "显存带宽")),
    Quantity("devices", ("tdp", "power_measured"), _said("W|kW", "功耗|TDP")),
    Quantity(
        "devices",
        ("fp32", "fp64", "fp16_fast_dense", "bf16_with_vector", "fp8_with_vector", "bf16_measured", "fp16_measured",
         *(f"{name}_{way}" for name in _COMPUTE for way in ("dense", "sparse"))),
        _said("TFLOPS|TFLOP/s|PFLOPS|PFLOP/s", "算力|BF16 算力|峰值|稠密峰值"),
    ),
    Quantity("models", ("params_total", "params_active"), _said("B|T|M|亿|万亿", "参数|总参数|参数量")),
    Quantity("models", ("layers", "layers_full", "layers_linear", "layers_sliding", "layers_dense"), _LAYERS),
)  # fmt: skip
_SLACK = 0.01
"""Sources round: so much of a value may be missing."""
_MULTIPLES = {"M": 1e6, "B": 1e9, "T": 1e12, "亿": 1e8, "万亿": 1e12}


def check(view: PageView) -> Iterator[Finding]:
    """Every sentence that names a row of the data and a quantity of it."""
    if view.written.data is None:
        return
    facts = load(view.written.data)
    named = tuple((kind, row.key, row.name) for kind in ("devices", "models") for row in facts[kind])
    if not named:
        return
    names = _names(named)
    for block in view.rendered.blocks:
        for mention in names.pattern.finditer(block.text):
            rows = tuple((kind, facts[kind][key]) for kind, key in names.keys[mention[0]])
            yield from _judge(view, block, mention, rows, facts)


def _judge(
    view: PageView, block: Block, mention: re.Match[str], named: tuple[tuple[str, Row], ...], facts: Facts
) -> Iterator[Finding]:
    for quantity in QUANTITIES:
        rows = [row for kind, row in named if kind == quantity.kind]
        said = quantity.pattern.match(block.text, mention.end()) if rows else None
        if said is None:
            continue
        number, unit = said["number"] or said["number2"], said["unit"] or said["unit2"]
        known = [fact for row in rows for name in quantity.columns if (fact := row.get(name)) and fact.number is not None]
        if known and not any(_agrees(fact, number, unit, several=quantity.kind == "devices") for fact in known):
            values = "、".join(dict.fromkeys(f"{shown(fact, facts)} {fact.column.unit_label}".strip() for fact in known))
            message = f"“`{mention[0]}{said[0]}`”与数据不一致，数据里是 {values}"
            hint = f"改成数据里的值，或写 `[={quantity.kind}.{rows[0].key}.{known[0].column.name}]`"
            place = view.places.text((f"{mention[0]}{said[0]}", said[0], number))
            yield Finding(DISAGREES, place, message, hint)


def _agrees(fact: Fact, written: str, unit: str, *, several: bool) -> bool:
    """Whether a number as written can be this fact, or that of ``several`` of its kind, as far as its digits go."""
    plain = float(written.replace(",", ""))
    half = 0.5 * 10.0 ** -len(written.partition(".")[2])
    values = [fact.number, *(other.value for other in fact.also)]
    for value in (value for value in values if isinstance(value, float) and value > 0):
        one = _in_unit(value, fact.unit, unit)
        if one is None:
            return True  # a unit that this column does not know: nothing can be said
        total = one * (max(1, round(plain / one)) if several else 1)
        if abs(plain - total) <= half + _SLACK * total:
            return True
    return False


def _in_unit(value: float, own: str, written: str) -> float | None:
    if written == "层":
        return value
    if written in _MULTIPLES:
        return value / _MULTIPLES[written]
    return convert(value, own, _SPELLED.get(written, written))


@dataclass(frozen=True, slots=True)
class Names:
    """Every name by which a sentence may call rows, with their kinds and keys."""

    pattern: re.Pattern[str]
    keys: Mapping[str, tuple[tuple[str, str], ...]]


def _spellings(name: str) -> Iterator[str]:
    """A row's name, and shorter ones that other rows may have, too: H100 SXM5 → H100 SXM, H100."""
    plain = re.sub(r"（[^）]*）", "", name).strip()
    for prefix in ("Instinct ", "GeForce "):
        plain = plain.removeprefix(prefix)
    yield from (name, plain, re.sub(r" (?=[\d.]+[BT]$)", "-", plain))
    words = plain.split(" ")
    for count in range(1, len(words)):
        part = " ".join(words[:count])
        if re.search(r"[A-Z]\d\d", part):
            yield from (part, re.sub(r"(SXM)\d$", r"\1", part))
    yield re.sub(r"(SXM)\d$", r"\1", plain)


@lru_cache(maxsize=4)
def _names(rows: tuple[tuple[str, str, str], ...]) -> Names:
    keys: dict[str, list[tuple[str, str]]] = {}
    for kind, key, name in rows:
        for spelling in dict.fromkeys(_spellings(name)):
            keys.setdefault(spelling, []).append((kind, key))
    ordered = sorted(keys, key=len, reverse=True)
    pattern = "|".join(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9.-])" for name in ordered)
    return Names(re.compile(pattern), {name: tuple(found) for name, found in keys.items()})
