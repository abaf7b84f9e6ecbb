"""The last thing done to a page: whatever its author wrote can do no harm in a reader's browser.

It runs in the extension, so that every engine and every flavour of the site has it, and on all of a page's content, so that
no other part of the extension has to be trusted. It can't be silenced like a finding.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from atlas.markdown.addresses import page_metadata
from atlas.markdown.state import PageState, collector
from atlas.safety import clean, clean_metadata

_TRUSTED = re.compile(r'<atlas-trusted n="(\d+)"></atlas-trusted>')
"""No attribute's value can hold this once a page is clean: a quotation mark in one is spelt out."""
as_written: ContextVar[bool] = ContextVar("as_written", default=False)
"""Whether a page is rendered only to find places in it: then all that its author wrote is needed."""


class Cleaner(Postprocessor):
    """Leaves out what is not allowed in a page's content; what it was given is kept for the checks."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, text: str) -> str:
        """Clean a page, or a piece of one: headings pass through here on their own, too, the whole page last."""
        written = collector.get()
        if written is not None:
            written.html = text
        cleaned = text if as_written.get() else clean(text)
        return _TRUSTED.sub(self._trusted, cleaned) if self._state.trusted else cleaned

    def _trusted(self, mark: re.Match[str]) -> str:
        number = int(mark[1])
        return self._state.trusted[number] if number < len(self._state.trusted) else ""


class MetadataCleaner(Preprocessor):
    """Does the same to the page's front matter, which themes lay into their templates as it is."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)

    def run(self, lines: list[str]) -> list[str]:
        """Change the metadata in place: engines keep no other copy of it."""
        metadata: dict[str, Any] | None = page_metadata(self.md)
        if metadata:
            cleaned = clean_metadata(metadata)
            if cleaned != metadata:
                metadata.clear()
                metadata.update(cleaned)
        return lines
