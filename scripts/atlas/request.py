"""What was typed → what is meant: rules by patterns, files by paths, the configuration by where one stands.

Whatever does not exist is wrong usage, told with the nearest that does: a typing error must never pass for "nothing found".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from atlas import baseline
from atlas.findings import RULES, CannotCheckError, UsageError
from atlas.model import Site
from atlas.settings import is_named
from atlas.sieve import known_paths
from atlas.wording import nearest

CONFIGURATION = "mkdocs.yml"
_LOOKED_AT = 20_000
"""Files among which the nearest to an unknown path is sought."""
_FOREIGN = frozenset({"node_modules", "site", "__pycache__"})


def configuration(given: Path | None) -> Path:
    """The configuration that is meant: the one given, else the nearest from the working folder upwards."""
    if given is not None:
        return given
    here = Path.cwd()
    found = next((folder / CONFIGURATION for folder in (here, *here.parents) if (folder / CONFIGURATION).is_file()), None)
    return Path(CONFIGURATION) if found is None or found.parent == here else found


def split(words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Words behind ``--select`` and ``--ignore`` → patterns of rules, and what can only be a path."""
    every = [part for word in words for part in (word.split(",") if "/" not in word else [word]) if part]
    paths = [one for one in every if any(sign in one for sign in "/\\.")]
    return [one for one in every if one not in paths], paths


def check_rules(patterns: Iterable[str]) -> None:
    """Raises :class:`UsageError` for a pattern that names no rule."""
    for pattern in patterns:
        if not any(is_named(rule, [pattern]) for rule in RULES.rules):
            close = nearest(pattern.rstrip("*"), RULES.rules)
            more = f"最接近的是 `{close}`；" if close else ""
            raise UsageError(f"没有规则 `{pattern}`；{more}运行 `atlas rules` 看全部规则。")


def paths(given: Sequence[str], root: Path) -> tuple[str, ...]:
    """Paths relative to the project's folder, of what was typed relative to the working folder or to the project's.

    Raises:
        UsageError: if there is no such file or folder, or it is not in the project.
    """
    return tuple(_path(one, root.resolve()) for one in given)


def check_paths(given: Sequence[str], site: Site) -> None:
    """Raises :class:`UsageError` for a path in which nothing could ever be found, as it is no part of the site."""
    known = known_paths(site)
    for one in given:
        if one not in known:
            close = nearest(one, known)
            more = f"最接近的是 `{close}`。" if close else f"能检查的文件在 `{site.documents}/` 里。"
            raise UsageError(f"`{one}` 不属于这个网站，没有可查的；{more}")


def baseline_file(file: Path) -> Path:
    """A file to write a baseline to.

    Raises:
        UsageError: if something else is there.
    """
    if file.is_dir():
        raise UsageError(f"`{file}` 是文件夹，不能写成基线文件。")
    if file.exists() and file.name != baseline.DEFAULT:
        try:
            baseline.read(file)
        except CannotCheckError:
            raise UsageError(f"`{file}` 已经存在，又不是基线文件，没有覆盖它。") from None
    return file


def _path(given: str, root: Path) -> str:
    for base in (Path.cwd(), root):
        file = base / given
        if file.exists():
            found = os.path.relpath(file.resolve(), root).replace(os.sep, "/")
            if found == ".." or found.startswith("../"):
                raise UsageError(f"`{given}` 不在项目文件夹 `{root}` 里。")
            return found
    names = list(islice(_names(root), _LOOKED_AT))
    plain = given.replace("\\", "/").removeprefix("./")
    close = nearest(plain, names) or next((one for one in names if one.rpartition("/")[2] == plain.rpartition("/")[2]), "")
    raise UsageError(f"没有文件或文件夹 `{given}`" + (f"；最接近的是 `{close}`。" if close else "。"))


def _names(root: Path) -> Iterator[str]:
    """Files and folders of a project, hidden and generated ones left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in _FOREIGN)
        relative = os.path.relpath(folder, root).replace(os.sep, "/")
        start = "" if relative == "." else f"{relative}/"
        yield from (start + one for one in (*folders, *sorted(files)) if not one.startswith("."))
