"""A written site → the same site whose loaded files carry a digest in their names, so that a browser may keep them for ever.

Renamed is what a page, a style sheet or a script *loads* by a literal address. What is only linked to (data, downloads,
pictures for other hosts' previews) keeps its address, for others have it; so does what a script puts together at run time.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from urllib.parse import quote, unquote, urlsplit

from atlas.finishing import references
from atlas.finishing.references import How

_KINDS = frozenset(
    [
        "css",
        "js",
        "mjs",
        "wasm",
        "json",
        "webmanifest",
        "svg",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "avif",
        "ico",
        "woff",
        "woff2",
        "ttf",
        "mp4",
    ]
)
_IS_FILE = re.compile(rf"\.(?:{'|'.join(_KINDS)})(?:[?#]|$)")
_DIGITS = 8
_THEIRS = re.compile(r"\.[0-9a-f]{8}(?=\.)")
"""A digest that the theme gave its file; ours takes its place."""


def hash_names(folder: Path, offline: bool) -> None:
    """Give every loaded file its digest and rewrite whatever refers to it."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix[1:] in _KINDS)
    naming = _Naming(folder, frozenset(file.relative_to(folder).as_posix() for file in files))
    pages = {page.relative_to(folder).as_posix(): page.read_text("utf-8") for page in sorted(folder.rglob("*.html"))}
    for url, text in pages.items():
        naming.note(url, text)
    naming.settle()
    for url, text in pages.items():
        if (new := naming.rewrite(url, text)) != text:
            (folder / url).write_text(new, "utf-8", newline="")


class _Naming:
    """Which files are loaded, and what each is called in the end."""

    def __init__(self, folder: Path, urls: frozenset[str]) -> None:
        self._folder = folder
        self._urls = urls
        self._loaded: set[str] = set()
        self._public: set[str] = set()
        self._names: dict[str, str] = {}
        self._open: set[str] = set()

    def note(self, page: str, text: str) -> None:
        """Remember what a page loads, and what has an address that others may have."""

        def seen(address: str, how: How) -> str:
            for url in self._meant(page, address, how):
                if how is How.ABROAD or (how is How.LINK and url.endswith(".json")):
                    self._public.add(url)
                elif how is not How.LINK:
                    self._loaded.add(url)
            return address

        references.rewrite(page, text, seen)

    def settle(self) -> None:
        """Name every file that is loaded, and what these load in turn."""
        for url in sorted(self._loaded):
            self._name(url)

    def rewrite(self, url: str, text: str) -> str:
        """A page with the last names of all that it refers to."""
        return references.rewrite(url, text, lambda address, how: self._readdress(url, address, how))

    def _name(self, url: str) -> str:
        """The file's last name; those that it refers to get theirs first, for they are part of its contents."""
        if url in self._names or url in self._open or url in self._public:
            return self._names.setdefault(url, url)  # of two that refer to each other, one keeps its name
        self._open.add(url)
        file = self._folder / url
        data = file.read_bytes()
        if file.suffix in references.FILES:
            for_each = self._naming_on_the_way(url)
            data = references.rewrite(url, data.decode("utf-8"), for_each).encode("utf-8")
            file.write_bytes(data)
        self._open.discard(url)
        if url not in self._names:
            self._names[url] = _with_digest(url, data)
            file.rename(self._folder / self._names[url])
        return self._names[url]

    def _naming_on_the_way(self, url: str) -> references.Rename:
        def rename(address: str, how: How) -> str:
            for found in self._meant(url, address, how):
                self._name(found)
            return self._readdress(url, address, how)

        return rename

    def _meant(self, base: str, address: str, how: How) -> Iterator[str]:
        """The site's file that an address on ``base`` means, if it means one."""
        return (url for url, _ in self._readings(base, address, how))

    def _readings(self, base: str, address: str, how: How) -> Iterator[tuple[str, bool]]:
        """The same, and whether the address starts at the site's root (or at the folder of its host where it lies)."""
        parts = urlsplit(address) if _IS_FILE.search(address) and not address.startswith("data:") else None
        if not parts or not parts.path or bool(parts.netloc or parts.scheme) != (how is How.ABROAD):
            return
        path = unquote(parts.path)
        steps = PurePosixPath(path).parts[1:] if path.startswith("/") else ()
        beside = normpath(f"{PurePosixPath(base).parent}/{path}")
        tries = ["/".join(steps[start:]) for start in range(len(steps))] or [beside, *([path] if how is How.LITERAL else [])]
        url = next((url for url in tries if url in self._urls), None)
        if url:
            yield url, bool(steps) or url != beside

    def _readdress(self, base: str, address: str, how: How) -> str:
        for url, is_from_root in self._readings(base, address, how):
            if (name := self._names.get(url, url)) != url:
                parts = urlsplit(address)
                near = relpath(name, str(PurePosixPath(base).parent))
                near = f"./{near}" if parts.path.startswith("./") else near
                path = unquote(parts.path).removesuffix(url) + name if is_from_root else near
                return parts._replace(path=quote(path)).geturl()
        return address


def _with_digest(url: str, data: bytes) -> str:
    path = PurePosixPath(url)
    stem = _THEIRS.sub("", path.name).removesuffix(path.suffix)
    return str(path.with_name(f"{stem}.{hashlib.sha256(data).hexdigest()[:_DIGITS]}{path.suffix}"))
