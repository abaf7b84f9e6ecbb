"""A project in which nothing has changed → its :class:`~atlas.model.Site`, without starting the engine at all.

What an earlier run learned from the engine (which files there are, where their pages lie, what is in the navigation) is
kept under a digest of everything that it was learned from: the configuration, the programs, the names of all files and the
contents of all that are no pages. The pages themselves are known by their contents, as always.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from atlas import dependencies
from atlas.cache import Cache, digest
from atlas.findings import RULES, Rule
from atlas.model import Page, Site

_TEXTS = frozenset({".css", ".html", ".js", ".json", ".py", ".yaml", ".yml"})
"""Files of which the contents, not only the names, may matter to what pages become."""
_ACROSS = (b"\xe5\x9b\xbe#](", b"\xe8\xa1\xa8#](", b"```figures")
"""What a page's source holds if its numbers come from other pages (see :mod:`atlas.numbering`): ``图#](``, ``表#](`` and the
fence with the lists.
"""


def find(configuration: Path, cache: Cache) -> Site | None:
    """The site as an earlier run found it, or ``None`` if anything but nothing has changed."""
    try:
        configuration = configuration.resolve(strict=True)
        root = configuration.parent
        told = cache.recall(_first_key(configuration))
        note = told and cache.recall(_second_key(configuration, told["folders"], told["files"]))
        if not note:
            return None
        common = bytes.fromhex(note["common"])
        keys = page_keys(common, [(source, url, (root / path).read_bytes()) for path, source, url, _ in note["pages"]])
        known = cache.pages(keys, root)
        if len(known) < len(set(keys)):
            return None
        pages = tuple(
            _with_navigation(known[key], listed) for key, (_, _, _, listed) in zip(keys, note["pages"], strict=True)
        )
        site: Site = _decode(Site, note["site"])
        return dataclasses.replace(site, root=root, pages=pages)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None  # whatever is odd about what was kept: the engine will tell


def remember(
    found: Site, configuration: Path, cache: Cache, common: bytes, sources: Mapping[str, str], folders: Iterable[Path]
) -> None:
    """Keep what the engine told; ``sources`` maps each page's path to its name in the documents' folder."""
    root = configuration.parent
    names = sorted({os.path.relpath(folder, root) for folder in folders})
    files = sorted({os.path.relpath(file, root) for file in dependencies.FILES})
    pages = [[page.path, sources[page.path], page.url, page.in_navigation] for page in found.pages]
    cache.note(_first_key(configuration), {"folders": names, "files": files})
    note = {"common": common.hex(), "site": _encode(dataclasses.replace(found, pages=())), "pages": pages}
    cache.note(_second_key(configuration, names, files), note)


def rules(cache: Cache) -> None:
    """Take the rules as an earlier run of the same code declared them, or let all modules declare theirs and keep that."""
    key = digest(b"rules", dependencies.tools())
    note = cache.recall(key)
    try:
        known = [_decode(Rule, one) for one in note or ()]
    except (ValueError, LookupError, TypeError):
        known = []
    if known:
        RULES.recall(known)
    else:
        cache.note(key, [_encode(rule) for rule in RULES.rules.values()])


def page_keys(common: bytes, pages: Sequence[tuple[str, str, bytes]]) -> list[bytes]:
    """The key of each page, given as name, address and content: these, and all that is common to the project's pages.

    A page that shows numbers of other pages' figures depends on the contents of all.
    """
    together = digest(*(content for _, _, content in pages))
    return [
        digest(common, source.encode(), url.encode(), content, together if any(one in content for one in _ACROSS) else b"")
        for source, url, content in pages
    ]


def configuration_parts(configuration: Path) -> Iterator[bytes]:
    """The bytes of a configuration and of those that it inherits from, and the environment variables that it names."""
    text = configuration.read_bytes()
    yield text
    for name in re.findall(rb"!ENV\s*\[?\s*([A-Za-z0-9_, ]+)", text):
        for one in name.decode().replace(",", " ").split():
            yield f"{one}={os.environ.get(one)}".encode()
    for parent in re.findall(rb"^INHERIT:\s*['\"]?([^'\"\r\n]+)", text, re.MULTILINE):
        file = configuration.parent / parent.decode("utf-8", "replace").strip()
        if file.is_file() and file != configuration:
            yield from configuration_parts(file)


def _first_key(configuration: Path) -> bytes:
    return digest(b"folders", str(configuration).encode(), dependencies.tools(), *configuration_parts(configuration))


def _second_key(configuration: Path, folders: Sequence[str], files: Sequence[str]) -> bytes:
    root = configuration.parent
    parts = [_first_key(configuration), b"project"]
    for folder in folders:
        parts.extend(_listing(root / folder))
    parts += [_content(root / file) for file in files]
    return digest(*parts)


def _listing(top: Path) -> Iterator[bytes]:
    """The names of all files in a folder, with the contents of those that are no pages but may shape them."""
    for folder, folders, files in os.walk(top, followlinks=True):
        folders.sort()
        yield f"{os.path.relpath(folder, top)}\0{chr(0).join(sorted(files))}".encode("utf-8", "surrogateescape")
        for name in sorted(files):
            if f".{name.rpartition('.')[2].lower()}" in _TEXTS:
                yield _content(Path(folder, name))


def _content(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b""


def _with_navigation(page: Page, listed: bool) -> Page:
    return page if page.in_navigation == listed else dataclasses.replace(page, in_navigation=listed)


def _encode(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return [_encode(getattr(value, one.name)) for one in dataclasses.fields(value)]
    if isinstance(value, Mapping):
        return {str(key): _encode(one) for key, one in value.items()}
    if isinstance(value, (tuple, list, frozenset)):
        return [_encode(one) for one in (sorted(value) if isinstance(value, frozenset) else value)]
    return str(value) if isinstance(value, Path) else value.value if isinstance(value, Enum) else value


def _decode(kind: Any, value: Any) -> Any:
    """A value of a kind from what :func:`_encode` made of it."""
    return _decoder(kind)(value)


@functools.cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    """What makes values of a kind; a site has thousands, of a dozen kinds."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        each = [_decoder(hints[one.name]) for one in dataclasses.fields(kind)]
        return lambda value: kind(*(decode(part) for decode, part in zip(each, value, strict=True)))  # type: ignore[operator]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        given = _decoder(next(one for one in arguments if one is not type(None)))
        return lambda value: None if value is None else given(value)
    if origin is tuple and arguments[-1] is Ellipsis:
        one_of_many = _decoder(arguments[0])
        return lambda value: tuple(one_of_many(part) for part in value)
    if origin is tuple:
        each = [_decoder(one) for one in arguments]
        return lambda value: tuple(decode(part) for decode, part in zip(each, value, strict=True))
    if origin is frozenset:
        return frozenset
    if isinstance(kind, type) and issubclass(kind, (Path, Enum)):
        return kind
    return lambda value: value
