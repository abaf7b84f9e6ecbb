"""A page's article → the same without what only a screen can use, with ids that no other page has."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from atlas.book.pictures import draw

GONE = (
    "script, style, link, noscript, template, form, button, input, iframe, "
    ".headerlink, .md-content__button, .atlas-page-meta, "
    ".atlas-narrow, .md-code__nav, .atlas-facts-filter, .atlas-download, .atlas-calculator-form, .atlas-calculator-plain, "
    "[hidden], [data-book='no']"
)
"""Navigation, tools and the phone's second layout of each diagram."""
REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "for")
"""Attributes that name other elements by their ids."""


def clean(body: Tag, key: str) -> None:
    """Take away, open and rename, in place."""
    for one in body.select(GONE):
        one.decompose()
    for heading in body.find_all("h1"):
        heading.decompose()  # the leaf's title stands there
    for box in body.select(".md-typeset__scrollwrap, .md-typeset__table"):
        box.unwrap()
    for tabs in body.select(".tabbed-set"):
        _spread(tabs)
    for words in body.select("figure > figcaption > details"):
        words.find_parent("figure").insert_after(words.extract())  # type: ignore[union-attr] # in a caption it would be small
    for folded in body.find_all("details"):
        _open(folded)
    for scrolled in body.select("[tabindex]"):
        del scrolled["tabindex"]
    for picture in body.find_all("svg"):
        draw(picture)
    _rename(body, key)


def _new(name: str, words: str = "", **attributes: str) -> Tag:
    made = BeautifulSoup("", "html.parser").new_tag(name, attrs=attributes)
    if words:
        made.string = words
    return made


def _spread(tabs: Tag) -> None:
    """Tabs one below the other, each under its label."""
    labels = [label.get_text(" ", strip=True) for label in tabs.select(":scope > .tabbed-labels > label")]
    blocks = tabs.select(":scope > .tabbed-content > .tabbed-block")
    for label, block in zip(labels, blocks, strict=False):
        block.insert(0, _new("p", label, **{"class": "book-tab"}))
    for gone in tabs.select(":scope > .tabbed-labels"):
        gone.decompose()


def _open(folded: Tag) -> None:
    """An answer is open from the start; the words of a diagram are kept for those who can't see it, marked as such."""
    classes = str(" ".join(folded.get_attribute_list("class") if folded.has_attr("class") else []))
    summary = folded.find("summary", recursive=False)
    if isinstance(summary, Tag):
        summary.name = "p"
        summary["class"] = "admonition-title"
    folded.name = "div"
    folded["class"] = classes if "atlas-" in classes else f"admonition {classes}".strip()
    if folded.has_attr("open"):
        del folded["open"]


def _rename(body: Tag, key: str) -> None:
    """Ids with the page's key before them, wherever they are named."""
    for one in body.find_all(True):
        if one.has_attr("id"):
            one["id"] = f"{key}-{one['id']}"
        for name in REFERRING:
            if one.has_attr(name):
                one[name] = " ".join(f"{key}-{each}" for each in str(one[name]).split())
        for name, value in list(one.attrs.items()):
            if isinstance(value, str) and "url(#" in value:
                one[name] = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", value)
