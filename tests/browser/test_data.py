"""Tables, terms and citations as readers use them: by mouse, keyboard and finger, on a phone and at a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Traffic

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DEVICES = "hardware/devices/"
FIRST = ".atlas-facts >> nth=0"
OUT_OF_SIGHT = """() => { const box = document.getElementById('atlas-tip').getBoundingClientRect();
  return box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight; }"""


def column(page: Page, at: int) -> list[str]:
    """The visible cells of a column of the first table."""
    rows = page.locator(FIRST).locator("tbody tr:visible")
    return [str(text) for text in rows.evaluate_all(f"rows => rows.map(row => row.cells[{at}].firstChild.nodeValue.trim())")]


def test_table_sorts_and_filters(browser: Browser, hosted: str, traffic: Traffic) -> None:
    """By the keyboard, too; what is missing stays last, and a live region counts the rows."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    traffic.watch(page)
    page.goto(hosted + DEVICES)
    block = page.locator(FIRST)
    memory = block.locator("thead button", has_text="显存").first
    memory.focus()
    page.keyboard.press("Enter")
    expect(block.locator("thead th[aria-sort=descending]")).to_have_count(1)
    down = column(page, 2)
    numbers = [float(cell) for cell in down if cell != "–"]
    assert numbers == sorted(numbers, reverse=True)
    assert "–" not in down[: len(numbers)]
    memory.click()
    up = [float(cell) for cell in column(page, 2) if cell != "–"]
    assert up == sorted(up)
    total = len(column(page, 0))
    box = block.get_by_label("筛选")
    box.fill("hbm3e")
    shown = column(page, 0)
    assert 0 < len(shown) < total
    expect(block.locator("output[aria-live=polite]")).to_have_text(f"显示 {len(shown)} 行，共 {total} 行")
    box.fill("")
    assert len(column(page, 0)) == total
    traffic.assert_clean()
    page.close()


@pytest.mark.parametrize("where", ["hosted", "offline"])
def test_data_can_be_taken_away(browser: Browser, hosted: str, offline_site: Path, where: str) -> None:
    """The links below a table lead to files that are there, over file:// as well."""
    page = browser.new_page()
    page.goto(hosted + DEVICES if where == "hosted" else (offline_site / "hardware/devices.html").as_uri())
    hrefs = page.locator(FIRST).locator("a.atlas-download").evaluate_all("links => links.map(link => link.href)")
    assert [href.rpartition("/")[2] for href in hrefs] == ["devices.csv", "devices.json"]
    for href in hrefs:
        if where == "hosted":
            assert "h100-sxm" in page.request.get(href).text()
        else:
            assert Path(href.removeprefix("file://")).is_file()
    page.close()


def test_table_reads_without_scripts(browser: Browser, hosted: str) -> None:
    """All rows, heads as plain text, sources as links, explanations as titles."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(hosted + DEVICES)
    assert page.locator(FIRST).locator("tbody tr").count() > 20
    assert page.locator(FIRST).locator("thead button").count() == 0
    assert page.locator("a.atlas-term[title]").count() > 5
    context.close()


@pytest.mark.parametrize("path", [DEVICES, "architecture/", "distributed/frameworks/", "appendix/data/", "appendix/due/"])
def test_phone_scrolls_the_table_and_not_the_page(browser: Browser, hosted: str, path: str) -> None:
    """On 360 px the table moves in its own region, and its first column stays in sight."""
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(hosted + path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for region in page.locator(".atlas-facts-scroll").all():
        region.evaluate("region => { region.scrollLeft = 200 }")
        moved, left, edge = region.evaluate(
            "region => [region.scrollLeft, region.querySelector('tbody th').getBoundingClientRect().left, region.getBoundingClientRect().left]"
        )
        assert moved > 0
        assert abs(left - edge) < 2
    page.close()


@pytest.mark.parametrize("selector", ["a.atlas-term", ".md-content p .atlas-cite a"])
def test_explanation_by_keyboard_mouse_and_finger(browser: Browser, hosted: str, selector: str) -> None:
    """Focus, hover and a first tap show it within the window; Escape hides it; a second tap follows the link."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    page.goto(hosted + "distributed/")
    link = page.locator(selector).first
    tip = page.get_by_role("tooltip")
    link.focus()
    expect(tip).to_be_visible()
    assert link.get_attribute("aria-describedby") == "atlas-tip"
    assert not page.evaluate(OUT_OF_SIGHT)
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    link.hover()
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    address = page.url
    link.tap()
    expect(tip).to_be_visible()
    assert page.url == address
    link.tap()
    page.wait_for_url(lambda url: url != address)
    context.close()
