"""What a first visit to each chapter costs: this site against the same pages with diagrams drawn in the browser.

Both are built from the same sources in one run, served compressed from the loopback, and opened in Chromium with an empty
cache, a processor four times slower and a slow 4G line (1.6 Mbit/s, 150 ms). Medians of three visits.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
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
RUNS = 3
DRAWN = """() => [...document.querySelectorAll('.atlas-figure')].every(figure => figure.querySelector('svg'))"""


def main() -> int:
    """Build both, visit both, print the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ours, theirs = Path(folder, "ours"), Path(folder, "client")
        build(ours, {})
        build(theirs, {"ATLAS_DIAGRAMS": "client"})
        chromium = playwright.chromium.launch(executable_path=os.environ["ATLAS_CHROMIUM"], args=["--no-sandbox"])
        print(f"{'章':<26}{'KiB':>8}{'对照 KiB':>10}{'比':>7}{'末图 s':>8}{'对照 s':>8}{'比':>7}")
        with serve(ours) as one, serve(theirs) as other:
            for chapter in CHAPTERS:
                weight, drawn = visit(chromium, f"{one}{chapter}/")
                their_weight, their_drawn = visit(chromium, f"{other}{chapter}/")
                print(
                    f"{chapter:<26}{weight:>8.0f}{their_weight:>10.0f}{weight / their_weight:>7.2f}"
                    f"{drawn:>8.2f}{their_drawn:>8.2f}{drawn / their_drawn:>7.2f}"
                )
        chromium.close()
    return 0


def build(output: Path, environment: dict[str, str]) -> None:
    """The site as MkDocs builds it, into a folder of its own."""
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(output)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The folder on the loopback, texts compressed with gzip."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressing, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves every file with gzip."""

    def do_GET(self) -> None:
        """Answer with the compressed file."""
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            self.send_error(404)
            return
        body = gzip.compress(file.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Say nothing."""


def visit(browser: Browser, address: str) -> tuple[float, float]:
    """KiB received and seconds until the last diagram is there, medians of cold visits."""
    weights, seconds = [], []
    for _ in range(RUNS):
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        session = context.new_cdp_session(page)
        received: list[float] = []
        session.on("Network.loadingFinished", lambda event, got=received: got.append(event["encodedDataLength"]))
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        start = time.monotonic()
        page.goto(address, wait_until="commit")
        page.wait_for_function(f"document.readyState !== 'loading' && ({DRAWN})()", timeout=120_000)
        seconds.append(time.monotonic() - start)
        page.wait_for_load_state("networkidle", timeout=120_000)
        weights.append(sum(received) / 1024)
        context.close()
    return statistics.median(weights), statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())
