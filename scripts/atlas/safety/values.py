"""The value of an allowed attribute → the value that readers get, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from atlas.safety.vocabulary import ADDRESSES, PROPERTIES, SCHEMES

_IGNORED = re.compile(r"[\x00-\x20\x7f-\x9f\u00a0\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
"""What browsers ignore in an address, and what might be taken for that."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_IMAGE = re.compile(r"data:image/(?:png|gif|jpeg|webp|avif|svg\+xml)[;,]", re.IGNORECASE)
_NO_IMAGE = re.compile(r"(?:^|,)(?:[a-z]+script:|data:(?!image/))", re.IGNORECASE)
_LOADS = re.compile(
    r"url\(\s*(?!['\"]?#)|(?:image|image-set|cross-fade|src|element|expression|attr)\(|[\\@<]", re.IGNORECASE
)
"""What in a style or a drawing's attribute may load a file, or hides what it is. (``url(#id)`` stays on the page.)"""
_INPUTS = frozenset({"checkbox", "color", "date", "month", "number", "radio", "range", "search", "text", "time", "week"})
_THEME = re.compile(r"__(?!tabbed_)")
"""How the names begin by which the theme finds its own elements and settings."""
_THEME_CLASS = re.compile(r"md-(?!button|icon|tag|annotation|typeset|ellipsis|status)|mermaid$")


def allowed_address(element: str, attribute: str, address: str) -> str | None:
    """An address that goes somewhere; an image's may hold the image."""
    plain = _IGNORED.sub("", address)
    if element == "use":
        return address if plain.startswith("#") else None
    if attribute == "srcset":
        return None if _NO_IMAGE.search(plain) else address
    if _IMAGE.match(plain):
        return address if (element, attribute) in {("img", "src"), ("source", "src"), ("video", "poster")} else None
    found = _SCHEME.match(plain)
    return address if not found or found[1].lower() in SCHEMES else None


def allowed_style(style: str) -> str | None:
    """The declarations that set how something looks where it stands."""
    if _LOADS.search(style):
        return None
    given = [one for one in style.split(";") if one.strip()]
    kept = [one for one in given if (name := one.partition(":")[0].strip().lower()) in PROPERTIES or name.startswith("--")]
    return style if len(kept) == len(given) else ";".join(kept) or None


def _name(element: str, attribute: str, value: str) -> str | None:
    if attribute == "name" and element not in {"a", "button", "details", "input", "map", "meter", "select"}:
        return None  # a page's scripts would find the element under this name
    return None if _THEME.match(value.strip()) else value


def _classes(element: str, attribute: str, value: str) -> str | None:
    kept = [one for one in value.split() if not _THEME_CLASS.match(one) or (one == "mermaid" and element == "div")]
    return value if len(kept) == len(value.split()) else " ".join(kept) or None


def _type(element: str, attribute: str, value: str) -> str | None:
    known = {"input": _INPUTS, "button": frozenset({"button", "reset"})}.get(element)
    return value if known is None or value.strip().lower() in known else None


_JUDGES: dict[str, Callable[[str, str, str], str | None]] = {
    **dict.fromkeys(ADDRESSES, allowed_address),
    "style": lambda element, attribute, value: allowed_style(value),
    "id": _name,
    "name": _name,
    "for": lambda element, attribute, value: value,
    "class": _classes,
    "type": _type,
    "target": lambda element, attribute, value: value if value.strip() == "_blank" else None,
}


def allowed_value(element: str, attribute: str, value: str) -> str | None:
    """What readers get of an attribute that its element may have."""
    judge = _JUDGES.get(attribute)
    if judge:
        return judge(element, attribute, value)
    if attribute.startswith("data-md-"):
        return None  # the theme's scripts would take the element for one of theirs
    return None if "(" in value and _LOADS.search(value) and not attribute.startswith(("data-", "aria-")) else value
