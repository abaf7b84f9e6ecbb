"""A formula as written in a row → its value, from the row's own columns, other rows and the formulas of the site.

``bf16_dense * 2`` uses this row; ``h100-sxm.bf16_dense`` another row of the table; ``models.llama-3-1-8b.layers`` a row of
another table; ``model.params_active`` the row that this row's column ``model`` names. Functions are those of
:mod:`atlas.quantities`. Only arithmetic is possible: nothing is executed.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from atlas.facts.columns import Type
from atlas.facts.loading import Facts
from atlas.facts.schemas import Schema
from atlas.facts.values import Row, month_after
from atlas.quantities import FORMULAS
from atlas.wording import nearest

Lookup = Callable[[str], float]
"""A name as written in a formula → its number."""


class ExpressionError(Exception):
    """A formula that can't be computed; ``missing`` if only because a value it needs is not there."""

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


_REFERENCE = re.compile(r"(?<![\w.-])(?:[a-z_]+\.)?[a-z0-9]+(?:[-_][a-z0-9]+)*\.[a-z][a-z0-9_]*(?!\s*\()")
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


def evaluate(expression: str, lookup: Lookup) -> float:
    """The value of a formula.

    Raises:
        ExpressionError: if it is no formula, or a value is missing.
    """
    references: list[str] = []

    def mark(found: re.Match[str]) -> str:
        references.append(found[0])
        return f"__ref{len(references) - 1}__"

    try:
        tree = ast.parse(_REFERENCE.sub(mark, expression.strip()), mode="eval")
        value = _value(tree.body, lambda name: lookup(references[int(name[5:-2])] if name.startswith("__ref") else name))
    except SyntaxError as error:
        raise ExpressionError(f"公式 `{expression}` 写法不对") from error
    except (ZeroDivisionError, OverflowError, TypeError, ValueError) as error:
        raise ExpressionError(f"公式 `{expression}` 算不出来：{error}") from error
    return float(value)


def _value(node: ast.expr, lookup: Lookup) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name):
            return lookup(name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return float(_BINARY[type(op)](_value(left, lookup), _value(right, lookup)))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, lookup)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
            return _call(
                name, [_value(one, lookup) for one in args], {str(k.arg): _value(k.value, lookup) for k in keywords}
            )
    raise ExpressionError(f"公式里不能写 `{ast.unparse(node)}`，只能用加减乘除、乘方、列名和 `atlas.quantities` 里的公式")


def unit_of(expression: str) -> str | None:
    """The unit of a formula's value as far as the formulas of the site tell: empty for a plain number, ``None`` if unknown.

    Of a call it is the formula's; plain numbers leave it as it is. A value of the data may stand for anything (a parameter
    times two is bytes to whoever writes it), so nothing is said of those.
    """
    tree = _tree(expression)
    return _unit(tree) if tree else None


def called(expression: str) -> str:
    """The formula of which an expression is the value and nothing else; empty if it is more, or less, than that."""
    match _tree(expression):
        case ast.Call(func=ast.Name(id=name)):
            return name
    return ""


def _tree(expression: str) -> ast.expr | None:
    try:
        return ast.parse(_REFERENCE.sub("__ref__", expression.strip()), mode="eval").body
    except SyntaxError:
        return None


def _unit(node: ast.expr) -> str | None:
    match node:
        case ast.Constant():
            return ""
        case ast.Call(func=ast.Name(id=name)) if name in FORMULAS:
            return FORMULAS[name].unit
        case ast.UnaryOp(operand=operand):
            return _unit(operand)
        case ast.BinOp(left=left, op=op, right=right):
            one, other = _unit(left), _unit(right)
            if one is None or other is None:
                return None
            match op:
                case ast.Add() | ast.Sub():
                    return one if one == other else None
                case ast.Mult():
                    return one or other if not (one and other) else None
                case ast.Div():
                    return one if not other else "" if one == other else None
            return None if one or other else ""
    return None


def _call(name: str, args: list[float], keywords: dict[str, float]) -> float:
    if name not in FORMULAS:
        close = nearest(name, FORMULAS)
        raise ExpressionError(f"没有公式 `{name}`" + (f"，最接近的是 `{close}`" if close else ""))
    return float(FORMULAS[name].function(*args, **keywords))


def row_lookup(facts: Facts, schema: Schema, row: Row) -> Lookup:
    """How names in a formula of this row are looked up."""

    def lookup(name: str) -> float:
        *path, column = name.split(".")
        target = row if not path else _target(facts, schema, row, path)
        if target is None:
            raise ExpressionError(f"公式里的 `{name}` 找不到那一行")
        value = _number(target, column)
        if value is None:
            raise ExpressionError(f"公式里的 `{name}` 没有数值", missing=True)
        return value

    return lookup


def _number(row: Row, column: str) -> float | None:
    """A column's number; a date counts as its first day, so that dates can be compared."""
    fact = row.get(column)
    if fact is not None and fact.column.type is Type.DATE and isinstance(fact.value, str) and fact.value[0].isdigit():
        return float(month_after(fact.value, 0).toordinal())
    return fact.number if fact else None


def _target(facts: Facts, schema: Schema, row: Row, path: list[str]) -> Row | None:
    if len(path) == 2:
        return facts.row(path[0], path[1])
    column = schema.columns.get(path[0])
    if column is not None and column.type is Type.KEY:
        return facts.row(column.table, row.text(path[0]))
    return facts.row(schema.kind, path[0])
