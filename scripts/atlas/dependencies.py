"""What a page is made with, besides its own file: programs and extensions → bytes for a key, or that there can be no key.

A page known from an earlier run may be taken for this one's only if the same code would make it. Versions stand for
installed packages, since asking for them costs nothing; contents stand for files that somebody may be editing right now.
"""

from __future__ import annotations

import functools
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from atlas.cache import digest
from atlas.v8 import NODE_MODULES

PACKAGES = (
    "markdown",
    "mkdocs",
    "mkdocs-material",
    "mkdocs-mermaid2-plugin",
    "mini-racer",
    "pygments",
    "pymdown-extensions",
    "pyyaml",
)
LIBRARIES = ("katex", "mermaid", "pele")
PURE = ("markdown.extensions.", "material.extensions.", "pymdownx.", "atlas.markdown")
"""Extensions under which a page depends on its file, the options and the snippets alone."""
_IMPURE = frozenset({"pymdownx.b64"})
"""They read files of which we are not told."""
_THEMES = frozenset({("material",), ("mkdocs",)})
"""The folders of the packages above that hold themes."""
FILES: list[Path] = []
"""The files of which the contents were found to matter, by the last question."""
_REFERENCE = re.compile(rb"!!python/(?:name|module|object(?:/apply|/new)?):([A-Za-z0-9_.]+)")


def of(configuration: Sequence[bytes], extensions: Iterable[str], hooks: Iterable[object]) -> list[bytes] | None:
    """What pages depend on, given the texts of the configuration, the extensions' names and the hooks' modules.

    ``None`` if that can't be told: then no page of an earlier run may be used.
    """
    named = [name.decode() for text in configuration for name in _REFERENCE.findall(text)]
    parts = [tools()]
    FILES.clear()
    for name in dict.fromkeys([*extensions, *named]):
        if name in _IMPURE:
            return None
        if name.startswith(PURE) or _is_bundled(name):
            continue
        file = _file(name)
        if file is None:
            return None
        FILES.append(file)
        if name in named and _is_installed(file):
            parts.append(file.read_bytes())
        elif file.name == "__init__.py":
            return None  # a package: what it reads besides this file can't be told
        else:
            parts.append(file.read_bytes())
    files = [getattr(hook, "__file__", None) for hook in hooks]
    FILES.extend(Path(file) for file in files if file)
    return parts + [Path(file).read_bytes() for file in files if file]


@functools.cache
def tools() -> bytes:
    """A digest of this package's own code and of the versions of all that render and judge."""
    own = Path(__file__).parent
    files = sorted(file for file in own.rglob("*") if file.suffix in {".py", ".js", ".json", ".yml"})
    code = (part for file in files for part in (file.relative_to(own).as_posix().encode(), file.read_bytes()))
    return digest(sys.version.encode(), *code, *_versions())


def _versions() -> Iterator[bytes]:
    yield from (f"{name} {version(name)}".encode() for name in PACKAGES)
    for name in LIBRARIES:
        file = NODE_MODULES / name / "package.json"
        yield file.read_bytes() if file.is_file() else b"-"


def version(package: str) -> str:
    """The version of an installed package, ``-`` if there is none."""
    known = _listed().get(package.replace("-", "_"))
    if known:
        return known
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "-"


@functools.cache
def _listed() -> dict[str, str]:
    """Versions as the names of installed packages' own folders tell them: a fraction of what it costs to ask for each."""
    found: dict[str, str] = {}
    for folder in {sysconfig.get_path(name) for name in ("purelib", "platlib")} & set(sys.path):
        for one in Path(folder).glob("*.dist-info"):
            package, _, number = one.name.removesuffix(".dist-info").rpartition("-")
            found[package.lower().replace("-", "_").replace(".", "_")] = number
    return found


@functools.cache
def _bundled() -> frozenset[str]:
    """The short names under which Python-Markdown's own extensions are known."""
    from importlib import metadata

    return frozenset(
        point.name
        for point in metadata.entry_points(group="markdown.extensions")
        if point.value.startswith("markdown.extensions.")
    )


def _is_bundled(name: str) -> bool:
    return name in _bundled()


def _file(name: str) -> Path | None:
    """The file of the module that a dotted name names or lies in; the name of an entry point is looked up."""
    from importlib import metadata

    point = next(iter(metadata.entry_points(group="markdown.extensions", name=name)), None)
    parts = (point.module if point else re.split(r"[:]", name)[0]).split(".")
    for length in range(len(parts), 0, -1):
        found = _source(".".join(parts[:length]))
        if found is not None:
            return found
    return None


def _source(module: str) -> Path | None:
    known = sys.modules.get(module)
    try:
        origin = known.__file__ if isinstance(known, ModuleType) else getattr(find_spec(module), "origin", None)
    except (ImportError, AttributeError, ValueError):
        return None
    return Path(origin) if origin and origin.endswith(".py") and Path(origin).is_file() else None


def has_version(folder: Path) -> bool:
    """Whether a folder is part of an installed package whose version is in :func:`tools`; its files need no second look."""
    for home in {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}:
        if folder.resolve().is_relative_to(home):
            return folder.resolve().relative_to(home).parts[:1] in _THEMES
    return False


def _is_installed(file: Path) -> bool:
    folders = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib", "stdlib")}
    return any(file.resolve().is_relative_to(folder) for folder in folders)
