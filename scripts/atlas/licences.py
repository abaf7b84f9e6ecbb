"""``docs/_data/licences.yml`` and the installed packages → the notices of everything by others that a site carries.

The texts are read from the very packages that were installed, so they are those of the versions that are shipped.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import metadata
from pathlib import PurePosixPath

from atlas.facts import Facts, Row
from atlas.v8 import NODE_MODULES

FILE = "licences.txt"
_RULE = "=" * 78


def notice(facts: Facts) -> str:
    """All notices as one text; empty if nothing is listed. A text that several share stands once."""
    rows = list(facts["licences"])
    if not rows:
        return ""
    parts = ["网站、离线包里带着的别人的软件，和它们的许可。\nSoftware by others in this site, with its licences.\n"]
    shared: dict[str, list[str]] = {}
    for row in rows:
        version = version_of(row)
        head = f"{row.name}{f' {version}' if version else ''}"
        parts.append(f"{head}\n  {row.text('licence')}. {row.text('holder')}\n  {row.text('url')}\n")
        for address in row.texts("text"):
            if found := text_of(address):
                shared.setdefault(found, []).append(head)
    texts = [f"{_RULE}\n{'、'.join(names)}\n{_RULE}\n\n{text}\n" for text, names in shared.items()]
    return "\n".join([*parts, *texts, *_standard(rows)])


def _standard(rows: list[Row]) -> list[str]:
    """The words of the MIT licence for those who come inside another package, without a file of their own."""
    names = [row.name for row in rows if row.text("licence") == "MIT" and not row.texts("text")]
    own = text_of("pypi:mkdocs-material:LICENSE")
    at = own.find("Permission is hereby granted")
    return [f"{_RULE}\n{'、'.join(names)}\n{_RULE}\n\nMIT License\n\n{own[at:]}\n"] if names and at >= 0 else []


def version_of(row: Row) -> str:
    """The version that is installed; nothing for what comes inside another package, or is not installed."""
    registry, _, name = row.text("package").partition(":")
    try:
        if registry == "pypi":
            return metadata.version(name)
        if registry == "npm":
            return str(json.loads((NODE_MODULES / name / "package.json").read_text("utf-8"))["version"])
    except (metadata.PackageNotFoundError, OSError):
        pass
    return ""


@lru_cache(maxsize=64)
def text_of(address: str) -> str:
    """The text of a licence at ``pypi:name:end/of/path`` or ``npm:name:path``; nothing if it is not there."""
    registry, name, path = address.split(":", 2)
    if registry == "npm":
        file = NODE_MODULES / name / path
        return file.read_text("utf-8").strip() if file.is_file() else ""
    wanted = PurePosixPath(path).parts
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return ""
    # A package's own licence, before those of what it carries along.
    ordered = sorted(files, key=lambda file: not file.parts[0].endswith(".dist-info"))
    return next((str(file.read_text("utf-8")).strip() for file in ordered if file.parts[-len(wanted) :] == wanted), "")
