"""Fences of our own → HTML: diagrams become figures drawn at build time, ``glossary`` and ``sources`` become lists.

A fence is only noted where it stands. The links on its nodes are then laid into the page as ordinary links, so that the
engine (MkDocs, Zensical) resolves them as it resolves all others, and the drawing is painted with the resolved ones last.
"""

from __future__ import annotations

import math
import os
import re
import xml.etree.ElementTree as etree
from collections.abc import Mapping
from html import escape, unescape
from typing import Any

from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.treeprocessors import Treeprocessor

from atlas import numbering
from atlas.charts import OPTIONS, data_of, draw_charts
from atlas.diagrams import (
    NARROW,
    WIDE,
    Drawing,
    Item,
    Outline,
    Problem,
    draw,
    is_active,
    judge,
    outline,
    prepare,
    relinked,
    written_links,
)
from atlas.markdown.numbers import stem_of
from atlas.markdown.sources import source_list
from atlas.markdown.state import PageState, Pending, collector, note_failure, note_problem
from atlas.markdown.tables import INVALID, broken
from atlas.model import DataProblem, Fence
from atlas.selection import SelectionError, select
from atlas.v8 import EngineError

_OPTIONS = {"title", "desc", "id", "draw"}
_FONT_SIZE = re.compile(r'font-size="([\d.]+)"')
_LEGIBLE = 11
_PLACEHOLDER = re.compile(r"<!--.*?-->|(?:<p>\s*)?<atlas-diagram n=\"(\d+)\"></atlas-diagram>(?:\s*</p>)?", re.DOTALL)
"""A mark, or a comment: a fence inside that is a diagram to the fences' extension, but to no reader."""


def options(language: str, inputs: dict[str, str], options: dict[str, Any], attrs: dict[str, Any], md: Markdown) -> bool:
    """Superfences' validator: a diagram's fence may carry ``title``, ``desc``, ``id`` and ``draw``."""
    options.update({name: value for name, value in inputs.items() if name in _OPTIONS})
    attrs.update({name: value for name, value in inputs.items() if name not in _OPTIONS})
    return True


def diagram(source: str, language: str, class_name: str, options: dict[str, Any], md: Markdown, **more: Any) -> str:
    """Superfences' formatter: note the diagram and leave a mark where it will stand."""
    state: PageState = md.atlas  # type: ignore[attr-defined]
    client = options.get("draw") == "client"
    fence = Fence(source, str(options.get("title", "")), str(options.get("desc", "")), client)
    anchor = str(options.get("id") or more.get("id_value") or "")
    state.diagrams.append(Pending(fence, anchor))
    return f'<atlas-diagram n="{len(state.diagrams) - 1}"></atlas-diagram>'


def chart(source: str, language: str, class_name: str, options: dict[str, Any], md: Markdown, **more: Any) -> str:
    """Superfences' formatter for ``facts-chart``: the data's pictures, which go the way of all diagrams from here on."""
    state: PageState = md.atlas  # type: ignore[attr-defined]
    try:
        named = re.search(r"^chart:[ \t]*([a-z-]+)", source, re.MULTILINE)
        selection = select(source, state.facts, OPTIONS, kind=data_of(named[1]) if named else "devices")
        pictures = draw_charts(selection, state.facts)
    except SelectionError as error:
        return _refused("这张图画不出来", source, error)
    anchor = str(options.get("id") or more.get("id_value") or "")
    marks = []
    for number, picture in enumerate(pictures):
        given = {"title": picture.title, "desc": picture.description, "id": "" if number else anchor}
        marks.append(diagram(picture.source, "mermaid", class_name, given, md))
    return "\n".join(marks)


def table(source: str, language: str, class_name: str, options: dict[str, Any], md: Markdown, **more: Any) -> str:
    """Superfences' formatter for the fences that show data: ``glossary`` and ``sources``."""
    state: PageState = md.atlas  # type: ignore[attr-defined]
    if language == "glossary":
        return _glossary(state)
    try:
        return source_list(source, state.sources)
    except SelectionError as error:
        return _refused("这里列不出来源", source, error)


def _refused(what: str, source: str, error: SelectionError) -> str:
    """What a fence becomes that asks for what is not there; whoever checks the page hears of it."""
    note_problem(DataProblem(INVALID, source, str(error), error.hint, error.line))
    return etree.tostring(broken(f"{what}：{error}", source), encoding="unicode", method="html")


class DiagramLinks(Treeprocessor):
    """Lays the addresses on nodes into the page as ordinary links, before the engine resolves links."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Append one hidden ``<atlas-links>`` element for each diagram that has links."""
        for number, pending in enumerate(self._state.diagrams):
            hrefs = [href for href in dict.fromkeys(written_links(pending.fence.source)) if not is_active(href)]
            if hrefs:
                holder = etree.SubElement(root, "atlas-links", {"n": str(number)})
                for href in hrefs:
                    etree.SubElement(holder, "a", {"href": href, "data-written": href})


class DiagramResolver(Treeprocessor):
    """Takes the links out again, resolved."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state

    def run(self, root: etree.Element) -> None:
        """Remember where each address on a node leads in the site."""
        for holder in root.findall("atlas-links"):
            links = self._state.diagrams[int(holder.get("n", "0"))].links
            links.update({a.get("data-written", ""): a.get("href", "") for a in holder})
            root.remove(holder)


class DiagramPainter(Postprocessor):
    """Replaces the marks by figures, once everything else on the page is HTML."""

    def __init__(self, state: PageState, md: Markdown) -> None:
        super().__init__(md)
        self._state = state
        self._painted = 0

    def run(self, text: str) -> str:
        """Paint every diagram of the page, and number it."""
        if self._state.diagrams:
            prepare((pending.fence.source for pending in self._state.diagrams), (WIDE, NARROW))
        return _PLACEHOLDER.sub(lambda mark: self._figure(int(mark[1])) if mark[1] else mark[0], text)

    def _figure(self, number: int) -> str:
        pending = self._state.diagrams[number]
        written = collector.get()
        if written is not None:  # noted no sooner: a fence that is shown as code is none of the page's diagrams
            written.fences.append(pending.fence)
        self._painted += 1
        pending.label = numbering.label(numbering.FIGURE, stem_of(self.md), self._painted)
        pending.anchor = pending.anchor or numbering.default_anchor(numbering.FIGURE, self._painted)
        try:
            return figure(pending, f"d{number + 1}")
        except EngineError as error:
            note_failure(error)
            return client_figure(pending, Outline())


def figure(pending: Pending, prefix: str) -> str:
    """The ``<figure>`` of a diagram: drawn here, or left to the browser if only the drawing library can't do it."""
    fence = pending.fence
    problems = judge(fence.source)
    if problems:
        return _broken_figure(fence, problems[0])
    words = outline(fence.source)
    if fence.client or os.environ.get("ATLAS_DIAGRAMS") == "client":  # the latter for comparison: see scripts/bench.py
        return client_figure(pending, words)
    wide, narrow = (draw(fence.source, f"{prefix}{suffix}-", width) for suffix, width in (("w", WIDE), ("n", NARROW)))
    if isinstance(wide, Problem) or isinstance(narrow, Problem):
        return client_figure(pending, words)
    title, description = fence.title or words.title, fence.description or words.description
    same = wide.width == narrow.width and wide.height == narrow.height
    layouts = (
        [(wide, "atlas-both", f"{prefix}w")]
        if same
        else [(wide, "atlas-wide", f"{prefix}w"), (narrow, "atlas-narrow", f"{prefix}n")]
    )
    drawn = "".join(_svg(drawing, name, title, description, stem, pending.links) for drawing, name, stem in layouts)
    return f"{_opening(pending)}{drawn}{_caption(pending, title, _words(words, description))}</figure>"


def client_figure(pending: Pending, words: Outline) -> str:
    """A figure that ``mkdocs-mermaid2-plugin`` draws in the reader's browser, with addresses as a browser reads them."""
    fence, source = pending.fence, relinked(pending.fence.source, pending.links)
    title, description = fence.title or words.title, fence.description or words.description
    return (
        f'{_opening(pending, " atlas-client")}<div class="mermaid" data-search-exclude>{escape(source)}</div>'
        f"{_caption(pending, title, _words(words, description))}</figure>"
    )


def _broken_figure(fence: Fence, problem: Problem) -> str:
    where = f"第 {problem.line} 行：" if problem.line else ""
    return (
        f'<figure class="atlas-figure atlas-broken" role="alert"><p>这张图有语法错误。{where}{escape(problem.message)}</p>'
        f"<pre>{escape(fence.source)}</pre></figure>"
    )


def _svg(drawing: Drawing, layout: str, title: str, description: str, stem: str, links: Mapping[str, str]) -> str:
    """Name the drawing for assistive technology and point its nodes at the resolved addresses.

    ``role="img"`` hides what is inside from a screen reader, so a drawing with links is a ``group`` instead.
    """
    svg = re.sub(r"<(title|desc) id=\"[^\"]*\">.*?</\1>", "", drawing.svg, flags=re.DOTALL)
    head = re.match(r"<svg[^>]*>", svg)
    assert head, "a drawing starts with its svg element"
    opening = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", head[0])
    opening = _legible(opening.replace('class="pele', f'class="{layout} pele', 1), drawing)
    role = "group" if drawing.links else "img"
    named = f' role="{role}" aria-labelledby="{stem}-t"' + (f' aria-describedby="{stem}-d"' if description else "")
    inside = f'<title id="{stem}-t">{escape(title or "图")}</title>'
    inside += f'<desc id="{stem}-d">{escape(description)}</desc>' if description else ""
    body = svg[len(head[0]) :]
    body = re.sub(r'(<a href=")([^"]*)"', lambda m: f'{m[1]}{escape(links.get(unescape(m[2]), unescape(m[2])))}"', body)
    return f"{opening[:-1]} data-search-exclude{named}>{inside}{body.strip()}"


def _legible(opening: str, drawing: Drawing) -> str:
    """Let no drawing shrink so far that its smallest letters are below 11 pixels: its figure scrolls instead."""
    smallest = min([14.0, *(float(size) for size in _FONT_SIZE.findall(drawing.svg))])
    need = math.ceil(drawing.width * _LEGIBLE / smallest)
    if need > drawing.width:
        height = math.ceil(drawing.height * need / drawing.width)
        opening = re.sub(r' width="[^"]*" height="[^"]*"', f' width="{need}" height="{height}"', opening, count=1)
    return opening.replace("max-width:100%", f"max-width:max(100%,{need}px)", 1)


def _opening(pending: Pending, more: str = "") -> str:
    """The figure's first tag; its source goes along for those who want to copy it."""
    anchor = f' id="{escape(pending.anchor)}"' if pending.anchor else ""
    return f'<figure class="atlas-figure{more}"{anchor} data-source="{escape(pending.fence.source.strip())}">'


def _caption(pending: Pending, title: str, words: str) -> str:
    """Number and title, and the figure in words: HTML wants a caption at an end of its figure, with nothing after it."""
    number = f'<span class="atlas-number">{escape(pending.label)}</span>' if pending.label else ""
    line = f"<p>{' '.join(filter(None, [number, escape(title)]))}</p>" if number or title else ""
    return f"<figcaption>{line}{words}</figcaption>" if line or words else ""


def _words(words: Outline, description: str) -> str:
    if not (words.items or description):
        return ""
    said = f"<p>{escape(description)}</p>" if description else ""
    return f'<details class="atlas-outline"><summary>文字版</summary>{said}{_list(words.items)}</details>'


def _list(items: tuple[Item, ...]) -> str:
    if not items:
        return ""
    return "<ul>" + "".join(f"<li>{escape(item.text)}{_list(item.items)}</li>" for item in items) + "</ul>"


def _glossary(state: PageState) -> str:
    topics = dict.fromkeys(term.topic for term in state.terms.values())
    parts = []
    for topic in topics:
        rows = "".join(
            f'<tr id="term-{escape(term.key)}"><th scope="row">{escape(term.zh)}</th>'
            f"<td>{escape(term.en)}{f'（{escape(term.abbr)}）' if term.abbr else ''}</td><td>{escape(term.short)}</td></tr>"
            for term in state.terms.values()
            if term.topic == topic
        )
        parts.append(
            f'<table class="atlas-terms"><caption>{escape(topic)}</caption><thead><tr><th scope="col">中文</th>'
            f'<th scope="col">英文</th><th scope="col">一句话</th></tr></thead><tbody>{rows}</tbody></table>'
        )
    return "".join(parts)
