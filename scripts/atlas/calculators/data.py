"""``docs/_data`` → the few columns that calculators compute with, as plain values that JavaScript can have, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from atlas.facts import Absent, Facts, Row

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "models": (
        "maker", "class", "attention", "activation", "moe", "tied_embeddings", "params_total", "params_active", "layers",
        "layers_dense", "layers_full", "layers_linear", "layers_sliding", "window", "hidden", "ffn", "expert_ffn", "heads",
        "kv_heads", "head_dim", "kv_lora_rank", "rope_head_dim", "vocab", "q_lora_rank", "context", "experts",
        "experts_shared", "experts_active",
    ),
    "devices": (
        "maker", "per", "form", "status", "memory", "memory_usable", "devices_seen", "bandwidth",
        "bf16_dense", "fp16_dense", "fp8_dense",
        "fp4_dense", "int8_dense", "tdp", "link_uni", "scale_up_domain",
    ),
    "interconnects": ("scope", "bandwidth_uni", "bandwidth_bi", "measured_busbw"),
}  # fmt: skip
"""What is handed on; a column more costs every reader of a calculator a few hundred bytes.

Models get two more, ``cached``: the numbers that a token leaves in a layer's cache, and ``timed``: 1 if time and traffic can
be computed. Devices get ``trains``: 1 if they have a dense rate in 16 bits or FP8.
"""
KINDS: Mapping[str, str] = {"model": "models", "device": "devices", "link": "interconnects"}
"""The kinds of inputs that choose a row, with where the rows are."""

GROUPS: Mapping[str, str] = {"models": "maker", "devices": "maker", "interconnects": "scope"}
"""The column by which a list of rows is grouped; it holds what readers see."""

Cell = float | str | bool
Line = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Data:
    """Rows by kind and key; each has its ``name``, and of the columns those that its row says something of."""

    rows: Mapping[str, Mapping[str, Line]] = field(default_factory=dict)

    def number(self, kind: str, key: str, column: str) -> float | None:
        """A number, or ``None`` if the data has none."""
        value = self.rows[kind].get(key, {}).get(column)
        return value if isinstance(value, float) else None

    def text(self, kind: str, key: str, column: str) -> str:
        """A word of the data, or nothing; 未公开 and 不支持 where the data says so."""
        value = self.rows[kind].get(key, {}).get(column)
        return value if isinstance(value, str) else ""

    def flag(self, kind: str, key: str, column: str) -> bool:
        """Whether the data says yes."""
        return self.rows[kind].get(key, {}).get(column) is True

    def name(self, kind: str, key: str) -> str:
        """What readers see of a row."""
        return self.text(kind, key, "name")

    def keys(self, kind: str, needs: tuple[str, ...] = ()) -> Iterator[str]:
        """The rows, in the file's order, that have a number in each of the columns."""
        for key in self.rows[kind]:
            if all(self.number(kind, key, column) is not None for column in needs):
                yield key


def data_of(facts: Facts) -> Data:
    """What calculators see of the facts."""
    rows = {kind: {row.key: _line(row, columns) for row in facts[kind]} for kind, columns in COLUMNS.items()}
    for line in rows["models"].values():
        if (kept := _cached(line)) is not None:
            line["cached"] = kept
        if _timed(line):
            line["timed"] = 1.0
    for line in rows["devices"].values():
        if any(isinstance(line.get(column), float) for column in ("bf16_dense", "fp16_dense", "fp8_dense")):
            line["trains"] = 1.0
    return Data(rows)


def _timed(line: Line) -> bool:
    """Whether all is known that :mod:`~atlas.calculators.flows` needs, so that a list need not offer what it refuses."""

    def known(*columns: str) -> bool:
        return all(isinstance(line.get(column), float) for column in columns)

    experts = line.get("experts")
    routed = isinstance(experts, float) and experts > 1
    cache = known("kv_lora_rank") or known("kv_heads") or line.get("attention") == "mha"
    return (
        line.get("attention") != "sparse"
        and cache
        and known("params_total", "layers", "hidden", "heads")
        and (not routed or known("experts_active", "params_active"))
    )


def _cached(line: Line) -> float | None:
    """Numbers that a token leaves in the cache of a layer with full attention; ``None`` where the formulas don't hold."""
    heads, width, rank, rope = (line.get(name) for name in ("kv_heads", "head_dim", "kv_lora_rank", "rope_head_dim"))
    if isinstance(rank, float) and isinstance(rope, float):
        return rank + rope
    if isinstance(heads, float) and isinstance(width, float) and line.get("attention") != "sparse":
        return 2 * heads * width
    return None


def _line(row: Row, columns: tuple[str, ...]) -> dict[str, Cell]:
    line: dict[str, Cell] = {"name": row.name}
    for column in columns:
        fact = row.get(column)
        if fact is None or isinstance(fact.value, tuple):
            continue
        value = fact.value.label if isinstance(fact.value, Absent) else fact.value
        line[column] = fact.column.choices.get(str(value), value) if column in GROUPS.values() else value
    return line
