"""A schema → JSON Schema, with which editors complete and check a data file while it is being written."""

from __future__ import annotations

from typing import Any

from atlas.facts.columns import Column, Type
from atlas.facts.schemas import Schema
from atlas.facts.values import EVIDENCE, Absent

_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_KIND = {
    "enum": list(EVIDENCE),
    "description": "证据类别：" + "、".join(f"{word} {label}" for word, label in EVIDENCE.items()),
}


def json_schema(schema: Schema) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a data file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema.label,
        "type": "object",
        "additionalProperties": False,
        "patternProperties": {f"^{schema.key_pattern}$": _row(schema)},
    }


def _row(schema: Schema) -> dict[str, Any]:
    properties = {name: _cell(schema, column) for name, column in schema.columns.items()}
    required = [name for name, column in schema.columns.items() if column.required]
    if schema.dated:
        properties |= {
            "checked": {"description": "这一行的核对日期，如 2026-11-24"},
            "source": _TEXTS | {"description": "整行默认的来源"},
            "kind": _KIND,
            "note": {"type": "string", "description": "整行的说明"},
        }
        required.append("checked")
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}


def _cell(schema: Schema, column: Column) -> dict[str, Any]:
    unit = f"（{column.unit_label}）" if column.unit else ""
    described = {"description": f"{column.label}{unit}" + (f"：{column.remark}" if column.remark else "")}
    plain = _value(column)
    if not (schema.dated and column.claim):
        return plain | described
    options = {
        "value": plain,
        "source": _TEXTS,
        "kind": _KIND,
        "note": {"type": "string"},
        "why": {"type": "string", "description": "为什么本站用这个值"},
        "formula": {"type": "string"},
        "checked": {},
        "unit": {"type": "string"},
        "also": {"type": "array", "items": {"type": "object", "required": ["value", "source"]}},
    }
    whole = {"type": "object", "additionalProperties": False, "properties": options, "required": ["value"]}
    return {"anyOf": [plain, whole]} | described


def _value(column: Column) -> dict[str, Any]:
    absent = [{"enum": [absent.value for absent in Absent]}] if column.claim else []
    listed = {"type": "array", "items": {"enum": list(column.choices)} if column.choices else {"type": "string"}}
    number = {"type": "number"} | ({"minimum": column.low} if column.low is not None else {})
    number |= {"maximum": column.high} if column.high is not None else {}
    kinds: dict[Type, list[dict[str, Any]]] = {
        Type.NUMBER: [number, {"type": "string", "pattern": r"^[+-]?[0-9]"}],
        Type.CHOICE: [{"enum": list(column.choices)}],
        Type.LIST: [listed],
        Type.DATE: [{"type": ["string", "integer"], "pattern": r"^(19|20)[0-9]{2}(-[0-9]{2}){0,2}$"}],
        Type.ADDRESS: [{"type": "string", "pattern": "^https?://"}],
        Type.YES_NO: [{"type": "boolean"}, {"enum": ["yes", "no"]}],
    }
    allowed = [*kinds.get(column.type, [{"type": ["string", "number", "boolean"]}]), *absent]
    return allowed[0] if len(allowed) == 1 else {"anyOf": allowed}
