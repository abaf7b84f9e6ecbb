"""What an author wrote → what they may have meant: the nearest of the words allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(wanted: str, candidates: Iterable[str]) -> str:
    """The candidate most like what was written, or nothing if none is."""
    found = difflib.get_close_matches(wanted, list(candidates), n=1, cutoff=0.6)
    return found[0] if found else ""
