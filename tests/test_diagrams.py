"""Diagrams and formulas: verdicts, drawings, words, and libraries that run away."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from atlas import diagrams, formulas
from atlas.diagrams import NARROW, WIDE, Drawing, Problem, prepare
from atlas.diagrams.engine import GET_CONFIG, forget, verdict
from atlas.v8 import KATEX, MERMAID, Engine, EngineError, library

FLOW = 'flowchart LR\n  accTitle: 题\n  accDescr: 说明\n  A["甲"] -- "传" --> B["乙<br>二"]\n'


@pytest.mark.parametrize("source", ["", "   \n", "mermiad\n  A"])
def test_what_is_no_diagram_is_a_problem(source: str) -> None:
    """An empty or unknown diagram is not valid."""
    assert diagrams.judge(source)


def test_drawing_fits_both_columns() -> None:
    """The same diagram is laid out for a desk and for a phone."""
    for width in (WIDE, NARROW):
        drawn = diagrams.draw(FLOW, "d-", width)
        assert isinstance(drawn, Drawing)
        assert drawn.width <= width
        assert "甲" in drawn.svg
        assert 'id="d-' in drawn.svg


def test_words_say_what_the_picture_says() -> None:
    """Nodes and edges become a list."""
    words = diagrams.outline(FLOW)
    assert (words.title, words.description) == ("题", "说明")
    assert [item.text for item in words.items] == ["甲 → 乙 二：传"]


def test_comment_click_links_a_node() -> None:
    """Kinds without `click` get links from comment lines."""
    drawn = diagrams.draw('mindmap\n  ((根))\n    叶\n%% click 叶 "../a.md#b"\n', "d-", WIDE)
    assert isinstance(drawn, Drawing)
    assert drawn.links == ("../a.md#b",)
    assert '<a href="../a.md#b">' in drawn.svg


@pytest.mark.parametrize("href", ["javascript:alert(1)", " JavaScript:x", "vbscript:x", "data:text/html,x"])
def test_active_links_are_never_drawn(href: str) -> None:
    """Neither by `click` nor by a comment line."""
    assert diagrams.is_active(href)
    for source in (f'flowchart LR\n  A --> B\n  click A "{href}"\n', f'mindmap\n  ((根))\n    叶\n%% click 叶 "{href}"\n'):
        drawn = diagrams.draw(source, "d-", WIDE)
        assert isinstance(drawn, Problem) or href.strip() not in drawn.svg


def test_endless_loop_is_stopped() -> None:
    """Time is bounded, and the engine works again afterwards."""
    engine = Engine("试验", (), ())
    with pytest.raises(EngineError, match="秒"):
        engine.call("(() => { for (;;) {} })", seconds=0.5)
    assert engine.call("(() => '1')") == 1


def test_memory_is_bounded() -> None:
    """A library that swallows memory is stopped, not the machine; in a process of its own, which V8 may take along."""
    code = (
        "from atlas.v8 import Engine, EngineError\nimport os\n"
        "try: Engine('t', (), ()).call('(() => { const a = []; for (;;) a.push(new Array(1e6).fill(1.5)); })', seconds=20)\n"
        "except EngineError: print('stopped', flush=True)\nos._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=90, check=False)
    assert done.stdout == "stopped\n"


def test_crash_is_one_sentence() -> None:
    """An exception in a library names the library and the reason."""
    with pytest.raises(EngineError, match="试验 运行失败"):
        Engine("试验", (KATEX,), ()).call("(() => { throw new Error('坏了'); })")


@pytest.mark.parametrize("tex", [r"\frac{p-1}{m+p-1}", r"2\Psi + \frac{12\Psi}{N}", r"\text{显存} \approx 16\Psi"])
def test_formula_becomes_mathml(tex: str) -> None:
    """No script, no font."""
    math = formulas.typeset(tex, display=False)
    assert isinstance(math, str)
    assert math.startswith("<math")


def test_formula_problem_has_an_offset() -> None:
    """The place of the first wrong character."""
    assert formulas.typeset(r"a + \nosuch", display=True) == formulas.FormulaProblem(
        "Undefined control sequence: \\nosuch", 4
    )


def test_what_is_prepared_is_what_is_asked() -> None:
    """Verdicts, words and drawings are the same asked for at once and one by one, whatever stands beside them."""
    sources = [FLOW, "flowchart LR\n  A --> \n", 'pie\n  "甲" : 1\n']
    forget()
    alone = [
        (verdict(one), diagrams.outline(one), diagrams.draw(one, "x-", WIDE)) for one in sources if not diagrams.judge(one)
    ]
    forget()
    prepare(sources, (WIDE, NARROW))
    assert [
        (verdict(one), diagrams.outline(one), diagrams.draw(one, "x-", WIDE)) for one in sources if verdict(one).drawn
    ] == alone


def test_the_copy_of_the_configuration_is_mermaids_own() -> None:
    """What stands for Mermaid's ``getConfig`` finds its place in the release, and copies as the original does."""
    assert len(re.findall(GET_CONFIG, library(MERMAID).read_text("utf-8"))) == 1
    plain = Engine("Mermaid", (MERMAID,), ())
    ours = Engine("Mermaid", (MERMAID,), (), {MERMAID: (GET_CONFIG, r"\1copyConfiguration(\2)\3")})
    asked = (
        "mermaid.initialize({flowchart: {curve: null, list: [1, 1, 2], deep: {a: {b: 1}}}}),"
        "(() => JSON.stringify(mermaid.mermaidAPI.getConfig()))"
    )
    assert ours.call(f"({asked})") == plain.call(f"({asked})")
