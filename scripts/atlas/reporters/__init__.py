"""One module for each output: a report → text for standard output."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from atlas.findings import Report


def _writer(name: str) -> Callable[[Report], str]:
    """The module is imported when it is wanted: a run writes one format."""

    def write(report: Report) -> str:
        text: str = importlib.import_module(f"atlas.reporters.{name}").write(report)
        return text

    return write


REPORTERS: dict[str, Callable[[Report], str]] = {
    name: _writer(name) for name in ("human", "github", "jsonl", "markdown", "sarif", "junit")
}
