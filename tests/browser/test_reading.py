"""The site as its readers meet it: hosted and unzipped, on a phone and at a desk, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Traffic

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WIDTHS = (360, 1440)

# A text may stick out of the shape it stands in by this much, in CSS pixels: rounding and antialiasing.
SLACK = 2

OVERFLOWS = """(slack) => {
  const bad = [];
  for (const node of document.querySelectorAll('.atlas-figure svg:not(.pele-timeline) .pele-node')) {
    const shape = node.querySelector(':scope > rect, :scope > polygon, :scope > circle, :scope > a > rect, :scope > a > polygon');
    const outer = shape && shape.getBoundingClientRect();
    if (!outer || !outer.width) continue;
    for (const text of node.querySelectorAll('text')) {
      const inner = text.getBoundingClientRect();
      if (inner.left < outer.left - slack || inner.right > outer.right + slack) bad.push(text.textContent);
    }
  }
  for (const svg of document.querySelectorAll('.atlas-figure svg')) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    for (const text of svg.querySelectorAll('text')) {
      const inner = text.getBoundingClientRect();
      if (inner.left < frame.left - slack || inner.right > frame.right + slack
          || inner.top < frame.top - slack || inner.bottom > frame.bottom + slack) bad.push('frame: ' + text.textContent);
    }
  }
  return bad;
}"""
SMALL = """() => [...document.querySelectorAll('.atlas-figure svg')].filter(svg => svg.getBoundingClientRect().width)
  .map(svg => [svg.querySelector('title')?.textContent, svg.getBoundingClientRect().width / svg.viewBox.baseVal.width * 14])
  .filter(([, size]) => size < 10.9)"""
HIDDEN = """() => [...document.querySelectorAll('.atlas-figure:not(.atlas-client)')]
  .filter(figure => [...figure.querySelectorAll('svg')].filter(svg => svg.getBoundingClientRect().width > 0).length !== 1)
  .map(figure => figure.textContent.slice(0, 40))"""


def pages(folder: Path) -> list[str]:
    """The addresses of all pages below a built site's folder."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.html") if file.name != "404.html")


@pytest.fixture(params=WIDTHS, ids=lambda width: f"{width}px")
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A fresh page at a phone's and at a desk's width."""
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    yield context.new_page()
    context.close()


def test_every_hosted_page_is_whole(page: Page, hosted: str, site: Path, traffic: Traffic) -> None:
    """Every page opens without a failing or foreign request, shows each diagram once, legibly, without overflow."""
    traffic.watch(page)
    faults = []
    for path in pages(site):
        page.goto(hosted + path.removesuffix("index.html"), wait_until="load")
        for name, seen in (("hidden", HIDDEN), ("small", SMALL)):
            faults += [(path, name, one) for one in page.evaluate(seen)]
        faults += [(path, "overflows", one) for one in page.evaluate(OVERFLOWS, SLACK)]
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            faults.append((path, "scrolls sideways", ""))
    assert not faults, "\n".join(map(str, faults))
    traffic.assert_clean()
    assert not any("mermaid" in script for script in traffic.scripts)


@pytest.mark.offline
def test_every_page_of_the_bundle_is_whole(page: Page, offline_site: Path, traffic: Traffic) -> None:
    """The same from the unzipped bundle over file://, with the network blocked."""
    traffic.watch(page)
    for path in pages(offline_site):
        page.goto((offline_site / path).as_uri(), wait_until="load")
        assert page.evaluate(HIDDEN) == [], path
    traffic.assert_clean()


@pytest.mark.parametrize("where", ["hosted", "offline"])
def test_dark_switch_recolours_diagrams(browser: Browser, hosted: str, offline_site: Path, where: str) -> None:
    """The switch changes the colours of a diagram that is already drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
    start = hosted + "hardware/" if where == "hosted" else (offline_site / "hardware/index.html").as_uri()
    page.goto(start, wait_until="load")
    text = "getComputedStyle([...document.querySelectorAll('.atlas-figure svg text')].find(t => t.getBoundingClientRect().width)).fill"
    light = page.evaluate(text)
    for _ in range(3):
        if page.evaluate("document.body.getAttribute('data-md-color-scheme')") == "slate":
            break
        page.locator("form[data-atlas-palette] label:visible").first.click()
        page.wait_for_timeout(200)
    assert page.evaluate("document.body.getAttribute('data-md-color-scheme')") == "slate"
    assert page.evaluate(text) != light
    page.close()


def test_dark_systems_never_see_a_light_page(browser: Browser, hosted: str) -> None:
    """A first visit is dark before any file of scripts has come; the choice of a reader counts more, and lasts."""
    page = browser.new_page(color_scheme="dark")
    scheme = "document.body.getAttribute('data-md-color-scheme')"
    page.route("**/*.js", lambda route: route.abort())
    page.goto(hosted + "hardware/")
    assert page.evaluate(scheme) == "slate"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.unroute("**/*.js")
    page.goto(hosted + "hardware/")
    assert page.evaluate(scheme) == "slate"
    page.locator("form[data-atlas-palette] label:visible").click()  # from the system's to light
    assert page.evaluate(scheme) == "default"
    page.route("**/*.js", lambda route: route.abort())
    page.goto(hosted + "training/")
    assert page.evaluate(scheme) == "default"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    page.close()


def test_switch_of_colours_by_keyboard_and_with_the_system(browser: Browser, hosted: str) -> None:
    """Enter goes on to the next choice and keeps the focus; as long as the system decides, its change is followed."""
    page = browser.new_page(color_scheme="light")
    page.goto(hosted + "hardware/")

    def expect(scheme: str) -> None:
        page.wait_for_function("(wanted) => document.body.getAttribute('data-md-color-scheme') === wanted", arg=scheme)

    page.emulate_media(color_scheme="dark")
    expect("slate")
    page.emulate_media(color_scheme="light")
    expect("default")
    page.locator("form[data-atlas-palette] input").first.focus()
    for wanted in ("default", "slate", "default"):
        page.keyboard.press("Enter")
        expect(wanted)
        assert page.evaluate("document.activeElement.name") == "__palette"
    page.emulate_media(color_scheme="dark")
    expect("slate")  # three times Enter: back to the system's
    assert page.locator("form[data-atlas-palette] label:visible").count() == 1
    page.close()


def test_lost_page_helps(browser: Browser, hosted: str, site: Path) -> None:
    """404.html names the chapters and links to them."""
    page = browser.new_page()
    page.set_content((site / "404.html").read_text("utf-8"))
    assert page.locator("article a[href*='hardware/']").count() >= 1
    page.close()
