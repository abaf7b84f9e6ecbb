"""Admonitions, blocks that unfold and tabs whose first line stayed text, and what fell out of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from atlas.checks.markup.indents import Body, bodies
from atlas.checks.markup.spots import line_spots, prose_lines
from atlas.checks.markup.structure import Trail
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import PageView

CONTAINER = RULES.add(
    "markup-container",
    Severity.ERROR,
    "提示框、折叠块或标签页的开头写错，成了文字",
    '读者会看到 `!!! note` 原文。写 `!!! note "标题"`、`??? note "标题"`、`=== "标题"`，引号用半角。',
)
INDENTATION = RULES.add(
    "markup-indentation",
    Severity.ERROR,
    "内容缩进不够，落在提示框、折叠块或标签页外面",
    "读者会看到一个空框，或缺了后半段的框。内容比开头那一行多缩进四个空格，全角空格和不间断空格不算缩进。",
)

_KINDS = (
    "note|abstract|summary|tldr|info|todo|tip|hint|important|success|check|done|question|help|faq|warning|caution|"
    "attention|failure|fail|missing|danger|error|bug|example|quote|cite|seealso|admonition"
)
_ADMONITION = re.compile(r"(?P<marks>[!！]{2,5}|[?？]{2,5}[ \t]*[+＋]?)(?P<gap>[ \t\u3000\u00a0]*)(?P<rest>.*)")
_TAB = re.compile(r"(?P<marks>[=＝]{2,5})(?P<mode>[+!＋！]{0,2})(?P<gap>[ \t\u3000\u00a0]*)(?P<rest>.*)")
_QUOTES = "\"“”「『'‘＂"
_GOOD_HEAD = re.compile(
    r"(?:!!!|\?\?\?\+?) ?[\w-]+(?: +[\w-]+)*(?: +\"[^\"]*\")?|\?\?\?\+? ?\"[^\"]*\"|={3}[+!]* +\"[^\"]*\""
)
_UNQUOTED = re.compile(
    r'<(?:div|details) class="(?:admonition )?[\w-]+((?: [\w-]+)*?) ([^"\x00-\x7f][^"]*|[^" ]*[\u3400-\u9fff][^"]*)"'
)


def check(view: PageView) -> Iterator[Finding]:
    """Heads that readers see, then heads whose title became a class."""
    done: set[str] = set()
    for _, line in prose_lines(view):
        text = line.strip()
        if text[0] in "!！?？=＝" and text not in done and _is_head(text):
            done.add(text)
            yield from (Finding(CONTAINER, place, *_say(text)) for place in line_spots(view, text))
    for found in _UNQUOTED.finditer(view.html):
        yield from _unquoted(view, found[2])


def candidates(view: PageView) -> list[Body]:
    """Lines that may have fallen out of a container, as far as indentation tells."""
    if not re.search(r'class="(?:admonition|tabbed-set)|<details', view.html):
        return []
    return [body for path, one in view.places.scans.items() for body in bodies(path, one)]


def fallen(view: PageView, found: Sequence[Body], trails: Mapping[tuple[str, int], Trail]) -> Iterator[Finding]:
    """Those of the candidates that did fall out: the page's HTML has an empty container, or a trail ends outside."""
    for body in found:
        if body.inside is None:
            sure = _is_empty(view, body)
        else:
            inside, outside = trails.get((body.path, body.inside)), trails.get((body.path, body.end))
            sure = inside is not None and outside is not None and _is_out(inside, outside)
        if sure:
            what = "标签页" if body.kind == "=" else "折叠块" if body.kind == "?" else "提示框"
            message = f"`{_short(body.text)}` 缩进不够，落在{what} `{_short(body.head)}` 外面"
            hint = f"这一段每行缩进 {body.needed} 个半角空格"
            yield Finding(INDENTATION, Location(body.path, body.line, body.column), message, hint)


def _is_out(inside: Trail, outside: Trail) -> bool:
    kept = {element.number for element in outside}
    return any(element.is_container and element.number not in kept for element in inside)


_EMPTY = {
    "!": re.compile(r'<div class="admonition[^"]*"[^>]*>\s*(?:<p class="admonition-title">.*?</p>)?\s*</div>', re.DOTALL),
    "?": re.compile(r"<details[^>]*>\s*(?:<summary>.*?</summary>)?\s*</details>", re.DOTALL),
    "=": re.compile(r'<div class="tabbed-(?:block|content)">\s*</div>', re.DOTALL),
}


def _is_empty(view: PageView, body: Body) -> bool:
    return bool(_EMPTY[body.kind].search(view.html))


def _is_head(text: str) -> bool:
    """Whether a line of prose was meant to open a container; exclamations and separators are not."""
    if found := _TAB.match(text):
        rest, marks = found["rest"], found["marks"]
        if rest[:1] and rest[0] in _QUOTES:
            return "==" not in rest
        return marks == "===" and bool(found["gap"]) and bool(rest) and "=" not in rest
    found = _ADMONITION.match(text)
    if not found or not found["rest"]:
        return False
    rest, marks = found["rest"], found["marks"].rstrip("+＋ \t")
    kind = re.match(rf"(?:{_KINDS})\b", rest, re.IGNORECASE)
    if marks in {"!!!", "???"}:
        return bool(kind) or (
            bool(found["gap"]) and (rest[0] in _QUOTES or bool(re.match(r"[a-z][\w-]*(?:$|\s+[\"“「『'‘])", rest)))
        )
    quoted = re.match(r"[\"“「『]", rest) and bool(found["gap"])
    return bool(kind and re.match(r"\s*(?:$|[:：\"“「『'‘])", rest[kind.end() :])) or bool(
        quoted and marks.count(marks[0]) == 3
    )


def _say(text: str) -> tuple[str, str]:
    if _GOOD_HEAD.fullmatch(text):
        extension = {"!": "admonition", "?": "pymdownx.details", "=": "pymdownx.tabbed"}[text[0]]
        return f"`{_short(text)}` 没有生效，读者看到的是原文", f"在 mkdocs.yml 的 markdown_extensions 里启用 {extension}"
    return f"`{_short(text)}` 的写法不对，读者看到的是原文", f"写 `{_correct(text)}`"


def _correct(text: str) -> str:
    """The line as it was probably meant."""
    narrow = unicodedata.normalize("NFKC", text)
    title = re.search(r"[\"“「『'‘](.*?)[\"”」』'’]?\s*$", narrow)
    if narrow[0] == "=":
        plain = title[1] if title else narrow.lstrip("=+! ")
        return f'=== "{plain}"'
    marks = "!!!" if narrow[0] == "!" else "???+" if "+" in narrow[:6] else "???"
    kind = re.search(r"[A-Za-z][\w-]*", narrow.partition(title[0])[0] if title else narrow)
    return f"{marks} {kind[0] if kind else 'note'}" + (f' "{title[1]}"' if title else "")


def _unquoted(view: PageView, words: str) -> Iterator[Finding]:
    """``!!! note 标题`` makes the title a class of the box."""
    head = re.compile(rf"^[ \t>]*((?:!!!|\?\?\?\+?) ?[\w-]+(?: +[\w-]+)*? +{re.escape(words)})[ \t]*$", re.MULTILINE)
    for path, one in view.places.scans.items():
        for found in head.finditer(one.masked):
            kind = re.match(r"\W+([\w-]+)", found[1])
            message = f"标题 `{words}` 没有引号，成了样式的名字，读者看不到它"
            hint = f'写 `{found[1][:3]} {kind[1] if kind else "note"} "{words}"`'
            yield Finding(CONTAINER, view.places.location(path, found.start(1)), message, hint)


def _short(text: str) -> str:
    return text if len(text) <= 50 else text[:49] + "…"
