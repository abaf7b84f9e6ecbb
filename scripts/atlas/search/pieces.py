"""Pages and terms → the files of the index, by name, in a folder named after what they hold."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from atlas.facts import Term
from atlas.search.sections import Section
from atlas.search.words import count, shard

SHARDS = 61
_GLOSSARY = "term-"
"""How the anchors of the glossary's rows begin; terms have their own place in the index."""
FOLDER = "search"
# A page is one character in the index: the printable ones without digits, which say how often a word occurs, and without
# what a JavaScript string would have to escape; past ASCII, whatever comes.
_ASCII = [character for character in map(chr, range(0x21, 0x7F)) if not character.isdigit() and character not in '"\\']
_MORE = 0xA1
_OFTEN = (32, 12, 4, 2, 1)
"""The classes of how often a word occurs on a page; the index says of each page only the class, by its place here."""


@dataclass(frozen=True, slots=True)
class Source:
    """A page to be found: its address in the site, its file among the sources, its title, its sections."""

    url: str
    path: str
    title: str
    sections: tuple[Section, ...]
    weight: float = 1
    """How much a hit on the page counts: less for one about the site itself."""


def pieces(found: Iterable[Source], terms: Iterable[Term]) -> Mapping[str, str]:
    """Every file of the index by its path in the site; all in one folder, whose name changes with any of them."""
    pages = list(found)
    files = {"map.js": _call("map", _map(pages, terms))}
    for number, lines in _words(pages).items():
        files[f"w{number}.js"] = _call("words", number, "\n".join(lines))
    for number, page in enumerate(pages):
        files[f"p{number}.js"] = _call("page", number, [section.text for section in page.sections])
    digest = hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in sorted(files.items())).encode()).hexdigest()
    return {f"{FOLDER}/{digest[:10]}/{name}": text for name, text in files.items()}


def _map(pages: Sequence[Source], terms: Iterable[Term]) -> dict[str, object]:
    """What is loaded first: addresses, titles, headings, lengths of all pages, and the glossary."""
    places = {page.path: number for number, page in enumerate(pages)}
    return {
        "shards": SHARDS,
        "pages": [
            [
                page.url,
                page.title,
                sum(len(section.text) for section in page.sections),
                [line for section in page.sections for line in _headings(section)],
                *([] if page.weight == 1 else [page.weight]),
            ]
            for page in pages
        ],
        "terms": [_term(term, pages, places) for term in terms],
    }


def _headings(section: Section) -> Iterator[str]:
    """A section by its anchor and title, then the rows of its tables, marked."""
    yield f"{section.anchor} {section.title}"
    yield from (f">{anchor} {name}" for anchor, name in section.rows if not anchor.startswith(_GLOSSARY))


def _term(term: Term, pages: Sequence[Source], places: Mapping[str, int]) -> list[object]:
    """Names, names to avoid, definition, and where it is explained: the number of the page and of its section."""
    path, _, anchor = term.see.partition("#")
    page = places.get(path, -1)
    anchors = [section.anchor for section in pages[page].sections] if page >= 0 else []
    named = [*dict.fromkeys(filter(None, (term.zh, term.en, term.abbr)))]
    also = [name for name in dict.fromkeys(term.also) if name not in named]
    return [named, also, list(term.avoid), term.short, page, anchors.index(anchor) if anchor in anchors else 0]


def _words(pages: Sequence[Source]) -> dict[int, list[str]]:
    """For each shard its words with the pages that hold them, sorted; a word is followed by pages, most often first."""
    held: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        text = "\n".join(f"{section.title}\n{section.text}" for section in page.sections)
        for word, times in count(text).items():
            held[word].append((times, number))
    lines: dict[int, list[str]] = {number: [] for number in range(SHARDS)}
    for word in sorted(held):
        lines[shard(word, SHARDS)].append(f"{word} {''.join(_postings(held[word]))}")
    return lines


def _postings(held: Iterable[tuple[int, int]]) -> Iterator[str]:
    """`2ab0c`: pages a and b hold the word two or three times (class 3 of 0–4, often to once), c often."""
    classes: dict[int, list[int]] = defaultdict(list)
    for times, number in held:
        classes[next(place for place, least in enumerate(_OFTEN) if times >= least)].append(number)
    for place in sorted(classes):
        yield str(place)
        yield from (_character(number) for number in classes[place])


def _character(number: int) -> str:
    return _ASCII[number] if number < len(_ASCII) else chr(_MORE + number - len(_ASCII))


def _call(name: str, *arguments: object) -> str:
    """A script that hands data over. JSON is JavaScript, once the two line separators are escaped."""
    given = ",".join(json.dumps(argument, ensure_ascii=False, separators=(",", ":")) for argument in arguments)
    return f"atlasSearch.{name}({given})\n".replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
