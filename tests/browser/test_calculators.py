"""The calculators as readers use them: by keyboard, by a link, on a phone, from a folder, and without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from atlas.calculators import CALCULATORS
from tests.browser.conftest import Traffic

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SAID = ".atlas-calculator-said"
FAULT = ".atlas-calculator-error"
TOLD = ".atlas-calculator-told"


def value(page: Page, name: str) -> str:
    """What the result shows for a named value."""
    return page.locator(f"{SAID} [data-value={name}] dd").inner_text()


def test_every_calculator_says_with_scripts_what_it_says_without(browser: Browser, hosted: str, traffic: Traffic) -> None:
    """The result in the page is the one that the scripts compute, the form is usable, and nothing is asked elsewhere.

    On a phone of 360 px, where tables scroll by themselves and the page does not, whatever fields are shown.
    """
    bare = browser.new_context(java_script_enabled=False)
    page, plain = browser.new_page(viewport={"width": 360, "height": 740}), bare.new_page()
    traffic.watch(page)
    for key in CALCULATORS:
        for one in (page, plain):
            one.goto(f"{hosted}calculators/{key}/")
            expect(one.locator(f"[data-calculator={key}]")).to_have_count(1)
        expect(page.locator("[data-calculator] select").first).to_be_enabled()
        expect(plain.locator("[data-calculator] select").first).to_be_disabled()
        assert page.locator(SAID).inner_html() == plain.locator(SAID).inner_html()
        for block in plain.locator("[data-calculator] table.atlas-calculator-table").all():
            title = block.locator("caption").inner_text()
            live = page.locator(f"[data-calculator] table:has(caption:text-is('{title}'))").first
            assert live.inner_html() == block.inner_html()
        assert plain.locator(".atlas-calculator-plain").is_visible()
        assert page.locator(".atlas-calculator-plain").is_hidden()
        assert plain.locator(".atlas-published th", has_text="容许").count() == 1
        assert plain.locator(".atlas-calculator-formulas math").count() > 1
        assert plain.locator(".atlas-calculator-assumptions li").count() > 2
        assert plain.locator(".atlas-calculator-about .atlas-cite a").count() > 0
        assert (
            page.locator("[data-calculator] :is(input, select)").count() == page.locator("[data-calculator] label").count()
        )
    traffic.assert_clean()
    page.close()
    bare.close()


def test_only_pages_with_a_calculator_load_the_scripts(browser: Browser, hosted: str, traffic: Traffic) -> None:
    """A chapter's page carries none of it."""
    page = browser.new_page()
    traffic.watch(page)
    page.goto(hosted + "training/memory/")
    assert not [script for script in traffic.scripts if "calculators" in script]
    page.goto(hosted + "calculators/training-memory/")
    assert [script for script in traffic.scripts if "calculators" in script]
    page.close()


def test_by_keyboard_alone(browser: Browser, hosted: str, traffic: Traffic) -> None:
    """Tab, arrows and typing reach every field that is shown; the result follows, and once typing pauses it is told."""
    page = browser.new_page()
    traffic.watch(page)
    page.goto(hosted + "calculators/evaluation-error/")
    assert page.locator(SAID).get_attribute("role") is None
    assert page.locator(TOLD).get_attribute("role") == "status"
    page.locator("[name=mode]").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=mode]")).to_have_value("paired")
    expect(page.locator("[name=score]")).to_be_hidden()
    for _ in range(3):  # past the confidence and the number of questions
        page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.name")
    assert focused == "wins"
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("60")
    expect(page.locator(f"{SAID} [data-value=verdict] dd")).to_have_text("看得出差别")
    assert value(page, "difference") == "7.00 百分点"
    expect(page.get_by_label("只有甲答对")).to_be_focused()
    expect(page.locator(TOLD)).to_contain_text("结论 看得出差别")
    traffic.assert_clean()
    page.close()


def test_address_carries_what_was_typed(browser: Browser, hosted: str) -> None:
    """Typing changes the address, a reload and another window show the same, a reset clears it, anchors stay."""
    page = browser.new_page()
    page.goto(hosted + "calculators/training-memory/#use")
    page.get_by_label("数据并行").fill("8")
    page.get_by_label("模型", exact=True).select_option("llama-3-1-70b")
    page.get_by_label("张量并行（卡）").fill("8")
    expect(page).to_have_url(re.compile("tp=8"))
    assert page.url.endswith("#use")
    total = value(page, "total")
    page.reload()
    assert value(page, "total") == total
    expect(page.get_by_label("模型", exact=True)).to_have_value("llama-3-1-70b")
    page.get_by_role("button", name="复制链接").click()
    expect(page.locator(".atlas-calculator-done")).not_to_be_empty()
    other = browser.new_page()
    other.goto(page.url)
    assert value(other, "total") == total
    other.close()
    page.get_by_role("button", name="恢复默认").click()
    assert "?" not in page.url
    expect(page.get_by_label("数据并行")).to_have_value("64")
    page.close()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("dp=viel", "viel"),
        ("model=gpt-99", "gpt-99"),
        ("sequence=-1", "不能小于"),
        ("tp=7", "整除"),
        ("micro_batch=", "还空着"),
    ],
)
def test_bad_address_gets_a_sentence(browser: Browser, hosted: str, query: str, words: str) -> None:
    """It names what was typed, the field is marked, no stale result stays, and mending it brings the result back."""
    page = browser.new_page()
    page.goto(f"{hosted}calculators/training-memory/?{query}")
    fault = page.locator(FAULT)
    expect(fault).to_be_visible()
    expect(fault).to_contain_text(words)
    expect(page.locator(TOLD)).to_contain_text(words)
    expect(page.locator(SAID)).to_be_hidden()
    field = page.locator("[data-calculator] [aria-invalid=true]")
    expect(field).to_have_count(1)
    if field.evaluate("one => one.tagName") == "SELECT":
        field.select_option("llama-3-1-8b")
    else:
        field.fill("1")
    expect(fault).to_be_hidden()
    expect(page.locator(SAID)).to_be_visible()
    page.close()


def test_fault_stays_where_it_is_while_typing(browser: Browser, hosted: str) -> None:
    """A node that is put in anew at every key is read out at every key; nothing is told before typing pauses."""
    page = browser.new_page()
    page.goto(hosted + "calculators/training-memory/")
    page.evaluate(
        """() => {
          window.moves = 0;
          new MutationObserver((all) => {
            for (const one of all) {
              moves += [...one.addedNodes].filter((node) => node.className === "atlas-calculator-error").length;
            }
          }).observe(document.querySelector("[data-calculator]"), {childList: true, subtree: true});
        }"""
    )
    page.get_by_label("数据并行").fill("")
    assert page.locator(TOLD).inner_text() == ""
    page.get_by_label("数据并行").press_sequentially("abc")
    expect(page.locator(TOLD)).to_contain_text("写成了“abc”")
    assert page.evaluate("moves") == 1
    page.close()


def test_link_is_copied_even_where_the_address_may_not_change(browser: Browser, hosted: str) -> None:
    """A browser may refuse ``replaceState``; spaces around a key in an address do no harm."""
    page = browser.new_page()
    page.add_init_script("history.replaceState = () => { throw new DOMException('refused', 'SecurityError'); }")
    page.add_init_script("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.goto(hosted + "calculators/training-memory/?model=own%20")
    expect(page.get_by_label("模型", exact=True)).to_have_value("own")
    page.get_by_label("数据并行").fill("8")
    page.get_by_role("button", name="复制链接").click()
    expect(page.locator(".atlas-calculator-done")).to_have_text("已复制。")
    assert page.evaluate("copied").endswith("?model=own&dp=8")
    page.close()


def test_phones_offer_the_keys_that_numbers_need(browser: Browser, hosted: str) -> None:
    """Letters for lengths, a minus for correlations, a number pad for the rest."""
    page = browser.new_page()
    for key, name, mode in (
        ("inference-memory", "context", "text"),
        ("inference-memory", "cards", "numeric"),
        ("inference-memory", "share", "decimal"),
        ("evaluation-error", "correlation", "text"),
    ):
        page.goto(f"{hosted}calculators/{key}/")
        assert page.locator(f"[name={name}]").get_attribute("inputmode") == mode
    page.close()


def test_devices_can_be_filtered(browser: Browser, hosted: str) -> None:
    """A box above the table keeps the rows with its words, also after the numbers change."""
    page = browser.new_page()
    page.goto(hosted + "calculators/inference-memory/")
    box = page.get_by_label("筛选").first
    rows = page.locator("[data-block=devices] tbody tr:visible")
    everything = rows.count()
    assert everything > 60
    box.fill("H100")
    few = rows.count()
    assert 0 < few < everything
    page.get_by_label("同时的请求").fill("3")
    assert rows.count() == few
    page.close()


@pytest.mark.offline
def test_drawn_schedule_scrolls_instead_of_shrinking(browser: Browser, hosted: str) -> None:
    """On a phone every pass of every card can be reached, at the size it was drawn in."""
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(hosted + "calculators/pipeline/?stages=8&micros=16")
    drawing = page.locator(".atlas-calculator-schedule").first
    wanted = [float(drawing.get_attribute(side) or 0) for side in ("width", "height")]
    assert drawing.evaluate("svg => [svg.getBoundingClientRect().width, svg.getBoundingClientRect().height]") == wanted
    box = drawing.locator("xpath=..")
    assert box.evaluate("box => box.scrollWidth") >= wanted[0] > 360
    page.close()


def test_from_a_folder(browser: Browser, offline_site: Path, traffic: Traffic) -> None:
    """Over file:// it computes, keeps its numbers in the address and asks for nothing elsewhere."""
    page = browser.new_page()
    traffic.watch(page)
    page.goto((offline_site / "calculators/inference-memory.html").as_uri() + "?context=32768")
    before = value(page, "request")
    assert before == "10 GiB"
    page.get_by_label("每个请求的长度").fill("64Ki")
    expect(page.locator(f"{SAID} [data-value=request] dd")).to_have_text("20 GiB")
    expect(page).to_have_url(re.compile("context=64Ki"))
    page.reload()
    assert value(page, "request") == "20 GiB"
    traffic.assert_clean()
    page.close()
