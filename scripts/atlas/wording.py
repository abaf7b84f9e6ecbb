"""What an author wrote → what they may have meant: the nearest of the words allowed, and words without their markup."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from html import unescape

_MARKUP = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])|\{[^{}]*\}\s*$|</?[a-zA-Z][^>]*>|:[\w-]+:")


def nearest(wanted: str, candidates: Iterable[str]) -> str:
    """The candidate most like what was written, or nothing if none is."""
    return next(iter(nearest_many(wanted, candidates, 1)), "")


def nearest_many(wanted: str, candidates: Iterable[str], most: int = 24) -> list[str]:
    """The candidates that are like what was written, the most like first."""
    return difflib.get_close_matches(wanted, list(candidates), n=most, cutoff=0.6)


def words(text: str) -> str:
    """A heading's text without markup, white space and punctuation: the same for what was written and what was rendered."""
    plain = _MARKUP.sub(lambda found: found[1] or "", unescape(text))
    return "".join(character for character in plain.casefold() if character.isalnum())
