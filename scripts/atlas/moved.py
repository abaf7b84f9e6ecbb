"""``docs/_data/redirects.yml`` → where each address that was once published leads now; addresses never vanish.

A page that moved leaves a small page behind; a heading that moved leaves a line at the end of its old page. Both are plain
links that work without JavaScript and from ``file://``; ``docs/assets/moved.js`` only follows them at once.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path

from atlas.nodes import SyntaxFaultError, compose, pairs, place, scalar

FILE = "redirects.yml"
SCRIPT = "assets/moved.js"
_ADDRESS = re.compile(r"[^#\s]+\.md(#\S+)?")


@dataclass(frozen=True, slots=True)
class Moves:
    """Old address → new one, both as authors write them: ``chapter/page.md`` or ``chapter/page.md#anchor``."""

    targets: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    """What is wrong with the file, a sentence each with its line."""

    def anchors(self, page: str) -> dict[str, str]:
        """The anchors that were once on a page, and where each leads."""
        return {old.partition("#")[2]: new for old, new in self.targets.items() if old.startswith(f"{page}#")}

    @property
    def pages(self) -> dict[str, str]:
        """The pages that are gone, and where each leads."""
        return {old: new for old, new in self.targets.items() if "#" not in old}


def load(folder: Path | None) -> Moves:
    """The project's redirects; a project without the file has none."""
    file = folder / FILE if folder else None
    if file is None or not file.is_file():
        return Moves()
    state = file.stat()
    return _load(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _load(file: Path, changed: int, size: int) -> Moves:
    return read(file.read_text("utf-8"))


def read(text: str) -> Moves:
    """The redirects in the file's text; what is not one is a fault, and left out."""
    targets: dict[str, str] = {}
    faults: list[str] = []
    try:
        root = compose(text)
    except SyntaxFaultError as error:
        return Moves(faults=(f"第 {error.place.line} 行：{error}",))
    for old, _, node in pairs(root) if root else ():
        new = scalar(node) or ""
        where = f"第 {place(node).line} 行"
        if not (_ADDRESS.fullmatch(old) and _ADDRESS.fullmatch(new)):
            faults.append(f"{where}：写成 `旧页.md: 新页.md`，或各带 `#锚点`，路径从 docs/ 算起")
        elif old in targets:
            faults.append(f"{where}：`{old}` 写了两次")
        else:
            targets[old] = new
    faults += [f"`{old}` → `{new}` → `{targets[new]}`：直接写最后的去处" for old, new in targets.items() if new in targets]
    return Moves(targets, tuple(faults))


def output(page: str, *, folders: bool) -> str:
    """The file in the site of a page of the documents' folder."""
    stem = page.removesuffix(".md")
    if posixpath.basename(stem) in {"index", "README"}:
        return posixpath.join(posixpath.dirname(stem), "index.html")
    return f"{stem}/index.html" if folders else f"{stem}.html"


def address(page: str, *, folders: bool) -> str:
    """The address of a page below the site's root, with its anchor if one is given."""
    path, _, anchor = page.partition("#")
    shown = output(path, folders=folders)
    shown = shown.removesuffix("index.html") if folders else shown
    return f"{shown}#{anchor}" if anchor else shown


def pages(moves: Moves, site_url: str, *, folders: bool) -> dict[str, str]:
    """The pages to leave behind: file in the site → HTML."""
    made = {}
    for old, new in moves.pages.items():
        file = output(old, folders=folders)
        places = {anchor: _link(file, to, folders=folders) for anchor, to in moves.anchors(old).items()}
        root = posixpath.relpath("/", posixpath.dirname(f"/{file}"))
        canonical = site_url.rstrip("/") + "/" + address(new, folders=folders)
        made[file] = _page(_link(file, new, folders=folders), f"{root}/{SCRIPT}", canonical, places)
    return made


def _link(file: str, target: str, *, folders: bool) -> str:
    """The address of a page as a link in a file of the site."""
    path, mark, anchor = address(target, folders=folders).partition("#")
    link = posixpath.relpath(f"/{path}", posixpath.dirname(f"/{file}")) + ("/" if folders else "")
    return f"{link}{mark}{anchor}"


def _page(link: str, script: str, canonical: str, anchors: Mapping[str, str]) -> str:
    held = f' data-anchors="{escape(json.dumps(anchors, ensure_ascii=False))}"' if anchors else ""
    listed = "".join(
        f'\n<p id="{escape(old)}"><a href="{escape(new)}">{escape(old)}</a></p>' for old, new in anchors.items()
    )
    return f"""<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>这一页搬走了</title>
<link rel="canonical" href="{escape(canonical)}">
<script src="{escape(script)}" data-to="{escape(link)}"{held}></script>
<noscript><meta http-equiv="refresh" content="0; url={escape(link)}"></noscript>
</head>
<body>
<p>这一页搬走了，<a href="{escape(link)}">到新的地址</a>。</p>{listed}
</body>
</html>
"""
