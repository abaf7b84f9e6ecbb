"""What Lighthouse says of ten pages, opened as on a phone: its four scores, and each audit that is not perfect.

The site is served from the loopback by nginx with ``deploy/nginx.conf`` where there is one, else compressed with gzip.
Lighthouse simulates its phone and line from what it measures on this machine, so a slow or busy machine scores less for
performance: the median of three runs counts, and beside it stand the lowest and highest, and Lighthouse's own index of the
machine (1,500 and more is a desktop computer at rest). The page for what is not there, with next to nothing on it, is
measured too: what the theme alone costs. ``bench_lighthouse.py --site FOLDER`` looks at a site that was built before.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import servers
from bench_tools import build, node, pinned, serve

EMPTY = "404.html"
"""Measured for comparison; it has no address of its own, so search engines may not keep it."""
PAGES = (
    "",
    "guide/",
    "guide/map/",
    "hardware/",
    "hardware/devices/",
    "architecture/attention/",
    "distributed/parallelism/",
    "training/",
    "deployment/kv-cache/",
    "appendix/glossary/",
    EMPTY,
)
AIMS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
TRIES = 3
NAMES = {"performance": "性能", "accessibility": "无障碍", "best-practices": "做法", "seo": "搜索"}


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the table; 1 if a page misses an aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path)
    parser.add_argument("--pages", nargs="+", default=PAGES)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(None if arguments is None else list(arguments))
    missed = False
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        site = options.site or folder / "site"
        if not options.site:
            build(site)
        address = stack.enter_context(servers.nginx(site) if servers.find("nginx") else serve(site))
        print(f"{'页':<28}" + "".join(f"{name:>8}" for name in NAMES.values()) + "    性能各次    机器指数", flush=True)
        for page in options.pages:
            reports = [audit(f"{address}{page}", folder) for _ in range(options.runs)]
            scores = {name: median(report, name) for name, report in ((name, reports) for name in AIMS)}
            missed |= page != EMPTY and any(scores[name] < aim for name, aim in AIMS.items())
            runs = sorted(round(median([report], "performance")) for report in reports)
            index = statistics.median(report["environment"]["benchmarkIndex"] for report in reports)
            row = "".join(f"{scores[name]:>10.0f}" for name in AIMS)
            print(f"{page or '/':<28}{row}    {runs[0]:>4}–{runs[-1]:<4}    {index:>6.0f}", flush=True)
            for line in sorted(set.intersection(*({*imperfect(report)} for report in reports))):
                print(f"    {line}", flush=True)
    return int(missed)


def median(reports: list[dict[str, Any]], name: str) -> float:
    """A category's score of 100."""
    return 100 * statistics.median(report["categories"][name]["score"] or 0 for report in reports)


def audit(address: str, folder: Path) -> dict[str, Any]:
    """Lighthouse's report on one page; its browser dies now and then, so it may try three times.

    Raises:
        subprocess.CalledProcessError: if it fails each time.
    """
    command = [node(), str(pinned() / "lighthouse" / "cli" / "index.js"), address, "--quiet", "--output=json"]
    command += ["--output-path=stdout", f"--only-categories={','.join(AIMS)}", "--chrome-flags=--headless=new --no-sandbox"]
    environment = {**os.environ, "CHROME_PATH": os.environ["ATLAS_CHROMIUM"]}
    for _ in range(TRIES):
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if not done.returncode:
            break
    done.check_returncode()
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def imperfect(report: dict[str, Any]) -> Iterable[str]:
    """Each audit that counts for a score and is not perfect, with the first element that it names."""
    for category in report["categories"].values():
        for reference in category["auditRefs"]:
            found = report["audits"][reference["id"]]
            if reference["weight"] and found["score"] is not None and found["score"] < 0.9:
                items = (found.get("details") or {}).get("items") or [{}]
                where = (items[0].get("node") or {}).get("snippet", "") if isinstance(items[0], dict) else ""
                yield f"{category['id']}/{found['id']} {where[:160]}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
