"""``mkdocs.yml`` → its values with their places, ``INHERIT`` followed; nothing is constructed, so no tag of it runs.

MkDocs itself decides what a configuration means; here is only said where its author wrote what.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from atlas.findings import Location
from atlas.nodes import Node, SyntaxFaultError, compose, pairs, place

_DEEP = 16
"""Configurations that inherit from one another beyond this depth are a circle."""

_MARK = re.compile(r'in "([^"]+)", line (\d+), column (\d+)')
_UNCLOSED = re.compile(r"while (?:parsing a flow|scanning a quoted)")
"""What was opened and not closed is wrong where it was opened, not where the parser gave up."""
_PREFIX = "MkDocs encountered an error parsing the configuration file: "
_REFUSED = re.compile(r"Config value '([^']+)': ?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Value:
    """A value, or a key, as it stands in the file ``path``."""

    path: str
    node: Node

    @property
    def location(self) -> Location:
        """Where its text begins, behind an opening quote."""
        at = place(self.node)
        quoted = isinstance(self.node, yaml.ScalarNode) and self.node.style in {"'", '"'} and not _is_tagged(self.node)
        return Location(self.path, at.line, (at.column or 1) + quoted)

    @property
    def text(self) -> str | None:
        """A scalar's text, that of an environment variable included; ``None`` for all else and for an empty value."""
        node = self.node
        if node.tag == "!ENV":
            return _from_environment(node)
        if (
            not isinstance(node, yaml.ScalarNode)
            or node.tag.endswith(":null")
            or node.tag.startswith("tag:yaml.org,2002:python")
        ):
            return None
        return str(node.value)

    def values(self) -> Iterator[Value]:
        """The members of a list; none of anything else."""
        if isinstance(self.node, yaml.SequenceNode) and not _is_tagged(self.node):
            yield from (Value(self.path, one) for one in self.node.value)

    def pairs(self) -> Iterator[tuple[Value, Value]]:
        """The keys and values of a mapping, repetitions included; none of anything else."""
        if isinstance(self.node, yaml.MappingNode):
            yield from ((Value(self.path, key), Value(self.path, value)) for _, key, value in pairs(self.node))

    def get(self, key: str) -> Value | None:
        """A mapping's value: the last under a key that is repeated, as YAML has it."""
        found = None
        for name, value in self.pairs():
            if name.text == key:
                found = value
            elif name.text == "<<" and found is None:
                found = next((one for part in (value, *value.values()) if (one := part.get(key))), None)
        return found

    def scalar_values(self) -> Iterator[Value]:
        """Every value, not key, that is one text, however deep."""
        if isinstance(self.node, yaml.ScalarNode):
            yield self
        for part in (*self.values(), *(value for _, value in self.pairs())):
            yield from part.scalar_values()

    def scalars(self) -> Iterator[Value]:
        """Every key and value that is one text, however deep, in the file's order."""
        if isinstance(self.node, yaml.ScalarNode):
            yield self
        parts = [*self.values(), *(part for pair in self.pairs() for part in pair)]
        for part in parts:
            yield from part.scalars()


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration and those that it inherits from, the nearest first."""

    layers: tuple[Value, ...] = ()

    @classmethod
    def of(cls, file: Path) -> Configuration:
        """Read a configuration; paths are relative to its folder. What can't be read has no values."""
        return cls(tuple(_layers(file, file.parent, _DEEP)))

    def find(self, *keys: str) -> Value | None:
        """The value under nested keys, from the nearest configuration that has it."""
        for layer in self.layers:
            value: Value | None = layer
            for key in keys:
                value = value.get(key) if value else None
            if value is not None:
                return value
        return None


def place_refusal(file: Path, reason: str) -> tuple[Location, str]:
    """Where the value stands that an engine refused with these words, and the words without the place.

    The engine names the key, often the value, or it passes on the marks of the YAML parser.
    """
    marks = list(_MARK.finditer(reason))
    if marks:
        at = marks[0 if _UNCLOSED.search(reason) else -1]
        path = os.path.relpath(at[1], file.parent).replace(os.sep, "/")
        return Location(path, int(at[2]), int(at[3])), " ".join(_MARK.sub(" ", reason).removeprefix(_PREFIX).split())
    named = _REFUSED.search(reason)
    value = Configuration.of(file).find(*named[1].split(".")) if named else None
    if named is None or value is None:
        return Location(file.name), reason
    quoted = set(re.findall(r"['\"]([^'\"]+)['\"]", named[2]))
    inside = next((one for one in value.scalars() if quoted & set(_spellings(one, file.parent))), value)
    return inside.location, reason


def _spellings(value: Value, folder: Path) -> tuple[str, ...]:
    text = str(value.node.value)
    return text, str(folder / text), str((folder / text).resolve())


def _layers(file: Path, root: Path, depth: int) -> Iterator[Value]:
    try:
        node = compose(file.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, SyntaxFaultError):
        return
    if node is None:
        return
    layer = Value(os.path.relpath(file, root).replace(os.sep, "/"), node)
    yield layer
    parent = layer.get("INHERIT")
    if parent is not None and parent.text and depth:
        yield from _layers(file.parent / parent.text, root, depth - 1)


def _is_tagged(node: Node) -> bool:
    return not node.tag.startswith("tag:yaml.org,2002:") or node.tag.startswith("tag:yaml.org,2002:python")


def _from_environment(node: Node) -> str | None:
    """``!ENV NAME`` or ``!ENV [NAME, OTHER, default]``: the first variable that is set, else the default."""
    if isinstance(node, yaml.ScalarNode):
        return os.environ.get(str(node.value))
    if not isinstance(node, yaml.SequenceNode) or not all(isinstance(one, yaml.ScalarNode) for one in node.value):
        return None
    names = [str(one.value) for one in node.value]
    known = next((os.environ[name] for name in (names[:-1] or names) if name in os.environ), None)
    return known if known is not None or len(names) < 2 else names[-1]
