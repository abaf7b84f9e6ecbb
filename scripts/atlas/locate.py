"""Where something was written: a page's sources and what to look for → line and column, counted from 1.

What is wrong is decided on the rendered page; here is only said where its author wrote it. A text that stands where it is
sought exactly as often as readers meet it is found by looking. Where that leaves a doubt (the same address in a code
block, in a comment, in a snippet) the page is rendered once more with a mark at each candidate, and the marks that come
out at the other end decide.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import unquote

from atlas import candidates, html
from atlas.candidates import Candidate
from atlas.findings import Location
from atlas.model import Heading, Link, Rendered
from atlas.scan import Scan, scan
from atlas.wording import words

_T = TypeVar("_T")
Reread = Callable[[Mapping[str, str]], str]
"""Renders the page with other texts in its files; ``{path: text}`` → HTML."""

_MARK = 0x10F000
"""Marks are single characters of the last private plane, one for each candidate."""
_MARKS = 0x0FFD
FIRST_MARK = _MARK


@dataclass(slots=True)
class Places:
    """Finds places in the texts that a page was made of: its own and those of its snippets, by path."""

    path: str
    scans: Mapping[str, Scan]
    rendered: Rendered
    reread: Reread | None = None
    rewritten: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _live: dict[tuple[str, int], bool] = field(default_factory=dict)
    _bare: dict[str, _Lines] = field(default_factory=dict)

    @classmethod
    def of_text(cls, path: str, text: str, rendered: Rendered | None = None) -> Places:
        """For a single file of which nothing is known but its text."""
        return cls(path, {path: scan(text)}, rendered or Rendered())

    def location(self, path: str, offset: int) -> Location:
        """The place of an offset in one of the texts."""
        return Location(path, *self.scans[path].place(offset))

    def offset(self, place: Location) -> tuple[str, int]:
        """The file and the offset of a place, the other way round; the file's beginning if the line is unknown."""
        return place.path, self.scans[place.path].offset(place.line or 1, place.column or 1)

    def links(self) -> tuple[Link, ...]:
        """The page's links, each with the address as written and its place, where they can be told."""
        by_target: dict[str, list[int]] = defaultdict(list)
        for index, link in enumerate(self.rendered.links):
            by_target[link.target].append(index)
        by_form: dict[str, list[Candidate]] = defaultdict(list)
        for path, one in self.scans.items():
            for candidate in candidates.addresses(path, one):
                for form in candidate.forms:
                    by_form[form].append(candidate)
        chosen: dict[int, Candidate] = {}
        doubtful: dict[str, list[Candidate]] = {}
        for target, indexes in by_target.items():
            found = self._for_target(target, by_form)
            if len(found) == len(indexes):
                chosen |= dict(zip(indexes, found, strict=True))
            elif len(found) == 1 and found[0].shared:
                chosen |= dict.fromkeys(indexes, found[0])
            else:
                doubtful[target] = found or list(self._loosely(target))
        if any(doubtful.values()):
            chosen |= self._decide(doubtful, by_target)
        return tuple(self._placed(link, chosen.get(index)) for index, link in enumerate(self.rendered.links))

    def prime(self, needles: Iterable[str]) -> None:
        """Settle every doubt about these texts with one rendering, before they are asked for one by one."""
        doubtful = {place: needle for needle in dict.fromkeys(needles) for place in self._doubts(needle)}
        if not doubtful or self.reread is None:
            return
        for many in _batches(list(doubtful.items())):
            marks = self._reread_with([(path, at + len(needle)) for (path, at), needle in many])
            prose = "".join(block.text for block in html.read(marks or "").blocks)
            self._live |= {place: _mark(number) in prose for number, (place, _) in enumerate(many)}

    def texts(self, needle: str) -> tuple[Location, ...]:
        """Every place where a text was written that reaches readers as prose, in the files' order."""
        if not needle:
            return ()
        if self._is_plain(needle) or self.reread is None:
            return tuple(self.location(*place) for place in self._occurrences(needle, masked=True))
        self.prime([needle])
        return tuple(self.location(*place) for place in self._occurrences(needle) if self._live.get(place))

    def text(self, needles: Iterable[str], *, nth: int = 0) -> Location:
        """The place of the ``nth`` occurrence of the first needle that readers meet; the file alone if there is none."""
        for needle in needles:
            places = self.texts(needle)
            if places:
                return places[min(nth, len(places) - 1)]
        return Location(self.path)

    def anywhere(self, needles: Iterable[str], *, nth: int = 0) -> Location:
        """The place of the ``nth`` occurrence of the first needle that occurs at all, code included, prose first."""
        for needle in needles:
            for attribute in ("masked", "text"):
                found = [
                    (path, at) for path, one in self.scans.items() for at in _occurrences(getattr(one, attribute), needle)
                ]
                if found:
                    return self.location(*found[min(nth, len(found) - 1)])
        return Location(self.path)

    def marked(self, spots: Sequence[tuple[str, int]]) -> tuple[str, str]:
        """The page's HTML with a mark at each spot (path, offset), empty if it can't be had, and the marks in order."""
        marks = "".join(_mark(number) for number in range(len(spots)))
        return self._reread_with(spots) or "", marks

    def standings(self, spots: Sequence[tuple[str, int]]) -> tuple[html.Standing, ...]:
        """In what readers meet what stands before each spot (path, offset)."""
        if not spots:
            return ()
        page, marks = self.marked(spots)
        return html.standings(page, marks)

    def block(self, block: str, *, nth: int = 0) -> tuple[Location, int]:
        """The place of the ``nth`` fence that holds these lines (that of its first line) and by how much it is indented.

        Lines that stand in no fence of their own (a formula) are found, too.
        """
        wanted = [_bare(line) for line in block.strip("\n").splitlines()]
        if not self._bare:
            self._bare |= {path: _Lines.of(one.lines) for path, one in self.scans.items()}
        runs = [(path, at) for path, lines in self._bare.items() for at in lines.runs(wanted)]
        found = [(path, at) for path, at in runs if _opens_fence(self.scans[path], at)] or runs
        if not found:
            return Location(self.path), 0
        path, at = found[min(nth, len(found) - 1)]
        first = block.strip("\n").splitlines()[0]
        return Location(path, at + 1, 1), max(0, _indent(self.scans[path].lines[at]) - _indent(first))

    def ids(self, id_: str) -> tuple[Location, ...]:
        """Every place where an element of the page got this id, automatic ids of headings too, in the page's order."""
        count = self.rendered.ids.count(id_)
        found = [(path, at) for path, one in self.scans.items() for at in candidates.ids(one.masked, id_)]
        if len(found) > count or (len(found) < count and self.reread is not None):
            every = [(path, at) for path, one in self.scans.items() for at in candidates.ids(one.text, id_)]
            seen = html.read(self._reread_with([(path, at + len(id_)) for path, at in every]) or "").ids
            marked = {id_ + _mark(number): place for number, place in enumerate(every)}
            found = [marked[one] for one in dict.fromkeys(seen) if one in marked] or found
        if len(found) < count:
            headings = self.rendered.headings
            automatic = (self.heading(headings, number) for number, one in enumerate(headings) if one.id == id_)
            found += [self.offset(place) for place in automatic if place]
            order = list(self.scans)
            found.sort(key=lambda place: (order.index(place[0]), place[1]))
        return tuple(dict.fromkeys(self.location(*place) for place in found))

    def heading(self, headings: Sequence[Heading], number: int) -> Location | None:
        """The place of one of a page's headings: of its text's first character."""
        wanted = words(headings[number].text)
        nth = sum(words(one.text) == wanted for one in headings[:number])
        found = [(path, at) for path, one in self.scans.items() for text, at in candidates.headings(one) if text == wanted]
        return self.location(*found[nth]) if nth < len(found) else None

    def definitions(self, label: str, *, footnote: bool = False) -> tuple[Location, ...]:
        """Every place where a label is defined, in the files' order: of the label, a footnote's with its ``^``."""
        return tuple(
            self.location(path, at)
            for path, one in self.scans.items()
            for written, at in candidates.definitions(one)
            if (written == f"^{label}" if footnote else written.strip().lower() == label)
        )

    def _is_plain(self, needle: str) -> bool:
        """Whether a text stands in prose as often as readers meet it."""
        seen = sum(block.text.count(needle) for block in self.rendered.blocks)
        return seen == len(self._occurrences(needle, masked=True))

    def _doubts(self, needle: str) -> list[tuple[str, int]]:
        if not needle or self._is_plain(needle):
            return []
        return [place for place in self._occurrences(needle) if place not in self._live]

    def _occurrences(self, needle: str, *, masked: bool = False) -> list[tuple[str, int]]:
        return [
            (path, at) for path, one in self.scans.items() for at in _occurrences(one.masked if masked else one.text, needle)
        ]

    def _for_target(self, target: str, by_form: Mapping[str, list[Candidate]]) -> list[Candidate]:
        forms = dict.fromkeys([target, *self.rewritten.get(target, ())])
        found = {(one.path, one.offset): one for form in forms for one in by_form.get(form, ())}
        if not found and "%" in target:
            found = {(one.path, one.offset): one for one in by_form.get(unquote(target), ())}
        order = {path: number for number, path in enumerate(self.scans)}
        return [found[key] for key in sorted(found, key=lambda key: (order[key[0]], key[1]))]

    def _loosely(self, target: str) -> Iterator[Candidate]:
        """Where an address of which no link is known stands at all: generated, or in a form of some other extension."""
        for needle in dict.fromkeys([*self.rewritten.get(target, ()), target, unquote(target)]):
            found = [
                Candidate(path, at, at + len(needle), (needle,))
                for path, one in self.scans.items()
                for at in _occurrences(one.masked, needle)
            ]
            if found:
                yield from found
                return

    def _decide(self, doubtful: Mapping[str, list[Candidate]], by_target: Mapping[str, list[int]]) -> dict[int, Candidate]:
        """Render once more with a mark behind each candidate; a link that carries a mark was written there."""
        forms = {form for target, found in doubtful.items() for one in found for form in one.forms}
        forms |= {form for target, found in doubtful.items() if found for form in (target, *self.rewritten.get(target, ()))}
        everywhere = [
            one for path, seen in self.scans.items() for one in candidates.addresses(path, replace(seen, masked=seen.text))
        ]
        every = [one for found in doubtful.values() for one in found]
        every += [one for one in everywhere if not forms.isdisjoint(one.forms)]
        every = list({(one.path, one.offset): one for one in every}.values())
        chosen: dict[int, Candidate] = {}
        marked = self._reread_with([(one.path, one.end) for one in every])
        links = html.read(marked).links if marked is not None else ()
        if len(links) == len(self.rendered.links):
            for index in (index for target in doubtful for index in by_target[target]):
                mark = next((ord(c) - _MARK for c in unquote(links[index].target) if _is_mark(c)), None)
                if mark is not None and mark < len(every):
                    chosen[index] = every[mark]
        for target, found in doubtful.items():
            rest = [index for index in by_target[target] if index not in chosen]
            chosen |= dict(zip(rest, found + found[-1:] * len(rest), strict=False))
        return chosen

    def _reread_with(self, places: Sequence[tuple[str, int]]) -> str | None:
        if self.reread is None or not places or len(places) > _MARKS:
            return None
        texts = {path: one.text for path, one in self.scans.items()}
        for number, (path, at) in sorted(enumerate(places), key=lambda item: -item[1][1]):
            texts[path] = texts[path][:at] + _mark(number) + texts[path][at:]
        return self.reread(texts)

    def _placed(self, link: Link, candidate: Candidate | None) -> Link:
        if candidate is None:
            return link
        written = self.scans[candidate.path].text[candidate.offset : candidate.end]
        return replace(link, written=written, place=self.location(candidate.path, candidate.offset))


def _mark(number: int) -> str:
    return chr(_MARK + number)


def _batches(items: list[_T]) -> Iterator[list[_T]]:
    """No more at a time than there are marks."""
    yield from (items[start : start + _MARKS] for start in range(0, len(items), _MARKS))


def _is_mark(character: str) -> bool:
    return ord(character) >= _MARK


def _occurrences(text: str, needle: str) -> Iterator[int]:
    at = text.find(needle) if needle else -1
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def _bare(line: str) -> str:
    return re.sub(r"^[\s>]+", "", line).strip()


def _indent(line: str) -> int:
    return len(line) - len(re.sub(r"^[\s>]+", "", line))


@dataclass(frozen=True, slots=True)
class _Lines:
    """A text's lines without indentation and quotation marks, and where each line occurs."""

    lines: list[str]
    numbers: Mapping[str, list[int]]

    @classmethod
    def of(cls, lines: Sequence[str]) -> _Lines:
        bare = [_bare(line) for line in lines]
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(bare):
            numbers[line].append(number)
        return cls(bare, numbers)

    def runs(self, wanted: list[str]) -> Iterator[int]:
        """Where these lines stand one after the other, by the number of the first from 0."""
        for at in self.numbers.get(wanted[0], ()) if wanted else ():
            if self.lines[at : at + len(wanted)] == wanted:
                yield at


def _opens_fence(one: Scan, at: int) -> bool:
    return any(
        fence.line <= at < fence.end and not "".join(one.lines[fence.line : at]).strip(" \t>") for fence in one.fences
    )
