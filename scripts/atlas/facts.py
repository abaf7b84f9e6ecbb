"""``docs/_data/*.yml`` → typed facts, each with the line of its row.

Sources and terms are data so that citations, the search dictionary and the pages that list them never disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from atlas.findings import CannotCheckError

KINDS = {
    "paper": "论文",
    "vendor": "厂商资料",
    "config": "公开配置",
    "code": "源代码",
    "docs": "文档",
    "news": "报道",
    "secondary": "二手整理",
    "law": "法规",
    "book": "书",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read: publisher or authors, year, address, kind and the day it was read."""

    key: str
    title: str
    by: str
    year: str
    url: str
    kind: str
    read: str
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the glossary: Chinese, English, a short definition, synonyms, and translations not to use."""

    key: str
    zh: str
    en: str
    abbr: str
    short: str
    topic: str
    see: str
    also: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is not as its schema asks."""

    line: int
    message: str
    hint: str


Row = tuple[str, dict[str, Any], int]
"""Key, fields and line of a row."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML has it: the same language, ten times as fast."""


def data_folder(configured: str) -> Path | None:
    """The data folder as configured, looked for from the working directory upwards; ``None`` if there is none."""
    path = Path(configured)
    if path.is_absolute():
        return path if path.is_dir() else None
    here = Path.cwd()
    return next((folder / path for folder in (here, *here.parents) if (folder / path).is_dir()), None)


def load_sources(folder: Path | None) -> Mapping[str, Source]:
    """All well-formed sources by key, in the file's order.

    Raises:
        CannotCheckError: if the file is no YAML.
    """
    return {
        key: Source(line=line, **_texts(key, row, ("title", "by", "year", "url", "kind", "read", "note")))
        for key, row, line in _rows(folder, "sources.yml")
        if not list(_source_faults(key, row, line))
    }


def load_terms(folder: Path | None) -> Mapping[str, Term]:
    """All terms by key, in the file's order.

    Raises:
        CannotCheckError: if the file is no YAML.
    """
    return {
        key: Term(
            line=line,
            also=tuple(str(one) for one in row.get("also") or ()),
            avoid=tuple(str(one) for one in row.get("avoid") or ()),
            **_texts(key, row, ("zh", "en", "abbr", "short", "topic", "see")),
        )
        for key, row, line in _rows(folder, "glossary.yml")
    }


def _texts(key: str, row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {"key": key, **{name: str(row.get(name) or "") for name in names}}


def source_faults(folder: Path | None) -> list[Fault]:
    """Every row of ``sources.yml`` that a citation could not show, all in one go."""
    return [fault for row in _rows(folder, "sources.yml") for fault in _source_faults(*row)]


def _source_faults(key: str, row: Mapping[str, Any], line: int) -> Iterator[Fault]:
    for name in ("title", "by", "year", "url", "kind", "read"):
        if not row.get(name):
            yield Fault(line, f"来源 `{key}` 缺少 `{name}`", f"补上 `{name}: …`")
    if row.get("kind") and row["kind"] not in KINDS:
        yield Fault(line, f"来源 `{key}` 的 `kind: {row['kind']}` 不在约定的类别里", f"改用 {'、'.join(KINDS)} 之一")
    if row.get("url") and not str(row["url"]).startswith(("https://", "http://")):
        yield Fault(line, f"来源 `{key}` 的地址 `{row['url']}` 不是网址", "写以 https:// 开头的完整地址")


def _rows(folder: Path | None, name: str) -> tuple[Row, ...]:
    file = folder / name if folder else None
    if file is None or not file.is_file():
        return ()
    state = file.stat()
    return _parse(file, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _parse(file: Path, changed: int, size: int) -> tuple[Row, ...]:
    """The rows of one state of a file: pages share them, and a running preview sees what was saved since."""
    try:
        loader = _Loader(file.read_text("utf-8"))
        node = loader.get_single_node()
        rows = loader.construct_document(node) if node else {}
    except (OSError, UnicodeDecodeError) as error:
        raise CannotCheckError(f"读不了数据文件 {file}：{error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" 第 {mark.line + 1} 行" if mark else ""
        raise CannotCheckError(f"数据文件 {file}{where}不是合法的 YAML：{getattr(error, 'problem', error)}") from error
    if not isinstance(rows, dict) or not isinstance(node, yaml.MappingNode):
        raise CannotCheckError(f"数据文件 {file} 应当是“键: 行”的映射。")
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    return tuple((str(key), row if isinstance(row, dict) else {}, lines.get(str(key), 1)) for key, row in rows.items())
