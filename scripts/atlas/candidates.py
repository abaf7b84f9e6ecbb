"""A page's scanned source → every place where an address, an id, a definition or a heading may have been written.

May: whether it was is for the rendered page to say (see :mod:`atlas.locate`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from atlas import html
from atlas.scan import Scan
from atlas.wording import words

_LONGEST, _DEEPEST = 4_000, 32
"""Characters and open parentheses beyond which it is no address; a page of brackets costs no more than one of words."""
_INDENT = r"^[ \t>]*(?:(?:[-*+:]|\d+[.)])[ \t]+)*"
"""What may stand before a block on its line."""
_REFERENCE = re.compile(_INDENT + r"\[[^\]^][^\]]*\]:[ \t]*\n?[ \t]*(<[^<>\n]*>|\S+)", re.MULTILINE)
_DEFINITION = re.compile(_INDENT + r"\[([^\[\]\n]*)\]:", re.MULTILINE)
_AUTOLINK = re.compile(r"<((?:[a-zA-Z][a-zA-Z0-9+.-]*:|[^\s<>@]+@)[^<>\s]*)>")
_ATTRIBUTE = re.compile(
    r"""\b(?:href|src|srcset|poster|data|action|xlink:href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>{}]+))""", re.IGNORECASE
)
_CLICK = re.compile(r'^[ \t>]*(?:%%\s*)?(?:click|link)\s+.+?\s+(?:href\s+)?"([^"\n]+)"', re.MULTILINE)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()>#+.!\-|~^])")
_TITLE = re.compile(r"\s[\"'][^\n]*[\"']\s*$")
_PARENTHESIS = re.compile(r"\\.|[()\n]")
_ATTRIBUTE_LIST = re.compile(r"\{[^{}\n]*\}")
_ATX = re.compile(_INDENT + r"(#{1,6})(?!#)[ \t]*(\S.*)$")
_UNDERLINE = re.compile(r"^[ \t>]*(=+|-+)[ \t]*$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where an address may have been written; ``forms`` are what it may mean, ``shared`` a definition's."""

    path: str
    offset: int
    end: int
    forms: tuple[str, ...]
    shared: bool = False


def addresses(path: str, one: Scan) -> Iterator[Candidate]:
    """Every place in a source where an address may stand, in order of kind."""
    text = one.masked
    at = text.find("](")
    while at >= 0:
        yield _inline(path, text, at + 2)
        at = text.find("](", at + 2)
    for found in _REFERENCE.finditer(text):
        written = found[1]
        angled = written.startswith("<")
        start = found.start(1) + angled
        yield _candidate(path, start, written.strip("<>") if angled else written, shared=True)
    for found in _AUTOLINK.finditer(text):
        address = found[1]
        mail = "@" in address and ":" not in address.partition("@")[0]
        yield Candidate(path, found.start(1), found.end(1), (address, f"mailto:{address}") if mail else (address,))
    for found in _ATTRIBUTE.finditer(text):
        group = next(number for number in (1, 2, 3) if found[number] is not None)
        yield from _attribute(path, found, group)
    for fence in one.fences:
        if fence.language == "mermaid" and fence.closed:
            for found in _CLICK.finditer(one.text, one.offset(fence.line), one.offset(fence.end)):
                yield Candidate(path, found.start(1), found.end(1), (found[1],))


def definitions(one: Scan) -> Iterator[tuple[str, int]]:
    """Every ``[label]:`` at the beginning of a block's line, footnotes' too: the label and its offset."""
    for found in _DEFINITION.finditer(one.masked):
        yield found[1], found.start(1)


def ids(text: str, id_: str) -> Iterator[int]:
    """Every offset where an element may get this id: in an attribute list or in HTML."""
    exactly = re.escape(id_)
    listed = re.compile(rf"(?<=#){exactly}(?=[\s}}])")
    attribute = re.compile(
        rf"""(?<![\w-])(?:id|name)\s*=\s*(?:"({exactly})"|'({exactly})'|({exactly})(?=[\s>}}/]))""", re.IGNORECASE
    )
    found = {one.start() for block in _ATTRIBUTE_LIST.finditer(text) for one in listed.finditer(text, *block.span())}
    for one in attribute.finditer(text):
        group = next(number for number in (1, 2, 3) if one[number] is not None)
        if one[group] == id_:
            found.add(one.start(group))
    yield from sorted(found)


def headings(one: Scan) -> Iterator[tuple[str, int]]:
    """Every line that may be a heading: its words, as :func:`atlas.wording.words` gives them, and the offset of its text."""
    masked = one.masked_lines
    for number, line in enumerate(masked):
        if found := _ATX.match(line):
            yield words(one.lines[number][found.start(2) :]), one.starts[number] + found.start(2)
        elif number + 1 < len(masked) and line.strip() and _UNDERLINE.match(masked[number + 1]):
            start = len(line) - len(line.lstrip(" \t>"))
            yield words(one.lines[number][start:]), one.starts[number] + start


def _inline(path: str, text: str, start: int) -> Candidate:
    """The destination of ``[…](…)``: up to its title or its closing parenthesis."""
    while start < len(text) and text[start] in " \t\n":
        start += 1
    if text.startswith("<", start):
        end = text.find(">", start, start + _LONGEST)
        if end > 0 and "\n" not in text[start:end]:
            return _candidate(path, start + 1, text[start + 1 : end])
    written = text[start : _end_of_destination(text, start)]
    whole = _TITLE.sub("", written).rstrip() if written.rstrip().endswith(('"', "'")) else written.rstrip()
    return _candidate(path, start, whole, whole.split(maxsplit=1)[0] if whole else "")


def _end_of_destination(text: str, start: int) -> int:
    depth, end = 0, start
    for found in _PARENTHESIS.finditer(text, start):
        end = found.start()
        if found[0] == "\n" or (found[0] == ")" and not depth) or depth > _DEEPEST:
            return end
        depth += {"(": 1, ")": -1}.get(found[0], 0)
    return len(text)


def _candidate(path: str, offset: int, written: str, other: str = "", *, shared: bool = False) -> Candidate:
    forms = dict.fromkeys(
        form for text in (written, other or written) for form in (text, unescape(_ESCAPE.sub(r"\1", text)))
    )
    return Candidate(path, offset, offset + len(written), tuple(forms), shared)


def _attribute(path: str, found: re.Match[str], group: int) -> Iterator[Candidate]:
    value, start = found[group], found.start(group)
    if found[0][:6].lower() != "srcset":
        yield Candidate(path, start, found.end(group), tuple(dict.fromkeys((value, unescape(value)))))
        return
    for address, at in html.srcset(value):
        yield Candidate(path, start + at, start + at + len(address), (address, unescape(address)))
