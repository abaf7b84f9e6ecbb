"""Formulas found by ``pymdownx.arithmatex`` → MathML; one that can't be set stays as TeX, marked for a preview."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from html import unescape

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.formulas import FormulaProblem, typeset
from atlas.markdown.state import PageState, collector, note_failure
from atlas.model import Formula
from atlas.v8 import EngineError

LONG_CLASS = "atlas-long-formula"
_UNSEEN = re.compile(r"<annotation.*?</annotation>|<[^>]*>", re.DOTALL)
_LONG = 10
"""From so many characters on, a formula inside a line may be wider than what is left of it on a phone."""


class FormulaSetter(Treeprocessor):
    """Replaces the text of each ``.arithmatex`` element by the formula, typeset."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Typeset every formula of the page, and note that the page is one of ours."""
        if (written := collector.get()) is not None:
            written.is_self_contained = True
        for element in root.iter():
            if "arithmatex" in (element.get("class") or "").split() and element.text:
                self._set(element, element.text.strip())

    def _set(self, element: etree.Element, text: str) -> None:
        display = text.startswith("\\[")
        tex = text[2:-2].strip()
        formula = Formula(unescape(tex) if display else tex, display)  # arithmatex escapes blocks, not inline ones
        written = collector.get()
        if written is not None:
            written.formulas.append(formula)
        try:
            math = typeset(formula.tex, display=formula.display)
        except EngineError as error:
            note_failure(error)
            math = FormulaProblem("公式引擎不可用")
        if isinstance(math, FormulaProblem):
            element.set("class", "atlas-broken")
            element.set("title", math.message)
            element.text = AtomicString(formula.tex)
        else:
            if not display and len(_UNSEEN.sub("", math)) >= _LONG:
                element.set("class", f"{element.get('class')} {LONG_CLASS}")
            shown = math.replace("<math ", "<math data-search-exclude ", 1)
            element.text = self.md.htmlStash.store(shown)
