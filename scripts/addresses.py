"""``addresses.py --check|--write``: every address that was once published still leads somewhere.

Published are the pages and the anchors that authors gave by hand; ``docs/_data/addresses.txt`` lists them, and grows only.
What is on it and not in the documents any more must have a redirect in ``docs/_data/redirects.yml``. New addresses are
written down once a week by a workflow, so that nobody who adds a heading has to think of it.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from atlas import moved
from atlas.scan import scan
from atlas.wording import nearest

ROOT = Path(__file__).resolve().parent.parent
LIST = Path("docs", "_data", "addresses.txt")
HEAD = "# 公布过的地址，只增不减：`python scripts/addresses.py --write` 加新的。挪走的写进 redirects.yml，不要从这里删。\n"
_ATTRIBUTES = re.compile(r"\{:?[^{}\n]*?#([^\s{}.#]+)[^{}\n]*\}")
_ELEMENT = re.compile(r"<[a-z][^<>]*?\bid=[\"']([^\"']+)[\"']", re.IGNORECASE)
_FENCE = re.compile(r"\bid=[\"']([^\"']+)[\"']")


def current(docs: Path) -> Iterator[str]:
    """The pages of the documents and the anchors given in them, as authors write them."""
    for file in sorted(docs.rglob("*.md")):
        page = file.relative_to(docs).as_posix()
        if page.startswith("_"):
            continue
        yield page
        source = scan(file.read_text("utf-8"))
        named = [*_ATTRIBUTES.findall(source.masked), *_ELEMENT.findall(source.masked)]
        named += [anchor for fence in source.fences for anchor in _FENCE.findall(fence.info)]
        yield from dict.fromkeys(f"{page}#{anchor}" for anchor in named)


def published(file: Path) -> list[str]:
    """The list as it stands."""
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    return [line for line in lines if line and not line.startswith("#")]


def problems(root: Path) -> list[str]:
    """What is wrong with the redirects, and each published address that leads nowhere."""
    now = dict.fromkeys(current(root / "docs"))
    moves = moved.load(root / "docs" / "_data")
    said = [f"docs/_data/{moved.FILE} {fault}" for fault in moves.faults]
    for old, new in moves.targets.items():
        if old in now:
            said.append(f"`{old}` 还在，不用转走：从 {moved.FILE} 里删掉它")
        if new not in now and new not in moves.targets:
            close = nearest(new, now)
            said.append(f"`{old}` 转到的 `{new}` 不存在" + (f"，最接近的是 `{close}`" if close else ""))
    for address in published(root / LIST):
        if address not in now and address not in moves.targets and not _left_with_its_page(address, now, moves):
            close = nearest(address, now)
            hint = f"搬到别处了就在 {moved.FILE} 里写 `{address}: {close or '新地址'}`；改了名就改回来"
            said.append(f"公布过的 `{address}` 不见了：{hint}")
    return said


def _left_with_its_page(address: str, now: dict[str, None], moves: moved.Moves) -> bool:
    """Whether an anchor went with its whole page to a page that has it, too: the redirect keeps what follows the #."""
    page, _, anchor = address.partition("#")
    target = moves.pages.get(page, "")
    return bool(anchor) and bool(target) and (f"{target}#{anchor}" in now or "#" in target)


def write(root: Path) -> int:
    """Add what is new; returns how many."""
    known = published(root / LIST)
    fresh = sorted(set(current(root / "docs")) - set(known))
    if fresh:
        (root / LIST).write_text(HEAD + "\n".join(sorted({*known, *fresh})) + "\n", "utf-8")
    return len(fresh)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check or write; 1 if an address vanished."""
    parser = argparse.ArgumentParser(description="公布过的地址一个也不消失")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="公布过的都还在，或有去处；少了就返回 1")
    action.add_argument("--write", action="store_true", help="把新的地址记进清单")
    parser.add_argument("--root", type=Path, default=ROOT, help="项目的文件夹")
    options = parser.parse_args(arguments)
    if options.write:
        print(f"{LIST.as_posix()}：新记下 {write(options.root)} 个地址。")
        return 0
    said = problems(options.root)
    for problem in said:
        print(f"::error file=docs/_data/{moved.FILE}::{problem}" if "GITHUB_ACTIONS" in os.environ else problem)
    if not said:
        print(f"公布过的 {len(published(options.root / LIST))} 个地址都还在，或有去处。")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
