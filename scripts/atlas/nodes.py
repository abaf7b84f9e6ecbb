"""YAML text → its nodes with their places; what plain loading would hide (duplicate keys) stays visible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML has it: the same language, ten times as fast."""

Node = yaml.Node


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in its YAML file, counted from 1."""

    line: int = 1
    column: int = 1


START = Place()
"""Where a file begins."""


class SyntaxFaultError(Exception):
    """The text is no YAML, or no mapping; ``place`` is where that shows."""

    def __init__(self, place: Place, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def compose(text: str) -> yaml.MappingNode | None:
    """The mapping that a file consists of; ``None`` if it is empty.

    Raises:
        SyntaxFaultError: if the text is no YAML or something else than a mapping.
    """
    try:
        node = _Loader(text).get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or error)
        raise SyntaxFaultError(Place(mark.line + 1, mark.column + 1) if mark else Place(), problem) from error
    if node is None:
        return None
    if not isinstance(node, yaml.MappingNode):
        raise SyntaxFaultError(place(node), "整个文件应当是“键: 行”的映射")
    return node


def place(node: Node) -> Place:
    """Where a node begins."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


def pairs(node: yaml.MappingNode) -> Iterator[tuple[str, Node, Node]]:
    """Each key as text, its node and its value's node, in the file's order and with repetitions."""
    for key, value in node.value:
        yield (str(key.value) if isinstance(key, yaml.ScalarNode) else "?"), key, value


def scalar(node: Node | None) -> str | None:
    """A scalar's text; ``None`` for lists, mappings and an empty value."""
    if not isinstance(node, yaml.ScalarNode) or node.tag.endswith(":null"):
        return None
    return str(node.value).strip()


def texts(node: Node | None) -> tuple[str, ...] | None:
    """The scalars of a list, or one scalar as a list of one; ``None`` if it is something else."""
    if isinstance(node, yaml.SequenceNode):
        found = [scalar(one) for one in node.value]
        return None if None in found else tuple(str(one) for one in found)
    one = scalar(node)
    return None if one is None else (one,)
