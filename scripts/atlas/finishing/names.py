"""A site's files → files that may be kept for ever."""

from __future__ import annotations

from pathlib import Path

_UNUSED = ("*.map",)
"""What no reader's browser asks for."""


def hash_names(folder: Path, offline: bool) -> None:
    """Drop what nobody loads."""
    for pattern in _UNUSED:
        for file in sorted((folder / "assets").rglob(pattern)):
            file.unlink()
