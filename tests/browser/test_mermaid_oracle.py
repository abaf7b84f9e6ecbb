"""The judge without a browser against Mermaid in Chromium: the same verdict on every diagram and on 3,000 spoilt ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page

from atlas import diagrams
from atlas.v8 import MERMAID, library
from tests.diagram_corpus import mutants, samples

pytestmark = pytest.mark.browser

SEED = 20261201
MUTANTS = 3000
BATCH = 40
_START = "(texts) => { window.verdicts = null; window.judgeAll(texts).then((all) => { window.verdicts = JSON.stringify(all); }); }"
_JUDGE = """
mermaid.initialize({startOnLoad: false});
window.judgeAll = async (texts) => {
  const all = [];
  for (const [number, text] of texts.entries()) {
    try { await mermaid.render(`d${number}`, text); all.push(""); } catch (error) { all.push(String(error?.message || error) || "failed"); }
    document.body.innerHTML = "";
  }
  return all;
};
null;
"""


@pytest.fixture
def pages(browser: Browser) -> Iterator[list[Page]]:
    """Two blank pages with the site's Mermaid, so that both cores draw."""
    contexts = [browser.new_context() for _ in range(2)]
    yield [_blank(context.new_page()) for context in contexts]
    for context in contexts:
        context.close()


def _blank(page: Page) -> Page:
    page.goto("about:blank")
    page.set_content("<!doctype html><html><body></body></html>")
    page.add_script_tag(path=library(MERMAID))
    page.evaluate(_JUDGE)
    return page


def _verdicts(pages: Sequence[Page], sources: Sequence[str]) -> list[str]:
    """What Chromium says of each diagram: an error's text, or nothing if it is drawn."""
    batches = [sources[start : start + BATCH] for start in range(0, len(sources), BATCH)]
    answers: list[list[str]] = []
    for start in range(0, len(batches), len(pages)):
        running = list(zip(pages, batches[start : start + len(pages)], strict=False))
        for page, batch in running:
            page.evaluate(_START, batch)
        for page, _ in running:
            page.wait_for_function("window.verdicts !== null", timeout=60_000, polling=20)
            answers.append(json.loads(page.evaluate("window.verdicts")))
    return [verdict for batch in answers for verdict in batch]


def _disagreements(pages: Sequence[Page], sources: Sequence[str]) -> list[tuple[str, str]]:
    """Diagrams on which the judge and Chromium differ, with Chromium's error.

    Mermaid keeps a Gantt chart's tasks when it draws the next one, so a diagram may be drawn or not after another; a
    disagreement counts only if it is one on a page of the diagram's own, which is where a reader meets it.
    """
    sources = [source for source in sources if not _hangs(source)]
    judged = [bool(diagrams.judge(source)) for source in sources]
    doubtful = [
        source
        for source, ours, theirs in zip(sources, judged, _verdicts(pages, sources), strict=True)
        if ours is not bool(theirs) and not _loads_an_image(source)
    ]
    alone = [(source, _verdicts([_blank(pages[0])], [source])[0]) for source in doubtful]
    return [(source, error) for source, error in alone if bool(diagrams.judge(source)) is not bool(error)]


def _hangs(source: str) -> bool:
    """Whether a state lies inside itself: Mermaid's layout then never ends, and takes the browser's page with it."""
    return any("套在自己里面" in problem.message for problem in diagrams.judge(source))


def _loads_an_image(source: str) -> bool:
    """Whether drawing waits for a picture's file, which is checked as an address, not as a diagram."""
    return "img:" in source


def test_same_verdict_on_the_corpus(pages: list[Page]) -> None:
    """Chromium draws exactly those diagrams of the corpus in which the judge finds nothing."""
    assert _disagreements(pages, [sample.source for sample in samples()]) == []


def test_same_verdict_on_spoilt_diagrams(pages: list[Page]) -> None:
    """Chromium draws exactly those of 3,000 spoilt diagrams in which the judge finds nothing."""
    assert _disagreements(pages, mutants(MUTANTS, SEED)) == []


def test_the_corpus_covers_every_kind(pages: list[Page]) -> None:
    """All kinds that the site's Mermaid knows are in the corpus, each with a drawn diagram."""
    drawn = [sample.source for sample in samples() if sample.drawn]
    kinds = pages[0].evaluate("(texts) => [...new Set(texts.map((text) => mermaid.detectType(text)))]", drawn)
    known = {one["id"] for one in pages[0].evaluate("mermaid.getRegisteredDiagramsMetadata()")} - {"error", "---"}
    assert set(kinds) >= known - {"flowchart-elk", "zenuml"}
    assert len(drawn) >= 400
