"""Everyone: axe on every page, the keyboard alone, a screen reader's view, large text, colours and motion of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_reading import pages
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.a11y, pytest.mark.xdist_group("browser")]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SEEN = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
"""Rules whose verdict follows from how an element looks, so that elements that look the same need one look only."""

COMBINATIONS = tuple((scheme, width) for width in (1440, 360) for scheme in ("light", "dark"))

NEW = """(known) => {
  // Marks what has not been seen yet in this combination: for text its colours, size and weight, its ground and what it
  // stands in; for what one clicks and is small, its class, too.
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundColor !== 'rgba(0, 0, 0, 0)' || style.backgroundImage !== 'none') return style.backgroundColor + style.backgroundImage;
    }
    return '';
  };
  const look = (node) => {
    const style = getComputedStyle(node);
    return [style.color, style.fontSize, style.fontWeight, style.opacity, style.textDecorationLine, style.borderBottomStyle, style.overflowX].join();
  };
  const clickable = 'a[href], button, input, summary, label, [tabindex]';
  const found = [];
  for (const old of document.querySelectorAll('[data-a11y]')) old.removeAttribute('data-a11y');
  for (const node of document.querySelectorAll('body *')) {
    if (node.closest('.atlas-figure svg, math')) continue;
    const isTarget = node.matches(clickable);
    const hasText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const scrolls = node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== 'visible';
    if (!(isTarget || hasText || scrolls) || !node.checkVisibility({visibilityProperty: true})) continue;
    const box = node.getBoundingClientRect();
    const isInText = getComputedStyle(node).display === 'inline';
    const small = isTarget && !isInText && (box.width < 24 || box.height < 24) ? node.className + node.parentElement.className : '';
    const about = [node.tagName, scrolls && node.className, small, look(node), look(node.parentElement), ground(node)].join('|');
    if (known.includes(about)) continue;
    known.push(about);
    found.push(about);
    node.setAttribute('data-a11y', '');
  }
  return found;
}"""
AXE = """async ([rules, marked]) => {
  const context = marked ? {include: [['[data-a11y]']]} : document;
  const run = await axe.run(context, {resultTypes: ['violations'], runOnly: rules});
  return run.violations.flatMap((one) => one.nodes.map((node) => [one.id, node.target.join(' '), node.html.slice(0, 200),
    [...node.any, ...node.all, ...node.none].map((check) => check.message).join('; ').slice(0, 300)]));
}"""


def is_mistaken(finding: list[str]) -> bool:
    """Whether axe overlooks a formula: it reads no MathML, so a head that holds nothing else looks empty to it.

    That screen readers get one is a test of its own below.
    """
    return finding[0] == "empty-table-header" and "<math" in finding[2]


@pytest.fixture(scope="module")
def axe() -> str:
    """The library's text."""
    modules = Path(os.environ.get("ATLAS_NODE_MODULES") or REPOSITORY / "node_modules")
    return (modules / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page at a desk, without motion, so that nothing is looked at half way."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", bypass_csp=True)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing(page: Page, hosted: str, site: Path, axe: str) -> None:
    """On every page, light and dark, at 360 and 1440 px.

    Rules of structure run on every page at both widths' one document; those of looks in all four combinations, on whatever
    looks like nothing seen before. ``ATLAS_A11Y=full`` runs all rules on everything in all four: half an hour, same result.
    """
    full = os.environ.get("ATLAS_A11Y") == "full"
    known: dict[tuple[str, int], list[str]] = {combination: [] for combination in COMBINATIONS}
    faults = []
    looked = 0
    structure: dict[str, Any] = {"type": "tag", "values": TAGS}
    for path in [*pages(site), "404.html"]:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(hosted + path.removesuffix("index.html"), wait_until="load")
        page.evaluate(axe)
        page.evaluate(
            "(rules) => rules.length && axe.configure({rules: rules.map((id) => ({id, enabled: false}))})",
            [] if full else SEEN,
        )
        for scheme, width in COMBINATIONS:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            found: list[list[str]] = []
            if full or (scheme, width) in {("light", 1440)}:
                found += page.evaluate(AXE, [structure, False])
            new = [] if full else page.evaluate(NEW, known[scheme, width])
            if new:
                known[scheme, width] += new
                looked += len(new)
                found += page.evaluate(AXE, [{"type": "rule", "values": SEEN}, True])
            faults += [(path, scheme, width, *one) for one in found if not is_mistaken(one)]
    assert full or looked > 200  # the marks find something to look at
    assert not faults, "\n".join(map(str, faults[:60]))
