"""Pages known from earlier runs: a digest of all that a page depends on → the page as it was found to be.

The key is made of contents, never of dates, so a hit is as good as rendering again. The store is a file of JSON in SQLite:
a foreign or broken one can make us render, not run anything, and is thrown away.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from atlas.findings import RULES, Finding, Fix, Location
from atlas.model import Heading, Link, Page, Silence

_FORMAT = 2
_KEPT = 40_000
"""Entries beyond this many are dropped, the oldest first."""


def digest(*parts: bytes) -> bytes:
    """A key that changes when any part does."""
    total = hashlib.sha256(b"%d" % _FORMAT)
    for part in parts:
        total.update(b"%d:" % len(part))
        total.update(part)
    return total.digest()


class Cache:
    """The pages of one project, kept in its ``.cache/atlas`` folder; without a folder nothing is known and nothing kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._connection: sqlite3.Connection | None = None

    @classmethod
    def none(cls) -> Cache:
        """A cache that knows nothing."""
        return cls(None)

    @classmethod
    def of(cls, root: Path) -> Cache:
        """The cache of a project's folder."""
        return cls(root / ".cache" / "atlas")

    def pages(self, keys: Iterable[bytes], root: Path) -> dict[bytes, Page]:
        """The known pages among these keys; one whose snippets have changed is not known."""
        wanted = list(keys)
        found: dict[bytes, Page] = {}
        try:
            connection = self._open()
            if connection is None:
                return {}
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                marks = ",".join("?" * len(part))
                for key, text in connection.execute(f"SELECT key, value FROM pages WHERE key IN ({marks})", part):
                    page = _decode(json.loads(text), root)
                    if page is not None:
                        found[bytes(key)] = page
        except (sqlite3.Error, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self._discard()
            return {}
        return found

    def keep(self, pages: Mapping[bytes, Page], root: Path) -> None:
        """Remember pages; where that is impossible (a full disk, a read-only folder) nothing is lost but time."""
        rows = [(key, text) for key, page in pages.items() if (text := _encode(page, root)) is not None]
        if not rows:
            return
        with contextlib.suppress(sqlite3.Error, OSError):
            connection = self._open()
            if connection is not None:
                with connection:
                    connection.executemany("INSERT OR REPLACE INTO pages (key, value) VALUES (?, ?)", rows)
                    connection.execute("DELETE FROM pages WHERE rowid <= (SELECT max(rowid) FROM pages) - ?", (_KEPT,))

    def recall(self, key: bytes) -> Any:
        """A value kept under a key, or ``None``."""
        with contextlib.suppress(sqlite3.Error, OSError, ValueError, RecursionError):
            connection = self._open()
            row = connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone() if connection else None
            return json.loads(row[0]) if row else None
        self._discard()
        return None

    def note(self, key: bytes, value: Any) -> None:
        """Keep a JSON value under a key."""
        with contextlib.suppress(sqlite3.Error, OSError):
            connection = self._open()
            if connection is not None:
                with connection:
                    connection.execute("INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)", (key, json.dumps(value)))

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection | None:
        if self._folder is None or self._connection is not None:
            return self._connection
        self._folder.mkdir(parents=True, exist_ok=True)
        ignore = self._folder.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", "utf-8")
        connection = sqlite3.connect(self._folder / "pages.db", timeout=5)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS pages (key BLOB PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute("CREATE TABLE IF NOT EXISTS notes (key BLOB PRIMARY KEY, value TEXT NOT NULL)")
        self._connection = connection
        return connection

    def _discard(self) -> None:
        """Throw a broken store away; the next run starts a new one."""
        self.close()
        if self._folder is not None:
            for file in self._folder.glob("pages.db*"):
                with contextlib.suppress(OSError):
                    file.unlink()


def _encode(page: Page, root: Path) -> str | None:
    """A page as JSON; ``None`` if what it depends on can't be told."""
    if page.failures or not page.is_repeatable:
        return None
    with contextlib.suppress(OSError):
        return json.dumps(
            {
                "path": page.path,
                "url": page.url,
                "links": list(_links_out(page.links)),
                "ids": page.ids,
                "headings": [[one.level, one.id, one.text] for one in page.headings],
                "findings": [
                    [one.rule.id, *_place(one.location), one.message, one.hint, _fix_out(one.fix)] for one in page.findings
                ],
                "silences": [[*_place(one.place), one.target, one.rule, one.reason] for one in page.silences],
                "citations": page.citations,
                "counts": dict(page.counts),
                "snippets": {name: _digest_of(root / name) for name in page.snippets},
            },
            ensure_ascii=False,
        )
    return None


def _decode(given: Any, root: Path) -> Page | None:
    if any(_digest_of(root / name) != expected for name, expected in given["snippets"].items()):
        return None
    return Page(
        path=str(given["path"]),
        url=str(given["url"]),
        links=_Links(given["links"]),
        ids=tuple(given["ids"]),
        headings=tuple(Heading(level, id_, text) for level, id_, text in given["headings"]),
        findings=tuple(
            Finding(RULES.rules[rule], Location(path, line, column), message, hint, Fix(*fix) if fix else None)
            for rule, path, line, column, message, hint, fix in given["findings"]
        ),
        silences=tuple(
            Silence(Location(path, line, column), target, rule, reason)
            for path, line, column, target, rule, reason in given["silences"]
        ),
        citations=tuple(given["citations"]),
        counts=given["counts"],
        snippets=tuple(given["snippets"]),
    )


class _Links(Sequence[Link]):
    """Links as they were kept, made into what they are when somebody looks: most of a large site's are never looked at.

    Raises:
        TypeError, ValueError: if what was kept are no links.
    """

    def __init__(self, kept: list[Any]) -> None:
        for element, attribute, target, written, path, line, column in kept:
            if not (type(element) is type(attribute) is type(target) is type(written) is str) or (
                path is not None and not (type(path) is str and type(line) is type(column) is int)
            ):
                raise TypeError("no link")
        self._kept = kept
        self._made: tuple[Link, ...] | None = None

    def _links(self) -> tuple[Link, ...]:
        if self._made is None:
            self._made = tuple(
                Link(element, attribute, target, written, Location(path, line, column) if path is not None else None)
                for element, attribute, target, written, path, line, column in self._kept
            )
        return self._made

    def __len__(self) -> int:
        return len(self._kept)

    @overload
    def __getitem__(self, at: int) -> Link: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Link, ...]: ...
    def __getitem__(self, at: int | slice) -> Link | tuple[Link, ...]:
        return self._links()[at]

    def __iter__(self) -> Iterator[Link]:
        return iter(self._links())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._links() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._links())


def _links_out(links: Iterable[Link]) -> Iterator[list[Any]]:
    for link in links:
        yield [link.element, link.attribute, link.target, link.written, *(_place(link.place) if link.place else (None,) * 3)]


def _fix_out(fix: Fix | None) -> list[Any] | None:
    return [fix.path, fix.line, fix.column, fix.old, fix.new] if fix else None


def _place(location: Location) -> tuple[str, int | None, int | None]:
    return (location.path, location.line, location.column)


def _digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
