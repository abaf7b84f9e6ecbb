"""Spaces and punctuation between Chinese and Latin in what people read: ``typography.py [--fix] [FILE…]``.

AutoCorrect judges the Markdown; it leaves code and diagrams alone, where a full-width colon would break what works. Values
and citations (``[=…]``, ``[@…]``) are data, not prose, and are hidden from it. Exits with 1 where something is left to mend.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import autocorrect_py

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ("docs/contributing/rules.md",)
_DATA = re.compile(r"\[[=@][^\]\n]*\]")
# 编码器-解码器 is one word, and GPT-3：175B keeps its full-width colon; code is somebody else's business.
# The package's own type stubs lack the function.
autocorrect_py.load_config(  # type: ignore[attr-defined]
    json.dumps({"rules": {"space-dash": 0, "halfwidth-punctuation": 0, "halfwidth-word": 0}, "context": {"codeblock": 0}})
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Say, or mend, what is not set as the rest is."""
    parser = argparse.ArgumentParser(description="检查中英文之间的空格和标点")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="Markdown 文件（默认全部）")
    parser.add_argument("--fix", action="store_true", help="改好，而不只是说")
    options = parser.parse_args(arguments)
    left = 0
    for file in options.files or documents():
        if options.fix:
            mend(file)
            continue
        for line, column, old, new in faults(file.read_text("utf-8")):
            print(f"{_name(file)}:{line}:{column}: 空格或标点：`{old}`\n  提示：写成 `{new}`；`make format` 能改好")
            left += 1
    return 1 if left else 0


def documents() -> Iterator[Path]:
    """What people read: the pages, and the files that a repository opens with."""
    yield from sorted(ROOT.glob("*.md"))
    for file in sorted((ROOT / "docs").rglob("*.md")):
        if file.relative_to(ROOT).as_posix() not in GENERATED:
            yield file


def faults(text: str) -> list[tuple[int, int, str, str]]:
    """Line, column, what is written and what to write instead."""
    masked, hidden = _hide(text)
    found = autocorrect_py.lint_for(masked, "page.md").lines
    return [(one.line, one.col, _show(one.old, hidden), _show(one.new, hidden)) for one in found]


def mend(file: Path) -> None:
    """Write a file anew where something of it is to be mended; line ends stay as they are."""
    text = file.read_bytes().decode("utf-8")
    masked, hidden = _hide(text)
    mended = _show(autocorrect_py.format_for(masked, "page.md"), hidden)
    if mended != text:
        file.write_bytes(mended.encode("utf-8"))
        print(f"{_name(file)}：改好了")


def _hide(text: str) -> tuple[str, dict[str, str]]:
    """The text with a mark of the same length in place of each value and citation, and what each mark stands for."""
    hidden: dict[str, str] = {}

    def mark(found: re.Match[str]) -> str:
        inner = f"{len(hidden):x}".rjust(len(found[0]) - 2, "0")
        hidden[f"[{inner}]"] = found[0]
        return f"[{inner}]"

    return _DATA.sub(mark, text), hidden


def _show(text: str, hidden: dict[str, str]) -> str:
    return re.sub(r"\[[0-9a-f]+\]", lambda found: hidden.get(found[0], found[0]), text)


def _name(file: Path) -> str:
    return file.resolve().relative_to(ROOT).as_posix() if file.resolve().is_relative_to(ROOT) else file.as_posix()


if __name__ == "__main__":
    sys.exit(main())
