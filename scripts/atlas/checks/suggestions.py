"""An address that leads nowhere → the file or the anchor that its author most likely meant, in the author's own words.

The usual slips (case, back-slashes, full-width signs, a missing or wrong extension, a folder too many) are undone one by
one and looked up; only then is the nearest name sought, among the few that share most pairs of letters with it.
"""

from __future__ import annotations

import heapq
import posixpath
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote

from atlas.model import Page
from atlas.wording import nearest, nearest_many, words

INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
"""Characters without width, which nobody sees in an address."""
_SPACES = re.compile(r"[\s\u00a0\u3000]+")
_EXTENSIONS = (".md", ".markdown", ".mdx", ".mdown", ".html", ".htm", ".txt", "")
_FEW = 24
"""As many names are compared letter by letter."""
_PATIENCE = 500
"""Addresses for which a similar name is sought; a site with more of them has another fault than misspelling."""


class Suggestions:
    """The published files of a site, findable by what somebody may have written instead."""

    def __init__(self, documents: str, paths: Iterable[str]) -> None:
        self._documents = documents
        self._folded: dict[str, str] = {}
        self._named: dict[str, list[str]] = defaultdict(list)
        self._paths = sorted(paths)
        self._pairs: dict[str, list[int]] | None = None
        self._sought = 0
        self._known: dict[tuple[str, str], str] = {}
        for path in self._paths:
            self._folded.setdefault(_fold(path), path)
            self._named[_stem(path)].append(path)

    def file(self, page: str, written: str) -> str:
        """The path of a published file, relative to the page's, that an address was meant for; empty if none is near."""
        path, mark, fragment = written.partition("#")
        folder = posixpath.relpath(posixpath.dirname(page) or ".", self._documents or ".")
        key = (folder, path)
        if key not in self._known:
            found = self._meant(folder, unquote(path.partition("?")[0]))
            self._known[key] = posixpath.relpath(found, folder) if found else ""
        return self._known[key] and self._known[key] + (mark + fragment if mark and fragment else "")

    def _meant(self, folder: str, written: str) -> str:
        plain = _tidy(written)
        if not plain or len(plain) > 300:
            return ""
        for guess in _guesses(folder, plain, self._documents):
            if found := self._folded.get(_fold(guess)):
                return found
        stem = _stem(plain)
        same = self._named.get(stem, []) if stem not in {"", "index", "readme"} else []
        return _closest(plain, folder, same) or self._similar(folder, plain)

    def _similar(self, folder: str, plain: str) -> str:
        self._sought += 1
        if self._sought > _PATIENCE:
            return ""
        if self._pairs is None:
            self._pairs = _by_pairs([_stem(path) for path in self._paths])
        return _closest(plain, folder, [self._paths[number] for number in _sharing(self._pairs, _stem(plain))])


def anchor(page: Page, fragment: str) -> str:
    """The id of a page that a fragment was meant for, or nothing; for many fragments ask :class:`Anchors`."""
    return Anchors().nearest(page, fragment)


class Anchors:
    """The ids of a site's pages, findable by what somebody may have written instead; each page is indexed once."""

    def __init__(self) -> None:
        self._pages: dict[str, _Ids] = {}
        self._known: dict[tuple[str, str], str] = {}

    def nearest(self, page: Page, fragment: str) -> str:
        """The id of a page that a fragment was meant for, or nothing."""
        key = (page.path, fragment)
        if key not in self._known:
            if page.path not in self._pages:
                self._pages[page.path] = _Ids(page)
            similar = len(self._known) < _PATIENCE
            self._known[key] = self._pages[page.path].nearest(fragment, similar=similar)
        return self._known[key]


class _Ids:
    """One page's ids by the words that they and their headings consist of, and by pairs of letters."""

    def __init__(self, page: Page) -> None:
        self._ids = [one for one in dict.fromkeys(page.ids) if not one.startswith(("__", "fnref"))]
        self._worded: dict[str, str] = {}
        for name, id_ in (*((one, one) for one in self._ids), *((one.text, one.id) for one in page.headings if one.id)):
            self._worded.setdefault(words(name), id_)
        self._pairs: dict[str, list[int]] | None = None

    def nearest(self, fragment: str, *, similar: bool) -> str:
        plain = words(INVISIBLE.sub("", fragment))
        if plain and plain in self._worded:
            return self._worded[plain]
        return self._similar(fragment) if similar else ""

    def _similar(self, fragment: str) -> str:
        if self._pairs is None:
            self._pairs = _by_pairs(self._ids)
        return nearest(fragment, [self._ids[number] for number in _sharing(self._pairs, fragment)])


def _by_pairs(names: Sequence[str]) -> dict[str, list[int]]:
    """Names, by their numbers, under each pair of letters that they contain."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        for pair in _pairs(name):
            found[pair].append(number)
    return found


def _sharing(pairs: Mapping[str, list[int]], name: str) -> list[int]:
    """The few names that share most pairs of letters with one, of as many the first."""
    shared: Counter[int] = Counter()
    for pair in _pairs(name):
        shared.update(pairs.get(pair, ()))
    return heapq.nsmallest(_FEW, shared, key=lambda number: (-shared[number], number))


def _guesses(folder: str, plain: str, documents: str) -> Iterator[str]:
    """Paths that an address may have been meant for, the likeliest first."""
    absolute = plain.lstrip("/")
    base = posixpath.splitext(plain.rstrip("/"))[0] if plain.lower().endswith(_EXTENSIONS[:-1]) else plain.rstrip("/")
    last = posixpath.basename(documents)
    for start in ((folder,) if not plain.startswith("/") else ()) + ("", posixpath.join(folder, "..")):
        for name in (plain, f"{base}.md", f"{base}/index.md", f"{base}/README.md"):
            joined = posixpath.normpath(posixpath.join(start, name.lstrip("/")))
            while joined.startswith("../"):
                joined = joined[3:]
            yield joined
            if last and joined.startswith(f"{last}/"):
                yield joined[len(last) + 1 :]
    yield absolute


def _closest(plain: str, folder: str, paths: list[str]) -> str:
    if len(paths) == 1 and _stem(paths[0]) == _stem(plain):
        return paths[0]
    wanted = posixpath.normpath(posixpath.join(folder, plain.lstrip("/")))
    named = nearest_many(_stem(plain), {_stem(path) for path in paths})  # folders that are alike make no file the one meant
    paths = [path for path in paths if _stem(path) in named]
    if found := nearest(wanted.casefold(), [path.casefold() for path in paths]):
        return next(path for path in paths if path.casefold() == found)
    return ""


def _tidy(written: str) -> str:
    """What was written with slashes for back-slashes, ASCII for full-width signs and nothing that can't be seen."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", unquote(written)))
    plain = re.sub(r"^[A-Za-z]:(?=[\\/])", "", plain.replace("\\", "/")).replace("。", ".")
    return _SPACES.sub(" ", plain).strip().rstrip(".,;、，；")


def _fold(path: str) -> str:
    return _tidy(path).casefold().replace("%20", " ").replace("+", " ").replace("_", "-").replace(" ", "-")


def _stem(path: str) -> str:
    name = posixpath.splitext(posixpath.basename(path.rstrip("/")))[0].casefold()
    return posixpath.basename(posixpath.dirname(path)).casefold() if name in {"index", "readme"} else name


def _pairs(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[at : at + 2] for at in range(len(padded) - 1)}
