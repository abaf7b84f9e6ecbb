"""What a search costs a reader: bytes and seconds until a first answer and until the whole one, on a phone and a slow line.

The site is built, served compressed from the loopback, and opened in Chromium with an empty cache, a processor four times
slower and a slow 4G line, as in ``bench.py``. The page is there before the search is opened, so all that is counted is the
search's own. Medians of three.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench import LINE
from bench_tools import build, serve

RUNS = 3
QUERIES = ("张量并行", "h100显存", "投机节码", "trasformer", "怎么算显存")
# The query is typed at once: seconds count from the press of the key that opens the search.
ASK = """async (query) => {
  const began = performance.now(), options = () => document.querySelectorAll('[role=listbox] [role=option]').length;
  const until = (ready) => new Promise((done) => {
    const look = () => ready() ? done(performance.now() - began) : setTimeout(look, 5);
    look();
  });
  document.querySelector('.atlas-search-open').click();
  const opened = await until(() => document.querySelector('dialog[open] input'));
  const field = document.querySelector('dialog input');
  field.value = query;
  field.dispatchEvent(new InputEvent('input', {bubbles: true}));
  const first = await until(options);
  const whole = await until(() => options() && !document.querySelector('[role=listbox][aria-busy]'));
  return [opened, first, whole];
}"""


def main() -> int:
    """Build, search, print the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(os.environ.get("ATLAS_TEST_SITE") or folder)
        if not os.environ.get("ATLAS_TEST_SITE"):
            build(site)
        chromium = playwright.chromium.launch(executable_path=os.environ["ATLAS_CHROMIUM"], args=["--no-sandbox"])
        print(f"{'查询':<14}{'KiB':>8}{'打开 s':>9}{'首个答案 s':>9}{'全部 s':>9}")
        with serve(site) as address:
            for query in QUERIES:
                weight, opened, first, whole = search(chromium, address, query)
                print(f"{query:<14}{weight:>8.0f}{opened:>10.2f}{first:>10.2f}{whole:>10.2f}")
        chromium.close()
    return 0


def search(browser: Browser, address: str, query: str) -> list[float]:
    """KiB, and seconds until the field, the first answer and the whole one are there; medians of cold searches."""
    runs = []
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.goto(f"{address}distributed/")
        session = context.new_cdp_session(page)
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event, got=received: got.append(event["encodedDataLength"]))
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        seconds = [number / 1000 for number in page.evaluate(ASK, query)]
        runs.append([sum(received) / 1024, *seconds])
        context.close()
    return [statistics.median(values) for values in zip(*runs, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
