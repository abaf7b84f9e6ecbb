"""A page as it is served → the same page with a Content-Security-Policy: what it may run and load.

A host of static files sends no headers of ours, so the policy stands in the page. Scripts inside a page run only if their
digest is in the policy, and a digest gets there only if the script stands in a template of the theme (an installed one, or
the site's own folder of changes to it), or is the one line with which ``mkdocs-mermaid2-plugin`` starts: what a contributor
managed to put into a page is neither.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_ADDRESSED = re.compile(r"(?:^|\s)src\s*=", re.IGNORECASE)
_DATA = re.compile(r"(?:^|\s)type\s*=\s*[\"']?(?:application/(?:ld\+)?json|text/template)\b", re.IGNORECASE)
_FILLED = re.compile(r"\{\{-?(.*?)-?\}\}", re.DOTALL)
_STARTED = re.compile(r"mermaid\.initialize\(\{\s*(?:\w+:\s*(?:\"[\w #.,-]*\"|true|false|[\d.]+),?\s*)*\}\);", re.ASCII)
_STRICT = re.compile(r'securityLevel:\s*"(?:strict|sandbox)"')
_HEAD = re.compile(r"<meta\s+charset=[^>]*>|<head\b[^>]*>|<!doctype[^>]*>", re.IGNORECASE)
_DRAWN_BY_READERS = re.compile(r'<div\b[^>]*class="mermaid"')


def write_policies(folder: Path, offline: bool, templates: Iterable[Path] = ()) -> None:
    """Put its policy into every page of the site, those that are files of their own included.

    ``templates`` are the folders of the site's own theme, or changes to one.
    """
    own = tuple(templates)
    for file in sorted(folder.rglob("*.html")):
        page = file.read_text("utf-8")
        file.write_text(with_policy(page, offline=offline, templates=own), "utf-8", newline="")


def with_policy(page: str, *, offline: bool, templates: tuple[Path, ...] = ()) -> str:
    """A page with its policy, before anything that the policy is about."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(page, offline=offline, templates=templates)}">'
    places = [found for kind in ("<meta", "<head", "<!") if (found := _first(page, kind))]
    at = places[0].end() if places else 0
    return f"{page[:at]}{meta}{page[at:]}"


def policy(page: str, *, offline: bool, templates: tuple[Path, ...] = ()) -> str:
    """What the page may do.

    A page opened by double-click has no host: ``file:`` is what is its own there.
    """
    own = "'self' file:" if offline else "'self'"
    scripts = " ".join((own, *sorted({f"'{_digest(text)}'" for text in _theme_scripts(page, templates)})))
    # Mermaid lays a style sheet of its own into each drawing.
    sheets = f"{own} 'unsafe-inline'" if _DRAWN_BY_READERS.search(page) else own
    rules = {
        "default-src": own,
        "script-src": scripts,
        "style-src": f"{own} 'unsafe-inline'",  # for browsers that don't know the next two
        "style-src-elem": sheets,
        "style-src-attr": "'unsafe-inline'",
        "img-src": f"{own} data:",
        "frame-src": "'none'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _first(page: str, kind: str) -> re.Match[str] | None:
    return next((found for found in _HEAD.finditer(page) if found[0].lower().startswith(kind)), None)


def _theme_scripts(page: str, templates: tuple[Path, ...]) -> Iterator[str]:
    """The scripts inside a page that are the theme's own."""
    for found in _SCRIPT.finditer(page):
        if _ADDRESSED.search(found[1]) or _DATA.search(found[1]) or not found[2].strip():
            continue
        if _is_theirs(found[2], templates):
            yield found[2]


def _is_theirs(script: str, templates: tuple[Path, ...]) -> bool:
    if _STARTED.fullmatch(script.strip()):
        return bool(_STRICT.search(script))
    return any((filled := one.fullmatch(script)) and all(map(_is_json, filled.groups())) for one in _known(templates))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return "<" not in text


@cache
def _known(templates: tuple[Path, ...]) -> tuple[re.Pattern[str], ...]:
    """The scripts in the templates of all installed themes and the site; what they fill in is an address or JSON."""
    found: dict[str, None] = {}
    for folder in dict.fromkeys((*_installed(), *templates)):
        for file in sorted(folder.rglob("*.html")):
            found |= dict.fromkeys(_patterns(file.read_text("utf-8")))
    return tuple(re.compile(one, re.DOTALL) for one in found)


def _installed() -> Iterator[Path]:
    for theme in entry_points(group="mkdocs.themes"):
        spec = importlib.util.find_spec(theme.value)
        yield from map(Path, (spec.submodule_search_locations or ()) if spec else ())


def _patterns(template: str) -> Iterator[str]:
    for script in _SCRIPT.finditer(template):
        if script[2].strip() and "{%" not in script[2] and not _ADDRESSED.search(script[1]):
            pieces = _FILLED.split(script[2])
            filled = (r"([^<]*?)" if "tojson" in one else r"[\w./-]*" for one in pieces[1::2])
            yield "".join(part for pair in zip(map(re.escape, pieces[::2]), (*filled, ""), strict=True) for part in pair)


def _digest(script: str) -> str:
    """As browsers count it: the text with the line ends that a parser makes of any."""
    plain = script.replace("\r\n", "\n").replace("\r", "\n")
    return "sha256-" + base64.b64encode(hashlib.sha256(plain.encode()).digest()).decode()
