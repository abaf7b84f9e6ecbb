"""A diagram that Mermaid draws → what it passed over in silence and a reader would miss.

What exists is asked of Mermaid's model; where it was written is looked up in the text.
"""

from __future__ import annotations

from functools import lru_cache

from atlas.diagrams.engine import verdict
from atlas.diagrams.keywords import kind_of
from atlas.diagrams.lines import read
from atlas.diagrams.misreading import misread
from atlas.diagrams.naming import phantoms, relabelled, unknown_tasks
from atlas.diagrams.settings import unread
from atlas.diagrams.stripping import strip
from atlas.diagrams.styling import undefined_classes, unknown_targets
from atlas.diagrams.values import Problem


@lru_cache(maxsize=4096)
def lint(source: str, style_classes: frozenset[str] = frozenset()) -> tuple[Problem, ...]:
    """What Mermaid swallows in a diagram that it draws, in order of lines; each with its rule in ``kind``.

    ``style_classes`` are the classes that the site's style sheets define.

    Raises:
        EngineError: if Mermaid itself fails or runs away.
    """
    if not source.strip():
        return ()
    source = source.replace("\r\n", "\n")
    found = list(unread(source))
    judged = verdict(source)
    if judged.drawn:
        kind, lines = kind_of(strip(source).text), read(source)
        found += undefined_classes(kind, lines, judged.facts, style_classes)
        found += relabelled(kind, lines)
        for rule in (unknown_targets, phantoms, unknown_tasks, misread):
            found += rule(kind, lines, judged.facts)
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line or 0, one.column or 0)))
