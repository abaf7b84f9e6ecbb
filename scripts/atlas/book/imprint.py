"""A project's folder → what the title page says of its state: commit, day and version."""

from __future__ import annotations

import datetime
import os
import subprocess
from pathlib import Path

from atlas import __version__
from atlas.book import Imprint


def read(root: Path) -> Imprint:
    """The commit (``+`` behind it: with changes since) and its day, the same on whatever day the book is made."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct") or "1767225600"
    day = datetime.datetime.fromtimestamp(int(stamp), datetime.UTC).date().isoformat()
    return Imprint(_git(root, "describe", "--always", "--exclude=*", "--dirty=+"), day, __version__)


def _git(root: Path, *arguments: str) -> str:
    try:
        asked = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return asked.stdout.strip() if not asked.returncode else ""
