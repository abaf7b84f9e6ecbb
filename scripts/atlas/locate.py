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
from html import unescape
from urllib.parse import unquote

from atlas import html
from atlas.findings import Location
from atlas.model import Link, Rendered
from atlas.scan import Scan, scan

Reread = Callable[[Mapping[str, str]], str]
"""Renders the page with other texts in its files; ``{path: text}`` → HTML."""

_MARK = 0x10F000
"""Marks are single characters of the last private plane, one for each candidate."""
_MARKS = 0x0FFD

_REFERENCE = re.compile(r"^[ \t>]*(?:[-*+:][ \t]+)?\[[^\]^][^\]]*\]:[ \t]*\n?[ \t]*(<[^<>\n]*>|\S+)", re.MULTILINE)
_AUTOLINK = re.compile(r"<((?:[a-zA-Z][a-zA-Z0-9+.-]*:|[^\s<>@]+@)[^<>\s]*)>")
_ATTRIBUTE = re.compile(
    r"""\b(?:href|src|srcset|poster|data|action|xlink:href)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>{}]+))""", re.IGNORECASE
)
_CLICK = re.compile(r'^[ \t>]*(?:%%\s*)?(?:click|link)\s+.+?\s+(?:href\s+)?"([^"\n]+)"', re.MULTILINE)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()>#+.!\-|~^])")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where an address may have been written; ``forms`` are what it may mean, ``shared`` a definition's."""

    path: str
    offset: int
    end: int
    forms: tuple[str, ...]
    shared: bool = False


@dataclass(slots=True)
class Places:
    """Finds places in the texts that a page was made of: its own and those of its snippets, by path."""

    path: str
    scans: Mapping[str, Scan]
    rendered: Rendered
    reread: Reread | None = None
    rewritten: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _live: dict[tuple[str, int], bool] = field(default_factory=dict)

    @classmethod
    def of_text(cls, path: str, text: str, rendered: Rendered | None = None) -> Places:
        """For a single file of which nothing is known but its text."""
        return cls(path, {path: scan(text)}, rendered or Rendered())

    def location(self, path: str, offset: int) -> Location:
        """The place of an offset in one of the texts."""
        return Location(path, *self.scans[path].place(offset))

    def links(self) -> tuple[Link, ...]:
        """The page's links, each with the address as written and its place, where they can be told."""
        by_target: dict[str, list[int]] = defaultdict(list)
        for index, link in enumerate(self.rendered.links):
            by_target[link.target].append(index)
        by_form: dict[str, list[Candidate]] = defaultdict(list)
        for path, one in self.scans.items():
            for candidate in candidates(path, one):
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

    def texts(self, needle: str) -> tuple[Location, ...]:
        """Every place where a text was written that reaches readers as prose, in the files' order."""
        if not needle:
            return ()
        seen = sum(block.text.count(needle) for block in self.rendered.blocks)
        plain = [(path, at) for path, one in self.scans.items() for at in _occurrences(one.masked, needle)]
        if len(plain) == seen or self.reread is None:
            return tuple(self.location(*place) for place in plain)
        every = [(path, at) for path, one in self.scans.items() for at in _occurrences(one.text, needle)]
        unknown = [place for place in every if place not in self._live]
        if unknown:
            marks = self._reread_with([(path, at + len(needle)) for path, at in unknown])
            if marks is None:
                return tuple(self.location(*place) for place in plain)
            prose = "".join(block.text for block in html.read(marks).blocks)
            self._live |= {place: _mark(number) in prose for number, place in enumerate(unknown)}
        return tuple(self.location(*place) for place in every if self._live[place])

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

    def block(self, block: str, *, nth: int = 0) -> tuple[Location, int]:
        """The place of the ``nth`` fence that holds these lines (that of its first line) and by how much it is indented.

        Lines that stand in no fence of their own (a formula) are found, too.
        """
        wanted = [_bare(line) for line in block.strip("\n").splitlines()]
        runs = [(path, at) for path, one in self.scans.items() for at in _runs([_bare(line) for line in one.lines], wanted)]
        found = [(path, at) for path, at in runs if _opens_fence(self.scans[path], at)] or runs
        if not found:
            return Location(self.path), 0
        path, at = found[min(nth, len(found) - 1)]
        first = block.strip("\n").splitlines()[0]
        return Location(path, at + 1, 1), max(0, _indent(self.scans[path].lines[at]) - _indent(first))

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
        everywhere = [one for path, seen in self.scans.items() for one in candidates(path, replace(seen, masked=seen.text))]
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


def candidates(path: str, one: Scan) -> Iterator[Candidate]:
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
            start = one.offset(fence.line)
            stop = one.offset(fence.end) if fence.end <= len(one.lines) else len(one.text)
            for found in _CLICK.finditer(one.text, start, stop):
                yield Candidate(path, found.start(1), found.end(1), (found[1],))


def _inline(path: str, text: str, start: int) -> Candidate:
    """The destination of ``[…](…)``: up to its title or its closing parenthesis."""
    while start < len(text) and text[start] in " \t\n":
        start += 1
    if text.startswith("<", start):
        end = text.find(">", start)
        if 0 < end - start < 2000 and "\n" not in text[start:end]:
            return _candidate(path, start + 1, text[start + 1 : end])
    depth, at = 0, start
    while at < len(text) and text[at] != "\n":
        character = text[at]
        if character == "\\":
            at += 1
        elif character == "(":
            depth += 1
        elif character == ")":
            if depth == 0:
                break
            depth -= 1
        at += 1
    whole = re.sub(r"\s+([\"']).*\1\s*$", "", text[start:at])
    first = re.split(r"\s", whole, maxsplit=1)[0]
    return _candidate(path, start, whole.rstrip(), first)


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
    for one in re.finditer(r"[^\s,]\S*?(?=[\s,]|$)(?:\s+[\d.]+[wx])?", value):
        address = one[0].split()[0]
        yield Candidate(path, start + one.start(), start + one.start() + len(address), (address, unescape(address)))


def _mark(number: int) -> str:
    return chr(_MARK + number)


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


def _runs(lines: Sequence[str], wanted: Sequence[str]) -> Iterator[int]:
    if not wanted:
        return
    for at in range(len(lines) - len(wanted) + 1):
        if lines[at] == wanted[0] and list(lines[at : at + len(wanted)]) == list(wanted):
            yield at


def _opens_fence(one: Scan, at: int) -> bool:
    return any(
        fence.line <= at < fence.end and not "".join(one.lines[fence.line : at]).strip(" \t>") for fence in one.fences
    )
