"""A :class:`~atlas.book.Book` → an EPUB 3.3 whose bytes depend on its contents alone.

One file a leaf. Links, ids and drawings are as in the printed book; formulas stay MathML, their TeX is alternative text.
"""

from __future__ import annotations

import copy
import os
import uuid
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from atlas.book import Book, Leaf
from atlas.book.pictures import paint

_EPOCH = (1980, 1, 1, 0, 0, 0)
_CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_ACCESS = (
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "longDescription"),
    ("accessibilityFeature", "MathML"),
    ("accessibilityFeature", "displayTransformability"),
    ("accessibilityHazard", "none"),
    ("accessibilitySummary", "每张图都有标题、一句话说明和文字版，公式是 MathML，表格有表头，目录与正文次序一致。"),
)
"""What the book says of itself to readers who choose by it, in the words of schema.org."""


def write(book: Book, target: Path) -> int:
    """Write the book to ``target``, which appears in one step; pages have no numbers here, so it returns 0."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    style = (Path(__file__).parent / "book.css").read_text("utf-8")
    try:
        with zipfile.ZipFile(partial, "w") as packed:
            _add(packed, "mimetype", "application/epub+zip", zipfile.ZIP_STORED)
            _add(packed, "META-INF/container.xml", _CONTAINER)
            _add(packed, "EPUB/package.opf", _package(book))
            _add(packed, "EPUB/nav.xhtml", _navigation(book))
            _add(packed, "EPUB/title.xhtml", _title(book))
            _add(packed, "EPUB/style.css", style)
            for leaf in book.leaves:
                _add(packed, f"EPUB/{leaf.key}.xhtml", _chapter(book, leaf))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return 0


def _add(packed: zipfile.ZipFile, name: str, text: str, method: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # the same on every system
    packed.writestr(entry, text.encode("utf-8"), compresslevel=9)


def _page(title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="zh-CN" xml:lang="zh-CN">'
        f'<head><title>{escape(title)}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>'
        f"<body>{body}</body></html>\n"
    )


def _title(book: Book) -> str:
    lines = {"版本": book.imprint.version, "提交": book.imprint.commit, "日期": book.imprint.date, "作者": book.author}
    lines |= {"许可": book.rights, "网址": book.address}
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in lines.items() if value)
    inside = f"<h1>{escape(book.title)}</h1><p>{escape(book.description)}</p><dl>{listed}</dl>"
    return _page(book.title, f'<section class="book-title" epub:type="titlepage">{inside}</section>')


def _navigation(book: Book) -> str:
    contents = f'<nav epub:type="toc" role="doc-toc" id="toc"><h1>目录</h1>{"".join(_lines(book.leaves))}</nav>'
    places = (("toc", "nav.xhtml#toc", "目录"), ("bodymatter", f"{book.leaves[0].key}.xhtml", "正文"))
    marks = "".join(f'<li><a epub:type="{kind}" href="{href}">{words}</a></li>' for kind, href, words in places)
    return _page("目录", f'{contents}<nav epub:type="landmarks" hidden="hidden"><h2>导航</h2><ol>{marks}</ol></nav>')


def _lines(leaves: tuple[Leaf, ...]) -> Iterator[str]:
    depth = -1
    for leaf in leaves:
        yield "<ol>" * (leaf.depth - depth) if leaf.depth > depth else "</li>" + "</ol></li>" * (depth - leaf.depth)
        depth = leaf.depth
        yield f'<li><a href="{leaf.key}.xhtml">{escape(leaf.title)}</a>'
    yield "</li></ol>" * (depth + 1)


def _chapter(book: Book, leaf: Leaf) -> str:
    body = copy.copy(leaf.body)  # all of it: the book may be written in the other form, too
    for one in body.find_all(True):
        for name in [name for name in one.attrs if name.startswith("data-")]:
            del one[name]
        href = str(one.get("href", ""))
        if href.startswith("#"):
            one["href"] = _address(href, leaf.key)
    for math in body.find_all("math"):
        tex = math.find("annotation")
        if isinstance(tex, Tag):
            math["alttext"] = tex.get_text()
        math["xmlns"] = "http://www.w3.org/1998/Math/MathML"
    for picture in body.find_all("svg"):
        paint(picture, book.colours)
    _name_parts(body)
    inside = "".join(one.decode(formatter="minimal") if isinstance(one, Tag) else escape(str(one)) for one in body.contents)
    head = f'<h1 id="{leaf.key}">{escape(leaf.title)}</h1>'
    return _page(leaf.title, f'<section epub:type="chapter" role="doc-chapter">{head}{inside}</section>')


def _address(href: str, own: str) -> str:
    key = href[1:5]
    return href if key == own else f"{key}.xhtml{'' if href == f'#{key}' else href}"


def _name_parts(body: Tag) -> None:
    """Tell assistive technology what is a citation, a way back and the list of references."""
    for one in body.select(".atlas-cite > a"):
        one["role"], one["epub:type"] = "doc-biblioref", "biblioref"
    for listed in body.select("ol.atlas-references"):
        around = BeautifulSoup("", "html.parser").new_tag("section", attrs={"role": "doc-bibliography"})
        around["epub:type"] = "bibliography"
        around["aria-label"] = "参考"
        listed.wrap(around)
        for back in listed.select("a[aria-label]"):
            back["role"], back["epub:type"] = "doc-backlink", "backlink"


def _package(book: Book) -> str:
    day = f"{book.imprint.date}T00:00:00Z"
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{book.address}#{book.imprint.version}-{book.imprint.commit}")
    said = {"title": book.title, "language": "zh-CN", "creator": book.author, "rights": book.rights}
    said |= {"description": book.description, "date": book.imprint.date, "source": book.address, "publisher": book.author}
    core = "".join(f"<dc:{key}>{escape(value)}</dc:{key}>" for key, value in said.items() if value)
    access = "".join(f'<meta property="schema:{key}">{escape(value)}</meta>' for key, value in _ACCESS)
    items = "".join(_item(leaf) for leaf in book.leaves)
    spine = "".join(f'<itemref idref="{leaf.key}"/>' for leaf in book.leaves)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="zh-CN">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{name}</dc:identifier>{core}<meta property="dcterms:modified">{day}</meta>{access}'
        '</metadata><manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="title" href="title.xhtml" media-type="application/xhtml+xml"/>'
        f'<item id="style" href="style.css" media-type="text/css"/>{items}</manifest>'
        f'<spine><itemref idref="title"/><itemref idref="nav"/>{spine}</spine></package>\n'
    )


def _item(leaf: Leaf) -> str:
    marks = " ".join(name for name, tag in (("mathml", "math"), ("svg", "svg")) if leaf.body.find(tag))
    properties = f' properties="{marks}"' if marks else ""
    return f'<item id="{leaf.key}" href="{leaf.key}.xhtml" media-type="application/xhtml+xml"{properties}/>'
