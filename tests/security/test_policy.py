"""The site under its policy: every page is opened and used, and the browser has nothing to forbid."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import hosted
from tests.browser.test_fallback import fallback_site

__all__ = ["fallback_site", "hosted"]

pytestmark = [pytest.mark.security, pytest.mark.browser, pytest.mark.xdist_group("browser")]

NOTE = """window.forbidden = [];
document.addEventListener('securitypolicyviolation', event =>
  window.forbidden.push([event.effectiveDirective, event.blockedURI, event.sample].join(' ')));"""
USE = """async () => {
  const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));
  const some = selector => [...document.querySelectorAll(selector)].slice(0, 2);
  for (const node of some('.md-header label[for^=__palette]:not([hidden])')) node.click();
  for (const node of some('.tabbed-labels label, summary, .atlas-facts-table th button, .md-code__button, .md-top')) node.click();
  for (const node of some('article button, article select, article input')) {
    node.click();
    for (const type of ['input', 'change']) node.dispatchEvent(new Event(type, {bubbles: true}));
  }
  for (const node of some('a.atlas-term, .atlas-cite a, article figure svg a')) {
    node.dispatchEvent(new PointerEvent('pointerover', {bubbles: true, pointerType: 'mouse'}));
    node.focus();
    await wait(0);
  }
  return [window.forbidden, document.querySelector('meta[http-equiv]')?.content ?? ''];
}"""


def use(page: Page, address: str) -> None:
    """Open a page, use what it offers, and see that its policy is there and was never needed."""
    page.goto(address)
    forbidden, policy = page.evaluate(USE)
    assert not forbidden, address
    assert "default-src 'self'" in policy, address


def test_every_page_works_under_its_policy(browser: Browser, hosted: str, site: Path) -> None:
    """No script, style, frame or request of any hosted page is forbidden, and none allows scripts without a digest."""
    context = browser.new_context()
    context.add_init_script(NOTE)
    page = context.new_page()
    files = sorted(site.rglob("*.html"))
    for file in files:
        scripts = file.read_text("utf-8").partition("script-src ")[2].partition(";")[0]
        assert scripts.count("'sha256-") >= 3, file
        assert "unsafe" not in scripts, file
        path = file.relative_to(site).as_posix().removesuffix("index.html")
        use(page, hosted + path)
    assert len(files) > 80
    context.close()


def test_search_works_under_the_policy(browser: Browser, hosted: str) -> None:
    """The search loads its engine and its index, and shows results."""
    context = browser.new_context()
    context.add_init_script(NOTE)
    page = context.new_page()
    page.goto(hosted)
    page.locator(".atlas-search-open").click()
    page.locator("dialog input").fill("显存")
    page.locator("[role=option]").first.wait_for(timeout=60_000)
    assert not page.evaluate("window.forbidden")
    context.close()


def test_palette_is_remembered_before_the_page_is_drawn(browser: Browser, hosted: str) -> None:
    """The theme's own script inside the page runs: the chosen colours are there at once on the next page."""
    page = browser.new_page()
    page.goto(hosted)
    page.evaluate("document.querySelector('input[data-md-color-scheme=slate]').click()")
    page.goto(hosted + "training/")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    page.close()


def test_offline_pages_have_one_as_well(browser: Browser, fallback_site: Path) -> None:
    """From file://, the diagram that the browser draws and the plain page are not hindered, and no other host may be asked."""
    context = browser.new_context()
    context.add_init_script(NOTE)
    page = context.new_page()
    for name in ("plain.html", "index.html"):
        use(page, (fallback_site / name).as_uri())
    page.wait_for_selector(".atlas-client .mermaid svg", timeout=20_000)
    assert not page.evaluate("window.forbidden")
    assert page.evaluate("fetch('https://evil.invalid/').catch(() => 0)") == 0
    assert page.evaluate("window.forbidden.length") == 1
    context.close()
