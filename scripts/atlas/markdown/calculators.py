"""The fences ``calculator``, ``calculator-example`` and ``calculator-published`` → form, formulas, assumptions and results.

All of it is HTML, so that a page is whole without JavaScript; the scripts that make a calculator live are loaded on its page
alone. Formulas and citations join the page's own, which is why this happens before those are set and numbered.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from atlas.calculators import (
    CALCULATORS,
    GROUPS,
    KINDS,
    NAME,
    BadInputError,
    Calculator,
    Data,
    Input,
    blocks_html,
    choices_of,
    data_of,
    data_script,
    is_asked,
    run,
    steps_html,
    summary_html,
)
from atlas.markdown.addresses import output_folder, relative
from atlas.markdown.citations import cite
from atlas.markdown.published import published_summary, published_table
from atlas.markdown.state import Block, PageState, note_problem
from atlas.markdown.tables import broken
from atlas.model import DataProblem
from atlas.nodes import SyntaxFaultError, compose, pairs, place, scalar
from atlas.quantities import FORMULAS
from atlas.wording import nearest

INVALID = "calculator-invalid"
SCRIPTS = ("numbers.js", "quantities.js", "reading.js", "blocks.js", "shapes.js", "plans.js", "devices.js", "flows.js")
"""What every calculator needs besides the data, in this order; its own script and the page's follow."""
SHOW = "show"
"""The word in a fence of an example for the tables and bars to show, which are many."""
_LETTERS = 1e6
"""From here on numbers are typed as ``128Ki``, ``70B`` or ``1.5 万``."""
_BROAD = 12
"""A list with a longer choice gets a line of its own."""
_MARK = re.compile(r"\x02wzxhzdk:(\d+)\x03")
_PLACE = re.compile(r'<atlas-calculator n="(\d+)"></atlas-calculator>')


class _FenceError(Exception):
    def __init__(self, message: str, hint: str, line: int = 1) -> None:
        super().__init__(message)
        self.hint = hint
        self.line = line


def fence(source: str, language: str, class_name: str, options: dict[str, Any], md: Markdown, **more: Any) -> str:
    """Superfences' formatter for ``calculator`` and its kin: leave a mark where it will stand."""
    state: PageState = md.atlas  # type: ignore[attr-defined]
    state.blocks.append(Block(language, source, str(options.get("id") or more.get("id_value") or "")))
    return f'<atlas-calculator n="{len(state.blocks) - 1}"></atlas-calculator>'


def read_fence(text: str) -> tuple[Calculator, dict[str, str]]:
    """``id: …`` and inputs by name, one a line → the calculator and what is typed into it.

    ``show`` names the tables and bars of an example.

    Raises:
        _FenceError: if it is no YAML, or names a calculator or an input that there is not.
    """
    try:
        root = compose(text)
    except SyntaxFaultError as error:
        raise _FenceError(
            f"围栏里不是合法的 YAML：{error}", "一行一项，例如 `id: training-memory`", error.place.line
        ) from error
    given = {name: (scalar(node) or "", place(key).line) for name, key, node in (pairs(root) if root else ())}
    key, line = given.pop("id", ("", 1))
    if key not in CALCULATORS:
        close = nearest(key, CALCULATORS)
        known = "、".join(f"`{one}`" for one in CALCULATORS)
        raise _FenceError(
            f"没有 `{key}` 这个计算器", f"最接近的是 `{close}`" if close else f"写 `id:` 和 {known} 之一", line
        )
    names = [one.name for one in CALCULATORS[key].inputs]
    for name, (_, line) in given.items():
        if name not in names and name != SHOW:
            close = nearest(name, names)
            hint = f"最接近的是 `{close}`" if close else f"能写的有 {'、'.join(f'`{one}`' for one in names)}"
            raise _FenceError(f"计算器 `{key}` 没有 `{name}` 这一项", hint, line)
    return CALCULATORS[key], {name: text for name, (text, _) in given.items()}


class CalculatorPlacer(Treeprocessor):
    """Replaces the marks by calculators and examples."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state
        self._live: list[str] = []

    def run(self, root: etree.Element) -> None:
        """Fill every element that holds nothing but a mark."""
        self._live = []
        styled = False
        for element in list(root.iter()):
            mark = _MARK.fullmatch((element.text or "").strip()) if not len(element) else None
            if mark and (found := _PLACE.fullmatch(str(self.md.htmlStash.rawHtmlBlocks[int(mark[1])]).strip())):
                element.text = None
                element.tag = "div" if element.tag == "p" else element.tag
                if not styled:
                    self._load(element, "calculators.css")
                    styled = True
                element.append(self._built(self._state.blocks[int(found[1])]))
        if self._live:
            for name in (NAME, *SCRIPTS, *(f"{key}.js" for key in self._live), "ui.js"):
                self._load(root, name)

    def _load(self, parent: etree.Element, name: str) -> None:
        """An ordinary link for the engine to resolve, which :class:`CalculatorLoader` then turns into what loads it."""
        folder = self._state.calculators
        if folder and (href := relative(self.md, f"{folder}/{name}")):
            etree.SubElement(parent, "a", {"class": "atlas-load", "href": href})

    def _built(self, block: Block) -> etree.Element:
        try:
            if block.language == "calculator-published":
                return self._published(block.text)
            calculator, texts = read_fence(block.text)
            if block.language == "calculator" and calculator.id in self._live:
                raise _FenceError("这一页已经有这个计算器了", "一页放一个；算例用围栏 `calculator-example`")
            data = data_of(self._state.facts)
            maker = _Maker(calculator, texts, data, self._state, self.md)
            built = maker.example() if block.language == "calculator-example" else maker.calculator()
        except (_FenceError, BadInputError) as error:
            return self._fault(error, block)
        if block.language == "calculator":
            self._live.append(calculator.id)
            self._write_data(data)
        return built

    def _published(self, text: str) -> etree.Element:
        """Published numbers beside a calculator's, or all calculators' errors in short."""
        data = data_of(self._state.facts)
        if not text.strip():
            return published_summary(data)
        return published_table(read_fence(text)[0], data, self._state)

    def _fault(self, error: _FenceError | BadInputError, block: Block) -> etree.Element:
        hint, line = ("改掉这一项的值", 1) if isinstance(error, BadInputError) else (error.hint, error.line)
        note_problem(DataProblem(INVALID, block.text, str(error), hint, line))
        return broken(f"这个计算器画不出来：{error}", block.text)

    def _write_data(self, data: Data) -> None:
        """Zensical has no hooks: with it, whoever renders a page with a calculator writes the data."""
        folder = output_folder(self.md)
        if folder is None or not self._state.calculators:
            return
        file, text = Path(folder) / self._state.calculators / NAME, data_script(data)
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8", newline="\n")


class CalculatorLoader(Treeprocessor):
    """Takes the resolved links out of the page and notes what they name."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Addresses are known only now that the engine resolved them."""
        self._state.loads = []
        for parent in list(root.iter()):
            for link in [one for one in parent if one.tag == "a" and one.get("class") == "atlas-load"]:
                self._state.loads.append(link.get("href", ""))
                parent.remove(link)


class CalculatorScripts(Postprocessor):
    """Adds the style sheet and the scripts of a page's calculators, after the page was cleaned of whatever runs."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, text: str) -> str:
        """Scripts run in order, once the page has been read: over ``file://`` too, so they are no modules."""
        loads, self._state.loads = self._state.loads, []
        sheets = [f'<link rel="stylesheet" href="{escape(one)}">' for one in loads if one.endswith(".css")]
        scripts = [f'<script src="{escape(one)}" defer></script>' for one in loads if one.endswith(".js")]
        return "".join(sheets) + text + "".join(scripts)


class _Maker:
    """Builds the elements of one calculator with what is typed into it."""

    def __init__(self, calculator: Calculator, texts: Mapping[str, str], data: Data, state: PageState, md: Markdown) -> None:
        self._calculator, self._data, self._state, self._md = calculator, data, state, md
        self._shown = texts.get(SHOW, "").split()
        self._texts = {name: text for name, text in texts.items() if name != SHOW}
        self._result = run(calculator, self._texts, data)

    def calculator(self) -> etree.Element:
        """Form, result, formulas, assumptions and sources."""
        calculator = self._calculator
        named = {"class": "atlas-calculator", "data-calculator": calculator.id, "aria-label": f"计算器：{calculator.title}"}
        section = etree.Element("section", {**named, "id": "calculator"})
        self._form(section)
        etree.SubElement(section, "p", {"class": "atlas-calculator-plain"}).text = AtomicString(
            "改动数字要用 JavaScript。没有它，下面是表单里这组数的结果。"
        )
        etree.SubElement(section, "p", {"class": "atlas-calculator-error", "id": "calculator-error", "hidden": ""})
        etree.SubElement(section, "p", {"class": "atlas-calculator-told", "role": "status"})
        self._show(section)
        self._about(section)
        return section

    def example(self) -> etree.Element:
        """What is typed, where it is not the default, and the result, with the way to the calculator so filled in."""
        holder = etree.Element("div", {"class": "atlas-calculator-example", "data-example": self._calculator.id})
        given = etree.SubElement(holder, "p", {"class": "atlas-calculator-given"})
        given.text = AtomicString(f"填入：{self._given()}。" if self._texts else "填入：全部用默认的数。")
        pages = self._state.calculator_pages
        if pages and (href := relative(self._md, f"{pages}/{self._calculator.id}.md")):
            link = etree.SubElement(given, "a", {"href": f"{href}?{urlencode(self._texts)}#calculator"})
            link.text = AtomicString("在计算器里打开")
        self._show(holder)
        return holder

    def _given(self) -> str:
        said = []
        for one in self._asked():
            if (text := self._texts.get(one.name)) is not None:
                shown = choices_of(one, self._data).get(text, text)
                said.append(f"{one.label} {shown}{f' {one.unit}' if one.unit and one.kind == 'number' else ''}")
        return "，".join(said) + "，其余用默认的数"

    def _show(self, parent: etree.Element) -> None:
        stash = self._md.htmlStash
        live = {"class": "atlas-calculator-said"} if parent.tag == "section" else {}
        etree.SubElement(parent, "div", live).text = stash.store(summary_html(self._calculator, self._result))
        blocks = etree.SubElement(parent, "div", {"class": "atlas-calculator-blocks", "data-search-exclude": ""})
        names = None if parent.tag == "section" else self._shown
        if html := steps_html(self._result) + blocks_html(self._calculator, self._result, names):
            blocks.text = stash.store(html)

    def _asked(self) -> Iterator[Input]:
        values = {one.name: self._texts.get(one.name, one.default) for one in self._calculator.inputs}
        yield from (one for one in self._calculator.inputs if is_asked(one, values))

    def _form(self, section: etree.Element) -> None:
        # No form: it would send nothing anywhere, and pages may hold none.
        form = etree.SubElement(
            section, "div", {"class": "atlas-calculator-form", "role": "form", "data-search-exclude": ""}
        )
        everything = etree.SubElement(form, "fieldset", {"class": "atlas-calculator-all", "disabled": ""})
        asked = {one.name for one in self._asked()}
        parent, legend = everything, ""
        for one in self._calculator.inputs:
            if one.group != legend:
                legend = one.group
                parent = etree.SubElement(everything, "fieldset") if legend else everything
                if legend:
                    etree.SubElement(parent, "legend").text = AtomicString(legend)
            self._field(parent, one, one.name in asked)
        buttons = etree.SubElement(everything, "p", {"class": "atlas-calculator-buttons"})
        for action, label in (("copy", "复制链接"), ("reset", "恢复默认")):
            button = {"type": "button", "data-action": action, "class": "md-button"}
            etree.SubElement(buttons, "button", button).text = AtomicString(label)
        etree.SubElement(buttons, "output", {"class": "atlas-calculator-done"}).text = ""

    def _field(self, parent: etree.Element, one: Input, asked: bool) -> None:
        identity = f"calculator-{one.name.replace('_', '-')}"
        longest = max((len(label) for label in choices_of(one, self._data).values()), default=0)
        broad = " atlas-calculator-broad" if longest > _BROAD else ""
        given = {"class": f"atlas-calculator-field{broad}"} | ({} if asked else {"hidden": ""})
        field = etree.SubElement(parent, "div", given)
        label = etree.SubElement(field, "label", {"for": identity})
        label.text = AtomicString(one.label + (f"（{one.unit}）" if one.unit else ""))
        described = {"aria-describedby": f"{identity}-help"} if one.help else {}
        text = self._texts.get(one.name, one.default)
        if one.kind == "number":
            typed = {"type": "text", "inputmode": _keyboard(one), "value": text, "size": "12"}
            etree.SubElement(field, "input", {"id": identity, "name": one.name, **typed, **described})
        else:
            select = etree.SubElement(field, "select", {"id": identity, "name": one.name, **described})
            select.text = self._md.htmlStash.store(_options(one, text, self._data))
        if one.help:
            etree.SubElement(field, "p", {"class": "atlas-calculator-help", "id": f"{identity}-help"}).text = AtomicString(
                one.help
            )

    def _about(self, section: etree.Element) -> None:
        about = etree.SubElement(section, "div", {"class": "atlas-calculator-about"})
        etree.SubElement(etree.SubElement(about, "p"), "strong").text = AtomicString("公式")
        listed = etree.SubElement(about, "ul", {"class": "atlas-calculator-formulas"})
        for formula in (FORMULAS[name] for name in self._calculator.formulas):
            item = etree.SubElement(listed, "li")
            item.text = AtomicString(formula.label)
            item.append(cite(formula.sources, self._state))
            if formula.tex:
                etree.SubElement(item, "div", {"class": "arithmatex"}).text = AtomicString(f"\\[{escape(formula.tex)}\\]")
        if self._calculator.symbols:
            _worded(etree.SubElement(about, "p"), self._calculator.symbols)
        etree.SubElement(etree.SubElement(about, "p"), "strong").text = AtomicString("前提")
        assumed = etree.SubElement(about, "ul", {"class": "atlas-calculator-assumptions"})
        for sentence in self._calculator.assumptions:
            etree.SubElement(assumed, "li").text = sentence
        said = etree.SubElement(about, "p")
        etree.SubElement(said, "strong").text = AtomicString("来源")
        said[-1].tail = AtomicString(" 公式与前提依据见上标")
        said.append(cite(self._calculator.sources, self._state))
        said[-1].tail = AtomicString(
            "；型号与模型的数据取自本站的数据文件，逐个来源见各表。" if self._reads_rows() else "。"
        )

    def _reads_rows(self) -> bool:
        return any(one.kind in KINDS for one in self._calculator.inputs)


def _keyboard(one: Input) -> str:
    """The keys that a phone offers: its number pads have no minus, and no letters to write large numbers with."""
    if (one.minimum or 0) < 0 or (one.maximum or math.inf) >= _LETTERS:
        return "text"
    return "numeric" if one.whole else "decimal"


def _worded(paragraph: etree.Element, text: str) -> None:
    """A sentence with formulas between dollar signs."""
    for number, part in enumerate(text.split("$")):
        if number % 2:
            etree.SubElement(paragraph, "span", {"class": "arithmatex"}).text = AtomicString(f"\\({part}\\)")
        elif len(paragraph):
            paragraph[-1].tail = AtomicString(part)
        else:
            paragraph.text = AtomicString(part)


def _options(one: Input, chosen: str, data: Data) -> str:
    """The options of a list; rows of the data under the headings of their makers."""
    parts = [_option(key, label, chosen) for key, label in one.choices.items()]
    if one.kind in KINDS:
        kind = KINDS[one.kind]
        groups: dict[str, list[str]] = {}
        for key in data.keys(kind, one.needs):
            groups.setdefault(data.text(kind, key, GROUPS[kind]) or "其他", []).append(key)
        for label, keys in groups.items():
            inside = "".join(_option(key, data.name(kind, key), chosen) for key in keys)
            parts.append(f'<optgroup label="{escape(label)}">{inside}</optgroup>')
    return "".join(parts)


def _option(key: str, label: str, chosen: str) -> str:
    selected = " selected" if key == chosen else ""
    return f'<option value="{escape(key)}"{selected}>{escape(label)}</option>'
