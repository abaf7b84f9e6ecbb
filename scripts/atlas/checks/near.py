"""A path that leads to no file → the file that its author probably meant, and how it differs.

The certain guesses come first (another case, a folder too many, the page's address instead of its file), then likeness.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import unquote

from atlas.wording import nearest


def near(written: str, paths: Iterable[str], documents: str = "") -> tuple[str, str]:
    """The nearest of these paths and a word on the difference; two empty strings if none is near."""
    known = sorted(paths)
    plain = unquote(re.split(r"[#?]", written.strip())[0]).replace("\\", "/")
    shape = posixpath.normpath(plain.lstrip("/")) if plain.strip("/") else ""
    inner = shape.removeprefix(f"{documents}/") if documents else shape
    folded = {path.casefold(): path for path in known}
    for guess in _guesses(shape, inner):
        if guess in folded.values():
            return guess, _difference(written, shape, guess)
        if guess.casefold() in folded:
            return folded[guess.casefold()], "大小写不同，线上的服务器区分大小写"
    same = [path for path in known if posixpath.basename(path).casefold() == posixpath.basename(shape).casefold()]
    if len(same) == 1:
        return same[0], ""
    return nearest(shape, same or known), ""


def _guesses(*shapes: str) -> Iterable[str]:
    for shape in dict.fromkeys(shapes):
        stem = re.sub(r"(/index)?\.html?$", "", shape)
        yield from (
            shape,
            f"{shape}.md",
            f"{stem}.md",
            f"{stem}/index.md",
            f"{shape}/README.md",
            re.sub(r"\.md$", "/index.md", shape),
        )


def _difference(written: str, shape: str, guess: str) -> str:
    if "\\" in written:
        return "文件夹之间写 `/`，不写反斜杠"
    if guess != shape and shape.endswith(guess):
        return "路径从文档文件夹算起，不写文档文件夹本身"
    if "#" in written and guess == shape:
        return "导航里的 Markdown 文件不能带锚点"
    return ""
