"""The last steps between what MkDocs writes and what readers get."""

from __future__ import annotations

import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest

from atlas.cli import main
from atlas.finishing import finish, joining, markup, styles
from atlas.finishing.compressing import compress
from atlas.finishing.tables import wrap_tables
from tests.conftest import REPOSITORY, Project

PAGE = {"docs/index.md": "# 甲\n", "docs/assets/a.js.map": "{}"}
DIGEST = r"\.[0-9a-f]{8}\."
FILES = {
    "assets/main.0a1b2c3d.min.css": "a{background:url(../images/a.png)}",
    "assets/own.js": "start('workers/w.js', \"assets/data.json\", `../images/a.png`, '/elsewhere/own.js')",
    "assets/workers/w.js": "let own = './other.js'",
    "assets/workers/other.js": "1",
    "assets/data.json": "{}",
    "assets/data/public.json": "{}",
    "images/a.png": "picture",
    "images/b c.png": "other",
    "images/card.png": "shown by other hosts",
    "images/never.png": "not loaded",
    "search/search_index.json": '{"config": {"lang": ["zh"]}}',
    "assets/javascripts/lunr/min/lunr.zh.min.js": "",
    "assets/javascripts/lunr/min/lunr.fr.min.js": "",
    "assets/javascripts/lunr/wordcut.js": "",
    "assets/javascripts/lunr/min/lunr.multi.min.js": "",
}
PAGES = {
    "index.html": """<link href="assets/main.0a1b2c3d.min.css" rel=stylesheet><script src=assets/own.js></script>
<meta property="og:image" content="https://example.org/sub/images/card.png"><!-- <img src="images/a.png"> -->
<img src="images/b%20c.png" title="1 > 0"><a href="images/a.png">看大图</a><a href="assets/data/public.json">数据</a>
<code>&lt;img src="images/a.png"&gt;</code><i style="background:url('images/a.png')"></i>""",
    "one/two/index.html": """<img srcset="../../images/a.png 1x, ../../images/b%20c.png 2x"><a href="../../index.html#a.png">回</a>
<script id="config" type="application/json">{"base": "../..", "worker": "../../assets/workers/w.js"}</script>
<a href="../../assets/own.js?v=1#x">看脚本</a><script>fetch("../../assets/data/public.json")</script><button data-worker="../../assets/workers/w.js" data-index="../../search/x/"><img src="../../images/card.png">""",
    "404.html": """<script src="/sub/assets/own.js"></script>""",
}


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A site with every way of referring to a file, finished."""
    for name, text in (FILES | PAGES).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    finish(tmp_path, offline=False)
    return tmp_path


def only(folder: Path, pattern: str) -> str:
    """The one file's path."""
    (found,) = folder.glob(pattern)
    return found.relative_to(folder).as_posix()


def evaluate(code: str) -> object:
    """The value of a script in V8, which waits in a thread of its own: an open browser's event loop may run in this one."""
    from py_mini_racer import MiniRacer

    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: MiniRacer().eval(code)).result()


def test_each_loaded_file_has_a_digest_in_its_name(finished: Path) -> None:
    """The theme's own digest gives way, for it does not know what we changed; people still see what a file is."""
    names = {file.relative_to(finished).as_posix() for file in finished.rglob("*") if file.is_file()}
    hashed = {re.sub(DIGEST, ".", name) for name in names if re.search(DIGEST, name)}
    loaded = {"assets/main.min.css", "assets/own.js", "assets/workers/w.js", "assets/workers/other.js", "assets/data.json"}
    assert hashed == loaded | {"images/a.png", "images/b c.png"}


def test_addresses_that_others_have_stay(finished: Path) -> None:
    """Data that a page links to, a picture that other hosts show, and what only a script could name."""
    for name in ("assets/data/public.json", "images/card.png", "images/never.png", "search/search_index.json"):
        assert (finished / name).is_file()


def test_every_reference_leads_to_its_file(finished: Path) -> None:
    """In pages at any depth, in style sheets and in scripts, relative or from the root; examples in the text stay."""
    picture, spaced = only(finished, "images/a.*.png"), only(finished, "images/b c.*.png").replace(" ", "%20")
    own, worker = only(finished, "assets/own.*.js"), only(finished, "assets/workers/w.*.js")
    index = (finished / "index.html").read_text("utf-8")
    assert f'<link href="{only(finished, "assets/main.*.css")}" rel=stylesheet><script src={own}>' in index
    assert f'<img src="{spaced}" title="1 > 0"><a href="{picture}">看大图</a>' in index
    assert f"<i style=\"background:url('{picture}')\">" in index
    assert '<!-- <img src="images/a.png"> -->' in index
    assert '<code>&lt;img src="images/a.png"&gt;</code>' in index
    assert '"assets/data/public.json"' in index
    deeper = (finished / "one/two/index.html").read_text("utf-8")
    assert f'srcset="../../{picture} 1x, ../../{spaced} 2x"><a href="../../index.html#a.png">' in deeper
    assert f'"worker": "../../{worker}"' in deeper
    assert f'href="../../{own}?v=1#x"' in deeper
    assert f'<button data-worker="../../{worker}" data-index="../../search/x/">' in deeper
    assert 'fetch("../../assets/data/public.json")' in deeper
    assert f'src="/sub/{own}"' in (finished / "404.html").read_text("utf-8")
    assert f"url(../{picture})" in next(finished.glob("assets/main.*")).read_text("utf-8")
    assert f"./{Path(only(finished, 'assets/workers/other.*.js')).name}" in (finished / worker).read_text("utf-8")
    said = f"start('workers/{Path(worker).name}', \"{only(finished, 'assets/data.*.json')}\", `../{picture}`, '/elsewhere/own.js')"
    assert (finished / own).read_text("utf-8") == said


def test_a_changed_file_changes_the_names_of_those_that_load_it(tmp_path: Path) -> None:
    """Else a browser would keep a style sheet that names a picture which is gone."""
    names: list[str] = []
    for text in ("one", "two", "one"):
        folder = tmp_path / str(len(names))
        for name, written in {"a.css": "a{background:url(b.svg)}", "b.svg": text, "i.html": '<link href="a.css">'}.items():
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(written, "utf-8")
        finish(folder, offline=False)
        names.append(only(folder, "a.*.css"))
    assert names[0] != names[1]
    assert names[0] == names[2]


def test_files_that_load_each_other_are_still_found(tmp_path: Path) -> None:
    """One of them keeps its name."""
    for name, text in {"x/a.js": "'./b.js'", "x/b.js": "'./a.js'", "i.html": '<script src="x/a.js"></script>'}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    finish(tmp_path, offline=True)
    for file in (tmp_path / "x").iterdir():
        assert (tmp_path / "x" / file.read_text("utf-8").strip("'")).is_file()


def test_search_in_other_languages_is_left_out(finished: Path) -> None:
    """The theme brings a megabyte of it."""
    left = {file.name for file in (finished / "assets/javascripts").rglob("*.js")}
    assert left == {"lunr.zh.min.js", "lunr.multi.min.js"}


ROW = {
    "assets/a.css": "/* why */\na {\n  color: red;\n}\n",
    "assets/b.css": "b { background: url(pictures/b.png) }\n",
    "assets/theme/main.min.css": "c{color:blue}",
    "assets/theme/more.min.css": "d{color:blue}",
    "assets/one.js": "// why\n(() => {\n  document.title += 'one'; null.x;\n})();\n",
    "assets/two.js": "(() => { document.title += 'two' })() // end",
    "assets/late.js": "later()",
}
HEAD = """<link rel="stylesheet" href="{0}assets/theme/main.min.css">
<link rel="stylesheet" href="{0}assets/theme/more.min.css">
<link rel="stylesheet" href="{0}assets/a.css">
<link rel="stylesheet" href="{0}assets/b.css"><link rel="stylesheet" href="https://example.org/c.css">
<script src="{0}assets/one.js"></script>
<script src="{0}assets/two.js"></script>
<script src="{0}assets/late.js" defer></script>"""


@pytest.fixture
def joined(tmp_path: Path) -> Path:
    """A site whose pages load rows of files, joined."""
    other = re.sub(r'(rel="stylesheet") (href="[^"]*")>', r"\2 \1/>", HEAD.format("../../"))  # as Beautiful Soup writes them
    pages = {"index.html": HEAD.format(""), "x/y/index.html": other, "404.html": HEAD.format("/sub/")}
    for name, text in (ROW | pages).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    joining.join_files(tmp_path, offline=False)
    return tmp_path


def test_rows_of_files_become_one_file_each(joined: Path) -> None:
    """Ours and the theme's apart; what another host or another moment gives stays; a page at any depth finds them."""
    for page, root in {"index.html": "", "x/y/index.html": "../../", "404.html": "/sub/"}.items():
        assert re.findall(r'(?:href|src)="([^"]+)"', (joined / page).read_text("utf-8")) == [
            f"{root}assets/theme/main-more.css",
            f"{root}assets/a-b.css",
            "https://example.org/c.css",
            f"{root}assets/one-two.js",
            f"{root}assets/late.js",
        ]
    left = {file.relative_to(joined).as_posix() for file in joined.rglob("*.*s") if file.is_file()}
    assert left == {"assets/theme/main-more.css", "assets/a-b.css", "assets/one-two.js", "assets/late.js"}


def test_joined_files_mean_the_same_in_fewer_bytes(joined: Path) -> None:
    """Without comments; in order; one script's mistake takes no other along, and is still told."""
    styles = (joined / "assets/a-b.css").read_text("utf-8")
    assert "why" not in styles
    assert re.fullmatch(r"a\{color:(red|#f00)\}\s*b\{background:url\(pictures/b\.png\)\}", styles)
    assert (joined / "assets/theme/main-more.css").read_text("utf-8") == "c{color:blue}\nd{color:blue}"
    script = (joined / "assets/one-two.js").read_text("utf-8")
    waiting = (
        "var document = {title: ''}, told = []; var setTimeout = tell => { try { tell() } catch (e) { told.push(e) } };"
    )
    assert evaluate(f"{waiting}{script}; [document.title, told.length].join()") == "onetwo,1"


def test_a_file_that_a_page_loads_alone_stays(tmp_path: Path) -> None:
    """A row on one page does not take it from another."""
    pages = {"index.html": HEAD.format(""), "alone.html": '<script src="assets/two.js"></script>'}
    for name, text in (ROW | pages).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    joining.join_files(tmp_path, offline=True)
    assert (tmp_path / "alone.html").read_text("utf-8") == pages["alone.html"]
    assert (tmp_path / "assets/two.js").read_text("utf-8") == ROW["assets/two.js"]


def test_a_site_is_finished_before_it_is_checked(project: Project) -> None:
    """What no reader loads is not in the site, and every name that a page uses is there, for the check looked."""
    configuration = project(PAGE)
    assert main(["build", "--config-file", str(configuration)]) == 0
    site = configuration.parent / "site"
    assert not list(site.rglob("*.map"))
    (style, *_) = re.findall(r'href="([^"]+\.css)"', (site / "index.html").read_text("utf-8"))
    assert re.search(DIGEST, style)
    assert (site / style).is_file()


def test_another_project_is_left_as_it_is(project: Project) -> None:
    """A site that does not use our extension keeps every file."""
    plain = "site_name: 别家\ntheme: {name: mkdocs, highlightjs: false}\nplugins: []\n"
    configuration = project(PAGE | {"mkdocs.yml": plain})
    assert main(["build", "--config-file", str(configuration)]) == 0
    assert (configuration.parent / "site" / "assets" / "a.js.map").is_file()


def test_texts_are_compressed_once(tmp_path: Path) -> None:
    """Each holds what the file holds; a picture, and a text too short to gain, have none; the same bytes each time."""
    page = "<p>张量并行</p>" * 500
    made: list[dict[str, bytes]] = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        (folder / "a").mkdir(parents=True)
        (folder / "a" / "index.html").write_text(page, "utf-8")
        (folder / "short.css").write_text("a{}", "utf-8")
        (folder / "b.png").write_bytes(bytes(5000))
        compress(folder)
        made.append({file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()})
    assert made[0] == made[1]
    assert set(made[0]) == {"a/index.html", "a/index.html.br", "a/index.html.gz", "short.css", "b.png"}
    assert gzip.decompress(made[0]["a/index.html.gz"]).decode() == page
    assert brotli.decompress(made[0]["a/index.html.br"]).decode() == page


def test_compressed_files_only_on_demand(project: Project) -> None:
    """`atlas build --compress` puts them beside the pages, `atlas build` does not."""
    configuration = project(PAGE)
    for arguments, count in (([], 0), (["--compress"], 1)):
        assert main(["build", "--config-file", str(configuration), *arguments]) == 0
        assert len(list((configuration.parent / "site").glob("index.html.br"))) == count


def test_a_page_is_shorter_and_the_same(tmp_path: Path) -> None:
    """Blank lines and indentation of templates go; what a reader sees or a script reads stays to the letter."""
    page = """
<!doctype html>
<body>

    <p>一行
       又一行，<code>a  b</code></p>


    <pre>  def f():

        return 1</pre>
    <figure data-source="mindmap
  根
    枝"><svg><g class="pele-node" data-id="枝"><text data-id="x">枝 > 叶</text></g></svg></figure>
    <script>
      let text = `

      `
    </script>
</body>
"""
    (tmp_path / "index.html").write_text(page, "utf-8")
    markup.shorten_pages(tmp_path, False)
    text = (tmp_path / "index.html").read_text("utf-8")
    assert text.startswith(
        "<!doctype html>\n<body>\n<p>一行\n又一行，<code>a  b</code></p>\n<pre>  def f():\n\n        return 1</pre>\n"
    )
    assert 'data-source="mindmap\n  根\n    枝"><svg><g class="pele-node"><text data-id="x">枝 > 叶</text></g></svg>' in text
    assert "let text = `\n\n      `" in text


THEME = """@charset "UTF-8";:root{--used:url('a,b;.svg');--unused:url("c.svg")}
.on-page,.nowhere{color:red}.on-page>a:not(.nowhere):hover{x:var(--used)}.nowhere{color:blue}
.by-script{a:b}.side--left{a:b}.side-right{a:b}[dir=rtl] .on-page{a:b}[dir=ltr] .on-page{a:c}p#x[data-y]{a:b}
[data-md-color-switching] *,[data-md-color-switching] :after{a:b}
@media print{.nowhere{a:b}.on-page{a:d}}@media screen{.nowhere{a:b}}@font-face{font-family:x}@keyframes k{0%{a:b}}"""


def test_only_rules_that_can_never_apply_or_cost_too_much_are_dropped(tmp_path: Path) -> None:
    """A class on a page or in a script, whole or put together, keeps its rules; so does whatever is no class."""
    for name, text in {
        "assets/stylesheets/main.css": THEME,
        "assets/own.css": ".nowhere{a:b}",
        "assets/own.js": "give('by-script'); give(`side--${side}`)",
        "index.html": '<link href="assets/stylesheets/main.css"><p class="x on-page">',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    styles.drop_unused_rules(tmp_path, False)
    assert (tmp_path / "assets/own.css").read_text("utf-8") == ".nowhere{a:b}"
    left = (tmp_path / "assets/stylesheets/main.css").read_text("utf-8")
    assert left.replace('"', "'") == (
        "@charset 'UTF-8';:root{--used:url('a,b;.svg');}"
        ".on-page{color:red}.on-page>a:not(.nowhere):hover{x:var(--used)}.by-script{a:b}.side--left{a:b}"
        "[dir=ltr] .on-page{a:c}p#x[data-y]{a:b}"
        "@media print{.on-page{a:d}}@font-face{font-family:x}@keyframes k{0%{a:b}}"
    )


def test_tables_are_wrapped_as_the_theme_would(tmp_path: Path) -> None:
    """Those without a class, in the article: boxes to scroll in and a class that style sheets know; all others stay."""
    own = '<table class="own"><tr><td>1</table></article><table><tr><td>外</table>'
    page = f'<article><p title="<table>">甲</p><table id="t" data-x=">"><tr><td>乙</table>{own}'
    (tmp_path / "index.html").write_text(page, "utf-8")
    (tmp_path / "a.css").write_text(".md-typeset table:not( [class]) td,table:not(.own){color:red}", "utf-8")
    wrap_tables(tmp_path, False)
    wrapped = (tmp_path / "index.html").read_text("utf-8")
    boxes = '<div class="md-typeset__scrollwrap"><div class="md-typeset__table">'
    dressed = page.replace('<table id="t"', f'{boxes}<table class="atlas-plain" id="t"').replace(
        "乙</table>", "乙</table></div></div>"
    )
    assert wrapped == dressed
    assert (tmp_path / "a.css").read_text("utf-8") == ".md-typeset table.atlas-plain td,table:not(.own){color:red}"


@pytest.mark.parametrize("script", sorted((REPOSITORY / "docs" / "assets").rglob("*.js")), ids=lambda file: file.name)
def test_our_scripts_parse(script: Path) -> None:
    """They are joined, so a mistake in one would stop all of them."""
    assert evaluate(f"typeof new Function({json.dumps(script.read_text('utf-8'))})") == "function"
