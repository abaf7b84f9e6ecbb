"""A :class:`~atlas.book.Book` → a PDF, printed by Chromium from one document.

Twice: the first printing tells on which page each chapter begins, the second has these numbers in its contents (Chromium
knows no ``target-counter``). The contents are as long both times, so nothing moves.
"""

from __future__ import annotations

import copy
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from types import ModuleType

from bs4 import BeautifulSoup, Tag

from atlas.book import Book, Leaf, lettering
from atlas.book.pictures import paint
from atlas.findings import CannotCheckError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 3600
"""Seconds that a printing may take: a minute on an idle desk, far longer on a busy small machine."""
_COLUMNS, _MOST_COLUMNS = 8, 12
"""Tables with as many columns lie on pages turned sideways, or are set smaller still."""


def find_browser() -> str:
    """The Chromium that ``make`` found, or one on the path.

    Raises:
        CannotCheckError: if there is none.
    """
    named = os.environ.get("ATLAS_CHROMIUM", "")
    found = next((path for path in map(shutil.which, [named, *BROWSERS] if named else BROWSERS) if path), None)
    if found is None:
        raise CannotCheckError("找不到 Chromium，印不出 PDF：运行 `make pdf` 会装好，或用环境变量 ATLAS_CHROMIUM 指定。")
    return found


def write(book: Book, target: Path) -> int:
    """Print the book to ``target``, which appears in one step; returns its number of pages.

    Raises:
        CannotCheckError: if there is no Chromium, or it fails.
    """
    browser = find_browser()
    _library()
    body = "\n".join(_leaf(book, leaf, number) for number, leaf in enumerate(book.leaves))
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder) / "book.html", Path(folder) / "book.pdf"
        pages: Mapping[str, int] = {}
        for _ in range(2):
            page.write_text(_document(book, body, pages), "utf-8")
            _print(browser, page, printed)
            pages = _pages(printed)
        return _finish(book, printed, target)


def _document(book: Book, body: str, pages: Mapping[str, int]) -> str:
    folder = Path(__file__).parent
    styles = "\n".join((folder / name).read_text("utf-8") for name in ("book.css", "paper.css"))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(book.title)}</title>'
        f"<style>{styles}</style></head><body>{_title(book)}{_contents(book, pages)}{body}</body></html>"
    )


def _title(book: Book) -> str:
    lines = {"版本": book.imprint.version, "提交": book.imprint.commit, "日期": book.imprint.date, "作者": book.author}
    lines |= {"许可": book.rights, "网址": book.address}
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in lines.items() if value)
    inside = f"<h1>{escape(book.title)}</h1><p>{escape(book.description)}</p><dl>{listed}</dl>"
    return f'<section class="book-title">{inside}</section>'


def _contents(book: Book, pages: Mapping[str, int]) -> str:
    return f'<nav class="book-contents"><h1>目录</h1>{"".join(_lines(book.leaves, pages))}</nav>'


def _lines(leaves: tuple[Leaf, ...], pages: Mapping[str, int]) -> Iterator[str]:
    depth = -1
    for leaf in leaves:
        yield "<ol>" * (leaf.depth - depth) if leaf.depth > depth else "</li>" + "</ol></li>" * (depth - leaf.depth)
        depth = leaf.depth
        top = ' class="top"' if not depth else ""
        page = pages.get(leaf.key, "000")
        yield f'<li{top}><a href="#{leaf.key}"><span>{escape(leaf.title)}</span><span>{page}</span></a>'
    yield "</li></ol>" * (depth + 1)


def _leaf(book: Book, leaf: Leaf, number: int) -> str:
    """The page below its heading, its own headings one level below the leaf's."""
    body = copy.copy(leaf.body)  # all of it: the book may be written in the other form, too
    for heading in body.find_all(["h2", "h3", "h4", "h5"]):
        heading.name = f"h{min(6, int(heading.name[1]) + leaf.depth)}"
    for table in body.find_all("table"):
        _turn(table)
    for picture in body.find_all("svg"):
        paint(picture, book.colours)
    level = leaf.depth + 1
    first = " first" if leaf.depth < 2 or not number else ""
    head = f'<h{level} class="book-head" id="{leaf.key}">{escape(leaf.title)}</h{level}>'
    return f'<article class="book-leaf{first}">{head}{body.decode_contents()}</article>'


def _turn(table: Tag) -> None:
    """Give a table of many columns a page turned sideways, with the heading that would else be left behind."""
    row = table.find("tr")
    columns = len(row.find_all(["td", "th"])) if row else 0
    if columns < _COLUMNS:
        return
    block = table.find_parent(class_="atlas-facts") or table
    classes = "wide widest" if columns >= _MOST_COLUMNS else "wide"
    around = block.wrap(BeautifulSoup("", "html.parser").new_tag("div", attrs={"class": classes}))
    before = around.find_previous_sibling()
    if isinstance(before, Tag) and before.name in {"h2", "h3", "h4", "h5", "h6"}:
        around.insert(0, before.extract())


def _print(browser: str, page: Path, printed: Path) -> None:
    command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer", "--generate-pdf-document-outline"]
    command += [f"--user-data-dir={printed.parent / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND"]
    command += ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command += [f"--print-to-pdf={printed}", page.as_uri()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotCheckError(f"Chromium 没有印出 PDF：{error}") from error
    if done.returncode or not printed.is_file():
        raise CannotCheckError(f"Chromium 没有印出 PDF：{' '.join(done.stderr.split())[-200:]}")


def _pages(file: Path) -> dict[str, int]:
    """Where each leaf begins, counted from 1."""
    with _library().open(file) as document:
        numbers = {page.objgen: number for number, page in enumerate(document.pages, 1)}
        places = document.Root.get("/Dests", {})
        return {str(key).lstrip("/"): numbers.get(place[0].objgen, 0) for key, place in places.items()}


def _finish(book: Book, printed: Path, target: Path) -> int:
    """Say what it is, dated by the commit, and pack it: what Chromium writes is more than twice as large."""
    day = f"D:{book.imprint.date.replace('-', '')}000000Z"
    said = {"/Title": book.title, "/Author": book.author, "/Subject": book.description}
    said |= {"/Keywords": f"{book.imprint.version} {book.imprint.commit}", "/CreationDate": day, "/ModDate": day}
    library = _library()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with library.open(printed) as document:
            for name, value in said.items():
                document.docinfo[name] = value
            for one in document.objects:
                if isinstance(one, library.Dictionary) and "/ToUnicode" in one:
                    table = one.ToUnicode
                    table.write(lettering.mend(table.read_bytes().decode("latin-1")).encode("latin-1"))
            streams = library.ObjectStreamMode.generate
            # Linearised: a reader on a slow line sees the first page while the rest comes.
            document.save(partial, object_stream_mode=streams, linearize=True, deterministic_id=True)
            count = len(document.pages)
        partial.replace(target)
        return count
    finally:
        partial.unlink(missing_ok=True)


def _library() -> ModuleType:
    """``pikepdf``, which comes with what only tests and the printed book need."""
    try:
        import pikepdf
    except ImportError as error:
        raise CannotCheckError("没有装 pikepdf，印不出 PDF：运行 `make pdf` 会装好。") from error
    return pikepdf
