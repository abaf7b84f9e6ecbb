"""A cell's node and its column → a typed value, or what is wrong with it and what to write instead."""

from __future__ import annotations

import re

from atlas.facts.columns import Column, Type
from atlas.facts.units import UNITS, convert, parse_number, show
from atlas.facts.values import UNPUBLISHED, UNSUPPORTED, Absent, Value
from atlas.nodes import Node, scalar, texts
from atlas.wording import nearest

Read = tuple[Value, str, float]
"""A value, its text as written and half its last printed place."""

_YES_NO = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}
_DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


class CellError(Exception):
    """A value that its column can't hold; the text says why, ``hint`` what to write, ``rule`` which rule it breaks."""

    def __init__(self, message: str, hint: str, rule: str = "fact-value-invalid") -> None:
        super().__init__(message)
        self.hint = hint
        self.rule = rule


def read_value(column: Column, node: Node, unit: str) -> Read:
    """Read a cell; ``unit`` is the unit that its author wrote beside the value, if any.

    Raises:
        CellError: if the value is not of the column's type, unit, choices or bounds.
    """
    if column.type is Type.LIST:
        return _list(column, node)
    text = scalar(node)
    if text is None:
        raise CellError("没有值", "写一个值；未公开写 `unpublished`，不支持写 `unsupported`，没查过就删掉这一列")
    if text in {UNPUBLISHED, UNSUPPORTED} and column.claim:
        return Absent(text), text, 0.0
    reader = {
        Type.NUMBER: _number,
        Type.CHOICE: _choice,
        Type.DATE: _date,
        Type.YES_NO: _yes_no,
        Type.ADDRESS: _address,
    }.get(column.type)
    if reader is None:
        return text, text, 0.0
    return reader(column, text if not unit else f"{text} {unit}")


def _number(column: Column, text: str) -> Read:
    written = parse_number(text)
    if written is None:
        hint = f"写一个数字，单位 {column.unit_label or '无'} 不用写；未公开写 `unpublished`，不支持写 `unsupported`"
        raise CellError(f"`{text}` 不是数字", hint)
    if written.unit and written.unit != column.unit:
        raise CellError(
            f"`{text}` 的单位不对，这一列是 {column.unit_label or '没有单位的数'}",
            _unit_hint(column, written.unit, written.value),
        )
    if column.whole and written.value != int(written.value):
        raise CellError(f"`{text}` 应当是整数", "写整数")
    too_small = column.low is not None and written.value < column.low
    too_large = column.high is not None and written.value > column.high
    if too_small or too_large:
        unit = f" {column.unit_label}" if column.unit else ""
        bound = f"不小于 {show(column.low or 0)}" if too_small else f"不大于 {show(column.high or 0)}"
        hint = f"这一列应当{bound}{unit}；查一查单位和小数点，是不是 TB 当成了 GB、Gb/s 当成了 GB/s"
        raise CellError(f"`{text}`{unit} 超出了物理上可能的范围", hint, "fact-out-of-bounds")
    return written.value, text, written.precision


def _unit_hint(column: Column, unit: str, value: float) -> str:
    converted = convert(value, unit, column.unit) if column.unit else None
    if converted is None:
        return f"`{unit}` 换不成 {column.unit_label}；核对这个数量的是什么" if unit in UNITS else "去掉单位"
    return f"换算后写 `{show(converted)}`"


def _choice(column: Column, text: str) -> Read:
    if text not in column.choices:
        raise CellError(f"`{text}` 不在可选的词里", _choice_hint(column, text))
    return text, text, 0.0


def _choice_hint(column: Column, text: str) -> str:
    close = nearest(text, column.choices) or nearest(text.lower(), column.choices)
    return f"最接近的是 `{close}`" if close else f"改用 {'、'.join(f'`{one}`' for one in column.choices)} 之一"


def _date(column: Column, text: str) -> Read:
    if not _DATE.fullmatch(text):
        raise CellError(f"`{text}` 不是日期", "写成 `2026`、`2026-11` 或 `2026-11-24`，知道多细写多细")
    return text, text, 0.0


def _address(column: Column, text: str) -> Read:
    if not text.startswith(("https://", "http://")):
        raise CellError(f"`{text}` 不是网址", "写以 https:// 开头的完整地址")
    return text, text, 0.0


def _yes_no(column: Column, text: str) -> Read:
    if text.lower() not in _YES_NO:
        raise CellError(f"`{text}` 不是是或否", "写 `yes` 或 `no`")
    return _YES_NO[text.lower()], text, 0.0


def _list(column: Column, node: Node) -> Read:
    found = texts(node)
    if found is None:
        raise CellError("应当是一串词", "写成 `[甲, 乙]`")
    if len(found) == 1 and found[0] in {UNPUBLISHED, UNSUPPORTED} and column.claim:
        return Absent(found[0]), found[0], 0.0
    for one in found:
        if column.choices and one not in column.choices:
            raise CellError(f"`{one}` 不在可选的词里", _choice_hint(column, one))
    return found, "、".join(found), 0.0
