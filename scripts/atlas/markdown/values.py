"""``[=devices.h100-sxm.memory]`` → the value with its unit and its sources, in the middle of a sentence."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from atlas.markdown.citations import cite
from atlas.markdown.state import PageState, note_problem
from atlas.model import DataProblem
from atlas.quotes import QuoteError, quote

UNKNOWN = "fact-unknown"


class ValuePattern(InlineProcessor):
    """Turns ``[=reference]``, ``[=reference: format]`` and ``[=formula: format]`` into cited values."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(r"\[=\s*(?=[A-Za-z(\d])([^\[\]:：`\n]+?)\s*(?:[:：]\s*([^\[\]`\n]*?)\s*)?\]", md)
        self._state = state

    def handleMatch(  # type: ignore[override]  # noqa: N802 - named by Python-Markdown
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element, int, int]:
        """A ``<span>`` with the value and, behind it, its citations."""
        holder = etree.Element("span", {"class": "atlas-value"})
        try:
            value = quote(m[1], m[2] or "", self._state.facts)
        except QuoteError as error:
            note_problem(DataProblem(UNKNOWN, m[0], str(error), error.hint))
            holder.set("class", "atlas-value atlas-broken")
            holder.text = AtomicString(m[0])
            return holder, m.start(0), m.end(0)
        holder.text = AtomicString(value.text)
        if value.sources:
            holder.append(cite(value.sources, self._state))
        return holder, m.start(0), m.end(0)
