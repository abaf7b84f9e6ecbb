"""A path in the configuration that leads to no file → a hint: the file that its author meant, and how it differs."""

from __future__ import annotations

from posixpath import normpath

from atlas.checks.suggestions import Suggestions


def hint(files: Suggestions, documents: str, written: str, otherwise: str) -> str:
    """The nearest of these files and a word on the difference, or something else if none is near."""
    close = files.file(f"{documents}/_", written)
    if not close:
        return otherwise
    why = _difference(written.strip(), close.partition("#")[0], documents)
    return f"最接近的文件是 `{close}`" + (f"：{why}" if why else "")


def _difference(written: str, close: str, documents: str) -> str:
    path, _, fragment = written.partition("#")
    if "\\" in path:
        return "文件夹之间写 `/`，不写反斜杠"
    if fragment and normpath(path) == close:
        return "导航里的 Markdown 文件不能带锚点"
    if normpath(path) != close and normpath(path).casefold() == close.casefold():
        return "大小写不同，线上的服务器区分大小写"
    if documents and normpath(path).endswith(f"/{close}"):
        return "路径从文档文件夹算起，不写文档文件夹本身"
    return ""
