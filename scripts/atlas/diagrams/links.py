"""A diagram's text → the addresses that its author put on nodes, each with its place.

Each kind has statements of its own for it; a kind that has none takes ours, a comment ``%% click 节点 "地址"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from atlas.diagrams.keywords import kind_of
from atlas.diagrams.stripping import strip

_COMMENT_CLICK = re.compile(r'^\s*%%\s*click\s+(?P<node>.+?)\s+"(?P<href>[^"\n]+)"\s*$', re.MULTILINE)
_ACTIVE_SCHEME = re.compile(r"^[\s\x00-\x1f]*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_CLICK = re.compile(
    r"(?:^|;)[^\S\n]*click[^\S\n]+(?P<node>\"[^\"\n]*\"|[^\s\"]+)[^\S\n]+(?:href[^\S\n]+)?\"(?P<href>[^\"\n]+)\"",
    re.MULTILINE,
)
_CLASS_LINK = re.compile(r'^[^\S\n]*link[^\S\n]+(?P<node>\S+)[^\S\n]+"(?P<href>[^"\n]+)"', re.MULTILINE)
_ACTOR_LINK = re.compile(r"^[^\S\n]*link[^\S\n]+(?P<node>[^:\n]+):[^@\n]*@[^\S\n]*(?P<href>\S+)", re.MULTILINE)
_ACTOR_LINKS = re.compile(r"^[^\S\n]*links[^\S\n]+(?P<node>[^:\n]+):\s*(?P<json>\{.*\})", re.MULTILINE)
_COMMENT = re.compile(r"^[^\S\n]*%%(?!\{).*$", re.MULTILINE)
_WITH_CLICK = frozenset({"flowchart", "swimlane", "class", "state", "gantt"})
"""Kinds with a ``click`` of their own; in them a comment is a comment."""


@dataclass(frozen=True, slots=True)
class NodeLink:
    """An address on a node: ``start`` and ``end`` are its offsets in the text."""

    node: str
    href: str
    start: int
    end: int


def node_links(source: str) -> tuple[NodeLink, ...]:
    """What Mermaid's own statements link, in the order of the text, whether or not it will be drawn.

    The forms: ``click … "…"`` with or without ``href``, a tooltip and a target; ``link A "…"`` of class diagrams;
    ``link A: … @ …`` and ``links A: {…}`` of sequence diagrams.
    """
    if "click" not in source and "link" not in source:
        return ()
    live = _COMMENT.sub(lambda found: " " * len(found[0]), source)
    return tuple(sorted(_of_kind(live, kind_of(strip(source).text)), key=lambda one: one.start))


def comment_links(source: str) -> tuple[NodeLink, ...]:
    """What our ``%% click 节点 "地址"`` lines link, in kinds of diagram that have no ``click`` of their own."""
    if "%%" not in source or kind_of(strip(source).text) in _WITH_CLICK:
        return ()
    return tuple(_link(found) for found in _COMMENT_CLICK.finditer(source))


def written_links(source: str) -> tuple[str, ...]:
    """Every address that a diagram drawn at build time may lead to, without repetitions."""
    return tuple(dict.fromkeys(one.href for one in (*node_links(source), *comment_links(source))))


def relinked(source: str, addresses: dict[str, str]) -> str:
    """The same diagram with other addresses on its nodes, where ``addresses`` has any."""
    for one in reversed(node_links(source)):
        source = source[: one.start] + addresses.get(one.href, one.href) + source[one.end :]
    return source


def is_active(href: str) -> bool:
    """Whether an address would run something instead of going somewhere (``javascript:`` and its like)."""
    return bool(_ACTIVE_SCHEME.match(href))


def _of_kind(live: str, kind: str) -> Iterator[NodeLink]:
    patterns = [_CLICK] * (kind in _WITH_CLICK) + [_CLASS_LINK] * (kind == "class") + [_ACTOR_LINK] * (kind == "sequence")
    for pattern in patterns:
        yield from (_link(found) for found in pattern.finditer(live))
    for several in _ACTOR_LINKS.finditer(live) if kind == "sequence" else ():
        for one in re.finditer(r':\s*["\'](?P<href>[^"\']+)["\']', several["json"]):
            start = several.start("json") + one.start("href")
            yield NodeLink(several["node"].strip(), one["href"], start, start + len(one["href"]))


def _link(found: re.Match[str]) -> NodeLink:
    return NodeLink(found["node"].strip('"'), found["href"], found.start("href"), found.end("href"))
