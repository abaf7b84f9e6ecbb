"""One module for each output: a report → text for standard output."""

from __future__ import annotations

from collections.abc import Callable

from atlas.findings import Report
from atlas.reporters import github, human, jsonl, junit, markdown, sarif

REPORTERS: dict[str, Callable[[Report], str]] = {
    "human": human.write,
    "github": github.write,
    "jsonl": jsonl.write,
    "markdown": markdown.write,
    "sarif": sarif.write,
    "junit": junit.write,
}
