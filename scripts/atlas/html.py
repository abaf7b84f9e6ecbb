"""A rendered HTML page → its links, ids, diagrams left to the browser, and visible prose."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from atlas.model import Link, Rendered

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
_SILENT = frozenset({"code", "pre", "math", "svg", "script", "style", "textarea"})
_BLOCKS = frozenset(
    [
        "p",
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
_IDLE_LINKS = frozenset({"canonical", "alternate", "next", "prev", "author", "license", "edit"})


def read(html: str) -> Rendered:
    """Everything that checks want to know of a page's HTML."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_block()
    return Rendered(tuple(reader.links), tuple(reader.ids), tuple(reader.diagrams), tuple(reader.prose))


def css_urls(css: str) -> tuple[str, ...]:
    """The addresses that a style sheet would load."""
    plain = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return tuple((found[1] or found[2]).strip() for found in _CSS_URL.finditer(plain))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self.ids: list[str] = []
        self.diagrams: list[str] = []
        self.prose: list[str] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._diagram: list[str] | None = None
        self._diagram_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        if tag in _BLOCKS:
            self.end_block()
        if tag not in _VOID:
            self._open.append(tag)
            if "mermaid" in given.get("class", "").split() and tag in {"pre", "div"}:
                self._diagram, self._diagram_depth = [], len(self._open)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag not in self._open:
            return
        while self._open and self._open.pop() != tag:
            pass
        if self._diagram is not None and len(self._open) < self._diagram_depth:
            self.diagrams.append("".join(self._diagram))
            self._diagram = None

    def handle_data(self, data: str) -> None:
        if self._diagram is not None:
            self._diagram.append(data)
        elif "style" in self._open:
            self.links.extend(Link("style", "url", url) for url in css_urls(data))
        elif _SILENT.isdisjoint(self._open):
            self._text.append(data)
        elif not self._text or self._text[-1] != "\ufffc":
            self._text.append("\ufffc")  # something that is no prose stands here

    def end_block(self) -> None:
        """The text collected so far is one block of prose."""
        text = "".join(self._text).strip()
        if text:
            self.prose.append(text)
        self._text = []

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if given.get("id"):
            self.ids.append(given["id"])
        elif tag == "a" and given.get("name"):
            self.ids.append(given["name"])
        if tag == "link" and _IDLE_LINKS & set(given.get("rel", "").split()):
            return
        for attribute in _ATTRIBUTES.get(tag, ()):
            if attribute in given:
                targets = _candidates(given[attribute]) if attribute == "srcset" else [given[attribute]]
                self.links.extend(Link(tag, attribute, target) for target in targets)
        self.links.extend(Link(tag, "style", url) for url in css_urls(given.get("style", "")))


def _candidates(srcset: str) -> list[str]:
    return [part.split()[0] for part in srcset.split(",") if part.split()]
