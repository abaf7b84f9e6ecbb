"""Tiny projects made in the test itself, and the real site, built once for all workers."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[1]
NOT_COPIED = (".git", ".venv", ".cache", ".*_cache", "node_modules", "site", "dist", "__pycache__", ".atlas-build-*")

MARKDOWN_EXTENSIONS = """\
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc:
      permalink: true
      slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}
  - pymdownx.arithmatex:
      generic: true
  - pymdownx.details
  - pymdownx.highlight:
      anchor_linenums: false
  - pymdownx.inlinehilite
  - pymdownx.superfences:
      custom_fences:
        - name: mermaid
          class: mermaid
          format: !!python/name:atlas.markdown.fences.diagram
          validator: !!python/name:atlas.markdown.fences.options
        - name: glossary
          class: glossary
          format: !!python/name:atlas.markdown.fences.table
        - name: sources
          class: sources
          format: !!python/name:atlas.markdown.fences.table
        - name: facts
          class: facts
          format: !!python/name:atlas.markdown.tables.fence
        - name: facts-chart
          class: facts-chart
          format: !!python/name:atlas.markdown.fences.chart
        - name: facts-due
          class: facts-due
          format: !!python/name:atlas.markdown.tables.fence
        - name: facts-files
          class: facts-files
          format: !!python/name:atlas.markdown.tables.fence
        - name: changes
          class: changes
          format: !!python/name:atlas.markdown.tables.fence
        - name: licences
          class: licences
          format: !!python/name:atlas.markdown.tables.fence
        - name: calculator
          class: calculator
          format: !!python/name:atlas.markdown.calculators.fence
        - name: calculator-example
          class: calculator-example
          format: !!python/name:atlas.markdown.calculators.fence
        - name: figures
          class: figures
          format: !!python/name:atlas.markdown.tables.fence
  - pymdownx.tabbed:
      alternate_style: true
  - atlas.markdown:
      data: docs/_data
"""
CONFIGURATION = f"""\
site_name: 试验
site_url: https://example.invalid/
docs_dir: docs
exclude_docs: _data/
theme: {{name: mkdocs, highlightjs: false, locale: en}}
plugins: []
{MARKDOWN_EXTENSIONS}"""
SOURCES = ("docs", "overrides", "scripts", "mkdocs.yml")
"""What another engine needs of the repository."""

Project = Callable[[Mapping[str, str]], Path]
"""Writes ``{path: text}`` into a project and returns its ``mkdocs.yml``; called again, it changes the project."""


def write_project(root: Path, files: Mapping[str, str]) -> Path:
    """Write texts to paths in a project, which gets the default configuration if it has none of its own."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    configuration = root / "mkdocs.yml"
    if not configuration.exists():
        configuration.write_text(CONFIGURATION, "utf-8")
    return configuration


def environment(**more: str) -> dict[str, str]:
    """The environment for a command of ours, whatever its working folder is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    paths = [str(REPOSITORY / "scripts"), *filter(None, [os.environ.get("PYTHONPATH")])]
    modules = os.environ.get("ATLAS_NODE_MODULES") or str(REPOSITORY / "node_modules")
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "ATLAS_NODE_MODULES": modules, "PYTHONUTF8": "1"} | more


def run_atlas(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``atlas`` in a folder and keep what it says."""
    command = [sys.executable, "-m", "atlas", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(**more), capture_output=True, text=True, check=False)


def call_atlas(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has its libraries loaded already."""
    from atlas.cli import main

    output, said = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(output), contextlib.redirect_stderr(said):
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    return subprocess.CompletedProcess(["atlas", *arguments], code, output.getvalue(), said.getvalue())


def copy_repository(destination: Path) -> Path:
    """A copy of the repository's working tree without what is installed or generated."""
    shutil.copytree(REPOSITORY, destination, ignore=shutil.ignore_patterns(*NOT_COPIED), dirs_exist_ok=True)
    return destination


@contextlib.contextmanager
def shared_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """A folder that all workers share, locked, and whether the caller is the one to fill it."""
    base = factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = base / f"{name}.done"
        yield base / name, not done.exists()
        done.touch()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Make a project from ``{path: text}``; the configuration is the real one's Markdown with MkDocs' own theme."""
    return lambda files: write_project(tmp_path, files)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real site as hosted, built in a copy of the repository; or the one that ATLAS_TEST_SITE names."""
    if given := os.environ.get("ATLAS_TEST_SITE"):
        return Path(given).resolve()
    with shared_folder(tmp_path_factory, "hosted") as (folder, empty):
        if empty:
            copy_repository(folder)
            done = run_atlas(folder, "build")
            assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.fixture(scope="session")
def offline_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real bundle, unzipped: the folder with ``index.html``; or the one that ATLAS_TEST_BUNDLE names."""
    if given := os.environ.get("ATLAS_TEST_BUNDLE"):
        return Path(given).resolve()
    with shared_folder(tmp_path_factory, "bundled") as (folder, empty):
        if empty:
            copy_repository(folder)
            done = run_atlas(folder, "bundle")
            assert done.returncode == 0, done.stdout + done.stderr
            (archive,) = (folder / "dist").glob("*.zip")
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder / "unzipped")
    (opened,) = (folder / "unzipped").iterdir()
    return opened


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium of this machine."""
    found = os.environ.get("ATLAS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.fail("找不到 Chromium：请运行 `make test`，或用环境变量 ATLAS_CHROMIUM 指定它的路径。")
    return found


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One headless Chromium; name resolution leads nowhere."""
    arguments = [
        "--no-sandbox",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--disable-background-networking",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield chromium
        chromium.close()
