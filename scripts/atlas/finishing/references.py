"""A page, a style sheet or a script → the addresses of files in it, each of which may be written anew.

Text stays as it is: what a page shows as an example of an address is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from pathlib import PurePosixPath

FILES = frozenset({".css", ".js", ".mjs", ".webmanifest"})
"""Files other than pages that may refer to files."""


class How(Enum):
    """How an address is meant."""

    LOAD = "load"
    """Fetched with the page or the style sheet, relative to it."""
    LITERAL = "literal"
    """A script's words for a file: relative to itself, or from the site's root."""
    LINK = "link"
    """Fetched if a reader follows it."""
    ABROAD = "abroad"
    """Told to other hosts: a whole address."""


Rename = Callable[[str, How], str]
"""An address as written and how it is meant → as it should be written."""

_NAMING = "a area audio button embed iframe image img input link meta object source track use video".replace(" ", "|")
"""Elements with addresses; any other may have a style with one."""
_PART = re.compile(
    r"(?P<open><(?P<block>script|style)\b[^>]*>)(?P<inner>.*?)(?=</(?P=block)>)"
    r"|<!--.*?-->"
    rf"|<(?P<name>(?:{_NAMING})(?=[\s>])|[a-zA-Z][\w-]*(?=[^<>]*url\())"
    r"(?P<attributes>(?:[^\"'>]|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?<=\s)(src|href|xlink:href|poster|data|srcset|imagesrcset|style|content|data-[\w-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)"
)
_LINKING = {"a": How.LINK, "area": How.LINK, "meta": How.ABROAD}
_CSS_URL = re.compile(r"(url\(\s*[\"']?)([^\"')\s]+)")
_LITERAL = re.compile(r"([\"'`])([\w./-]*/[\w./-]+\.[a-z0-9]+)(?=\1)")


def rewrite(url: str, text: str, rename: Rename) -> str:
    """The text of the file ``url`` with each address as ``rename`` gives it."""
    match PurePosixPath(url).suffix:
        case ".html":
            return _PART.sub(lambda part: _page_part(part, rename), text)
        case ".css":
            return _style(text, rename)
        case _:
            return _script(text, rename)


def _page_part(part: re.Match[str], rename: Rename) -> str:
    if block := part["block"]:
        inner = (_style if block.lower() == "style" else _script)(part["inner"], rename)
        return _tag(part["open"], How.LOAD, rename) + inner
    name = (part["name"] or "").lower()
    return _tag(part[0], _LINKING.get(name, How.LOAD), rename) if name else part[0]


def _tag(tag: str, how: How, rename: Rename) -> str:
    def attribute(found: re.Match[str]) -> str:
        mark = found[3][0] if found[3][0] in "\"'" else ""
        value = found[3].strip(mark) if mark else found[3]
        match found[1].lower():
            case "style":
                value = _style(value, rename)
            case "srcset" | "imagesrcset":
                value = re.sub(r"[^\s,]\S*[^\s,]", lambda one: rename(one[0], how), value)
            case _:
                value = rename(value, how)
        return f"{found[1]}{found[2]}{mark}{value}{mark}"

    return _ATTRIBUTE.sub(attribute, tag) if "." in tag else tag


def _style(text: str, rename: Rename) -> str:
    return _CSS_URL.sub(lambda found: found[1] + rename(found[2], How.LOAD), text)


def _script(text: str, rename: Rename) -> str:
    return _LITERAL.sub(lambda found: found[1] + rename(found[2], How.LITERAL), text)
