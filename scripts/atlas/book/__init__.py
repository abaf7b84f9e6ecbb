"""A finished site → one book, as values: the pages in the navigation's order, free of what only a screen can use.

What readers of the site get decides here, too: nothing is rendered a second time. The pages' own HTML is taken apart and
put together again, so a diagram, a formula or a table can't differ between the site and the book.
"""

from __future__ import annotations

from dataclasses import dataclass

from bs4 import Tag


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of the book: what it is called, how deep it lies, and its content, ready to be put into one document.

    ``key`` begins every id on the page; ``body`` holds links to other pages as ``#key`` or ``#key-id``. A part that has no
    page of its own is a leaf with an empty body.
    """

    key: str
    title: str
    depth: int
    url: str
    body: Tag


@dataclass(frozen=True, slots=True)
class Imprint:
    """What the title page says beside the title."""

    commit: str
    date: str
    version: str


@dataclass(frozen=True, slots=True)
class Book:
    """A title, its leaves in order, and the colours that its drawings use."""

    title: str
    description: str
    author: str
    rights: str
    address: str
    imprint: Imprint
    leaves: tuple[Leaf, ...]
    colours: dict[str, str]
