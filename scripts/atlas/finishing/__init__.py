"""A site that MkDocs has written → the site as it is served: a list of steps, each changing the folder in place.

Only a site that uses our Markdown extension is finished: other projects' files may refer to each other in ways that a step
can't see. It runs before the finished HTML is checked, so that what a step breaks is found, and not in a preview.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from atlas.finishing import joining, leftovers, markup, names, policy, styles, tables

Step = Callable[[Path, bool], None]
"""What a step is given: the folder, and whether it is the flavour that opens by double-click."""

STEPS: tuple[Step, ...] = (
    leftovers.drop_leftovers,
    tables.wrap_tables,
    styles.drop_unused_rules,
    joining.join_files,
    markup.shorten_pages,
    names.hash_names,
)
"""In this order: nothing is read for classes that is dropped or still to get one, and names come after all that changes a
file.
"""


def finish(folder: Path, *, offline: bool, templates: Iterable[Path] = ()) -> None:
    """Take every step in a folder that holds a freshly written site.

    What a page holds in the end is what its policy is about, so that comes last; it trusts the scripts of the site's own
    ``templates``.
    """
    for step in STEPS:
        step(folder, offline)
    policy.write_policies(folder, offline, templates)
