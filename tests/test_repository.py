"""The promises of the repository: import order, pages' heads, locks, no host named, one way to run the tests."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "scripts" / "atlas"
ORDER = [
    "findings",
    "model",
    "facts",
    "v8",
    "diagrams",
    "formulas",
    "markdown",
    "html",
    "locate",
    "render",
    "checks",
    "reporters",
    "build",
    "bundle",
    "cli",
]
FREE = {"hooks", "__main__", "__init__"}
PAGES = sorted(path for path in (REPOSITORY / "docs").rglob("*.md"))
HOSTS = ("un" + "pkg.com", "cdn." + "jsdelivr", "fonts." + "googleapis", "registry." + "npmjs", "python" + "hosted")


def _imports(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    names |= {
        f"atlas.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "atlas"
        for alias in node.names
    }
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_modules_import_only_from_those_above(file: Path) -> None:
    """The order is the architecture; MkDocs has one importer."""
    own = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own in FREE:
        return
    imported = _imports(file)
    used = {name.split(".")[1] for name in imported if name.startswith("atlas.")} & set(ORDER)
    allowed = set(ORDER[: ORDER.index(own) + 1])
    assert used <= allowed
    if own != "render":
        assert not any(name.split(".")[0] == "mkdocs" for name in imported)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY / "docs")))
def test_page_has_a_head(page: Path) -> None:
    """Title, description and the day it was checked."""
    head = re.match(r"---\n(.*?)\n---\n", page.read_text("utf-8"), re.DOTALL)
    assert head
    given = yaml.safe_load(head[1])
    assert {"title", "description", "checked"} <= set(given)


def test_no_file_names_a_foreign_host() -> None:
    """No content network, no registry: a lock file works with any mirror."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    files = [REPOSITORY / name for name in listed] or [path for path in REPOSITORY.glob("*") if path.is_file()]
    for file in files:
        if file.is_file() and file.suffix not in {".png", ".zip"}:
            text = file.read_text("utf-8", errors="replace")
            assert not [host for host in HOSTS if host in text], file


def test_locks_have_hashes_and_no_addresses() -> None:
    """Every package of both registries is pinned by its contents."""
    packages = json.loads((REPOSITORY / "package-lock.json").read_text("utf-8"))["packages"]
    assert all("integrity" in package and "resolved" not in package for name, package in packages.items() if name)
    for lock in (REPOSITORY / "requirements").glob("*.txt"):
        pinned = re.findall(r"^[A-Za-z0-9].*?(?=^[A-Za-z0-9]|\Z)", lock.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        assert pinned
        assert all("==" in one and "--hash=sha256:" in one for one in pinned)


def test_ci_runs_the_tests_as_everybody_does() -> None:
    """`.ci/run` is `make test`."""
    lines = (REPOSITORY / ".ci" / "run").read_text("utf-8").splitlines()
    assert [line for line in lines if "make" in line] == ["exec make test"]


def test_help_lists_every_target() -> None:
    """What can be run can be found."""
    said = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for target in ("site", "serve", "bundle", "test", "lint", "bench", "lock", "clean", "help"):
        assert f"make {target} " in said
