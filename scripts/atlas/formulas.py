"""TeX → MathML by KaTeX, or what is wrong with it, each fault with its place and what to write instead.

MathML needs no script and no font of ours: browsers set it with what the reader's system has. KaTeX stops at the first
fault and says where it noticed; :func:`faults` says where it was made: at the brace, environment or ``\\left`` left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from atlas.v8 import KATEX, Engine, library
from atlas.wording import nearest

_ENGINE = Engine("公式引擎（KaTeX）", (KATEX,), ("typeset.js",))
_MOST_UNKNOWN = 8
"""So many unknown commands are told of one formula."""
_NAMED = re.compile(r"(?<!<mrow>)(<mi[^>]*>[^<]+</mi><mo>\u2061</mo>)")
"""A function's name, which KaTeX leaves as two elements: as an index they would be one too many, and no index at all."""
_WORD = re.compile(r"<mrow>((?:<mi mathvariant=\"normal\">[A-Za-z]</mi>){2,})</mrow>")
"""Upright letters in one pair of braces, ``\\mathrm{softmax}``: seven variables multiplied, to one who hears them."""
_MATH = re.compile(r"<math.*</math>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FormulaProblem:
    """Why a formula can't be set; ``offset`` counts characters from 0 in the TeX, ``None`` where unknown."""

    message: str
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a formula: ``offset`` counts characters from 0 in the TeX; ``hint`` says what to write."""

    offset: int
    message: str
    hint: str


@lru_cache(maxsize=8192)
def typeset(tex: str, *, display: bool) -> str | FormulaProblem:
    """The ``<math>`` element of a formula.

    Raises:
        EngineError: if KaTeX itself fails or runs away.
    """
    answer = _ENGINE.call("typeset", tex, display)
    if not answer["ok"]:
        return FormulaProblem(_clean(answer["message"]), _characters(tex, answer["position"]))
    math = _MATH.search(answer["html"])
    assert math, "KaTeX's MathML output holds a math element"
    named = _NAMED.sub(r"<mrow>\1</mrow>", math[0])
    return _WORD.sub(lambda word: f"<mi>{re.sub('<[^>]*>', '', word[1])}</mi>", named)


def _characters(tex: str, units: int | None) -> int | None:
    """An offset in UTF-16 units as one in characters."""
    return None if units is None else len(tex.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def faults(tex: str, *, display: bool, everywhere: bool = False) -> tuple[Fault, ...]:
    """What is wrong with a formula, in its order.

    ``everywhere`` keeps to what no engine can set: another site may draw with an engine that knows more commands.

    Raises:
        EngineError: if KaTeX itself fails or runs away.
    """
    found = tuple(_wide(tex))
    problem = typeset(tex, display=display)
    if isinstance(problem, FormulaProblem):
        found += tuple(_unpaired(tex)) or tuple(_refused(tex, problem, display=display, everywhere=everywhere))
    return tuple(sorted(dict.fromkeys(found), key=lambda fault: fault.offset))


@lru_cache(maxsize=1)
def commands() -> frozenset[str]:
    """The names of KaTeX's commands that are words, without their back-slash."""
    text = library(KATEX).read_text("utf-8")
    return frozenset(re.findall(r"""["']\\\\([A-Za-z]{2,})["']""", text))


_WIDE = {"｛": "{", "｝": "}", "＼": "\\", "＾": "^", "＿": "_", "＆": "&"}
_TEXT = re.compile(r"\\(?:text\w*|mbox|textrm|operatorname|tag)\s*\{[^{}]*\}")
_TOKEN = re.compile(r"\\verb(?![A-Za-z])(.).*?\1|\\([A-Za-z]+|.)|(?<!\\)%[^\n]*|[{}]", re.DOTALL)
_ENVIRONMENT = re.compile(r"\s*\{([^{}]*)\}")
_MEANINGS = (
    (r"^Double superscript", "同一个字符有两个上标", "用花括号写清楚，例如 `x^{2^3}`"),
    (r"^Double subscript", "同一个字符有两个下标", "用花括号写清楚，例如 `x_{1_2}`"),
    (r"^Expected 'EOF', got '&'", "`&` 只能用在 aligned、cases、matrix 一类的环境里", r"放进环境，或写成 `\&`"),
    (r"^Expected 'EOF', got '#'", "`#` 在公式里有特别的意思", r"写成 `\#`"),
    (r"^Expected 'EOF', got '\\\\(?:right|end)'", "多出一个结尾的命令", "删去它，或补上开头"),
    (
        r"^Expected group (?:after|as)|^Unexpected end of input|^Got function",
        "命令后面少了参数",
        "参数写在花括号里，例如 `\\frac{1}{2}`",
    ),
    (r"^Can't use function '\$'", "公式里面又有美元号", "公式里的美元号写成 `\\$`，或把两个公式分开"),
    (r"^Can't use function", "这个命令不能用在这里", "换一种写法，文字放进 `\\text{…}`"),
)
_UNIVERSAL = re.compile(r"^Double |^Expected 'EOF', got '[}&]'")


def _wide(tex: str) -> Iterator[Fault]:
    """Full-width signs that were to be TeX's own."""
    plain = _TEXT.sub(lambda found: " " * len(found[0]), tex)
    if found := next((one for one in re.finditer("[" + "".join(_WIDE) + "]", plain)), None):
        half = tex.translate(str.maketrans("".join(_WIDE), "".join(_WIDE.values())))
        yield Fault(found.start(), f"全角的 `{found[0]}` 不是 TeX 的记号", f"改成半角：`{' '.join(half.split())[:80]}`")


def _unpaired(tex: str) -> Iterator[Fault]:
    """The first brace, environment or ``\\left`` without its other half."""
    open_: list[tuple[str, int]] = []
    for found in _TOKEN.finditer(tex):
        token, at = found[0], found.start()
        if token == "{" or token == "\\left":
            open_.append((token, at))
        elif token == "\\begin" and (name := _ENVIRONMENT.match(tex, found.end())):
            open_.append((name[1], at))
        elif token in {"}", "\\right"} or token == "\\end":
            wanted = {"}": "{", "\\right": "\\left"}.get(token, "")
            named = _ENVIRONMENT.match(tex, found.end()) if token == "\\end" else None
            wanted = named[1] if named else wanted
            if open_ and open_[-1][0] == wanted:
                open_.pop()
                continue
            yield _unopened(token, wanted, at, open_)
            return
    if open_:
        yield _unclosed(*open_[-1])


def _unclosed(what: str, at: int) -> Fault:
    if what == "{":
        return Fault(at, "花括号 `{` 没有合上", "补上 `}`；要显示花括号本身，写成 `\\{`")
    if what == "\\left":
        return Fault(at, "`\\left` 没有对应的 `\\right`", "补上 `\\right)` 一类的结尾；只要一边时写 `\\right.`")
    return Fault(at, f"环境 `\\begin{{{what}}}` 没有结尾", f"补上 `\\end{{{what}}}`")


def _unopened(token: str, wanted: str, at: int, open_: list[tuple[str, int]]) -> Fault:
    if open_ and (token != "\\end" or open_[-1][0] in {"{", "\\left"}):
        return _unclosed(*open_[-1])
    if token == "}":
        return Fault(at, "多出一个花括号 `}`", "删去它，或补上开头的 `{`")
    if token == "\\right":
        return Fault(at, "`\\right` 前面没有 `\\left`", "补上 `\\left`，或删去 `\\right`")
    if open_:
        name = open_[-1][0]
        return Fault(at, f"环境以 `\\begin{{{name}}}` 开头，却以 `\\end{{{wanted}}}` 结尾", f"改成 `\\end{{{name}}}`")
    return Fault(at, f"`\\end{{{wanted}}}` 前面没有 `\\begin{{{wanted}}}`", f"补上 `\\begin{{{wanted}}}`")


def _refused(tex: str, problem: FormulaProblem, *, display: bool, everywhere: bool) -> Iterator[Fault]:
    """What KaTeX says; every unknown command, each taken out of the way for the next to show."""
    for _ in range(_MOST_UNKNOWN):
        unknown = re.match(r"Undefined control sequence: (\\(?:[A-Za-z]+|.))", problem.message)
        if not unknown or problem.offset is None:
            break
        if everywhere:
            return
        name = unknown[1]
        yield Fault(problem.offset, f"没有 `{name}` 这个命令", _nearest_command(name))
        tex = tex[: problem.offset] + "{}".ljust(len(name)) + tex[problem.offset + len(name) :]
        answer = typeset(tex, display=display)
        if isinstance(answer, str):
            return
        problem = answer
    else:
        return
    if not everywhere or _UNIVERSAL.match(problem.message):
        yield _meaning(tex, problem)


def _meaning(tex: str, problem: FormulaProblem) -> Fault:
    """KaTeX's sentence in a writer's words."""
    if name := re.match(r"No such environment: (\S+?)(?: at position.*)?$", problem.message):
        begin = tex.rfind("\\begin", 0, (problem.offset or 0) + 1)
        begin = begin if begin >= 0 else max(0, tex.find(f"\\begin{{{name[1]}}}"))
        right = nearest(name[1], _environments())
        return Fault(begin, f"没有 `{name[1]}` 这个环境", f"是不是 `{right}`？" if right else "KaTeX 支持的环境见其文档")
    named = re.search(r"'(\\[A-Za-z]+|[\^_])'", problem.message) if "group" in problem.message else None
    if named and (at := tex.rfind(named[1], 0, (problem.offset or 0) + 1)) >= 0:
        return Fault(at, f"`{named[1]}` 后面少了参数", "参数写在花括号里，例如 `\\frac{1}{2}`、`x^{2}`")
    if problem.message.startswith("Unexpected end of input") and (used := list(re.finditer(r"\\[A-Za-z]+", tex))):
        return Fault(used[-1].start(), f"`{used[-1][0]}` 后面少了参数", "参数写在花括号里，例如 `\\frac{1}{2}`")
    offset = min(problem.offset or 0, max(len(tex) - 1, 0))
    for pattern, message, hint in _MEANINGS:
        if re.match(pattern, problem.message):
            return Fault(offset, message, hint)
    return Fault(offset, problem.message, "检查花括号、命令名和环境是否成对；KaTeX 支持的命令见其文档")


def _environments() -> tuple[str, ...]:
    """The environments that writers use."""
    return (
        *("align", "align*", "aligned", "alignat", "alignedat", "array", "bmatrix", "Bmatrix", "cases", "CD", "dcases"),
        *("equation", "equation*", "gather", "gathered", "matrix", "pmatrix", "rcases", "smallmatrix", "split", "subarray"),
        *("vmatrix", "Vmatrix"),
    )


def _nearest_command(name: str) -> str:
    known = [f"\\{one}" for one in sorted(commands())]
    right = nearest(name, known)
    other = f"要排成运算符，写成 `\\operatorname{{{name[1:]}}}`" if re.fullmatch(r"\\[A-Za-z]{3,}", name) else ""
    return f"是不是 `{right}`？{other}" if right else (other or "删去反斜杠")


def _clean(message: str) -> str:
    return re.sub(r"^KaTeX parse error:\s*", "", message).strip()
