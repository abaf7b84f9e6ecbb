"""Addresses in a site: what a link on a page leads to, as a browser resolves it."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from atlas.model import Site

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_CONTROLS = "".join(map(chr, range(0x21)))
"""Browsers ignore these at both ends of an address, and no others: not U+00A0, not U+3000."""
_GENERATED = frozenset({"404.html", "sitemap.xml", "sitemap.xml.gz", "search/search_index.json", "objects.inv"})
"""What MkDocs, its themes and plugins write without listing it among the files."""
_READ_AS = {ord("\\"): "/", ord("\t"): None, ord("\n"): None, ord("\r"): None}
"""What browsers make of these inside one."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A place in the site: ``url`` from its root, percent-decoded, and the ``fragment`` wanted there."""

    url: str
    fragment: str


def prefix(site: Site) -> str:
    """The path under which the site is hosted, with a slash at both ends."""
    return "/" + (urlsplit(site.site_url).path.strip("/") + "/").lstrip("/")


def is_external(target: str) -> bool:
    """Whether an address leaves the site by naming a scheme or a host; a Windows drive (``C:``) is no scheme."""
    stripped = target.strip()
    try:
        address = urlsplit(stripped)
    except ValueError:
        return True
    return len(address.scheme) > 1 or bool(address.netloc)


def resolve(site: Site, page_url: str, target: str) -> Destination | None:
    """Where ``target`` on the page leads, as a browser resolves it; ``None`` if out of the site's root."""
    path, _, fragment = target.strip(_CONTROLS).partition("#")
    path = path.partition("?")[0].translate(_READ_AS)
    root = prefix(site)
    base = root + ("" if page_url in {".", "./"} else page_url)
    joined = unquote(_join(base, path))
    if _DRIVE.match(path) or not joined.startswith(root):
        return None
    return Destination(joined[len(root) :], unquote(fragment.partition(":~:")[0]) if fragment else "")


def _join(base: str, path: str) -> str:
    """An absolute path from that of the page and a relative one; ``..`` does not leave the host."""
    if not path:
        return base
    whole = path if path.startswith("/") else base[: base.rfind("/") + 1] + path
    if "/." not in whole:
        return whole
    parts: list[str] = []
    segments = whole.split("/")
    for segment in segments[1:]:
        if segment == "..":
            del parts[-1:]
        elif segment != ".":
            parts.append(segment)
    return "/" + "/".join(parts) + ("/" if segments[-1] in {".", ".."} and parts else "")


def known_urls(site: Site) -> dict[str, str]:
    """Every address that answers, with the one under which the site knows the file."""
    known: dict[str, str] = {}
    for url in site.files:
        plain = unquote(url)
        plain = "" if plain in {".", "./"} else plain
        known[plain] = plain
        if plain.endswith("/") or not plain:
            known[plain + "index.html"] = plain
            if plain:
                known[plain.rstrip("/")] = plain  # servers redirect a folder's name to the folder
        elif posixpath.basename(plain) == "index.html":
            known[plain[: -len("index.html")]] = plain
    return {url: url for url in _GENERATED} | known
