"""A page rendered with marks → inside which elements each mark came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from atlas.locate import FIRST_MARK
from atlas.model import PageView

_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


@dataclass(frozen=True, slots=True)
class Element:
    """An open element; ``number`` tells it from others like it."""

    number: int
    tag: str
    classes: frozenset[str]

    @property
    def is_container(self) -> bool:
        """Whether it is an admonition, a block that unfolds, or a tab."""
        return self.tag == "details" or not self.classes.isdisjoint({"admonition", "tabbed-block"})


Trail = tuple[Element, ...]


def trails(view: PageView, places: Sequence[tuple[str, int]]) -> dict[int, Trail]:
    """For each place (path and offset), by its number, the elements that it stands in; those that vanish are left out."""
    if not places:
        return {}
    reader = _Reader()
    reader.feed(view.places.marked(places)[0])
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[int, Trail] = {}
        self._open: list[Element] = []
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._count += 1
            self._open.append(Element(self._count, tag, frozenset((dict(attrs).get("class") or "").split())))

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for character in data:
            if ord(character) >= FIRST_MARK:
                self.found.setdefault(ord(character) - FIRST_MARK, tuple(self._open))
