"""The theme's style sheets → the rules of them that can ever apply in this site.

A theme brings rules for blogs, versions, consent and other things that a site may not have. A rule goes only if each of its
selectors needs a class that no page has and no script could give: a script could give every class that is written in one,
whole or up to a hyphen where the text is put together from parts (``"tabbed-control--" + side``). What can't be told stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import tinycss2

_THEME = "assets/stylesheets"
_INDEX = "search"
"""Words of the pages, megabytes of them, and no class."""
_CLASSES = re.compile(r"\sclass=(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))")
_PROPERTY = re.compile(r"var\(\s*(--[\w-]+)")
_COSTLY = "[data-md-color-switching]"
"""Stops all transitions while the theme sets its colours, as every page opens: each element is styled once more for it."""
_GROUPS = frozenset({"media", "supports", "layer", "container"})


def drop_unused_rules(folder: Path, offline: bool) -> None:
    """Rewrite the theme's style sheets; our own are ours to keep short."""
    sheets = sorted((folder / _THEME).rglob("*.css"))
    if not sheets:
        return
    pages = [page.read_text("utf-8") for page in folder.rglob("*.html")]
    files = [script for script in sorted(folder.rglob("*.js")) if script.relative_to(folder).parts[0] != _INDEX]
    scripts = "\n".join(script.read_text("utf-8", "replace") for script in files)
    needs = Needs(pages, scripts)
    texts = {sheet: "".join(_kept(tinycss2.parse_stylesheet(sheet.read_text("utf-8")), needs)) for sheet in sheets}
    others = [sheet.read_text("utf-8") for sheet in folder.rglob("*.css") if sheet not in texts]
    used = frozenset(_PROPERTY.findall("\n".join([*texts.values(), *others, *pages]))) | _named(scripts)
    for sheet, text in texts.items():
        sheet.write_text(_without_pictures(text, used), "utf-8", newline="")


class Needs:
    """What pages have and scripts may give."""

    def __init__(self, pages: Sequence[str], scripts: str) -> None:
        found = (value for page in pages for groups in _CLASSES.findall(page) for value in groups)
        inline = "\n".join(re.findall(r"<script\b[^>]*>(.*?)</script>", "\n".join(pages), re.DOTALL))
        self._classes = {name for value in found for name in value.split()}
        self._scripts = f"{scripts}\n{inline}"
        self._prefixes = tuple(set(re.findall(r"([\w-]+-)(?:[\"'`]|\$\{)", self._scripts)))
        self._is_left_to_right = not any(re.search(r"\sdir=\"?rtl", page) for page in pages)
        self.has = cache(self._has)

    def _has(self, name: str) -> bool:
        """Whether an element may have this class."""
        if name in self._classes or name in self._scripts:
            return True
        return name.startswith(self._prefixes)

    def may_match(self, selector: Sequence[Any]) -> bool:
        """Whether the selector may match an element; what stands in brackets (``:not(…)``) is not looked at."""
        if tinycss2.serialize(selector).strip().startswith(_COSTLY):
            return False
        if self._is_left_to_right and "[dir=rtl]" in tinycss2.serialize(selector).replace('"', ""):
            return any(token.type == "function" for token in selector)
        pairs = pairwise(selector)
        return all(self.has(name.value) for dot, name in pairs if dot == "." and name.type == "ident")


def _kept(rules: Sequence[Any], needs: Needs) -> Iterator[str]:
    for rule in rules:
        match rule.type:
            case "qualified-rule":
                wanted = [tinycss2.serialize(part).strip() for part in _selectors(rule.prelude) if needs.may_match(part)]
                if wanted:
                    yield f"{','.join(wanted)}{{{tinycss2.serialize(rule.content).strip()}}}"
            case "at-rule" if rule.lower_at_keyword in _GROUPS and rule.content is not None:
                inner = "".join(_kept(tinycss2.parse_rule_list(rule.content), needs))
                if inner:
                    yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
            case "comment" | "whitespace":
                pass
            case _:
                yield rule.serialize()


def _selectors(prelude: Sequence[Any]) -> Iterator[list[Any]]:
    """A rule's selectors, which commas divide."""
    part: list[Any] = []
    for token in prelude:
        if token == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _named(scripts: str) -> frozenset[str]:
    return frozenset(re.findall(r"--[\w-]+", scripts))


def _without_pictures(text: str, used: frozenset[str]) -> str:
    """The text without icons that stand in custom properties which nothing reads."""
    return re.sub(
        r"(--[\w-]+):\s*url\((?:\"[^\"]*\"|'[^']*'|[^()\"']*)\)(;|(?=\}))",
        lambda found: found[0] if found[1] in used else "",
        text,
    )
