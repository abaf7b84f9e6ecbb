"""The HTML of a rendered page → its sections: anchor, heading, and the text that a reader sees, a block a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
    "footer", "header", "hr", "li", "ol", "p", "pre", "section", "summary", "table", "tbody", "thead", "tr", "ul",
}  # fmt: skip
_CELLS = frozenset({"td", "th"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_MUTE_TAGS = frozenset({"button", "form", "noscript", "script", "select", "style", "svg", "template", "textarea"})
_MUTE_CLASSES = frozenset(
    {
        "atlas-cite", "atlas-facts-filter", "atlas-facts-legend", "atlas-kind", "atlas-references", "atlas-remark",
        "footnote", "footnote-backref", "footnote-ref", "headerlink", "linenos", "mermaid",
    }
)  # fmt: skip
"""Marks beside the text, and the list of sources that every page repeats; the page of references has them all."""

# Drawings and formulas are most of a page's markup: they go before it is parsed. The text version of a drawing stays.
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL | re.IGNORECASE)
_FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL | re.IGNORECASE)
_ANNOTATION = re.compile(r"<annotation\b.*?</annotation>", re.DOTALL | re.IGNORECASE)
_TWO_DIMENSIONAL = re.compile(r"<m(?:sub|sup|subsup|frac|sqrt|root|under|over|underover|table)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_LONG = 24
"""A formula of more characters is left out of a sentence: unreadable on one line."""
_SPACE = re.compile(r"[ \t\r\f\u00a0\u200b\u2060]+")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text up to the next one; the first of a page may have no heading.

    ``rows`` are the anchors and names of the rows of tables made from data: each can be led to as well.
    """

    anchor: str
    title: str
    text: str
    rows: tuple[tuple[str, str], ...] = ()


def sections(html: str) -> tuple[Section, ...]:
    """The sections of a page in order; formulas on one line as text, drawings by their text version alone."""
    reader = _Reader()
    reader.feed(_FORMULA.sub(_flat, _DRAWING.sub("", html)))
    reader.close()
    return tuple(reader.finish())


def _flat(formula: re.Match[str]) -> str:
    """What a formula is in a sentence: its characters, if they can stand on a line."""
    markup = _ANNOTATION.sub("", formula[0])
    text = _TAG.sub("", markup).strip()
    return text if len(text) <= _LONG and not _TWO_DIMENSIONAL.search(markup) else escape("…")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[Section] = []
        self._anchor, self._title = "", ""
        self._lines: list[str] = []
        self._line: list[str] = []
        self._heading: str | None = None
        self._open: list[str] = []
        self._mute_from: int | None = None
        self._in_outline = False
        self._rows: list[tuple[str, str]] = []
        self._row = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self._open.append(tag)
            if self._mute_from is None and self._is_mute(tag, given):
                self._mute_from = len(self._open)
        if self._mute_from is not None:
            return
        if tag in _CELLS and any(map(str.strip, self._line)):
            self._line.append(" · ")
        if tag in _BLOCKS:
            self._end_line()
        if tag == "tr":
            self._row = given.get("id") or ""
        if tag in _HEADINGS and given.get("id"):
            self._end_section()
            self._anchor, self._heading = given.get("id") or "", tag

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if self._mute_from is not None:
            if len(self._open) < self._mute_from:
                self._mute_from = None
            return
        if tag == "th" and self._row:
            self._rows.append((self._row, _tidy("".join(self._line))))
            self._row = ""
        if tag == self._heading:
            self._title, self._heading = _tidy("".join(self._line)), None
            self._line = []
        if tag in _BLOCKS:
            self._end_line()

    def handle_data(self, data: str) -> None:
        if self._mute_from is None:
            self._line.append(data if "pre" in self._open else data.replace("\n", " "))

    def finish(self) -> list[Section]:
        """All sections, once the page has ended."""
        self._end_section()
        return self._done

    def _is_mute(self, tag: str, given: dict[str, str | None]) -> bool:
        classes = (given.get("class") or "").split()
        is_label = self._in_outline and tag == "summary"  # what the reader opens the text version of a drawing by
        self._in_outline = "atlas-outline" in classes
        return tag in _MUTE_TAGS or is_label or "data-search-exclude" in given or not _MUTE_CLASSES.isdisjoint(classes)

    def _end_line(self) -> None:
        if self._heading is None:
            self._lines += filter(None, (_tidy(line) for line in "".join(self._line).split("\n")))
            self._line = []

    def _end_section(self) -> None:
        self._end_line()
        if self._title or self._lines:
            self._done.append(Section(self._anchor, self._title, "\n".join(self._lines), tuple(self._rows)))
        self._anchor, self._title, self._lines, self._rows = "", "", [], []


def _tidy(text: str) -> str:
    return _SPACE.sub(" ", text.replace("\n", " ")).strip(" ·")
