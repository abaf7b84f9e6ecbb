"""The second way to draw: in the reader's browser, with a local Mermaid, on the page that needs it and on no other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Traffic

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

REPOSITORY = Path(__file__).resolve().parents[2]
DIAGRAM = 'flowchart LR\n  accTitle: 甲到乙\n  accDescr: 甲指向乙\n  A["甲"] --> B["乙<br>二"]\n'


@pytest.fixture
def fallback_site(tmp_path: Path) -> Path:
    """An offline build of two pages with the project's own configuration; one page leaves its diagram to the browser."""
    return build_small(tmp_path)


def build_small(tmp_path: Path, **environment: str) -> Path:
    """Two pages, each with a diagram, with the project's own configuration; only the first is to be drawn in the browser."""
    configuration = (REPOSITORY / "mkdocs.yml").read_text("utf-8")
    head, _, _ = configuration.partition("\nnav:")
    (tmp_path / "mkdocs.yml").write_text(head + "\nnav: [index.md, plain.md]\n", "utf-8")
    shutil.copytree(REPOSITORY / "overrides", tmp_path / "overrides")
    (tmp_path / "scripts").mkdir()
    shutil.copytree(REPOSITORY / "scripts" / "atlas", tmp_path / "scripts" / "atlas")
    docs = tmp_path / "docs"
    shutil.copytree(REPOSITORY / "docs" / "assets", docs / "assets")
    (docs / "index.md").write_text(f'# 甲\n\n```mermaid draw="client"\n{DIAGRAM}```\n', "utf-8")
    (docs / "plain.md").write_text(f"# 乙\n\n```mermaid\n{DIAGRAM}```\n", "utf-8")
    build = [sys.executable, "-m", "atlas", "build", "--offline"]
    there = {**os.environ, **environment}
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False, env=there)
    assert done.returncode == 0, done.stdout + done.stderr
    return tmp_path / "site"


def test_browser_draws_what_the_build_leaves(browser: Browser, fallback_site: Path, traffic: Traffic) -> None:
    """From file://, the diagram is drawn by the local script; the other page loads no diagram script at all."""
    page = browser.new_page()
    traffic.watch(page)
    page.goto((fallback_site / "index.html").as_uri(), wait_until="load")
    page.wait_for_selector(".atlas-client .mermaid svg", timeout=20_000)
    assert "乙" in (page.locator(".atlas-client .mermaid svg").text_content() or "")
    assert any("/mermaid.min." in script for script in traffic.scripts)

    traffic.scripts.clear()
    page.goto((fallback_site / "plain.html").as_uri(), wait_until="load")
    assert not any("mermaid" in script for script in traffic.scripts)
    traffic.assert_clean()
    page.close()


@pytest.mark.engines
def test_site_stands_without_the_drawing_library(browser: Browser, tmp_path: Path, traffic: Traffic) -> None:
    """Every diagram takes the other way, asked for in so many words: drawn from file:// by Mermaid, and by nothing else."""
    site = build_small(tmp_path, ATLAS_DIAGRAMS="client")
    page = browser.new_page()
    traffic.watch(page)
    for name in ("index.html", "plain.html"):
        page.goto((site / name).as_uri(), wait_until="load")
        page.wait_for_selector(".atlas-client .mermaid svg", timeout=20_000)
        assert page.locator("figure.atlas-figure svg.pele").count() == 0
        assert page.locator("figure.atlas-figure svg").count() == 1
    traffic.assert_clean()
    page.close()


def test_no_page_needs_it_then_it_is_not_shipped(site: Path) -> None:
    """The site's own diagrams are all drawn at build time, so the 5 MB script is not part of the site."""
    assert not list(site.rglob("mermaid*.js"))
