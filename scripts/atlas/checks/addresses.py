"""Addresses in a site: what a link on a page leads to, as a browser resolves it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from atlas.model import Site

_HERE = "https://site.invalid"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place in the site: ``url`` from its root, percent-decoded, and the ``fragment`` wanted there."""

    url: str
    fragment: str


def prefix(site: Site) -> str:
    """The path under which the site is hosted, with a slash at both ends."""
    return "/" + (urlsplit(site.site_url).path.strip("/") + "/").lstrip("/")


def is_external(target: str) -> bool:
    """Whether an address leaves the site by naming a scheme or a host."""
    stripped = target.strip()
    try:
        address = urlsplit(stripped)
    except ValueError:
        return True
    return bool(address.scheme or address.netloc)


def resolve(site: Site, page_url: str, target: str) -> Destination | None:
    """Where ``target`` on the page leads; ``None`` if out of the site's root."""
    root = prefix(site)
    address = urlsplit(urljoin(f"{_HERE}{root}{page_url}", target.strip()))
    path = unquote(address.path)
    if not path.startswith(root):
        return None
    return Destination(path[len(root) :], unquote(address.fragment))


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
    return known
