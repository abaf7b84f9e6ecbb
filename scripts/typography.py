"""How the texts that people read are set: ``typography.py [--fix] [FILE…]``; see :mod:`atlas.typesetting`.

The book's pages and the files that a repository opens with. Exits with 1 where something is left to mend.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from atlas import typesetting

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ("docs/contributing/rules.md",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Say, or mend, what is not set as the rest is."""
    parser = argparse.ArgumentParser(description="检查中英文之间的空格和标点，以及表格的排列")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="Markdown 文件（默认全部）")
    parser.add_argument("--fix", action="store_true", help="改好，而不只是说")
    options = parser.parse_args(arguments)
    left = 0
    for file in options.files or documents():
        if options.fix:
            mend(file)
            continue
        for fault in typesetting.faults(file.read_text("utf-8")):
            print(f"{_name(file)}:{fault.line}:{fault.column}: 空格、标点或表格：`{fault.old}`")
            print(f"  提示：写成 `{fault.new}`；`make format` 能改好")
            left += 1
    return 1 if left else 0


def documents() -> Iterator[Path]:
    """What people read: the pages, and the files that a repository opens with."""
    yield from sorted(ROOT.glob("*.md"))
    for file in sorted((ROOT / "docs").rglob("*.md")):
        if file.relative_to(ROOT).as_posix() not in GENERATED:
            yield file


def mend(file: Path) -> None:
    """Write a file anew where something of it is to be mended; line ends stay as they are."""
    text = file.read_bytes().decode("utf-8")
    mended = typesetting.mend(text)
    if mended != text:
        file.write_bytes(mended.encode("utf-8"))
        print(f"{_name(file)}：改好了")


def _name(file: Path) -> str:
    return file.resolve().relative_to(ROOT).as_posix() if file.resolve().is_relative_to(ROOT) else file.as_posix()


if __name__ == "__main__":
    sys.exit(main())
