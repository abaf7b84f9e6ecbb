"""TeX → MathML, or what is wrong and where."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from atlas import formulas, v8
from atlas.formulas import FormulaProblem, typeset
from atlas.v8 import Engine, EngineError


@pytest.mark.parametrize(
    ("tex", "parts"),
    [
        pytest.param(r"\frac{1}{2}", ["<mfrac>", "<mn>1</mn>", "<mn>2</mn>"], id="fraction"),
        pytest.param("a < b", ["&lt;"], id="comparison is escaped"),
        pytest.param(r"\text{显存} = 2N", ["<mtext>显存</mtext>"], id="Chinese"),
        pytest.param(r"\mathrm{softmax}(x)", ["<mi>softmax</mi>"], id="a word is one name"),
        pytest.param(r"\mathrm{d}x", ['<mi mathvariant="normal">d</mi>', "<mi>x</mi>"], id="a letter keeps its style"),
        pytest.param(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", ["<mtable"], id="environment"),
    ],
)
@pytest.mark.parametrize("display", [False, True])
def test_formula_is_mathml(tex: str, parts: list[str], display: bool) -> None:
    """A formula becomes one ``<math>`` element with its TeX as annotation."""
    math = typeset(tex, display=display)
    assert isinstance(math, str)
    assert math.startswith("<math ")
    assert math.endswith("</math>")
    assert ('display="block"' in math) is display
    assert 'encoding="application/x-tex"' in math
    assert all(part in math for part in parts)


@pytest.mark.parametrize(
    ("tex", "offset", "message"),
    [
        pytest.param(r"a + \fracc{1}{2}", 4, "Undefined control sequence", id="unknown command"),
        pytest.param(r"\frac{1}{2", 10, "expected '}'", id="unclosed brace"),
        pytest.param("x_1_2", 3, "Double subscript", id="double subscript"),
        pytest.param(r"\left( a", 8, "Expected '\\right'", id="left without right"),
    ],
)
def test_problem_has_an_offset(tex: str, offset: int, message: str) -> None:
    """What KaTeX refuses comes with the character where it stopped, without KaTeX's own prefix."""
    problem = typeset(tex, display=False)
    assert isinstance(problem, FormulaProblem)
    assert message in problem.message
    assert not problem.message.startswith("KaTeX parse error")
    assert problem.offset == offset


@pytest.mark.parametrize("tex", [r"\href{javascript:alert(1)}{x}", r"\includegraphics{https://example.com/a.png}"])
def test_formula_can_neither_link_nor_load(tex: str) -> None:
    """KaTeX is not trusted: commands that link or load are not carried out."""
    math = typeset(tex, display=False)
    assert isinstance(math, FormulaProblem) or ("href=" not in math and "src=" not in math)


def test_endless_loop_is_stopped_and_the_engine_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A formula engine that runs away ends with one sentence; a fresh context answers the next call."""
    script = 'globalThis.typeset = (tex) => { for (; tex === "loop";); return JSON.stringify(tex); };'
    monkeypatch.setattr(v8, "_script", lambda name: script)
    engine = Engine("公式引擎", (), ("typeset.js",))
    with pytest.raises(EngineError, match=r"超过 0\.3 秒"):
        engine.call("typeset", "loop", seconds=0.3)
    assert engine.call("typeset", "x") == "x"


def test_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Without KaTeX installed the sentence names the file and the command that installs it."""
    monkeypatch.setattr(v8, "NODE_MODULES", tmp_path)
    monkeypatch.setattr(formulas, "_ENGINE", Engine("公式引擎", (v8.KATEX,), ("typeset.js",)))
    with pytest.raises(EngineError, match=r"缺少 JavaScript 库 `katex/.*make site"):
        typeset("never seen before", display=False)


@pytest.mark.parametrize("tex", [r"S_{\min}", r"S_{\min}^{2}", r"\frac{\log}{2}"])
def test_name_of_a_function_is_one_index(tex: str) -> None:
    """Every element that takes two or three parts has so many: with one more, browsers set them all in a row."""
    math = typeset(tex, display=False)
    assert isinstance(math, str)
    wanted = {"msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2}
    for element in ElementTree.fromstring(math).iter():
        name = element.tag.rpartition("}")[2]
        assert len(element) == wanted.get(name, len(element)), math
