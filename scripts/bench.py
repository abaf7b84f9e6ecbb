"""What a visit costs: each chapter of this site against the same chapter with stock Material, Mermaid and MathJax.

Both are built from the same documents in one run, served compressed with gzip from the loopback, and opened in Chromium
with an empty cache, a processor four times slower and a slow 4G line (1.6 Mbit/s, 150 ms). Medians of three visits. The
second page is the next chapter, opened with what the first left in the cache. ``--ours FOLDER`` and ``--stock FOLDER``
measure sites that were built before; ``--chapters`` and ``--runs`` measure less.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench_stock import build_stock
from bench_tools import build, serve

CHAPTERS = (
    "guide",
    "hardware",
    "architecture",
    "distributed/parallelism",
    "training",
    "finetuning",
    "evaluation",
    "deployment",
)
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
LIMIT = 180_000
"""Milliseconds after which a page is given up."""
QUIET = 2_500
"""Milliseconds without a diagram, a request or a long task after which a page counts as finished."""
WATCH = """
window.bench = {drawn: 0, figures: 0, largest: 0, shift: 0, blocked: 0, busy: 0};
const drawing = node => node.nodeType === 1 &&
  (node.matches('div.mermaid, figure.atlas-figure svg') || node.querySelector('div.mermaid, figure.atlas-figure svg'));
new MutationObserver(changes => {
  for (const change of changes) for (const node of change.addedNodes) if (drawing(node)) {
    bench.figures += 1;
    requestAnimationFrame(() => { bench.drawn = bench.busy = performance.now() });
  }
}).observe(document, {childList: true, subtree: true});
const watch = (type, seen) =>
  new PerformanceObserver(list => list.getEntries().forEach(seen)).observe({type, buffered: true});
watch('largest-contentful-paint', entry => { bench.largest = entry.startTime });
watch('layout-shift', entry => { if (!entry.hadRecentInput) bench.shift += entry.value });
watch('longtask', entry => {
  bench.blocked += Math.max(0, entry.duration - 50);
  bench.busy = entry.startTime + entry.duration;
});
watch('resource', entry => { bench.busy = Math.max(bench.busy, entry.responseEnd) });
"""
FINISHED = f"""() => document.readyState === 'complete' && bench.largest > 0
  && document.querySelectorAll('pre.mermaid').length === 0 && performance.now() - bench.busy > {QUIET}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit took."""

    kib: float
    requests: float
    drawn: float
    largest: float
    blocked: float
    shift: float
    next_kib: float


NAMES = {
    "kib": "KiB",
    "requests": "请求",
    "drawn": "末图 s",
    "largest": "LCP s",
    "blocked": "TBT ms",
    "shift": "CLS",
    "next_kib": "第二页 KiB",
}


def main(arguments: Iterable[str] | None = None) -> int:
    """Build both, visit both, print the table."""
    options = _options(arguments)
    chapters = tuple(options.chapters)
    following = dict(zip(chapters, (*chapters[1:], chapters[0]), strict=True))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ours = options.ours or Path(folder, "ours")
        if not options.ours:
            build(ours)
        stock = options.stock or build_stock(Path(folder, "stock"))
        chromium = playwright.chromium.launch(executable_path=os.environ["ATLAS_CHROMIUM"], args=["--no-sandbox"])
        print(f"{'章':<26}{'':<8}" + "".join(f"{name:>10}" for name in NAMES.values()), flush=True)
        everything: list[tuple[Visit, Visit]] = []
        with serve(ours) as one, serve(stock) as other:
            for chapter in chapters:
                after = following[chapter] if len(chapters) > 1 else "guide/map"
                pair = tuple(measure(chromium, site, chapter, after, options.runs) for site in (one, other))
                everything.append((pair[0], pair[1]))
                report(chapter, *everything[-1])
        chromium.close()
    report("中位数", *(median(side) for side in zip(*everything, strict=True)))
    return 0


def _options(arguments: Iterable[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", type=Path)
    parser.add_argument("--stock", type=Path)
    parser.add_argument("--chapters", nargs="+", default=CHAPTERS)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args(None if arguments is None else list(arguments))


def report(name: str, ours: Visit, stock: Visit) -> None:
    """Three lines: ours, stock, and how many times less ours is."""
    for label, values in (("本站", astuple(ours)), ("对照", astuple(stock))):
        print(f"{name if label == '本站' else '':<26}{label:<8}" + "".join(f"{value:>10.2f}" for value in values))
    ratios = [f"{theirs / own:.1f}×" if own else "–" for own, theirs in zip(astuple(ours), astuple(stock), strict=True)]
    print(f"{'':<26}{'少':<8}" + "".join(f"{ratio:>10}" for ratio in ratios), flush=True)


def measure(browser: Browser, site: str, chapter: str, following: str, runs: int) -> Visit:
    """The medians of cold visits."""
    return median([visit(browser, f"{site}{chapter}/", f"{site}{following}/") for _ in range(runs)])


def median(visits: Iterable[Visit]) -> Visit:
    """Each number's own."""
    listed = list(visits)
    return Visit(*(statistics.median(getattr(one, field.name) for one in listed) for field in fields(Visit)))


def visit(browser: Browser, address: str, following: str) -> Visit:
    """One cold visit and the page after it."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(WATCH)
    try:
        first, kib, requests = _open(context, address)
        _, next_kib, _ = _open(context, following)
    finally:
        context.close()
    return Visit(kib, requests, first["drawn"] / 1000, first["largest"] / 1000, first["blocked"], first["shift"], next_kib)


def _open(context: BrowserContext, address: str) -> tuple[dict[str, float], float, int]:
    """What the page noted, KiB that came over the line, requests that went over it."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    received: dict[str, float] = {}
    kept: set[str] = set()

    def answered(event: dict[str, Any]) -> None:
        answer = event["response"]
        if answer.get("fromDiskCache") or not answer["url"].startswith("http"):
            kept.add(event["requestId"])

    session.on("Network.requestServedFromCache", lambda event: kept.add(event["requestId"]))
    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", lambda event: received.update({event["requestId"]: event["encodedDataLength"]}))
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="commit", timeout=LIMIT)
    page.wait_for_function(FINISHED, timeout=LIMIT, polling=500)
    noted: dict[str, float] = page.evaluate("bench")
    page.close()
    over = {number: size for number, size in received.items() if number not in kept}
    return noted, sum(over.values()) / 1024, len(over)


if __name__ == "__main__":
    sys.exit(main())
