"""``notes.py TAG`` → what a release says of itself: its section of ``CHANGELOG.md``; the tag must be the version."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class NotReadyError(Exception):
    """The repository does not stand where the tag says."""


def notes(root: Path, tag: str) -> str:
    """The section of the version that the tag names.

    Raises:
        NotReadyError: if tag, ``pyproject.toml``, the package and the change log do not say the same version.
    """
    version = str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    package = (root / "scripts" / "atlas" / "__init__.py").read_text("utf-8")
    if tag != f"v{version}":
        raise NotReadyError(f"标签是 {tag}，pyproject.toml 里是 {version}")
    if f'__version__ = "{version}"' not in package:
        raise NotReadyError(f"scripts/atlas/__init__.py 里的版本不是 {version}")
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    section = re.search(rf"^## \[{re.escape(version)}\].*?\n(.*?)(?=^## |\Z)", changes, re.MULTILINE | re.DOTALL)
    if section is None or not section[1].strip():
        raise NotReadyError(f"CHANGELOG.md 里没有 [{version}] 这一节")
    more = "读者看得见的更正见网站的“更正记录”页。下载后怎样核对，见仓库的 `.github/SECURITY.md`。"
    return f"{section[1].strip()}\n\n{more}\n"


def main(arguments: Sequence[str]) -> int:
    """Print them."""
    try:
        print(notes(ROOT, arguments[0]), end="")
    except NotReadyError as error:
        print(f"::error::不能发布：{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
