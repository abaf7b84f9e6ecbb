"""A page while MkDocs renders it → what its checks can't see in the finished one: addresses as written, fences, snippets."""

from __future__ import annotations

import functools
import io
import xml.etree.ElementTree as etree
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from atlas.markdown import definitions
from atlas.markdown.state import collector


class Observer(Extension):
    """Notes, for whoever collects, what MkDocs makes of the addresses that an author wrote."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - named by Python-Markdown
        before = _AddressesBefore(md)
        md.treeprocessors.register(before, "atlas-addresses-before", 0.5)  # MkDocs rewrites at 0
        md.treeprocessors.register(_AddressesAfter(md, before), "atlas-addresses-after", -5)
        definitions.watch(md)
        _watch_formatters(md)
        _watch_snippets()


class _AddressesBefore(Treeprocessor):
    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self.seen: list[tuple[etree.Element, str, str]] = []

    def run(self, root: etree.Element) -> None:
        self.seen = [
            (element, name, element.get(name, ""))
            for element in root.iter()
            if (name := {"a": "href", "img": "src"}.get(str(element.tag), ""))
        ]
        for element, name, address in self.seen:
            if not _can_be_split(address):  # MkDocs would give up the whole page because of it
                element.set(name, "#")


class _AddressesAfter(Treeprocessor):
    def __init__(self, md: Markdown, before: _AddressesBefore) -> None:
        super().__init__(md)
        self._before = before

    def run(self, root: etree.Element) -> None:
        written = collector.get()
        for element, name, address in self._before.seen:
            if not _can_be_split(address):
                element.set(name, address)
            now = element.get(name, "")
            if written and now != address and address not in (known := written.rewritten.setdefault(now, [])):
                known.append(address)


def _can_be_split(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True


substitutes: ContextVar[Mapping[str, str]] = ContextVar("substitutes", default={})  # noqa: B039 - never changed
"""Texts to read instead of those of snippet files, by absolute name."""


def _watch_formatters(md: Markdown) -> None:
    """Let pymdownx's superfences say which fences they hand over to formatters of the project's own."""
    for extension in md.registeredExtensions:
        for entry in getattr(extension, "superfences", ()):
            if entry["name"] != "superfences":  # that one stands for all other fences
                entry["formatter"] = functools.partial(_format, entry["formatter"])


def _format(formatter: Callable[..., Any], *, src: str, **options: Any) -> Any:
    made = formatter(src=src, **options)
    if (written := collector.get()) is not None:
        written.formatted.append(src)
    return made


@functools.cache
def _watch_snippets() -> None:
    """Let pymdownx's snippets say which files they read, and read others instead where we ask for it."""
    try:
        from pymdownx import snippets
    except ImportError:
        return
    watch_reading(snippets)


def watch_reading(snippets: Any) -> None:
    """Files are opened in other places from version to version, yet always by one of two names of that module."""
    find = snippets.SnippetPreprocessor.get_snippet_path

    def opened(path: str, _: str = "r", encoding: str | None = None) -> io.StringIO:
        name = str(Path(path).absolute())
        if name in (texts := substitutes.get()):
            return io.StringIO(texts[name])
        text = Path(path).read_text(encoding)
        if (written := collector.get()) is not None:
            written.snippets[name] = text
        return io.StringIO(text)

    def get_snippet_path(self: Any, path: str) -> str | None:
        found: str | None = find(self, path)
        if found is None and (written := collector.get()) is not None:
            written.missing_snippets.append(path)
        return found

    snippets.open, snippets.SnippetPreprocessor.get_snippet_path = opened, get_snippet_path
    if hasattr(snippets, "codecs"):
        snippets.codecs = SimpleNamespace(open=opened)
