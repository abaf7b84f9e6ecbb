"""A refusal of Mermaid's → the line and column of the author's text where the fault is.

Each of Mermaid's parsers tells of a place in its own way: Jison draws a caret under twenty characters of context, Langium
and Chevrotain write ``line 3, column 5``, YAML counts in the front matter, and what goes wrong in the model tells of none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from atlas.diagrams.blocks import Opening, is_closer, unclosed
from atlas.diagrams.engine import Verdict, verdict
from atlas.diagrams.keywords import kind_of
from atlas.diagrams.lines import FLOW
from atlas.diagrams.marks import open_mark, open_pipe
from atlas.diagrams.stripping import FRONT_MATTER, Stripped, strip

Place = tuple[int, int | None]
_CARET = re.compile(r"\n(?P<context>[^\n]*)\n(?P<dashes>-*)\^")
_WRITTEN = re.compile(r"\bline (?P<line>\d+), column (?P<column>\d+)")
_LONGEST_SEARCH = 60
"""How many lines are tried, one by one, for the one that spoils the model."""


def find(source: str, refusal: Verdict) -> tuple[Place, Opening | None, str]:
    """Where a fault is, at worst the diagram's beginning.

    If the fault is that something was never closed, with its opening and the text with it closed.
    """
    left = strip(source)
    opening, closed = _never_closed(source, left, refusal)
    if opening:
        offset = left.offset(opening.line, opening.indent + 1)
        return left.place(offset), opening, closed
    for way in (_header, _front_matter, _bracket, _caret, _written, _span, _named):
        place = way(source, left, refusal)
        if place:
            return _before_closer(source, place, refusal), None, ""
    data = left.text.find("@{")  # a node's data over several lines, of which no single one can be taken out
    return left.place(data if data >= 0 and refusal.stage == "parse" else 0), None, ""


def close(source: str, opening: Opening, before: int | None = None) -> str:
    """The author's text with the missing closer put in at the end, or before one of the author's lines."""
    lines = source.splitlines()
    at = before - 1 if before else len(lines)
    return "\n".join([*lines[:at], opening.closer, *lines[at:]]) + "\n"


def _never_closed(source: str, left: Stripped, refusal: Verdict) -> tuple[Opening | None, str]:
    suspects = unclosed(left.text.splitlines(), kind_of(left.text))
    spot = (_caret(source, left, refusal) or _written(source, left, refusal)) if suspects else None
    for opening in suspects:
        for before in [None, spot[0]] if spot and not refusal.at_end else [None]:
            text = close(source, opening, before)
            closed = verdict(text)
            if closed.drawn or (refusal.at_end and closed.message != refusal.message and not closed.at_end):
                return opening, text
    # Several are open at once: the likeliest is the one to name if all is well once all are closed.
    text = source
    for opening in [one for one in suspects if one.closer != "}" or refusal.at_end][:5]:
        text = close(text, opening)
    return (suspects[0], text) if suspects and refusal.at_end and verdict(text).drawn else (None, "")


def _header(source: str, left: Stripped, refusal: Verdict) -> Place | None:
    if "beginning with --- are not valid" in refusal.message:
        return 1, 1
    return left.place(0) if refusal.message.startswith("No diagram type detected") else None


def _bracket(source: str, left: Stripped, refusal: Verdict) -> Place | None:
    """Where a text ran on to the end of the diagram: the quote or bracket that began it."""
    met = _caret_offset(left, refusal)
    if met is None or met < len(left.text.rstrip()) or not refusal.first_line:
        return None
    # In an entity-relationship diagram braces are feet of crows.
    line = re.sub(r"[|o]\{|\}[|o]", "  ", _line(left, refusal.first_line))
    column = open_mark(line) or (open_pipe(line) if kind_of(left.text) in FLOW else 0)
    return left.place(left.offset(refusal.first_line, column)) if column else None


def _before_closer(source: str, place: Place, refusal: Verdict) -> Place:
    """One line up, if what was met is the end of a block only because the line before it is unfinished."""
    lines = source.splitlines()
    above = next((at for at in range(place[0] - 1, 0, -1) if lines[at - 1].strip()), 0)
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    starts = place[1] == len(line) - len(line.lstrip()) + 1
    spoils = _spoils(source, refusal)
    if not above or refusal.stage == "draw" or not starts or is_closer(lines[above - 1]) or spoils(place[0]):
        return place
    return (above, len(lines[above - 1].rstrip()) + 1) if spoils(above) else place


def _front_matter(source: str, left: Stripped, refusal: Verdict) -> Place | None:
    found = re.search(r"\((\d+):(\d+)\)\n", refusal.message)
    head = FRONT_MATTER.match(left.source)
    if not found or not head:
        return None
    first = left.source.count("\n", 0, head.start("body")) + 1
    last = first + head["body"].count("\n")
    line = min(first + int(found[1]) - 1, last)
    return line, int(found[2]) if first + int(found[1]) - 1 <= last else 1


def _caret(source: str, left: Stripped, refusal: Verdict) -> Place | None:
    offset = _caret_offset(left, refusal)
    if offset is None:
        return None
    if refusal.text.lstrip(" \t").startswith("\n"):  # the end of the line is what was not expected: say so there
        offset = len(left.text[:offset].rstrip())
        line, column = left.place(max(offset - 1, 0))
        return line, column + 1
    if offset >= len(left.text.rstrip()):
        line, column = left.place(max(len(left.text.rstrip()) - 1, 0))
        return line, column + 1
    return left.place(offset)


def _caret_offset(left: Stripped, refusal: Verdict) -> int | None:
    drawn = _CARET.search(refusal.message)
    if not drawn:
        return None
    context = drawn["context"].encode("utf-16-le")
    past = context[: 2 * len(drawn["dashes"])].decode("utf-16-le", "ignore").removeprefix("...")
    ahead = context[2 * len(drawn["dashes"]) :].decode("utf-16-le", "ignore").removesuffix("...")
    return _in_context(left.text, past, ahead, _message_line(refusal.message))


def _in_context(text: str, past: str, ahead: str, line: int | None) -> int | None:
    """The offset between two pieces of text from which line breaks were taken; the one nearest to ``line``."""
    flat = [at for at, character in enumerate(text) if character != "\n"]
    squeezed = text.replace("\n", "")
    places = [found.start() + len(past) for found in re.finditer(f"(?={re.escape(past + ahead)})", squeezed)]
    offsets = [flat[at] if at < len(flat) else len(text) for at in places]
    if not offsets:
        return None
    return min(offsets, key=lambda at: abs(text.count("\n", 0, at) + 1 - (line or 0)))


def _message_line(message: str) -> int | None:
    found = re.search(r"\bline:? (\d+)", message)
    return int(found[1]) if found else None


def _written(source: str, left: Stripped, refusal: Verdict) -> Place | None:
    places = [(int(found["line"]), int(found["column"])) for found in _WRITTEN.finditer(refusal.message)]
    if places:
        line, column = min(places)
        return left.place(left.offset(line, column))
    if "line ?, column ?" in refusal.message or "<-- but found --> '' <--" in refusal.message:
        return left.place(max(len(left.text.rstrip()) - 1, 0))
    return None


def _span(source: str, left: Stripped, refusal: Verdict) -> Place | None:
    line = refusal.last_line or refusal.first_line or _message_line(refusal.message)
    if not line or line > left.text.count("\n") + 1:
        return None
    if refusal.text and not refusal.text.isspace() and refusal.text.strip() not in _line(left, line):
        return None
    if refusal.stage == "parse" and not _spoils(source, refusal)(left.place(left.offset(line))[0]):
        return None
    return left.place(left.offset(line, (refusal.last_column or 0) + 1))


def _line(left: Stripped, line: int) -> str:
    lines = left.text.splitlines()
    return lines[line - 1] if line <= len(lines) else ""


def _named(source: str, left: Stripped, refusal: Verdict) -> Place | None:
    """The first line without which this failure is gone; lines with the name that the failure tells of come first."""
    spoils = _spoils(source, refusal)
    lines = left.source.splitlines()
    head = left.place(0)[0]
    if refusal.offender:
        word = re.compile(rf"(?<!\w){re.escape(refusal.offender)}(?!\w)")
        told = [(at, met.start() + 1) for at, line in enumerate(lines, 1) if at > head and (met := word.search(line))]
        if told:
            return told[-1] if "second element" in refusal.message else told[0]
    if re.search(r"egative|invalid value", refusal.message):
        return next(
            ((at, met.start(1) + 1) for at, line in enumerate(lines, 1) if (met := re.search(r":\s*(-)", line))), None
        )
    names = [name for name in _names(refusal) if name]
    found: list[tuple[int, int]] = []
    for name in names:
        found += [(at, line.find(name) + 1) for at, line in enumerate(lines, 1) if name in line and at != head]
    for at, column in reversed(found[:_LONGEST_SEARCH]) if refusal.stage == "parse" else found[:_LONGEST_SEARCH]:
        if spoils(at):
            return at, column
    indents = {at: len(line) - len(line.lstrip()) for at, line in enumerate(lines, 1) if line.strip()}
    tried = list(indents)[1 : _LONGEST_SEARCH + 1]
    if source.lstrip().startswith("---"):
        tried.sort(key=lambda at: -indents[at])  # in front matter a whole branch can be taken out: the leaf is meant
    return next(((at, indents[at] + 1) for at in tried if spoils(at)), None)


def _names(refusal: Verdict) -> Iterator[str]:
    yield refusal.text.strip()
    yield from re.findall(r'existing branch.*"checkout (.+?)"', refusal.message)
    yield from re.findall(r"[\"'\[(]([^\"'\[\]()]+)[\"'\])]", refusal.message)
    yield from re.findall(
        r"(?:shape: |Invalid date:|Duplicate id |identifier: |block |slice )([^\s.]\S*?)\.?(?:\s|$)", refusal.message
    )


def _spoils(source: str, refusal: Verdict) -> Callable[[int], bool]:
    """Whether the failure is gone, or another one of the model, once an author's line is blank."""
    lines = source.splitlines()
    of_the_model = not re.search(r"\bline:? [\d?]", refusal.message)

    def spoils(at: int) -> bool:
        without = verdict("\n".join([*lines[: at - 1], "", *lines[at:]]) + "\n")
        another = without.message != refusal.message and not re.search(r"\bline:? [\d?]", without.message)
        return without.drawn or (of_the_model and another)

    return spoils
