"""What may stand in a page, what is left out of it, and what its policy says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from atlas.facts import Facts
from atlas.finishing.policy import policy, with_policy
from atlas.markdown.safety import Cleaner
from atlas.markdown.state import PageState
from atlas.safety import Kind, clean, clean_metadata, spot, spotting

pytestmark = pytest.mark.security

KEPT = [
    '<table><tbody><tr><td style="text-align: right;">1</td></tr></tbody></table>',
    '<h2 id="甲">甲<a class="headerlink" href="#甲" title="本节">¶</a></h2>',
    '<input checked="" id="__tabbed_1_1" name="__tabbed_1" type="radio"><label for="__tabbed_1_1">甲</label>',
    '<svg viewBox="0 0 9 9" style="--_r:var(--pele-radius,4px);color:var(--_fg)"><path d="M0,0" marker-end="url(#a)"></path></svg>',
    '<svg><a href="../b/#c" rel="noopener"><text xml:space="preserve">甲</text></a><use xlink:href="#a"></use></svg>',
    '<math display="block"><mrow><mi mathvariant="normal">x</mi></mrow></math>',
    '<a href="mailto:a@example.org">甲</a><a href="../b.html?c=1#d:e">乙</a><a href="https://example.org/a:b">丙</a>',
    '<img src="data:image/png;base64,AAAA" alt="甲" loading="lazy">',
    '<img srcset="data:image/gif;base64,AAAA= 2x, a.png 1x" alt="">',
    '<video src="a.mp4" controls="" poster="a.png"></video>',
    '<div class="mermaid" data-search-exclude="">flowchart LR</div>',
    '<label>显存 <input type="number" min="1" value="80"></label><output>80</output>',
]
LEFT = [
    ("<p>甲<script>x</script>乙</p>", "<p>甲乙</p>"),
    ('<p onclick="x">甲</p>', "<p>甲</p>"),
    ('<a href="java&#10;script:x">甲</a>', "<a>甲</a>"),
    ('<a href="data:text/html,x">甲</a>', "<a>甲</a>"),
    ('<img srcset="a.png, javascript:x 2x">', "<img>"),
    ('<iframe src="x">甲</iframe>乙', "乙"),
    ('<form action="x" onsubmit="y" name="z"><b>甲</b></form>', "<form><b>甲</b></form>"),
    ('<p style="color: red; position: fixed">甲</p>', '<p style="color: red">甲</p>'),
    ('<p style="color: u\\72l(x)">甲</p>', "<p>甲</p>"),
    ('<p id="__config" data-md-component="search" class="md-overlay 乙">甲</p>', '<p class="乙">甲</p>'),
    ('<pre class="mermaid">甲</pre>', "<pre>甲</pre>"),
    ('<svg><animate onbegin="x"></animate><set></set><use href="//a/b#c"></use></svg>', "<svg><use></use></svg>"),
    ('<svg><rect fill="url(//a/b)"></rect></svg>', "<svg><rect></rect></svg>"),
    ('<input type="password">', "<input>"),
    ("甲<!-- 乙 -->", "甲"),
]


@pytest.mark.parametrize("html", KEPT)
def test_what_a_page_needs_stays_as_it_is(html: str) -> None:
    """Byte by byte, and nothing of it is a fault."""
    assert clean(html) == html
    assert not spot(html)


@pytest.mark.parametrize(("html", "left"), LEFT)
def test_what_could_harm_goes(html: str, left: str) -> None:
    """The text for readers stays."""
    assert clean(html) == left
    assert html.startswith("甲<!--") or spot(html)


def test_cleaning_is_final() -> None:
    """What is cleaned is the same when it is cleaned again, whatever a parser made of it the first time."""
    for trick in (
        "<svg></p><style><a id='</style><img src=x onerror=x>'>",
        "<math><mtext><table><mglyph><style><!--</style>",
    ):
        assert clean(clean(trick)) == clean(trick)
        assert "onerror=x>" not in clean(trick)


def test_what_is_left_out_has_a_kind() -> None:
    """A script, a frame, a form, an address and the rest are told apart."""
    found = spot('<script></script><iframe></iframe><form></form><a href="javascript:x">甲</a><style></style>')
    assert [one.kind for one in found] == [Kind.SCRIPT, Kind.EMBED, Kind.FORM, Kind.ADDRESS, Kind.OTHER]


PIECES = [
    *KEPT,
    *(html for html, _ in LEFT),
    "<",
    "<<a>",
    "<!--",
    "-->",
    "<p>",
    "</p",
    "<a title='>'>",
    '<a title=">',
    "<p/>",
    "甲",
]


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_looking_at_tags_one_by_one_misses_nothing(html: str) -> None:
    """Nothing is passed over that reading the page as a whole finds."""
    assert spot(html) == spotting.read(html)


def test_metadata_is_text() -> None:
    """Markup is spelt out, addresses that run are gone, and dates, numbers and plain texts stay."""
    given = {"title": "a < b", "description": '"><b>', "location": "javascript:x", "tags": ["<i>", 1], "checked": None}
    cleaned = {
        "title": "a &lt; b",
        "description": "'&gt;&lt;b&gt;",
        "location": "",
        "tags": ["&lt;i&gt;", 1],
        "checked": None,
    }
    assert clean_metadata(given) == cleaned


THEIRS = 'var target=document.getElementById(location.hash.slice(1));target&&target.name&&(target.checked=target.name.startsWith("__tabbed_"))'


def digests(page: str) -> int:
    """How many scripts inside a page may run."""
    return policy(page, offline=False).count("'sha256-")


@pytest.mark.parametrize(
    ("script", "runs"),
    [
        (THEIRS, True),
        (THEIRS + ";alert(1)", False),
        ("alert(1)", False),
        ('mermaid.initialize({\n    securityLevel: "strict",\n    theme: "neutral"\n});', True),
        ('mermaid.initialize({\n    securityLevel: "loose"\n});', False),
        ('mermaid.initialize({\n    securityLevel: "strict", x: alert(1)\n});', False),
        ('window.location.replace(["a/b",window.location.search,window.location.hash].join(""))', True),
        ('window.location.replace(["javascript:x",window.location.search,window.location.hash].join(""))', False),
    ],
)
def test_only_the_themes_own_scripts_run(script: str, runs: bool) -> None:
    """A script is known by its whole text; what a template fills in is no code."""
    assert digests(f"<script>{script}</script>") == runs


def test_scripts_of_the_sites_own_templates_run(tmp_path: Path) -> None:
    """A line in ``overrides/`` is the project's, as its files are; the same line in a page of another project is not."""
    (tmp_path / "main.html").write_text('{% block header %}<script>dress("page")</script>{% endblock %}', "utf-8")
    page = '<script>dress("page")</script><script>dress("other")</script>'
    assert policy(page, offline=False, templates=(tmp_path,)).count("'sha256-") == 1
    assert digests(page) == 0


def test_the_policy_comes_before_what_it_is_about() -> None:
    """It stands right behind the encoding, and a file without a head gets one, too."""
    page = with_policy('<!doctype html><html><head><meta charset="utf-8"><script src=a></script>', offline=False)
    assert re.search(r'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="[^"]+"><script', page)
    assert with_policy("<p>甲", offline=False).startswith("<meta http-equiv")


def test_no_policy_names_another_host() -> None:
    """What is not the site's own is nowhere allowed, hosted or offline, and no script inside a page runs without a digest."""
    for offline in (False, True):
        rules = dict(one.strip().split(" ", 1) for one in policy("", offline=offline).split(";"))
        sources = {source for value in rules.values() for source in value.split()}
        assert sources <= {"'self'", "'none'", "'unsafe-inline'", "file:", "data:"}
        assert "'unsafe-inline'" not in rules["script-src"]


def test_what_the_extension_itself_adds_is_added_last() -> None:
    """A script of the extension's own comes through; an author who writes its mark, or hides it in a value, gains nothing."""
    state = PageState({}, {}, Facts({}), trusted=["<script src=a></script>"])
    cleaner = Cleaner(state, Markdown())
    mark = '<atlas-trusted n="0"></atlas-trusted>'
    assert cleaner.run(f"<p>甲</p>{mark}") == "<p>甲</p><script src=a></script>"
    assert "<script" not in cleaner.run(f"<p title='{mark}'>甲</p>")
    assert cleaner.run('<atlas-trusted n="1"></atlas-trusted>') == ""


def test_metadata_that_hold_themselves_end() -> None:
    """YAML has a name for a value inside itself; whoever writes one gets a page all the same."""
    loop: list[object] = ["<b>"]
    loop.append(loop)
    assert clean_metadata({"tags": loop}) == {"tags": ["&lt;b&gt;", None]}
