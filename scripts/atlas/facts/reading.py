"""A data file's text and its schema → rows, and every fault of form in them, all in one go.

Nothing stops at the first fault: a value that can't be read is left out of its row, and reading goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from atlas.facts.cells import CellError, read_value
from atlas.facts.columns import Column, Type
from atlas.facts.schemas import Schema
from atlas.facts.values import EVIDENCE, UNPUBLISHED, Fact, Fault, Other, Row, Table
from atlas.nodes import Node, Place, SyntaxFaultError, compose, pairs, place, scalar, texts
from atlas.wording import nearest

_ROW_FIELDS = ("checked", "source", "kind", "note")
_CELL_FIELDS = ("value", "source", "kind", "note", "why", "also", "formula", "checked", "unit")
_OTHER_FIELDS = ("value", "source", "kind", "note")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass(slots=True)
class Reading:
    """What one file held: its rows, what is wrong with it, and where it names sources."""

    schema: Schema
    rows: dict[str, Row] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    uses: list[tuple[str, Place]] = field(default_factory=list)
    parsed: bool = True

    @property
    def table(self) -> Table:
        """The rows as a table."""
        return Table(self.schema, self.rows)

    def fault(self, rule: str, where: Place, message: str, hint: str) -> None:
        """Note a fault; a schema with a rule of its own gets all faults of form under it."""
        shown = self.schema.rule if self.schema.rule and rule not in {"fact-syntax", "fact-duplicate"} else rule
        self.faults.append(Fault(shown, self.schema.path, where, message, hint))


def read(schema: Schema, text: str) -> Reading:
    """Read a whole file."""
    reading = Reading(schema)
    try:
        root = compose(text)
    except SyntaxFaultError as error:
        reading.parsed = False
        hint = "检查这一行及上一行的冒号、缩进、引号和括号；值里有 `: ` 或 ` #` 时给它加引号"
        reading.fault("fact-syntax", error.place, f"`{schema.path}` 不是合法的 YAML：{error}", hint)
        return reading
    for key, key_node, node in pairs(root) if root else ():
        if not re.fullmatch(schema.key_pattern, key):
            hint = "键只用小写字母、数字和连字符，如 `h100-sxm`、`llama-3-1-8b`"
            reading.fault("fact-value-invalid", place(key_node), f"行的键 `{key}` 写法不对", hint)
        if key in reading.rows:
            first = reading.rows[key].place.line
            hint = f"第 {first} 行已有这个键，YAML 会悄悄丢掉前一行；改名或合并"
            reading.fault("fact-duplicate", place(key_node), f"键 `{key}` 重复", hint)
        elif not isinstance(node, yaml.MappingNode):
            reading.fault("fact-value-invalid", place(node), f"`{key}` 下面应当是“列: 值”", "每行缩进写各列")
        else:
            reading.rows[key] = _RowReader(reading, key, place(key_node), node).read()
    _same_names(reading)
    return reading


def _same_names(reading: Reading) -> None:
    column = reading.schema.unique
    seen: dict[str, Row] = {}
    for row in reading.rows.values():
        fact = row.get(column) if column else None
        if fact is None or not isinstance(fact.value, str):
            continue
        other = seen.setdefault(fact.value, row)
        if other is not row:
            message = f"`{row.key}` 与 `{other.key}` 同名：`{fact.value}`"
            hint = f"第 {other[column].place.line} 行已用这个名字，读者分不清两行；写明形态、容量或版本"
            reading.fault("fact-duplicate", fact.place, message, hint)


class _RowReader:
    """Reads one row; holds what its cells share."""

    def __init__(self, reading: Reading, key: str, where: Place, node: yaml.MappingNode) -> None:
        self._reading, self._schema, self._key, self._place = reading, reading.schema, key, where
        self._cells: dict[str, tuple[Node, Node]] = {}
        for name, key_node, value in pairs(node):
            if name in self._cells:
                hint = f"第 {place(self._cells[name][0]).line} 行已写过，YAML 会悄悄丢掉前一个；留一个，另一个写进 `also:`"
                self._fault("fact-duplicate", place(key_node), f"`{key}` 里 `{name}` 写了两次", hint)
            else:
                self._cells[name] = (key_node, value)
        own = [name for name in _ROW_FIELDS if name not in self._schema.columns] if self._schema.dated else []
        self._own = {name: self._cells.pop(name)[1] for name in own if name in self._cells}
        self._kind_misspelt = False
        self._sources = self._source_keys(self._own.get("source"))
        self._kind = self._evidence(self._own.get("kind"))
        self._unsourced: list[tuple[str, Place]] = []

    def read(self) -> Row:
        """The row; its faults go to the reading."""
        facts = {}
        for name, (key_node, node) in self._cells.items():
            column = self._schema.columns.get(name)
            if column is None:
                self._unknown_column(name, place(key_node))
            elif (fact := self._fact(column, node)) is not None:
                facts[name] = fact
        self._missing()
        return Row(
            self._key,
            facts,
            self._sources,
            self._kind,
            self._date(self._own.get("checked")),
            scalar(self._own.get("note")) or "",
            self._place,
        )

    def _fact(self, column: Column, node: Node) -> Fact | None:
        options: Mapping[str, Node] = {"value": node}
        if isinstance(node, yaml.MappingNode):
            options = self._options(node, _CELL_FIELDS, column)
            if "value" not in options:
                hint = "写 `value: …`，或 `value: unpublished`（未公开）、`value: unsupported`（不支持）"
                self._fault("fact-value-invalid", place(node), f"`{column.name}` 没有 `value`", hint)
                return None
        value_node = options["value"]
        try:
            value, text, precision = read_value(column, value_node, scalar(options.get("unit")) or "")
        except CellError as error:
            self._fault(error.rule, place(value_node), f"`{self._key}` 的“{column.label}”：{error}", error.hint)
            return None
        formula = scalar(options.get("formula")) or ""
        sources = self._source_keys(options.get("source"))
        kind = self._evidence(options.get("kind")) or ("derived" if formula else "")
        if kind == "derived" and not formula:
            hint = "加 `formula: …`，例如 `formula: bf16_dense * 2`"
            self._fault("fact-derived-wrong", place(value_node), f"`{column.name}` 写明是推导，却没有公式", hint)
        claims = self._schema.dated and column.claim
        if claims and not formula:
            sources, kind = sources or self._sources, kind or self._kind
            if value is not UNPUBLISHED and not (sources and kind):
                self._unsourced.append((column.name, place(value_node)))
        return Fact(
            column,
            value,
            text,
            precision,
            sources,
            kind if claims else "",
            scalar(options.get("note")) or "",
            scalar(options.get("why")) or "",
            self._others(column, options.get("also")),
            formula,
            self._date(options.get("checked")),
            place(value_node),
        )

    def _others(self, column: Column, node: Node | None) -> tuple[Other, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            hint = "写成 `also: [{value: 1000, source: 键}]`"
            self._fault("fact-value-invalid", place(node), f"`{column.name}` 的 `also` 应当是列表", hint)
            return ()
        found = (self._other(column, one) for one in node.value)
        return tuple(one for one in found if one is not None)

    def _other(self, column: Column, node: Node) -> Other | None:
        options = self._options(node, _OTHER_FIELDS, column) if isinstance(node, yaml.MappingNode) else {}
        if "value" not in options or "source" not in options:
            hint = "每个不同的说法都写 `{value: …, source: …}`"
            self._fault("fact-unsourced", place(node), f"`{column.name}` 的另一种说法缺少值或来源", hint)
            return None
        try:
            value, _, _ = read_value(column, options["value"], "")
        except CellError as error:
            self._fault(error.rule, place(options["value"]), f"`{self._key}` 的“{column.label}”：{error}", error.hint)
            return None
        return Other(
            value,
            self._source_keys(options["source"]),
            self._evidence(options.get("kind")),
            scalar(options.get("note")) or "",
        )

    def _options(self, node: yaml.MappingNode, known: tuple[str, ...], column: Column) -> dict[str, Node]:
        options: dict[str, Node] = {}
        for name, key_node, value in pairs(node):
            if name not in known:
                hint = f"这里能写的有 {'、'.join(f'`{one}`' for one in known)}"
                self._fault("fact-value-invalid", place(key_node), f"`{column.name}` 里不认识 `{name}`", hint)
            elif name in options:
                self._fault("fact-duplicate", place(key_node), f"`{column.name}` 里 `{name}` 写了两次", "留一个")
            else:
                options[name] = value
        return options

    def _source_keys(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        keys = texts(node)
        if keys is None:
            hint = "写一个键，或 `[键, 键]`"
            self._fault("fact-value-invalid", place(node), f"`{self._key}` 的 `source` 写法不对", hint)
            return ()
        places = [place(one) for one in node.value] if isinstance(node, yaml.SequenceNode) else [place(node)]
        self._reading.uses.extend(zip(keys, places, strict=True))
        return keys

    def _evidence(self, node: Node | None) -> str:
        if node is None:
            return ""
        kind = scalar(node) or ""
        if kind not in EVIDENCE:
            close = nearest(kind, EVIDENCE)
            hint = f"最接近的是 `{close}`" if close else f"改用 {'、'.join(EVIDENCE)} 之一"
            self._fault("fact-value-invalid", place(node), f"证据类别 `{kind}` 不在约定里", hint)
            self._kind_misspelt = True
            return ""
        return kind

    def _date(self, node: Node | None) -> str:
        day = scalar(node) or ""
        if node is not None and not _DATE.fullmatch(day):
            self._fault("fact-value-invalid", place(node), f"日期 `{day}` 写法不对", "写成 `2026-11-24`")
            return ""
        return day

    def _unknown_column(self, name: str, where: Place) -> None:
        known = [*self._schema.columns, *(_ROW_FIELDS if self._schema.dated else ())]
        close = nearest(name, known)
        hint = f"最接近的列是 `{close}`" if close else "这一类数据的列见 `scripts/atlas/facts/`；真需要新列，先加进那里"
        self._fault("fact-value-invalid", where, f"`{self._key}` 里没有 `{name}` 这一列", hint)

    def _missing(self) -> None:
        for name, column in self._schema.columns.items():
            if column.required and name not in self._cells:
                hint = f"补上 `{name}: …`"
                self._fault("fact-value-invalid", self._place, f"`{self._key}` 缺少“{column.label}”（`{name}`）", hint)
        if self._schema.dated and "checked" not in self._own:
            hint = "补上 `checked: 年-月-日`，写你核对这一行的那天"
            self._fault("fact-undated", self._place, f"`{self._key}` 没写核对日期", hint)
        if self._unsourced and not self._kind_misspelt:  # said already
            names = "、".join(f"`{name}`" for name, _ in self._unsourced)
            hint = "给整行写 `source:` 和 `kind:`，或给这个值写 `{value: …, source: …, kind: …}`"
            self._fault("fact-unsourced", self._unsourced[0][1], f"`{self._key}` 的 {names} 没有来源或证据类别", hint)

    def _fault(self, rule: str, where: Place, message: str, hint: str) -> None:
        self._reading.fault(rule, where, message, hint)


__all__ = ["Reading", "Type", "read"]
