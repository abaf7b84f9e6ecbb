"""Figures as readers handle them: zoomed and moved by key, mouse and finger, copied, taken away, printed; and mistakes reported."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import Traffic
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGE = "deployment/kv-cache/"
CHART = "architecture/families/"
SVG = "{http://www.w3.org/2000/svg}"
SCALE = "parseFloat(document.querySelector('#atlas-zoom output').value)"
SCROLLED = "(() => { const box = document.querySelector('.atlas-zoom-stage'); return [box.scrollLeft, box.scrollTop]; })()"
SHIFT = """() => new Promise(done => { let total = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value; }).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(total), 300); })"""


@pytest.fixture(scope="module")
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """A window at a desk, whose clipboard may be read."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(desk: BrowserContext, hosted: str, traffic: Traffic) -> Iterator[Page]:
    """A page with figures."""
    opened = desk.new_page()
    traffic.watch(opened)
    opened.goto(hosted + PAGE)
    yield opened
    traffic.assert_clean()
    opened.close()


def figure(page: Page, number: int = 1) -> Locator:
    """A figure of a page."""
    return page.locator(".atlas-figure").nth(number)


def scale(page: Page) -> float:
    """How large the drawing in the window is, in per cent."""
    return float(page.evaluate(SCALE))


def test_keys_zoom_move_and_leave(page: Page) -> None:
    """Enter opens, plus, minus and 0 zoom, arrows move, Tab stays inside, Escape returns to the button."""
    button = figure(page).get_by_role("button", name="放大")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog#atlas-zoom")
    expect(dialog).to_be_visible()
    name = figure(page).locator("figcaption > p").inner_text()
    assert dialog.locator("#atlas-zoom-title").inner_text() == name
    first = scale(page)
    for _ in range(6):
        page.keyboard.press("+")
    assert scale(page) > 3 * first
    drawn = page.evaluate("document.querySelector('.atlas-zoom-stage svg').getBoundingClientRect().width")
    natural = page.evaluate("document.querySelector('.atlas-zoom-stage svg').viewBox.baseVal.width")
    assert abs(drawn / natural * 100 - scale(page)) < 1
    before = page.evaluate(SCROLLED)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(SCROLLED) == [before[0] + 60, before[1] + 60]
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('#atlas-zoom')")
    page.keyboard.press("-")
    page.keyboard.press("0")
    assert scale(page) == first
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_mouse_zooms_where_it_points_and_drags(page: Page) -> None:
    """Ctrl and the wheel keep the point under the mouse in its place; dragging moves the drawing and follows no link."""
    figure(page).get_by_role("button", name="放大").click()
    label = page.locator(".atlas-zoom-stage text").first
    box = label.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for _ in range(4):
        page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    page.wait_for_function(f"{SCALE} > 200")
    for _ in range(3):  # the drawing is now larger than the window, so that any point can be kept
        page.keyboard.press("+")
    before = page.evaluate(SCROLLED)
    page.mouse.move(700, 450)
    page.mouse.down()
    page.mouse.move(640, 420, steps=4)
    page.mouse.up()
    after = page.evaluate(SCROLLED)
    assert abs(after[0] - before[0] - 60) <= 3
    assert abs(after[1] - before[1] - 30) <= 3
    assert page.url.endswith(PAGE)


def test_two_fingers_zoom_and_one_moves(browser: Browser, hosted: str) -> None:
    """On a phone of 360 px: pinch and drag by touch, and every drawing can be made legible."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(hosted + PAGE)
    figure(page).get_by_role("button", name="放大").tap()
    first = scale(page)
    session = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        dots = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": dots})

    touch("touchStart", (150, 400), (210, 400))
    for step in range(1, 7):
        touch("touchMove", (150 - 15 * step, 400), (210 + 15 * step, 400))
    touch("touchEnd")
    page.wait_for_function(f"{SCALE} > {first * 2.5}")
    before = page.evaluate(SCROLLED)
    touch("touchStart", (200, 500))
    for step in range(1, 5):
        touch("touchMove", (200 - 10 * step, 500 - 10 * step))
    touch("touchEnd")
    after = page.evaluate(SCROLLED)
    assert after[0] - before[0] >= 30
    assert after[1] - before[1] >= 30
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.atlas-zoom-stage text')).fontSize)")
    assert size * scale(page) / 100 >= 11
    context.close()


def test_source_is_copied_as_written(page: Page) -> None:
    """The clipboard holds Mermaid text that draws the same figure; the button says that it is done."""
    figure(page, 0).get_by_role("button", name=re.compile("源码")).click()
    expect(figure(page, 0).get_by_role("status")).to_have_text("已复制")
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    written = (
        (REPOSITORY / "docs/deployment/kv-cache.md").read_text("utf-8").partition("```mermaid\n")[2].partition("```")[0]
    )
    assert copied == written.strip()


def test_a_server_without_encryption_copies_too(page: Page) -> None:
    """A mirror in a local network has no clipboard interface; the old way is used there."""
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})")
    figure(page, 0).get_by_role("button", name=re.compile("源码")).click()
    expect(figure(page, 0).get_by_role("status")).to_have_text("已复制")
    page.evaluate("delete navigator.clipboard")
    assert "accTitle: KV 缓存的四笔账和四招" in str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("where", [PAGE, CHART])
def test_svg_stands_alone(browser: Browser, hosted: str, tmp_path: Path, where: str) -> None:
    """Taken away in the dark: light colours as plain values, fonts named, title and description kept, links whole."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page = context.new_page()
    page.goto(hosted + where)
    with page.expect_download() as download:
        figure(page, 0).get_by_role("button", name="下载 SVG").click()
    assert re.fullmatch(r"图 [\d.]+-1 .+\.svg", download.value.suggested_filename)
    file = tmp_path / "figure.svg"
    download.value.save_as(file)
    text = file.read_text("utf-8")
    drawing = etree.fromstring(text.encode())
    assert drawing.tag == f"{SVG}svg"
    assert "var(" not in text
    assert "color-mix" not in text
    assert "class=" not in text
    assert "PingFang SC" in drawing.get("font-family", "")
    assert [child.tag.removeprefix(SVG) for child in drawing][:3] == ["title", "desc", "rect"]
    assert drawing[2].get("fill") == "#ffffff"
    assert drawing.get("fill") == "#1d2433"  # the light scheme's text
    assert all(urlsplit(link.get("href", "")).scheme == "https" for link in drawing.iter(f"{SVG}a"))
    # A program that knows no style sheet of ours draws the same: it is opened alone, beside the figure on paper.
    page.goto(file.as_uri())
    fills = page.evaluate("[...document.querySelectorAll('text')].map(text => getComputedStyle(text).fill)")
    assert fills
    assert all(sum(map(int, re.findall(r"\d+", fill)[:3])) < 384 for fill in fills if fill.startswith("rgb"))
    context.close()


def test_bundle_has_all_of_it(browser: Browser, offline_site: Path, traffic: Traffic, tmp_path: Path) -> None:
    """Over file:// figures open, are copied and taken away; no local path is in the file."""
    context = browser.new_context(viewport={"width": 768, "height": 900})
    page = context.new_page()
    traffic.watch(page)
    page.goto((offline_site / "deployment/kv-cache.html").as_uri())
    figure(page, 0).get_by_role("button", name="放大").click()
    expect(page.locator(".atlas-zoom-stage svg")).to_be_visible()
    page.keyboard.press("Escape")
    figure(page, 0).get_by_role("button", name=re.compile("源码")).click()
    expect(figure(page, 0).get_by_role("status")).to_have_text("已复制")
    with page.expect_download() as download:
        figure(page, 0).get_by_role("button", name="下载 SVG").click()
    download.value.save_as(tmp_path / "figure.svg")
    assert "file:" not in (tmp_path / "figure.svg").read_text("utf-8")
    traffic.assert_clean()
    context.close()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_buttons_move_nothing(browser: Browser, hosted: str, width: int) -> None:
    """The page stays where it was when the script adds its buttons; they overlap neither the words nor each other."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(hosted + PAGE)
    assert page.evaluate(SHIFT) == 0
    words = figure(page).locator("summary").bounding_box()
    label = page.evaluate(
        """() => { const range = document.createRange(); range.selectNodeContents(document.querySelector('.atlas-outline > summary'));
        return range.getBoundingClientRect().right; }"""
    )
    boxes = [one.bounding_box() for one in figure(page).locator(".atlas-tools button").all()]
    assert len(boxes) == 3
    assert words
    edge = label
    for box in boxes:
        assert box
        assert box["x"] >= edge
        assert box["height"] >= 24
        assert words["y"] - 1 <= box["y"]
        assert box["y"] + box["height"] <= words["y"] + words["height"] + 1
        edge = box["x"] + box["width"]
    assert edge <= width
    context.close()


def test_without_scripts_nothing_promises_what_it_cannot_do(browser: Browser, hosted: str) -> None:
    """No buttons; numbers, captions, text versions and the report of the page are there."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(hosted + PAGE)
    assert page.locator(".atlas-tools, .atlas-report-here").count() == 0
    assert re.match(r"图 7\.1-1 ", figure(page, 0).locator("figcaption > p").inner_text())
    assert page.locator(".atlas-page-meta").get_by_text(re.compile(r"阅读约 \d+ 分钟")).count() == 1
    asked = parse_qs(urlsplit(page.locator(".atlas-page-meta a.atlas-report").get_attribute("href") or "").query)
    assert asked["template"] == ["content-error.yml"]
    assert asked["page"] == ["KV 缓存（deployment/kv-cache.md）https://llm-atlas.github.io/deployment/kv-cache/"]
    context.close()


def test_report_names_the_section_and_the_sentence(page: Page) -> None:
    """The link beside a heading names that section; with words selected, theirs, and quotes them."""
    heading = page.locator("h2#prefix")
    heading.hover()
    link = heading.get_by_role("link", name=re.compile("有误"))
    expect(link).to_have_css("opacity", "1")
    asked = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    assert asked["section"] == ["前缀缓存"]
    assert asked["page"][0].endswith("/deployment/kv-cache/#prefix")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h2#offload + p'))")
    words = page.evaluate("getSelection().toString()")
    whole = page.locator(".atlas-page-meta a.atlas-report")
    whole.dispatch_event("pointerdown")
    asked = parse_qs(urlsplit(whole.get_attribute("href") or "").query)
    assert asked["section"] == ["卸载"]
    assert asked["quote"] == [words.strip()[:300].strip()]


def test_form_takes_what_the_links_fill_in(page: Page) -> None:
    """Each word in the query is the id of a field of the form, or one that GitHub knows."""
    form = yaml.safe_load((REPOSITORY / ".github/ISSUE_TEMPLATE/content-error.yml").read_text("utf-8"))
    fields = {field["id"] for field in form["body"] if "id" in field}
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h2#offload + p'))")
    link = page.locator("a.atlas-report-here").first
    link.dispatch_event("pointerdown")
    asked = set(parse_qs(urlsplit(link.get_attribute("href") or "").query))
    assert {"page", "section", "quote"} <= asked
    assert asked <= fields | {"template", "title"}


def test_paper_tells_the_classes_apart_without_colour(page: Page) -> None:
    """In print, from the dark scheme too, the six colours of boxes differ in line or lightness, and no button is printed."""
    page.emulate_media(media="print", color_scheme="dark")
    page.set_content(
        (page.content()).replace(
            "</article>",
            '<svg class="pele" id="probe">'
            + "".join(f'<g class="pele-node c{n}"><rect width="9" height="9"/></g>' for n in range(1, 7))
            + "</svg></article>",
            1,
        )
    )
    looks = page.evaluate(
        """() => [...document.querySelectorAll('#probe rect')].map(rect => { const style = getComputedStyle(rect);
        const [red, green, blue] = style.fill.match(/[\\d.]+/g).map(Number);
        return [Math.round((0.2126 * red + 0.7152 * green + 0.0722 * blue) / 12), style.strokeDasharray]; })"""
    )
    assert len({tuple(look) for look in looks}) == 6
    assert all(grey >= 15 for grey, _ in looks)  # black letters stay legible on it
    assert not page.locator(".atlas-tools").first.is_visible()


def test_first_page_shows_the_whole(page: Page, hosted: str) -> None:
    """On the first screen at a desk: what the site is, the three routes, and the map with every chapter as one link."""
    page.goto(hosted)
    seen = page.evaluate(
        "[...document.querySelectorAll('.atlas-cards > ul > li > p:first-child a')].filter(a => a.getBoundingClientRect().bottom < innerHeight).map(a => a.textContent)"
    )
    assert [*seen[:3]] == ["零基础", "工程", "选型采购"]
    assert len(seen) >= 9
    chapters = page.locator(".atlas-map > ul > li > p:first-child a").evaluate_all(
        "links => links.map(link => link.pathname)"
    )
    tabs = page.locator(".md-tabs__link").evaluate_all("links => links.map(link => link.pathname)")
    assert set(tabs) - {"/"} <= set(chapters)
    page.locator(".atlas-map > ul > li").nth(1).click(position={"x": 5, "y": 5})  # the whole card leads there
    page.wait_for_url("**/hardware/")
