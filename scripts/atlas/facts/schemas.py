"""A kind of data → its schema: columns, file, shelf life and what its columns must say of one another."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from atlas.facts.columns import Column


@dataclass(frozen=True, slots=True)
class Relation:
    """What two expressions over a row's columns must be to each other; skipped where a column has no number."""

    left: str
    sign: str
    """``<=`` or ``==``."""
    right: str
    reason: str
    tolerance: float = 0.0
    """The share by which the two may differ, for values that sources round."""
    unless: str = ""
    """A yes/no column; where it says yes, nothing is asked."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a table of this kind may hold."""

    kind: str
    label: str
    columns: Mapping[str, Column]
    shelf_life: int | None = None
    """Months after which a row has to be looked at again; ``None``: never."""
    relations: tuple[Relation, ...] = ()
    dated: bool = True
    """Whether each row has ``checked``, and its claims a source and a kind of evidence."""
    rule: str = ""
    """The rule that every fault in a row's form breaks, if not those for facts."""
    unique: str = "name"
    """The column in which no two rows may say the same."""
    key_pattern: str = r"[a-z0-9]+(-[a-z0-9]+)*"

    @property
    def path(self) -> str:
        """The file's name in the data folder."""
        return f"{self.kind}.yml"


def named(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Columns that know their own names."""
    return {name: dataclasses.replace(column, name=name) for name, column in columns.items()}
