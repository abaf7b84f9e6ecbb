"""The package's order of modules, as its own docstring lists it, and what no file of the repository may name."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import atlas
from tests.conftest import REPOSITORY

CHAPTERS = (
    "guide",
    "hardware",
    "architecture",
    "distributed",
    "training",
    "finetuning",
    "evaluation",
    "deployment",
    "calculators",
)
PACKAGE = REPOSITORY / "scripts" / "atlas"
MODULES = re.findall(r"``(\w+)``", (atlas.__doc__ or "").partition("each importing only")[2])
ENTRANCES = {"__init__", "__main__", "hooks"}
"""Modules that other programs start; nothing imports them."""
FOREIGN = tuple(
    "".join(parts)
    for parts in (
        ("unpkg", ".com"),
        ("cdn.", "jsdelivr.net"),
        ("fonts.", "googleapis.com"),
        ("registry.", "npmjs"),
        ("pypi.org", "/simple"),
        ("python", "hosted"),
        ("deb.", "debian"),
    )
)


def part_of(file: Path) -> str:
    """The entry of the list that a file belongs to."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(file: Path) -> Iterator[str]:
    """Every module that a file imports, at its top or inside a function."""
    tree = ast.parse(file.read_text("utf-8"))
    # What only the type checker reads binds nothing when the program runs.
    typing_only = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    skipped = {id(inner) for node in typing_only for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


FILES = sorted(PACKAGE.rglob("*.py"))


def test_the_list_names_every_module() -> None:
    """The package's docstring lists each module once, and nothing else."""
    assert len(MODULES) == len(set(MODULES))
    assert set(MODULES) == {part_of(file) for file in FILES} - ENTRANCES


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_module_imports_only_from_those_above(file: Path) -> None:
    """A module knows only those above it in the list."""
    own = part_of(file)
    used = {name.split(".")[1] for name in imported(file) if name.startswith("atlas.")}
    above = MODULES[: MODULES.index(own) + 1] if own in MODULES else MODULES
    assert (used & set(MODULES)) <= set(above)
    assert not used & ENTRANCES


def test_only_render_knows_mkdocs() -> None:
    """The engine can be exchanged in one package."""
    assert {part_of(file) for file in FILES if any(name.split(".")[0] == "mkdocs" for name in imported(file))} == {"render"}


def test_only_the_cli_prints_and_exits() -> None:
    """Everything else returns values or raises."""
    talkers = {
        part_of(file)
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "sys.exit", "exit"}
    }
    assert talkers <= {"cli", "__main__"}


def test_no_file_names_a_content_network_or_a_registry() -> None:
    """Neither pages nor lock files send anyone to a particular host."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split("\0")
    files = [REPOSITORY / path for path in listed if path]
    assert files
    for file in files:
        if file.is_file() and b"\0" not in (data := file.read_bytes()):
            named = [host for host in FOREIGN if host in data.decode("utf-8")]
            assert not named, f"{file.relative_to(REPOSITORY)}: {named}"


@pytest.mark.parametrize(
    "page", sorted((REPOSITORY / "docs").rglob("*.md")), ids=lambda page: page.relative_to(REPOSITORY).as_posix()
)
def test_page_has_title_description_and_day(page: Path) -> None:
    """Every page, decision records too, says what it is and when it was checked."""
    head = re.match(r"---\n(.*?)\n---\n", page.read_text("utf-8"), re.DOTALL)
    assert head, "no front matter"
    given = yaml.safe_load(head[1])
    assert all(given.get(name) for name in ("title", "description", "checked"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(given["checked"]))


def test_chapter_pages_say_what_to_read_before_and_none_needs_itself() -> None:
    """Below its conclusion each page names what comes before and after; before does not go round in a circle."""
    documents = REPOSITORY / "docs"
    chapters = [page for name in CHAPTERS for page in sorted((documents / name).rglob("*.md"))]
    needs: dict[Path, set[Path]] = {}
    for page in chapters:
        head = page.read_text("utf-8").partition("\n## ")[0]
        said = re.search(r"^\*\*先看\*\*：(.+?) · \*\*接着看\*\*：(.+)$", head, re.MULTILINE)
        if page == documents / "calculators" / "index.md":
            continue
        assert said, f"{page.relative_to(documents)}: 一句话后面写 **先看**：… · **接着看**：…"
        links = re.findall(r"\]\(([^)#]+)", said[1])
        assert "](" in said[1] or "不需要" in said[1], page
        assert "](" in said[2] or "下图" in said[2] or "下面" in said[2], page
        needs[page] = {(page.parent / link).resolve() for link in links} - {page}
    while leaves := [page for page, before in needs.items() if not before & needs.keys()]:
        for page in leaves:
            del needs[page]
    assert not needs, sorted(page.relative_to(documents).as_posix() for page in needs)
