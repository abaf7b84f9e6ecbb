"""What an author wrote → what they may have meant: the nearest of the words allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(wanted: str, candidates: Iterable[str]) -> str:
    """The candidate most like what was written, or nothing if none is."""
    return next(iter(nearest_many(wanted, candidates, 1)), "")


def nearest_many(wanted: str, candidates: Iterable[str], most: int = 24) -> list[str]:
    """The candidates that are like what was written, the most like first."""
    return difflib.get_close_matches(wanted, list(candidates), n=most, cutoff=0.6)
