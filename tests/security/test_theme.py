"""The same where a theme and its scripts take part: front matter, contents, search, and diagrams drawn in the reader's browser."""

from __future__ import annotations

import json
import shutil
from html import escape
from pathlib import Path

import pytest
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config

from atlas.finishing.policy import with_policy, write_policies
from atlas.v8 import MERMAID, library
from tests.conftest import REPOSITORY
from tests.security.conftest import HOME, Chamber, payloads, told

pytestmark = [pytest.mark.security, pytest.mark.browser, pytest.mark.xdist_group("browser")]

FRONT_MATTER = [one for one in payloads() if one.family == "front matter"]
DIAGRAMS = [one for one in payloads() if one.family == "mermaid"]
SEARCHED = """# 甲

## 乙 `<img src=x onerror=hit(1)>` &lt;img src=x onerror=hit(2)&gt; {data-toc-label="<img src=x onerror=hit(3)>"}

诱饵 &lt;img src=x onerror=hit(4)&gt; `<img src=x onerror=hit(5)>` \\<img src=x onerror=hit(6)>

    诱饵 <img src=x onerror=hit(7)>

<p title="诱饵" onclick="hit(8)">诱饵</p>
"""
RUN = """mermaid.initialize(%s);
(async () => {
  for (const node of document.querySelectorAll('.mermaid')) try { await mermaid.run({nodes: [node]}) } catch { }
  document.body.dataset.done = document.querySelectorAll('.mermaid svg').length;
})()"""


def themed(folder: Path, *, cleaned: bool) -> Path:
    """A site with the project's own theme and settings, a page for each payload of front matter, and neither checks nor policy."""
    head = (REPOSITORY / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[0]
    assert "- atlas.markdown:\n" in head
    switched = head.replace("- atlas.markdown:\n", f"- atlas.markdown:\n      clean: {str(cleaned).lower()}\n")
    folder.mkdir()
    (folder / "mkdocs.yml").write_text(switched, "utf-8")
    shutil.copytree(REPOSITORY / "overrides", folder / "overrides")
    shutil.copytree(REPOSITORY / "docs" / "assets", folder / "docs" / "assets")
    (folder / "scripts").symlink_to(REPOSITORY / "scripts")
    for one in FRONT_MATTER:
        (folder / "docs" / f"p{one.number}.md").write_text(one.page, "utf-8")
    (folder / "docs" / "index.md").write_text(SEARCHED, "utf-8")
    build(load_config(str(folder / "mkdocs.yml")))
    return folder / "site"


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with the cleaning switched off."""
    return themed(tmp_path_factory.mktemp("themed") / "dangerous", cleaned=False)


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as the project builds it, but for the policy."""
    return themed(tmp_path_factory.mktemp("themed") / "cleaned", cleaned=True)


def open_all(chamber: Chamber, site: Path) -> None:
    """Look at every page of a themed site."""
    chamber.folder = site
    found = {one.number: site / f"p{one.number}" / "index.html" for one in FRONT_MATTER} | {0: site / "index.html"}
    chamber.try_all({number: page.read_text("utf-8") for number, page in found.items()}, at_once=8)


def test_front_matter(chamber: Chamber, dangerous: Path, cleaned: Path) -> None:
    """Raw, much of it runs on its own page and on others; cleaned, nothing; under the policy alone, nothing."""
    open_all(chamber, dangerous)
    assert len(chamber.ran) > 8, told(chamber.ran)
    chamber.forget()
    open_all(chamber, cleaned)
    assert not chamber.ran, told(chamber.ran)
    assert not chamber.asked, told(chamber.asked)


def test_front_matter_under_the_policy(chamber: Chamber, dangerous: Path, tmp_path: Path) -> None:
    """The scripts in a page's head and navigation are not the theme's, so they don't run."""
    shutil.copytree(dangerous, site := tmp_path / "site")
    write_policies(site, False)
    open_all(chamber, site)
    assert not chamber.ran, told(chamber.ran)


def test_search_shows_code_as_code(chamber: Chamber, cleaned: Path) -> None:
    """What stands on a page as text is text among the results, too; the policy is off."""
    chamber.folder = cleaned
    page = chamber.context.new_page()
    page.goto(f"{HOME}/")
    page.locator(".atlas-search-open").click()
    page.locator("dialog input").fill("诱饵")
    results = page.locator("[role=option]")
    results.first.wait_for(timeout=90_000)
    assert "onerror" in " ".join(results.all_text_contents())
    page.wait_for_timeout(200)
    assert not chamber.ran


@pytest.mark.parametrize(("level", "has_policy"), [("strict", False), ("strict", True), ("loose", False)])
def test_diagrams_that_browsers_draw(chamber: Chamber, level: str, has_policy: bool) -> None:
    """Mermaid runs what a diagram's author wants under ``loose`` alone; pictures of other hosts are the policy's to stop."""
    configured = (REPOSITORY / "mkdocs.yml").read_text("utf-8")
    settings = yaml.safe_load("arguments:" + configured.partition("arguments:")[2].partition("\n\n")[0])["arguments"]
    assert settings["securityLevel"] == "strict"
    shown = "".join(f'<div class="mermaid">{escape(one.text)}</div>' for one in DIAGRAMS)
    scripts = '<script src="/mermaid.js"></script><script src="/run.js"></script>'
    page = f"<!doctype html><meta charset=utf-8><body>{shown}{scripts}"
    chamber.pages["/mermaid.js"] = library(MERMAID).read_text("utf-8")
    chamber.pages["/run.js"] = RUN % json.dumps(settings | {"securityLevel": level, "startOnLoad": False})
    chamber.try_all({0: with_policy(page, offline=False) if has_policy else page}, until="body[data-done]")
    if level == "loose":
        assert len(chamber.ran) > 2
    else:
        assert not chamber.ran, told(chamber.ran)
        assert {kind for _, kind in chamber.asked} <= (set() if has_policy else {"image"}), told(chamber.asked)
