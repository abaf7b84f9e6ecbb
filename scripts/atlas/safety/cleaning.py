"""A page's content → the same without anything that could run, submit, embed or pass for a part of the theme.

The parsing is that of browsers (nh3, which is ammonia on html5ever), so what was cleaned is what browsers will see.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import nh3

from atlas.safety.values import allowed_value
from atlas.safety.vocabulary import DROPPED, ELEMENTS, PREFIXES, SCHEMES, attributes

_RUNS = re.compile(r"[\x00-\x20]*(?:(?:java|vb|live)script:|data:[\w.+-]+/[\w.+-]+[;,])", re.IGNORECASE)
"""How a text begins that would run if it became an address."""
_TAG = re.compile(r"<[/!?A-Za-z]")
_PROSE = frozenset({"title", "description"})
"""Keys whose texts are never an address."""
_MOST = 8
"""More rounds than any known trick takes."""


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(ELEMENTS),
        clean_content_tags=set(DROPPED),
        attributes=attributes(),
        attribute_filter=allowed_value,
        strip_comments=True,
        link_rel=None,
        generic_attribute_prefixes=set(PREFIXES),
        url_schemes=set(SCHEMES | {"data"}),
    )


def clean(html: str) -> str:
    """The content without what is not allowed in it.

    What is left is read once more: markup that means something else when it is read again is a known trick, so this goes on
    until nothing changes, and markup for which it never ends becomes plain text.
    """
    if "<" not in html and "&" not in html:
        return html
    for _ in range(_MOST):
        before, html = html, _cleaner().clean(html)
        if html == before:
            return html
    return nh3.clean(html, tags=set())


def clean_metadata(value: Any, key: str = "", around: tuple[int, ...] = ()) -> Any:
    """A value of a page's front matter, which themes lay into the page's head and navigation as it is.

    ``around`` are the values that hold it: one that holds itself, as YAML allows, ends there.
    """
    if id(value) in around:
        return None
    inside = (*around, id(value))
    if isinstance(value, str):
        if key not in _PROSE and _RUNS.match(value):
            return ""
        text = re.sub("[<>]", lambda found: "&lt;" if found[0] == "<" else "&gt;", value)
        return text if key == "title" else text.replace('"', "'")
    if isinstance(value, dict):
        return {clean_metadata(name): clean_metadata(one, str(name), inside) for name, one in value.items()}
    if isinstance(value, list):
        return [clean_metadata(one, key, inside) for one in value]
    return value


def is_clean_metadata(text: str, key: str = "") -> bool:
    """Whether one text of the front matter means no markup and runs nothing; quotation marks are no fault of an author's."""
    return not _TAG.search(text) and (key in _PROSE or not _RUNS.match(text))
