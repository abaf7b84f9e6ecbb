"""A page as its author wrote it → everything in it that readers won't get, for whoever tells the author."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from html.parser import HTMLParser

from atlas.safety.values import allowed_value
from atlas.safety.vocabulary import ADDRESSES, PREFIXES, attributes


class Kind(StrEnum):
    """What something left out would have done."""

    SCRIPT = "script"
    EMBED = "embed"
    FORM = "form"
    ADDRESS = "address"
    """A link that would run something."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An element, or one of an element's attributes with its value; names as HTML compares them."""

    kind: Kind
    element: str
    attribute: str = ""
    value: str = ""


_KINDS = {
    **dict.fromkeys(("script", "noscript"), Kind.SCRIPT),
    **dict.fromkeys(
        ("iframe", "frame", "frameset", "object", "embed", "applet", "portal", "fencedframe", "param"), Kind.EMBED
    ),
    "form": Kind.FORM,
    "srcdoc": Kind.EMBED,
    **dict.fromkeys(("formaction", "formmethod", "formtarget", "form"), Kind.FORM),
}
_OURS = frozenset({"atlas-diagram", "atlas-facts", "atlas-links"})
"""Marks of the extension's own, in a page that was not finished."""
_DOCUMENT = frozenset({"html", "head", "body"})
"""Written around a fragment they change nothing."""


_TAG = re.compile(r"<(?:[A-Za-z][^\s<>\"'/]*+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+|/[A-Za-z][^\s<>/]*+)>")
"""A tag that every parser reads alike."""
_harmless: set[str] = set()
"""Tags seen before of which readers get all."""
_MOST = 50_000


def spot(html: str) -> tuple[LeftOut, ...]:
    """All of it, in the page's order, repetitions kept."""
    return () if _is_plain(html) else read(html)


def _is_plain(html: str) -> bool:
    """Whether the page is nothing but text and tags that can be judged one by one, all of them harmless: most pages are."""
    if "<" in _TAG.sub("", html):
        return False
    if len(_harmless) > _MOST:
        _harmless.clear()
    tags = set(_TAG.findall(html)) - _harmless
    if read("".join(tags)):
        return False
    _harmless.update(tags)
    return True


def read(html: str) -> tuple[LeftOut, ...]:
    """The same, by reading every word."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.found)


@cache
def _allowed() -> dict[str, frozenset[str]]:
    every = attributes()
    common = every.pop("*")
    return {element.lower(): frozenset(name.lower() for name in names | common) for element, names in every.items()}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[LeftOut] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _OURS:
            return
        is_foreign = tag == "form" and not (dict(attrs).get("class") or "").startswith("atlas-")
        if is_foreign or (tag not in _allowed() and tag not in _DOCUMENT):
            self.found.append(LeftOut(_KINDS.get(tag, Kind.OTHER), tag))
        self.found += (one for name, value in attrs if (one := _judge(tag, name, value or "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def _judge(element: str, written: str, value: str) -> LeftOut | None:
    name = written.removeprefix("xlink:").removeprefix("xml:")
    if name.startswith("on") and len(name) > 4:
        return LeftOut(Kind.SCRIPT, element, written, value)
    if element not in _allowed():
        return None  # goes with its element
    if name not in _allowed()[element] and not name.startswith(tuple(PREFIXES)) and not name.startswith("xmlns"):
        return LeftOut(_KINDS.get(name, Kind.OTHER), element, written, value)
    if allowed_value(element, name, value) == value:
        return None
    return LeftOut(Kind.ADDRESS if name in ADDRESSES else Kind.OTHER, element, written, value)


__all__ = ["Kind", "LeftOut", "spot"]
