"""A rendered HTML page → its links, ids, headings, diagrams left to the browser, and visible prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from html import unescape
from html.parser import HTMLParser

from atlas.model import Block, Heading, Link, Rendered

_ATTRIBUTES = {
    "a": ("href",),
    "area": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "iframe": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "script": ("src",),
    "link": ("href",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "form": ("action",),
}
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_SEEN = frozenset({"img", "input", "embed"})
"""Elements without text that a reader sees."""
_GENERATED = frozenset({"headerlink", "footnote-ref", "footnote-backref", "atlas-term", "atlas-remark"})
"""Links that the engine makes itself, from and to what stands on the same page."""
_FORMULAS = frozenset({"arithmatex", "atlas-broken"})
"""Classes of formulas that were left as text: to a script of the browser, or because they are broken."""
_DATA = frozenset({"atlas-facts", "atlas-files", "atlas-due", "atlas-references", "atlas-sources", "atlas-terms"})
"""What is made from data is no prose of the page's author: what is wrong with it is wrong in the data."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"code", "pre", "math", "svg", "script", "style", "textarea"})
_BLOCKS = frozenset(
    [
        "p",
        "ul",
        "ol",
        "dl",
        "table",
        "details",
        "figure",
        "hr",
        "li",
        "td",
        "th",
        "dd",
        "dt",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "figcaption",
        "summary",
        "caption",
        "div",
        "section",
        "article",
    ]
)
_CSS_URL = re.compile(r"""url\(\s*['"]?([^'")]+)|@import\s+['"]([^'"]+)""")
_SRCSET = re.compile(r"[\s,]*([^\s,]\S*)(?:(?<=,)|[^,(]*(?:\([^)]*\)[^,(]*)*)")
_ADDRESSED = frozenset({"a", "area", "img"})
"""Elements that are nothing without an address."""
_FILLED = frozenset({"data-href", "data-original", "data-src", "data-srcset", "onclick", "srcset"})
_SELECTOR = re.compile(r"([^{};]*)\{")
_CLASS = re.compile(r"\.(-?[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*)")
_STYLE = re.compile(r"<style\b[^>]*>(.*?)</style", re.DOTALL | re.IGNORECASE)
_IDLE_LINKS = frozenset({"canonical", "alternate", "next", "prev", "author", "license", "edit"})


def read(html: str) -> Rendered:
    """Everything that checks want to know of a page's HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return Rendered(
        tuple(reader.links), tuple(reader.ids), tuple(reader.headings), tuple(reader.diagrams), tuple(reader.blocks)
    )


def srcset(value: str) -> Iterator[tuple[str, int]]:
    """The addresses in a ``srcset``, each with its offset, as the HTML standard splits them.

    An address ends at white space, so a comma inside it (a ``data:`` address) divides nothing.
    """
    for found in _SRCSET.finditer(value):
        address = found[1].rstrip(",")
        if address:
            yield address, found.start(1)


class Standing(StrEnum):
    """In what a character of a page stands."""

    PROSE = "prose"
    CODE = "code"
    """In a line of prose, set as code."""
    BLOCK = "block"
    """In a block of code."""
    FORMULA = "formula"
    DIAGRAM = "diagram"
    HIDDEN = "hidden"
    """In a comment, an attribute, a script, or nowhere."""


def standings(html: str, characters: str) -> tuple[Standing, ...]:
    """In what each of some characters stands; of several places of one character, the first that readers see."""
    reader = _Standings(frozenset(characters))
    reader.feed(html)
    reader.close()
    return tuple(reader.found.get(character, Standing.HIDDEN) for character in characters)


_PRE = re.compile(r"<pre\b([^>]*)>(.*?)</pre>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def code_blocks(html: str) -> tuple[tuple[str, bool], ...]:
    """The text of each ``<pre>``, and whether a script will draw it as a diagram."""
    return tuple(
        (unescape(_TAG.sub("", found[2])), "mermaid" in found[1].lower() or 'class="mermaid"' in found[2][:60])
        for found in _PRE.finditer(html)
    )


def css_urls(css: str) -> tuple[str, ...]:
    """The addresses that a style sheet would load."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return tuple((found[1] or found[2]).strip() for found in _CSS_URL.finditer(plain))


def css_classes(css: str) -> frozenset[str]:
    """The class names in the selectors of a style sheet."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return frozenset(name for selector in _SELECTOR.findall(plain) for name in _CLASS.findall(selector))


def style_classes(html: str) -> frozenset[str]:
    """The class names for which the ``<style>`` elements of a page or a template have rules."""
    return frozenset().union(*(css_classes(css) for css in _STYLE.findall(html)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self.ids: list[str] = []
        self.headings: list[Heading] = []
        self.diagrams: list[str] = []
        self.blocks: list[Block] = []
        self._open: list[str] = []
        self._silent = 0
        self._text = ""
        self._spans: list[tuple[int, int, str]] = []
        self._anchor: tuple[int, str] | None = None
        self._heading = ""
        self._title: list[str] | None = None
        """The text of the heading that is open, code included."""
        self._twin = 0
        """How deep the second layout of a drawing is open; 0 if none is."""
        self._formula = 0
        """How deep a formula that was left as text is open; 0 if none is."""
        self._data = 0
        """How deep something made from data is open; 0 if nothing is."""
        self._mute = False
        """Inside a permalink of a heading, which is no prose."""
        self._diagram: list[str] | None = None
        self._diagram_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        if tag in _BLOCKS:
            self.end_block()
        if tag in _HEADINGS:
            self._heading, self._title = given.get("id", ""), []
        if tag in _VOID:
            self._add_void(tag)
            return
        self._open.append(tag)
        if not self._data and not _DATA.isdisjoint(given.get("class", "").split()):
            self._data = len(self._open)
        if tag == "svg" and "atlas-narrow" in given.get("class", "").split():
            self._twin = len(self._open)
        self._silent += tag in _SILENT
        if not self._formula and not _FORMULAS.isdisjoint(given.get("class", "").split()):
            self._formula = len(self._open)
        if tag == "a":
            classes = given.get("class", "").split()
            self._mute = "headerlink" in classes
            generated = self._mute or "atlas-term" in classes or self._leads_to_its_heading(tag, given)
            self._anchor = None if generated else (len(self._text), given.get("href", ""))
        if "mermaid" in given.get("class", "").split() and tag in {"pre", "div"}:
            self._diagram, self._diagram_depth = [], len(self._open)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, {name: value or "" for name, value in attrs})
        self._add_void(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_anchor()
        if tag in _HEADINGS and self._open and tag in self._open:
            self.headings.append(Heading(int(tag[1]), self._heading, "".join(self._title or ()).strip()))
            self._title = None
        if tag in _BLOCKS:
            self.end_block()
        if tag not in self._open:
            return
        while self._open:
            closed = self._open.pop()
            self._twin = self._twin if len(self._open) >= self._twin else 0
            self._formula = self._formula if len(self._open) >= self._formula else 0
            self._data = self._data if len(self._open) >= self._data else 0
            self._silent -= closed in _SILENT
            if closed == tag:
                break
        if self._diagram is not None and len(self._open) < self._diagram_depth:
            self.diagrams.append("".join(self._diagram))
            self._diagram = None

    def handle_data(self, data: str) -> None:
        if self._title is not None and not self._mute:
            self._title.append(data)
        if self._diagram is not None:
            self._diagram.append(data)
        elif self._open and self._open[-1] == "style":
            self.links.extend(Link("style", "url", url) for url in css_urls(data))
        elif self._data:
            return
        elif self._silent or self._formula:
            self._add_silence()
        elif not self._mute:
            self._text += data

    def end_block(self) -> None:
        """The text collected so far is one block of prose."""
        if self._text.strip():
            tag = next((tag for tag in reversed(self._open) if tag in _BLOCKS), "")
            self.blocks.append(Block(tag, self._text, tuple(self._spans)))
        self._text, self._spans, self._anchor, self._mute = "", [], None, False

    def _end_anchor(self) -> None:
        if self._anchor:
            start, href = self._anchor
            self._spans.append((min(start, len(self._text)), len(self._text), href))
        self._anchor, self._mute = None, False

    def _add_void(self, tag: str) -> None:
        if tag == "br":
            self._text += "\n"
        elif tag in _SEEN:
            self._add_silence()

    def _add_silence(self) -> None:
        """Something that is no prose stands here."""
        if not self._text.endswith("\ufffc"):
            self._text += "\ufffc"

    def _leads_to_its_heading(self, tag: str, given: dict[str, str]) -> bool:
        """Whether it is a heading's link to itself, which can't be wrong, under whatever class a theme wants it."""
        return tag == "a" and self._title is not None and given.get("href") == f"#{self._heading}" != "#"

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if given.get("id"):
            self.ids.append(given["id"])
        elif tag == "a" and given.get("name"):
            self.ids.append(given["name"])
        if tag == "link" and _IDLE_LINKS & set(given.get("rel", "").split()):
            return
        if self._twin and len(self._open) > self._twin:
            return  # the phone's layout of a drawing has the links of the desktop's
        if tag == "a" and not _GENERATED.isdisjoint(given.get("class", "").split()):
            return
        if self._leads_to_its_heading(tag, given):
            return
        for attribute in _ATTRIBUTES.get(tag, ()):
            if attribute in given:
                value = given[attribute]
                if not value.strip() and (tag not in _ADDRESSED or not _FILLED.isdisjoint(given)):
                    continue  # allowed to be empty, or a script fills it in
                targets = [one for one, _ in srcset(value)] if attribute == "srcset" else [value]
                self.links.extend(Link(tag, attribute, target) for target in targets)
        if "style" in given:
            self.links.extend(Link(tag, "style", url) for url in css_urls(given["style"]))


class _Standings(HTMLParser):
    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, Standing] = {}
        self._wanted = wanted
        self._open: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append((tag, frozenset((dict(attrs).get("class") or "").split())))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        for character in self._wanted.intersection(data):
            self.found.setdefault(character, self._standing())

    def _standing(self) -> Standing:
        tags = {tag for tag, _ in self._open}
        classes = {name for _, names in self._open for name in names}
        if not tags.isdisjoint({"script", "style", "template"}):
            return Standing.HIDDEN
        if "svg" in tags or not classes.isdisjoint({"mermaid", "atlas-figure"}):
            return Standing.DIAGRAM
        if "math" in tags or not classes.isdisjoint(_FORMULAS):
            return Standing.FORMULA
        if not tags.isdisjoint({"pre", "textarea"}):
            return Standing.BLOCK
        return Standing.CODE if "code" in tags else Standing.PROSE


def _candidates(srcset: str) -> list[str]:
    return [part.split()[0] for part in srcset.split(",") if part.split()]
