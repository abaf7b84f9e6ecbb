"""Style sheets and scripts that pages load one after another → one file for each row of them, without comments and blanks.

A slow line pays for each request, and files that are packed together are packed better. A row are neighbours of one kind in
one folder: so the theme's files, which change when it is updated, stay apart from ours, and addresses in them still hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import minify_html

_ADDRESS = r"=\"(?P<address>[^\"?#]+)\""
_REL = r"rel=\"stylesheet\""
_LINK = re.compile(rf"<link (?:{_REL} href{_ADDRESS}|href{_ADDRESS.replace('address', 'other')} {_REL})\s*/?>")
_SCRIPT = re.compile(rf"<script src{_ADDRESS}(?P<other>)></script>")
"""Tags without a word on how or when the file is to be loaded. (Attributes come in two orders: a plugin rewrites pages.)"""
_NAMING = frozenset({".html", ".css", ".js", ".mjs"})
"""Files that may name others."""
_IS_SHORT = ".min."
"""What a file is called that its maker has shortened already."""


def join_files(folder: Path, offline: bool) -> None:
    """Write each row of files as one, and drop the files that no page loads any more."""
    joining = _Joining(folder)
    for page in sorted(folder.rglob("*.html")):
        text = page.read_text("utf-8")
        new = joining.page(joining.page(text, _LINK), _SCRIPT)
        if new != text:
            page.write_text(new, "utf-8", newline="")
    joining.drop()


class _Joining:
    """The rows found so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[tuple[str, ...], str] = {}

    def page(self, text: str, pattern: re.Pattern[str]) -> str:
        """The page with one tag in place of each row of them."""
        parts: list[str] = []
        end = 0
        for row in _rows(text, pattern):
            start, stop = row[0].start(), row[-1].end()
            parts += [text[end:start], *self._tags(row)]
            end = stop
        return "".join([*parts, text[end:]])

    def drop(self) -> None:
        """Delete what is in a row wherever it is named."""
        joined = {url for urls in self._written for url in urls}
        texts = [file.read_text("utf-8", "replace") for file in self._folder.rglob("*") if file.suffix in _NAMING]
        for url in joined:
            if not any(f"/{PurePosixPath(url).name}" in text for text in texts):
                (self._folder / url).unlink()

    def _tags(self, row: list[re.Match[str]]) -> Iterator[str]:
        """One tag for neighbours in one folder; what isn't a file of the site stays as it is."""
        near: list[tuple[re.Match[str], str]] = []
        for tag in row:
            url = self._url(_address(tag))
            if near and (url is None or PurePosixPath(url).parent != PurePosixPath(near[0][1]).parent):
                yield self._tag(near)
                near = []
            if url is None:
                yield tag[0]
            else:
                near.append((tag, url))
        if near:
            yield self._tag(near)

    def _tag(self, near: list[tuple[re.Match[str], str]]) -> str:
        tag, first = near[0]
        urls = tuple(url for _, url in near)
        if len(urls) == 1:
            return tag[0]
        if urls not in self._written:
            path = PurePosixPath(first)
            name = path.with_name("-".join(PurePosixPath(url).name.partition(".")[0] for url in urls) + path.suffix)
            texts = [_short(self._folder / url) for url in urls]
            (self._folder / name).write_text(_together(texts, path.suffix), "utf-8", newline="")
            self._written[urls] = str(name)
        return tag[0].replace(_address(tag), _address(tag).removesuffix(first) + self._written[urls])

    def _url(self, address: str) -> str | None:
        """The file that an address means which leads through the site's root (``../../assets/a.js``, ``/assets/a.js``)."""
        steps = address.split("/")
        tries = ("/".join(steps[start:]) for start in range(len(steps)) if steps[start] not in ("", ".", ".."))
        return next((url for url in tries if (self._folder / url).is_file()), None)


def _address(tag: re.Match[str]) -> str:
    return tag["address"] or tag["other"]


def _rows(text: str, pattern: re.Pattern[str]) -> Iterator[list[re.Match[str]]]:
    """Tags with nothing but blanks between them."""
    row: list[re.Match[str]] = []
    for tag in pattern.finditer(text):
        if row and text[row[-1].end() : tag.start()].strip():
            yield row
            row = []
        row.append(tag)
    if row:
        yield row


def _short(file: Path) -> str:
    text = file.read_text("utf-8-sig")
    name = "style" if file.suffix == ".css" else "script"  # the library takes pages only
    if _IS_SHORT in file.name or f"</{name}" in text.lower():
        return text
    page = minify_html.minify(f"<{name}>{text}</{name}>", minify_css=True, minify_js=True)
    return str(page).removeprefix(f"<{name}>").removesuffix(f"</{name}>")


def _together(texts: list[str], suffix: str) -> str:
    """A script that fails is told to the console and takes none of the others along, as when each was a file."""
    if suffix == ".js":
        texts = [f"try{{{text}\n}}catch(e){{setTimeout(()=>{{throw e}})}}" for text in texts]
    return "\n".join(texts)
