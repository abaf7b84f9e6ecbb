"""The ``sources`` fence → the sources of the site, by kind; ``kinds: [paper, book]`` shows those alone."""

from __future__ import annotations

import xml.etree.ElementTree as etree
from collections.abc import Mapping

from markdown.util import AtomicString

from atlas.facts import KINDS, Source
from atlas.markdown.citations import describe
from atlas.nodes import place, texts
from atlas.selection import SelectionError, given
from atlas.wording import nearest


def source_list(text: str, sources: Mapping[str, Source]) -> str:
    """A list for each kind in the order of the kinds, whatever the fence's; each source can be linked to by its key.

    Raises:
        SelectionError: if the fence asks for a kind that there is not.
    """
    wanted = kinds_shown(text)
    parts = []
    for kind, label in KINDS.items():
        chosen = [source for source in sources.values() if source.kind == kind and kind in wanted]
        if not chosen:
            continue
        head = etree.Element("p", {"id": f"sources-{kind}"})
        etree.SubElement(head, "strong").text = AtomicString(f"{label}（{len(chosen)} 条）")
        items = etree.Element("ul", {"class": "atlas-sources"})
        for source in chosen:
            describe(etree.SubElement(items, "li", {"id": f"source-{source.key}"}), source)
        parts += [etree.tostring(one, encoding="unicode", method="html") for one in (head, items)]
    return "".join(parts)


def kinds_shown(text: str) -> tuple[str, ...]:
    """The kinds that a fence asks for; all, unless it names some.

    Raises:
        SelectionError: if it is no YAML, says anything but ``kinds``, or names a kind that there is not.
    """
    node = given(text, ("kinds",)).get("kinds")
    if node is None:
        return tuple(KINDS)
    wanted = texts(node)
    if not wanted:
        raise SelectionError("`kinds` 应当是一串类别", "写成 `kinds: [paper, book]`", place(node).line)
    for kind in wanted:
        if kind not in KINDS:
            close = nearest(kind, KINDS)
            hint = f"最接近的是 `{close}`" if close else f"写 {'、'.join(f'`{one}`' for one in KINDS)} 里的几个"
            raise SelectionError(f"没有 `{kind}` 这一类来源", hint, place(node).line)
    return wanted
