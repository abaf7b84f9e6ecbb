"""A fence's few lines of YAML and the data → the rows and columns that it shows, or what is wrong with it and where.

``where`` is a small language of its own (``maker == nvidia and memory >= 80``): nothing in it is ever executed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from atlas.facts import SCHEMAS, Absent, Column, Facts, Row, Schema, Type
from atlas.facts.units import parse_number
from atlas.nodes import Node, SyntaxFaultError, compose, pairs, place, scalar, texts
from atlas.wording import nearest

Test = Callable[[Row], bool]
"""Whether a row is shown."""

TABLE_KINDS = tuple(kind for kind in SCHEMAS if kind not in {"changes", "glossary", "licences", "sources"})
"""The kinds of data that tables and charts may show; glossary and sources have fences of their own."""
_TOKEN = re.compile(r'\s*(?:(<=|>=|==|!=|<|>|\(|\)|\[|\]|,)|"([^"]*)"|([^\s()\[\],=!<>"]+))')
_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class SelectionError(Exception):
    """A fence that asks for what is not there; ``hint`` says what to write, ``line`` counts from 1 in the fence."""

    def __init__(self, message: str, hint: str, line: int = 1) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows and columns of one kind of data, and the fence's other options as written."""

    schema: Schema
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the fence calls it, or the kind's own name."""
        return self.options.get("title") or self.schema.label


def select(text: str, facts: Facts, options: Sequence[str], *, kind: str = "") -> Selection:
    """Read a fence; ``options`` are the words it may use besides those that choose rows.

    Raises:
        SelectionError: if it is no YAML, or names a kind, column, word or option that there is not.
    """
    said = given(text, ("data", "columns", "where", "sort", "limit", "title", "links", *options))
    schema = _schema(said.get("data"), kind)
    rows = tuple(facts[schema.kind])
    if "where" in said:
        node = said["where"]
        test = parse_test(scalar(node) or "", schema, place(node).line)
        rows = tuple(row for row in rows if test(row))
        if not rows:
            raise SelectionError(f"`where: {scalar(node)}` 一行也没选中", "放宽条件，或核对词的写法", place(node).line)
    if "sort" in said:
        rows = _sorted(rows, schema, said["sort"])
    return Selection(
        schema,
        _columns(said.get("columns"), schema),
        rows[: _limit(said.get("limit"))],
        {name: scalar(node) or "" for name, node in said.items() if name in (*options, "title")},
        _links(said.get("links")),
    )


def given(text: str, known: Sequence[str]) -> dict[str, Node]:
    """What a fence says, by its words, which must be among the known ones.

    Raises:
        SelectionError: if it is no YAML, or says a word that there is not.
    """
    try:
        root = compose(text)
    except SyntaxFaultError as error:
        hint = "一行一项，例如 `data: devices`；值里有 `: ` 时加引号"
        raise SelectionError(f"围栏里不是合法的 YAML：{error}", hint, error.place.line) from error
    said: dict[str, Node] = {}
    for name, key_node, node in pairs(root) if root else ():
        if name not in known:
            close = nearest(name, known)
            hint = f"最接近的是 `{close}`" if close else f"这里能写的有 {'、'.join(f'`{one}`' for one in known)}"
            raise SelectionError(f"围栏里不认识 `{name}`", hint, place(key_node).line)
        said[name] = node
    return said


def _schema(node: Node | None, kind: str) -> Schema:
    wanted = (scalar(node) or "") if node else kind
    if wanted in TABLE_KINDS:
        return SCHEMAS[wanted]
    close = nearest(wanted, TABLE_KINDS)
    hint = f"最接近的是 `{close}`" if close else f"写 `data:` 和 {'、'.join(f'`{one}`' for one in TABLE_KINDS)} 之一"
    raise SelectionError(f"没有 `{wanted}` 这一类数据", hint, place(node).line if node else 1)


def _columns(node: Node | None, schema: Schema) -> tuple[Column, ...]:
    """The columns asked for, the name always first; none if the fence names none."""
    if node is None:
        return ()
    names = texts(node)
    if not names:
        raise SelectionError("`columns` 应当是一串列名", "写成 `columns: [memory, bandwidth]`", place(node).line)
    places = [place(one).line for one in node.value] if isinstance(node, yaml.SequenceNode) else [place(node).line]
    found = {name: _column(name, schema, line) for name, line in zip(names, places, strict=True)}
    return tuple({"name": schema.columns["name"], **found}.values())


def _column(name: str, schema: Schema, line: int) -> Column:
    if name in schema.columns:
        return schema.columns[name]
    labels = {column.label: key for key, column in schema.columns.items()}
    close = labels.get(name) or nearest(name, schema.columns)
    hint = f"最接近的列是 `{close}`" if close else f"`{schema.kind}` 的列见数据下载页"
    raise SelectionError(f"`{schema.kind}` 没有 `{name}` 这一列", hint, line)


def _sorted(rows: tuple[Row, ...], schema: Schema, node: Node) -> tuple[Row, ...]:
    for word in reversed([one.strip() for one in (scalar(node) or "").split(",")]):
        name = word.removeprefix("-")
        _column(name, schema, place(node).line)
        known = [(order, row) for row in rows if (order := _order(row, name)) is not None]
        known.sort(key=lambda item: item[0], reverse=word.startswith("-"))
        rows = (*(row for _, row in known), *(row for row in rows if _order(row, name) is None))
    return rows


def _order(row: Row, name: str) -> tuple[float, str] | None:
    fact = row.get(name)
    if fact is None or isinstance(fact.value, Absent):
        return None
    return (fact.number, "") if fact.number is not None else (0.0, str(fact.value))


def _limit(node: Node | None) -> int | None:
    if node is None:
        return None
    text = scalar(node) or ""
    if not text.isdigit() or text == "0":
        raise SelectionError(f"`limit: {text}` 不是行数", "写一个正整数", place(node).line)
    return int(text)


def _links(node: Node | None) -> dict[str, str]:
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise SelectionError("`links` 应当是“键: 地址”", 'links: {nvidia: "#nvidia"}', place(node).line)
    return {name: scalar(value) or "" for name, _, value in pairs(node)}


def parse_test(text: str, schema: Schema, line: int = 1) -> Test:
    """A condition over a row's columns, as ``where`` has it.

    Raises:
        SelectionError: if it is no condition, or names a column or word that there is not.
    """
    parser = _Parser(text, schema, line)
    test = parser.any_of()
    if parser.left:
        raise parser.fault(f"多出 `{parser.left[0]}`")
    return test


class _Parser:
    """Recursive descent: ``any_of`` → ``all_of`` → ``one``."""

    def __init__(self, text: str, schema: Schema, line: int) -> None:
        self._text, self._schema, self._line = text, schema, line
        self.left: list[str] = []
        at = 0
        while at < len(text.rstrip()):
            found = _TOKEN.match(text, at)
            if not found:
                raise self.fault(f"读不懂 `{text[at:].strip()}`")
            self.left.append(next(part for part in found.groups() if part is not None))
            at = found.end()

    def fault(self, message: str) -> SelectionError:
        hint = "写成 `列 == 值`、`列 >= 数`、`列 in [甲, 乙]`、`列 has 值` 或只写列名（有值），用 and、or、not 和括号连接"
        return SelectionError(f"条件 `{self._text}`：{message}", hint, self._line)

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self._take("or"):
            tests.append(self.all_of())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def all_of(self) -> Test:
        tests = [self.one()]
        while self._take("and"):
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def one(self) -> Test:
        if self._take("not"):
            test = self.one()
            return lambda row: not test(row)
        if self._take("("):
            test = self.any_of()
            if not self._take(")"):
                raise self.fault("少了右括号")
            return test
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._next("列名")
        column = None if name == "key" else _column(name, self._schema, self._line)
        if self.left and (sign := self.left[0]) in _SIGNS:
            self.left.pop(0)
            return _compare(name, sign, self._value(column, self._next("值")))
        if self._take("in"):
            wanted = self._list(column)
            return lambda row: _value(row, name) in wanted
        if self._take("has"):
            one = self._value(column, self._next("值"))
            return lambda row: one in row.texts(name)
        return lambda row: _value(row, name) not in {None, False}

    def _list(self, column: Column | None) -> frozenset[object]:
        if not self._take("["):
            raise self.fault("`in` 后面应当是 `[甲, 乙]`")
        found = [self._value(column, self._next("值"))]
        while self._take(","):
            found.append(self._value(column, self._next("值")))
        if not self._take("]"):
            raise self.fault("少了右方括号")
        return frozenset(found)

    def _value(self, column: Column | None, word: str) -> object:
        if column is None or word in set(Absent):
            return word
        if column.type is Type.NUMBER:
            number = parse_number(word)
            if number is None:
                raise self.fault(f"“{column.label}”是数字，`{word}` 不是")
            return number.value
        if column.type is Type.YES_NO:
            return {"yes": True, "no": False}.get(word.lower(), word)
        if column.choices and word not in column.choices:
            close = nearest(word, column.choices) or nearest(word.lower(), column.choices)
            hint = f"最接近的是 `{close}`" if close else f"“{column.label}”的词有 {'、'.join(column.choices)}"
            raise SelectionError(f"“{column.label}”里没有 `{word}`", hint, self._line)
        return word

    def _take(self, word: str) -> bool:
        if self.left and self.left[0] == word:
            self.left.pop(0)
            return True
        return False

    def _next(self, what: str) -> str:
        if not self.left:
            raise self.fault(f"后面少了{what}")
        return self.left.pop(0)


def _value(row: Row, name: str) -> object:
    if name == "key":
        return row.key
    fact = row.get(name)
    return None if fact is None else str(fact.value) if isinstance(fact.value, Absent) else fact.value


def _compare(name: str, sign: str, wanted: object) -> Test:
    def test(row: Row) -> bool:
        value = _value(row, name)
        if sign in {"==", "!="}:
            return _SIGNS[sign](value, wanted)
        return type(value) is type(wanted) and _SIGNS[sign](value, wanted)

    return test
