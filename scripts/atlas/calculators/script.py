"""Declarations and data → ``data.js``, all that the JavaScript of the calculators must know. A page over ``file://`` can't
fetch, so it is a script."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from atlas.calculators.catalogue import CALCULATORS
from atlas.calculators.data import KINDS, Data
from atlas.calculators.declaration import Bar, Calculator, Output, Schedule, Table
from atlas.calculators.numbers import SCALES

NAME = "data.js"
_WORDS: Mapping[type, str] = {Output: "value", Table: "table", Bar: "bar", Schedule: "schedule"}


def data_script(data: Data) -> str:
    """The text of the script."""
    known = {
        "calculators": {key: declared(one) for key, one in CALCULATORS.items()},
        "rows": data.rows,
        "kinds": KINDS,
        "scales": SCALES,
    }
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"), default=dict)
    return f"// 由 docs/_data 生成，请勿改动。\n(globalThis.atlasCalculators ??= {{}}).known = {text};\n"


def declared(calculator: Calculator) -> dict[str, Any]:
    """What JavaScript needs of a declaration: inputs, and what is shown how."""
    shows = [{"is": _WORDS[type(one)], **_plain(one)} for one in calculator.shows]
    return {"title": calculator.title, "inputs": [_plain(one) for one in calculator.inputs], "shows": shows}


def _plain(value: Any) -> dict[str, Any]:
    """A dataclass without the fields that are as they are by default: most are, and every reader loads this."""
    found = {}
    for one in dataclasses.fields(value):
        given = getattr(value, one.name)
        if given is not None and given is not False and given not in ("", (), {}):
            found[one.name] = _value(given)
    return found


def _value(given: Any) -> Any:
    if dataclasses.is_dataclass(given):
        return _plain(given)
    if isinstance(given, tuple):
        return [_value(one) for one in given]
    return dict(given) if isinstance(given, Mapping) else given
