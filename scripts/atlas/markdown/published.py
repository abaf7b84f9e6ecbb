"""The fence ``calculator-published`` → published numbers beside what a calculator says, and how far off it is."""

from __future__ import annotations

import statistics
import xml.etree.ElementTree as etree
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from markdown.util import AtomicString

from atlas.calculators import CALCULATORS, Calculator, Data, Form, Output, run, show
from atlas.calculators.published import FAR, PUBLISHED, Published
from atlas.markdown.citations import cite
from atlas.markdown.state import PageState

_ERROR = Form("fixed", 1, "%")
_ALLOWED = Form("number", 3, "%")
_WORDS = "说明"
_NAMED = frozenset({"number", "fixed", "whole"})
"""Styles that do not choose their own unit: what a published number is printed with."""


def error_of(row: Published, data: Data) -> tuple[float, float]:
    """What the calculator says, and by how many per cent that is off."""
    ours = run(CALCULATORS[row.calculator], row.typed, data).values[row.output]
    if not isinstance(ours, float | int):
        raise TypeError(f"{row.label}: {ours!r} is no number")
    return float(ours), 100 * (ours / row.value - 1)


def published_table(calculator: Calculator, data: Data, state: PageState) -> etree.Element:
    """The rows of one calculator, with sources; each name leads to the form filled in so."""
    title = "和公布的数对账"
    holder, body = _frame(title, ("公布的数", "公布", "这里算", "差", "容许", _WORDS))
    for row in (one for one in PUBLISHED if one.calculator == calculator.id):
        line = etree.SubElement(body, "tr")
        name = etree.SubElement(line, "th", {"scope": "row"})
        etree.SubElement(name, "a", {"href": f"?{urlencode(row.typed)}#calculator"}).text = AtomicString(row.label)
        ours, error = error_of(row, data)
        form = next(one.form for one in calculator.shows if isinstance(one, Output) and one.name == row.output)
        precise = form if form.style not in _NAMED else Form("number", 4, form.unit)
        for text in (show(row.value, precise), show(ours, precise), _signed(error), f"±{show(row.tolerance, _ALLOWED)}"):
            etree.SubElement(line, "td", {"class": "atlas-number"}).text = AtomicString(text)
        why = etree.SubElement(line, "td")
        why.text = AtomicString(_said(row, error, data))
        why.append(cite(row.sources, state))
    return holder


def _said(row: Published, error: float, data: Data) -> str:
    """The reason, after a mark where the reader must know; for a grid, how it ranks."""
    far = "差得多：" if abs(error) > FAR else ""
    notes = run(CALCULATORS[row.calculator], row.typed, data).notes if row.output == "own_mfu" else ()
    return f"{notes[0] if notes else ''}{far}{row.why}"


def published_summary(data: Data) -> etree.Element:
    """How many there are and how far off, by calculator."""
    holder, body = _frame("和公布的数对账：汇总", ("计算器", "对过的数", "差的中位数", "差得最多", f"差出 {FAR:g}% 以上"))
    for key, calculator in CALCULATORS.items():
        errors = [error_of(row, data)[1] for row in PUBLISHED if row.calculator == key]
        if errors:
            _summary_row(body, calculator.title, errors)
    return holder


def _summary_row(body: etree.Element, title: str, errors: Sequence[float]) -> None:
    line = etree.SubElement(body, "tr")
    etree.SubElement(line, "th", {"scope": "row"}).text = AtomicString(title)
    sizes = [abs(error) for error in errors]
    far = sum(1 for size in sizes if size > FAR)
    middle, most = statistics.median(sizes), max(errors, key=abs)
    for text in (str(len(errors)), show(middle, _ERROR), _signed(most), str(far)):
        etree.SubElement(line, "td", {"class": "atlas-number"}).text = AtomicString(text)


def _signed(error: float) -> str:
    text = show(error, _ERROR)
    return f"+{text}" if error > 0 and any(digit in text for digit in "123456789") else text


def _frame(title: str, heads: Iterable[str]) -> tuple[etree.Element, etree.Element]:
    """A table in a region that scrolls by itself, and its body."""
    holder = etree.Element("div", {"class": "atlas-calculator-block atlas-published"})
    region = {"class": "atlas-calculator-scroll", "role": "group", "tabindex": "0", "aria-label": title}
    table = etree.SubElement(etree.SubElement(holder, "div", region), "table", {"class": "atlas-calculator-table"})
    etree.SubElement(table, "caption").text = AtomicString(title)
    head = etree.SubElement(etree.SubElement(table, "thead"), "tr")
    for at, text in enumerate(heads):
        words = at == 0 or text == _WORDS
        etree.SubElement(head, "th", {"scope": "col"} | ({} if words else {"class": "atlas-number"})).text = AtomicString(
            text
        )
    return holder, etree.SubElement(table, "tbody")
