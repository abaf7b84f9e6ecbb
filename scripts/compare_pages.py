"""``compare_pages.py BEFORE AFTER --output REPORT``: two built sites → how ten pages look in each, pixel by pixel.

What a new version of a library does to the pages, no test of ours foresees: a person looks. This says where to look: each
page on a phone and on a desk, before, after, and what differs, in a page that needs nothing but a browser.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import Browser, sync_playwright

PAGES = {
    "index.html": "首页和思维导图",
    "guide/map/index.html": "全景图",
    "hardware/devices/index.html": "最长的数据表",
    "hardware/roofline/index.html": "图表",
    "architecture/attention/index.html": "公式和图",
    "distributed/hybrid/index.html": "宽图和算例",
    "training/scaling/index.html": "坐标图",
    "deployment/kv-cache/index.html": "代码和表",
    "appendix/glossary/index.html": "术语表",
    "contributing/index.html": "列表、代码、提示框",
}
"""One page for each kind of thing that pages hold."""
WIDTHS = (390, 1440)
TALLEST = 12_000
"""Pixels; further down a page holds more of the same."""
SAME = 24
"""Of 255: smaller differences in a pixel's colour are how text is smoothed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A page at a width: the share of its pixels that differ; ``None`` where one of the sites does not have the page."""

    page: str
    width: int
    share: float | None
    stem: str = ""

    @property
    def is_same(self) -> bool:
        """Whether nobody has to look."""
        return self.share == 0


def difference(before: Image.Image, after: Image.Image) -> tuple[float, Image.Image]:
    """The share of pixels that differ, and the second picture, pale, with those in red; sizes may differ."""
    size = max(before.width, after.width), max(before.height, after.height)
    one, other = (_padded(picture, size) for picture in (before, after))
    mask = functools.reduce(ImageChops.lighter, ImageChops.difference(one, other).split())
    mask = mask.point(lambda value: 255 if value > SAME else 0)
    shown = Image.blend(other, Image.new("RGB", size, "white"), 0.7)
    shown.paste((220, 0, 0), mask=mask)
    return mask.histogram()[255] / (size[0] * size[1]), shown


def _padded(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    padded = Image.new("RGB", size, "white")
    padded.paste(picture.convert("RGB"))
    return padded


def compare(before: Path, after: Path, output: Path, browser: Browser) -> list[Comparison]:
    """Take all pictures; those of pages that differ are kept in ``output``."""
    found = []
    with served(before) as old, served(after) as new:
        for width in WIDTHS:
            for page in PAGES:
                there = [(site / page).is_file() for site in (before, after)]
                if not all(there):
                    found += [Comparison(page, width, None)] if any(there) else []
                    continue
                pictures = [photograph(browser, f"{base}{page}", width) for base in (old, new)]
                share, shown = difference(*pictures)
                stem = f"{page.removesuffix('index.html').strip('/').replace('/', '-') or 'home'}-{width}"
                if share:
                    for name, picture in zip(("before", "after", "difference"), (*pictures, shown), strict=True):
                        picture.save(output / f"{stem}-{name}.png")
                found.append(Comparison(page, width, share, stem))
    return found


def photograph(browser: Browser, address: str, width: int) -> Image.Image:
    """The whole page at a width, with nothing moving and nothing folded away at random."""
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", locale="zh-CN")
    try:
        page = context.new_page()
        page.goto(address, wait_until="load")
        page.evaluate("document.fonts.ready.then(() => true)")
        height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
        page.set_viewport_size({"width": width, "height": height})
        taken = page.screenshot(animations="disabled", caret="hide")
    finally:
        context.close()
    return Image.open(BytesIO(taken)).convert("RGB")


@contextmanager
def served(site: Path) -> Iterator[str]:
    """A site on the loopback."""
    handler = functools.partial(_Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Say nothing."""


def summary(found: Sequence[Comparison]) -> str:
    """A table in Markdown: what differs first."""
    differing = [one for one in found if not one.is_same]
    lines = ["## 十页前后对比", "", f"拍了 {len(found)} 张，{len(differing)} 张与原来不同。"]
    if differing:
        lines += ["", "| 页 | 宽 | 不同的像素 |", "|---|--:|--:|"]
        order = sorted(differing, key=lambda one: -2.0 if one.share is None else -one.share)
        lines += [f"| {PAGES[one.page]}（`{one.page}`） | {one.width} | {_said(one)} |" for one in order]
        lines += ["", "在本页末下载 `comparison`，打开 `index.html`，逐张看一遍。"]
    return "\n".join(lines) + "\n"


def _said(one: Comparison) -> str:
    return "只有一边有这一页" if one.share is None else f"{one.share:.2%}"


def report(found: Sequence[Comparison]) -> str:
    """The page to look at."""
    parts = []
    for one in sorted(found, key=lambda one: (one.is_same, -(one.share or 0))):
        head = f"<h2>{escape(PAGES[one.page])} · {one.width} px · {_said(one)}</h2>"
        pictures = "".join(
            f'<figure><figcaption>{label}</figcaption><a href="{one.stem}-{name}.png"><img src="{one.stem}-{name}.png" '
            f'alt="{label}" loading="lazy"></a></figure>'
            for name, label in (("before", "原来"), ("after", "现在"), ("difference", "不同处（红）"))
        )
        parts.append(head + (f'<div class="row">{pictures}</div>' if one.share else ""))
    style = ".row{display:flex;gap:1rem}figure{flex:1;margin:0}img{width:100%;border:1px solid}body{font-family:sans-serif}"
    title = "十页前后对比"
    head = f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    return f"{head}<h1>{title}</h1>{''.join(parts)}</html>\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare; 0 whatever differs, unless ``--strict``; 3 if there was nothing to compare."""
    parser = argparse.ArgumentParser(description="两个构建好的网站，十页前后对比")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--output", type=Path, required=True, help="报告放在哪个文件夹")
    parser.add_argument("--summary", type=Path, help="把一张表接在这个文件后面")
    parser.add_argument("--strict", action="store_true", help="有不同就返回 1")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.output, ignore_errors=True)
    options.output.mkdir(parents=True)
    with sync_playwright() as playwright:
        executable = os.environ.get("ATLAS_CHROMIUM") or None
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        found = compare(options.before, options.after, options.output, browser)
        browser.close()
    if not any(one.share is not None for one in found):
        print("两边没有一页可以对比。", file=sys.stderr)
        return 3
    (options.output / "index.html").write_text(report(found), "utf-8")
    if options.summary:
        with options.summary.open("a", encoding="utf-8") as file:
            file.write(summary(found))
    print(summary(found), end="")
    return 1 if options.strict and not all(one.is_same for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
