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

KINDS = (
    "appendix/data/index.html",
    "appendix/figures/index.html",
    "appendix/glossary/index.html",
    "architecture/attention/index.html",
    "architecture/families/index.html",
    "architecture/layers/index.html",
    "calculators/pipeline/index.html",
    "calculators/training-time/index.html",
    "contributing/index.html",
    "contributing/rules/index.html",
    "distributed/tensor-parallel/index.html",
)
"""A page of each kind: tables, lists, terms, formulas and drawings, calculators, code, links in code's colours and to figures."""

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
    context.set_default_navigation_timeout(120_000)  # long pages, on a machine that does much else
    yield context.new_page()
    context.close()


def test_axe_finds_nothing(page: Page, hosted: str, site: Path, axe: str) -> None:
    """Light and dark, at 360 and 1440 px, on a page of each kind; ``ATLAS_A11Y=all`` looks at every page, in six minutes.

    Rules of structure run on each page's one document; those of looks in all four combinations, on whatever looks like
    nothing seen before. ``ATLAS_A11Y=full`` runs all rules on everything in all four.
    """
    full = os.environ.get("ATLAS_A11Y") == "full"
    known: dict[tuple[str, int], list[str]] = {combination: [] for combination in COMBINATIONS}
    faults = []
    looked = 0
    structure: dict[str, Any] = {"type": "tag", "values": TAGS}
    for path in [*pages(site), "404.html"] if full or os.environ.get("ATLAS_A11Y") == "all" else KINDS:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(hosted + path.removesuffix("index.html"), wait_until="load")
        # What names and roles a script gives, it gives when the browser is at rest.
        page.wait_for_function("!document.querySelector('label.md-nav__link[for], nav.md-code__nav:not([role])')")
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


STOPS = """() => {
  // Everything that one can click and that is there, but for the theme's hidden boxes.
  const found = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
  return found.filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: false}) && one.tabIndex >= 0
    && !one.disabled && !one.closest('.md-search') && !one.matches('[type=radio]:not(:checked)')).length;
}"""
STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  // The theme's hidden boxes show themselves by their labels.
  const shown = at.matches('.md-option') ? at.nextElementSibling
    : at.matches('.tabbed-set > input') ? document.querySelector(`label[for="${at.id}"]`) : at;
  const style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect();
  const isInSearch = Boolean(at.closest('.md-search'));
  const isSeen = box.width > 0 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
  return {isInSearch, isSeen, outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    new: !at.dataset.stop && Boolean(at.dataset.stop = '1'), what: at.outerHTML.slice(0, 120)};
}"""


@pytest.mark.parametrize(("width", "path"), [(1440, "appendix/data/"), (360, "evaluation/serving/")])
def test_keyboard_reaches_everything(page: Page, hosted: str, width: int, path: str) -> None:
    """Tab stops at each thing one can click, within the window, with a visible mark, and nothing catches it."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(hosted + path, wait_until="load")
    wanted = page.evaluate(STOPS)
    reached = 0
    for _ in range(wanted + 40):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or not stop["new"]:
            break
        if not stop["isInSearch"]:  # the field opens the search, which is a place of its own
            reached += 1
            assert stop["isSeen"], stop
            assert stop["outline"], stop
    assert reached >= wanted > 50


def test_skip_link_leads_past_the_navigation(page: Page, hosted: str) -> None:
    """The first stop jumps to the text, and the next one lies in it."""
    page.goto(hosted + "training/cost/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.md-skip')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('article'))")


def test_drawer_by_keyboard(page: Page, hosted: str) -> None:
    """On a phone's width (or a desk's at 400 %) it opens, unfolds a section, goes back and closes, and says so."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(hosted + "architecture/moe/")
    opener = page.get_by_role("button", name="导航")
    assert opener.get_attribute("aria-expanded") == "false"
    opener.focus()
    page.keyboard.press("Enter")
    assert opener.get_attribute("aria-expanded") == "true"
    assert page.evaluate("Boolean(document.activeElement.closest('.md-nav--primary'))")
    section = page.get_by_role("button", name="应用场景：展开")
    section.focus()
    page.keyboard.press("Space")
    assert section.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert section.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "应用场景：展开"
    page.keyboard.press("Escape")
    assert opener.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "导航"


def test_drawer_by_touch(page: Page, hosted: str) -> None:
    """A tap opens it, and from one chapter the others are a step back and a tap away."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(hosted + "architecture/moe/")
    page.get_by_role("button", name="导航").click()
    page.locator('.md-nav--primary .md-nav[data-md-level="1"] > .md-nav__title:visible').first.click()
    page.get_by_role("link", name="硬件设备").locator("visible=true").last.click()
    page.wait_for_url("**/hardware/")


def test_wide_things_scroll_by_arrow_keys(page: Page, hosted: str) -> None:
    """On a phone a wide table, formula and listing take the focus, have a name and move; a narrow one doesn't stop anyone."""
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(hosted + "evaluation/serving/")
    regions = page.locator("[data-atlas-scroll]")
    regions.nth(2).wait_for()  # they are found when the page is at rest
    names = [str(name) for name in regions.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")]
    assert all(names)
    table = page.locator(".md-typeset__scrollwrap[data-atlas-scroll]").first
    table.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
    assert page.locator(".md-typeset__scrollwrap[tabindex]:not([data-atlas-scroll])").count() == 0


def test_screen_reader_gets_words_and_formulas(page: Page, hosted: str) -> None:
    """Each drawing has a name, a description and its words beside it; formulas are MathML, in heads of tables as well."""
    page.goto(hosted + "deployment/speculative/")
    drawings = page.locator(".atlas-figure > svg:visible")
    assert drawings.count() >= 2
    for number in range(drawings.count()):
        said = drawings.nth(number).aria_snapshot()
        assert said.startswith(("- img", "- group")), said
        assert '"' in said.splitlines()[0], said
    figures = page.locator(".atlas-figure")
    for number in range(figures.count()):
        words = figures.nth(number).locator("details.atlas-outline")
        words.locator("summary").focus()
        page.keyboard.press("Enter")
        assert words.locator("li, p").first.is_visible()
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = [node.get("role", {}).get("value") for node in nodes if not node.get("ignored")]
    shown = page.evaluate(
        "[...document.querySelectorAll('math')].filter(one => one.checkVisibility()).length"
    )  # not in a folded answer
    assert roles.count("MathMLMath") == shown > 10
    heads = [node for node in nodes if node.get("role", {}).get("value") == "columnheader"]
    assert heads
    assert all(node.get("childIds") for node in heads)


@pytest.mark.parametrize("path", ["", "hardware/devices/", "evaluation/serving/", "appendix/glossary/"])
def test_large_text_and_narrow_windows_lose_nothing(page: Page, hosted: str, path: str) -> None:
    """Text at 200 % and a window of 320 px: the page doesn't scroll sideways, and no text is cut off."""
    cut = """() => [...document.querySelectorAll('article :is(p, li, h1, h2, h3, td, th, summary), .md-tabs__link, .md-footer__title')]
      .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.clientWidth && getComputedStyle(one).overflowX === 'hidden'
        && one.scrollWidth > one.clientWidth + 2).map((one) => one.textContent.slice(0, 40))"""
    page.goto(hosted + path)
    small = page.evaluate("parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)")
    root = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    for width, size in ((320, root), (1280, 2 * root)):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("(size) => { document.documentElement.style.fontSize = `${size}px`; }", size if size > root else "")
        if size > root:
            assert page.evaluate(
                "parseFloat(getComputedStyle(document.querySelector('article p')).fontSize)"
            ) == pytest.approx(2 * small)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, size)
        assert page.evaluate(cut) == [], (width, size)


def test_motion_and_colours_of_ones_own(page: Page, hosted: str) -> None:
    """With motion reduced nothing moves; with colours forced a drawing uses these, and classes differ by their borders."""
    page.goto(hosted + "training/cost/")
    moving = """() => [...document.querySelectorAll('body *')].filter((one) => {
      const style = getComputedStyle(one);
      return [style.transitionDuration, style.animationDuration].some((time) => time.split(',').some((each) => parseFloat(each) > 0)
        ) && style.transitionProperty !== 'none';
    }).length"""
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0  # the theme does move things
    page.emulate_media(forced_colors="active")
    looks = """() => [...document.querySelectorAll('.atlas-figure .pele-node')].filter((one) => one.checkVisibility()).map((one) => {
      const shape = one.querySelector('rect, polygon, circle, path');
      const style = getComputedStyle(shape);
      return [style.fill, style.stroke, style.strokeWidth + style.strokeDasharray, getComputedStyle(one.querySelector('text')).fill];
    })"""
    seen = page.evaluate(looks)
    assert seen
    canvas = page.evaluate(
        "(() => { const one = document.createElement('p'); one.style.background = 'Canvas'; document.body.append(one); return getComputedStyle(one).backgroundColor; })()"
    )
    assert {fill for fill, *_ in seen} <= {canvas, "none"}
    assert len({line for _, _, line, _ in seen}) > 1
    assert all(text != fill for fill, _, _, text in seen)


def contrast(one: str, other: str) -> float:
    """The ratio that WCAG defines."""

    def light(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((light(one), light(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_of_drawings_have_contrast(page: Page, hosted: str) -> None:
    """Axe can't tell what lies behind a text inside a drawing: text on each fill 4.5 to 1, lines and borders 3 to 1."""
    page.goto(hosted)
    for scheme, ground in (("default", "#ffffff"), ("slate", "#1e2129")):
        page.evaluate("(scheme) => document.body.setAttribute('data-md-color-scheme', scheme)", scheme)
        read = "(name) => getComputedStyle(document.body).getPropertyValue(name).trim()"
        text = page.evaluate(read, "--pele-fg")
        for name in ("key", "warn", "good", "mute", "c1", "c2", "c3", "c4", "c5", "c6"):
            fill, stroke = (page.evaluate(read, f"--atlas-{name}-{part}") for part in ("fill", "stroke"))
            assert contrast(text, fill) >= 4.5, (scheme, name)
            assert contrast(stroke, ground) >= 3, (scheme, name)
        for name in ("--pele-surface", "--pele-surface-alt"):
            assert contrast(text, page.evaluate(read, name)) >= 4.5, (scheme, name)
        for name in ("--pele-line", "--pele-border", "--pele-muted"):
            assert contrast(page.evaluate(read, name), ground) >= 3, (scheme, name)


def test_page_prints_as_a_page(page: Page, hosted: str) -> None:
    """From dark mode: black on white, no navigation, answers open, addresses written out, drawings and tables whole."""
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(hosted + "evaluation/serving/")
    page.set_viewport_size({"width": 673, "height": 960})  # A4 between its margins
    for selector in (
        ".md-header",
        ".md-tabs",
        ".md-sidebar",
        ".md-footer",
        ".headerlink",
        ".md-content__button",
        ".atlas-outline",
        ".md-code__nav",
    ):
        assert page.locator(f"{selector}:visible").count() == 0, selector
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('article p:not([class])')).color") == "rgb(0, 0, 0)"
    assert page.evaluate(
        "[...document.querySelectorAll('details.question > p')].every(one => one.checkVisibility({contentVisibilityAuto: true}))"
    )
    after = "(one) => getComputedStyle(one, '::after').content"
    assert "attr" in (said := page.locator(".atlas-references a[href^=http]").first.evaluate(after)) or "http" in said
    assert page.locator(".atlas-cite a").first.evaluate(after) == "none"
    assert page.locator(".atlas-address").inner_text().startswith("http")
    assert page.locator(".tabbed-block:visible").count() == page.locator(".tabbed-block").count() == 3
    for path in ("evaluation/serving/", "hardware/devices/"):
        page.goto(hosted + path)
        wide = "[...document.querySelectorAll('article :is(table, figure, pre)')].filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.textContent.slice(0, 60))"
        assert page.evaluate(wide) == []
        apart = "[...document.querySelectorAll('article figure')].filter(one => getComputedStyle(one).breakInside !== 'avoid').length"
        assert page.evaluate(apart) == 0
