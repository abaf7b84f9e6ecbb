"""Findings → the changes that mend them, written to the files and kept only where they prove to mend.

A check may say with its finding what mends it; for the rest, what stands at the finding's place is looked at here. Nothing
is taken on trust: after the change the whole project is checked again, and a change that leaves its finding, or brings a
new one, is taken back.
"""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from atlas import typesetting
from atlas.baseline import replace_file
from atlas.candidates import addresses
from atlas.diagrams import judge
from atlas.findings import CannotCheckError, Finding, Fix, Report, read_lines
from atlas.model import Site
from atlas.scan import FenceSpan, Scan, scan
from atlas.wording import nearest

MARK = "\ufeff"
_SUSPECTS = 20
"""So many fixes that failed together are tried again one by one; each costs a check of the project."""
_WIDE = str.maketrans("！［］（）", "![]()")
_INLINE = re.compile(r"[!！]?[\[［]([^\[\]［］\n]*)[\]］][ \t]?[(（]([^()（）\s]+)[)）]")
_LABEL = re.compile(r"""(?P<open>(?<=\w)\[|(?<=\w)\{|\|)(?P<text>[^\[\]{}|"'\n]*[()][^\[\]{}|"'\n]*)(?P<close>[\]}|])""")
_CLOSES = {"[": "]", "{": "}", "|": "|"}
_FLOWCHART = re.compile(r"\s*(?:%%[^\n]*\n\s*)*(?:flowchart|graph)\b")


@dataclass(slots=True)
class Texts:
    """The texts of a project's files as places count them, each read and scanned once."""

    site: Site
    _scans: dict[str, Scan] = field(default_factory=dict)

    def scan(self, path: str) -> Scan:
        """A file's scan; that of nothing if the file can't be read."""
        if path not in self._scans:
            self._scans[path] = scan("\n".join(read_lines(self.site.root / path)))
        return self._scans[path]


@dataclass(frozen=True, slots=True)
class Spot:
    """A finding's place: its file's scan, the line's text and the column counted from 0."""

    finding: Finding
    site: Site
    scan: Scan
    line: str
    at: int

    @property
    def fence(self) -> FenceSpan | None:
        """The fence in which the place is, its head included."""
        number = self.finding.location.line or 0
        return next((fence for fence in self.scan.fences if fence.line <= number <= fence.end), None)

    def fix(self, column: int, old: str, new: str) -> Fix:
        """A change on the finding's line; ``column`` counts from 0."""
        return Fix(self.finding.location.path, self.finding.location.line, column + 1, old, new)


def suggest(finding: Finding, texts: Texts) -> Fix | None:
    """What mends a finding for sure, if anything does."""
    if finding.fix:
        return finding.fix
    place = finding.location
    seen = texts.scan(place.path)
    if not place.line or place.line > len(seen.lines):
        return None
    line = seen.lines[place.line - 1]
    spot = Spot(finding, texts.site, seen, line, min((place.column or 1) - 1, len(line)))
    return next((fix for mender in MENDERS if (fix := mender(spot))), None)


def _address(spot: Spot) -> Fix | None:
    """An address in another case, with back-slashes, spaces at its ends or ``.html`` where a page is meant."""
    offset = spot.scan.offset(spot.finding.location.line or 1, spot.at + 1)
    spaced = len(spot.line[: spot.at]) - len(spot.line[: spot.at].rstrip(" "))
    found = next((one for one in addresses("", spot.scan) if offset - spaced <= one.offset <= offset <= one.end), None)
    if found is None or "\n" in (written := spot.scan.text[found.offset : found.end]):
        return None
    path = re.split(r"[?#]", written, maxsplit=1)[0]
    rest = written[len(path) :]
    mended = _existing(spot, path if rest else written)
    if mended is None or mended + rest.rstrip() == written:
        return None
    return spot.fix(spot.at - (offset - found.offset), written, mended + rest.rstrip())


def _existing(spot: Spot, written: str) -> str | None:
    """The one file that is surely meant, as it is to be written, if there is one."""
    plain = written.strip().replace("\\", "/")
    if not plain or plain.startswith("/") or urlsplit(plain).scheme or urlsplit(plain).netloc:
        return None
    forms = [plain, *([f"{plain[:-5]}.md"] if plain.endswith(".html") else [])]
    for form in forms:
        if (path := _path(spot, unquote(form))) in spot.site.paths:
            return form
        same = [one for one in spot.site.paths if one.casefold() == path.casefold()]
        if len(same) == 1:
            return posixpath.relpath(same[0], _path(spot, "") or ".")
    return None


def _path(spot: Spot, target: str) -> str:
    """A target's path in the documents' folder, as meant from the file in which it is written."""
    folder = posixpath.dirname(spot.finding.location.path)
    return posixpath.relpath(posixpath.join(folder, target) if target else folder, spot.site.documents or ".")


def _brackets(spot: Spot) -> Fix | None:
    """A link or an image in full-width brackets whose address is that of a file."""
    for found in _INLINE.finditer(spot.line):
        if not found.start() <= spot.at <= found.end():
            continue
        text, target = found[1], found[2]
        mended = f"{'!' if found[0][0] in '!！' else ''}[{text}]({target})"
        path = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
        if mended != found[0] and path and _path(spot, path) in spot.site.paths:
            return spot.fix(found.start(), found[0], mended)
    # Only the exclamation mark is wide: the rest is a link already.
    if spot.line[spot.at : spot.at + 2] in {"！[", "！［"}:
        return spot.fix(spot.at, "！", "!")
    return None


def _language(spot: Spot) -> Fix | None:
    """A diagram's fence whose language is misspelt."""
    fence = spot.fence
    if fence is None or fence.line != spot.finding.location.line or not fence.closed:
        return None
    language = fence.language
    if not language or language == "mermaid" or nearest(language.lower(), ["mermaid"]) != "mermaid":
        return None
    if judge("\n".join(_inside(spot.scan, fence))):
        return None
    return spot.fix(spot.line.index(language, len(fence.prefix)), language, "mermaid")


def _label(spot: Spot) -> Fix | None:
    """A flowchart with parentheses in labels without quotes: all of them are quoted, if it can be drawn then."""
    fence = spot.fence
    if fence is None or fence.language != "mermaid" or not fence.closed:
        return None
    lines = _inside(spot.scan, fence)
    if not _FLOWCHART.match("\n".join(lines)):
        return None
    mended = [_LABEL.sub(_quoted, line) for line in lines]
    changed = [number for number, (old, new) in enumerate(zip(lines, mended, strict=True)) if old != new]
    if not changed or judge("\n".join(mended)):
        return None
    first, last = changed[0], changed[-1] + 1
    written = spot.scan.lines[fence.line + first : fence.line + last]
    new = [
        raw[: len(raw) - len(old)] + right
        for raw, old, right in zip(written, lines[first:last], mended[first:last], strict=True)
    ]
    return Fix(spot.finding.location.path, fence.line + first + 1, 1, "\n".join(written), "\n".join(new))


def _quoted(found: re.Match[str]) -> str:
    """A label in quotes; what opens like a shape of its own, ``[(…)]`` or ``[/…/]``, is none."""
    if _CLOSES[found["open"]] != found["close"] or found["text"][0] in "(/\\":
        return found[0]
    return f'{found["open"]}"{found["text"].strip()}"{found["close"]}'


def _inside(seen: Scan, fence: FenceSpan) -> list[str]:
    """A fence's lines without what its container puts before them."""
    lines = seen.lines[fence.line : fence.end - 1]
    return [line.removeprefix(fence.prefix) if line.startswith(fence.prefix) else line.lstrip(" \t>") for line in lines]


def _mark(spot: Spot) -> Fix | None:
    """A byte order mark."""
    if not re.search(r"(?:^|-)(?:bom|mark)(?:-|$)|byte-order", spot.finding.rule.id):
        return None
    return Fix(spot.finding.location.path, None, None, MARK, "")


def _line_ends(spot: Spot) -> Fix | None:
    """Line ends of both kinds in one file."""
    if not re.search(r"crlf|line-end|newline", spot.finding.rule.id):
        return None
    return Fix(spot.finding.location.path, None, None, "\r\n", "\n")


MENDERS: tuple[Callable[[Spot], Fix | None], ...] = (_mark, _line_ends, _language, _label, _brackets, _address)


def apply(data: bytes, fixes: Iterable[Fix]) -> tuple[bytes, list[Fix]]:
    """A file's bytes with the fixes made, and those that could be: the first of any that overlap, where ``old`` does stand.

    Line ends, encoding and byte order mark stay as they are, unless a fix is meant for them.

    Raises:
        UnicodeDecodeError: if the file is not UTF-8.
    """
    text = data.decode("utf-8")
    made: list[Fix] = []
    mark = MARK if text.startswith(MARK) else ""
    text = text.removeprefix(MARK)
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
    edits: list[tuple[int, int, str]] = []
    for fix in dict.fromkeys(fixes):
        if fix.line is None or fix.line > len(starts):
            continue
        start = starts[fix.line - 1] + (fix.column or 1) - 1
        pattern = r"(\r\n|\r|\n)".join(map(re.escape, fix.old.split("\n")))
        found = re.compile(pattern).match(text, start)
        if found and not any(start < end and begin < max(found.end(), start + 1) for begin, end, _ in edits):
            edits.append((start, found.end(), fix.new.replace("\n", _line_end(text, start))))
            made.append(fix)
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    text = mark + text
    for fix in dict.fromkeys(fixes):
        if fix.line is None and fix.old in text:
            text = text.removeprefix(MARK) if fix.old == MARK else text.replace(fix.old, fix.new)
            made.append(fix)
    return text.encode("utf-8"), made


def _line_end(text: str, at: int) -> str:
    found = re.compile(r"\r\n|\r|\n").search(text, at) or re.search(r"\r\n|\r|\n", text)
    return found[0] if found else "\n"


@dataclass(frozen=True, slots=True)
class Mending:
    """What came of it: the fixes that were made and hold, and how many were taken back."""

    made: tuple[Fix, ...] = ()
    refused: int = 0

    @property
    def files(self) -> int:
        """How many files changed."""
        return len({fix.path for fix in self.made})


def mend(findings: Sequence[Finding], site: Site, before: Report, again: Callable[[], Report]) -> Mending:
    """Mend these findings in the files.

    ``before`` is what is found in the whole project now, by all rules; ``again`` finds it anew.

    Raises:
        CannotCheckError: if a file can't be written, or the project can't be checked; then all files are as they were.
    """
    texts = Texts(site)
    wanted = {fix: finding for finding in reversed(findings) if (fix := suggest(finding, texts))}
    try:
        originals = {path: (site.root / path).read_bytes() for path in {fix.path for fix in wanted}}
        return _mend(wanted, originals, site.root, before, again)
    except OSError as error:
        raise CannotCheckError(f"改不了文件 `{error.filename}`：{error.strerror or error}。") from error


def typeset(paths: Iterable[str], root: Path, before: Report, again: Callable[[], Report]) -> int:
    """Set these files as the rest is set, and say how many changed; one in which something new is found stays as it was.

    Raises:
        CannotCheckError: if a file can't be written, or the project can't be checked; then all files are as they were.
    """
    originals: dict[str, bytes] = {}
    written: dict[str, bytes] = {}
    try:
        for path in paths:
            data = (root / path).read_bytes()
            with contextlib.suppress(UnicodeDecodeError):
                mended = typesetting.mend(data.decode("utf-8")).encode("utf-8")
                if mended != data:
                    originals[path] = data
                    replace_file(root / path, mended)
                    written[path] = mended
        if written:
            new = Counter(map(_kind, again().findings)) - Counter(map(_kind, before.findings))
            worse = {path for _, path in new}
            bad = {path: data for path, data in written.items() if path in worse or not worse <= written.keys()}
            _restore(originals, bad, root)
            return len(written.keys() - worse) if worse <= originals.keys() else 0
        return 0
    except OSError as error:
        _restore(originals, written, root)
        raise CannotCheckError(f"改不了文件 `{error.filename}`：{error.strerror or error}。") from error
    except BaseException:
        _restore(originals, written, root)
        raise


def _kind(finding: Finding) -> tuple[str, str]:
    return (finding.rule.id, finding.location.path)


def _mend(
    wanted: Mapping[Fix, Finding], originals: Mapping[str, bytes], root: Path, before: Report, again: Callable[[], Report]
) -> Mending:
    written: dict[str, bytes] = {}

    def attempt(fixes: Iterable[Fix]) -> tuple[list[Fix], set[Fix]]:
        made = _write(fixes, originals, written, root)
        return made, set(_failed(made, wanted, before, again())) if made else set()

    try:
        kept, suspects = list(wanted), []
        made, bad = attempt(kept)
        while bad:
            suspects += [fix for fix in made if fix in bad]
            kept = [fix for fix in made if fix not in bad]
            made, bad = attempt(kept)
        refused = []
        for number, fix in enumerate(suspects):  # a neighbour may have been the culprit
            more, bad = attempt([*made, fix]) if number < _SUSPECTS else ([], {fix})
            if bad or fix not in more:
                refused.append(fix)
            else:
                made = more
        _write(made, originals, written, root)
        return Mending(tuple(made), len(refused))
    except BaseException:
        _restore(originals, written, root)
        raise


def _write(kept: Iterable[Fix], originals: Mapping[str, bytes], written: dict[str, bytes], root: Path) -> list[Fix]:
    made: list[Fix] = []
    for path, data in originals.items():
        try:
            mended, here = apply(data, [fix for fix in kept if fix.path == path])
        except UnicodeDecodeError:
            continue
        made += here
        if mended != written.get(path, data):
            replace_file(root / path, mended)
            written[path] = mended
    return made


def _restore(originals: Mapping[str, bytes], written: dict[str, bytes], root: Path) -> None:
    for path, data in written.items():
        if data != originals[path]:
            replace_file(root / path, originals[path])
    written.clear()


def _failed(made: Iterable[Fix], wanted: Mapping[Fix, Finding], before: Report, after: Report) -> Iterator[Fix]:
    """The fixes that left their finding or may have brought a new one; if it can't be told which, all of a file, or all."""
    made = list(made)
    old, new = Counter(map(_place, before.findings)), Counter(map(_place, after.findings))
    hoped = Counter(_place(wanted[fix]) for fix in made)
    stayed = {place for place, count in hoped.items() if new[place] > old[place] - count}
    yield from (fix for fix in made if _place(wanted[fix]) in stayed)
    for _, path, line in [place for place, count in new.items() if count > old[place]]:
        inside = [fix for fix in made if fix.path == path]
        near = [fix for fix in inside if fix.line and line and fix.line <= line <= fix.line + fix.new.count("\n")]
        yield from near or inside or made


def _place(finding: Finding) -> tuple[str, str, int]:
    return (finding.rule.id, finding.location.path, finding.location.line or 0)
