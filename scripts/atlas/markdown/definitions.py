"""A page's link and footnote definitions, as Python-Markdown takes them and as the page uses them → ``Written``.

Only the renderer knows which lines it took for a definition, which of two with one label counts, and which were asked for.
"""

from __future__ import annotations

from typing import Any

from markdown import Markdown
from markdown.extensions.footnotes import FootnoteExtension

from atlas.markdown.state import collector


def watch(md: Markdown) -> None:
    """Let this renderer tell whoever collects; to be called after all other extensions are there."""
    md.references = _References(md.references)
    for extension in md.registeredExtensions:
        if isinstance(extension, FootnoteExtension):
            _watch_footnotes(extension)


class _References(dict[str, tuple[str, str]]):
    """The renderer's own table of link definitions."""

    def __setitem__(self, label: str, value: tuple[str, str]) -> None:
        if (written := collector.get()) is not None:
            written.definitions.append((label, value[0]))
        super().__setitem__(label, value)

    def __getitem__(self, label: str) -> tuple[str, str]:
        if (written := collector.get()) is not None:
            written.used_definitions.add(label)
        return super().__getitem__(label)


def _watch_footnotes(extension: Any) -> None:
    keep, refer = extension.setFootnote, extension.makeFootnoteRefId

    def set_footnote(label: str, text: str) -> None:
        if (written := collector.get()) is not None:
            written.footnotes.append(label)
        keep(label, text)

    def make_footnote_ref_id(label: str, found: bool = False) -> str:
        if found and (written := collector.get()) is not None:
            written.used_footnotes.add(label)
        return str(refer(label, found))

    extension.setFootnote, extension.makeFootnoteRefId = set_footnote, make_footnote_ref_id
