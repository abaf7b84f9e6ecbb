"""A faulty line → the line that the author should have written, by kind of diagram; tried, not guessed.

Every candidate is judged by Mermaid in its place: a correction that does not make this fault go away is never shown.
The tables say what each kind of Mermaid 12.1 refuses (found by experiment): where full-width punctuation breaks it, which
names must be Latin, and which need double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

from atlas.diagrams.engine import verdict
from atlas.diagrams.keywords import CHINESE_HEADERS, DIRECTIONS, HEADERS, STATEMENTS, kind_of, nearest
from atlas.diagrams.places import open_mark, open_pipe

WIDE_MARKS = str.maketrans("（）：，；－＞＜［］｛｝｜＝＃％＊＋．／＠＂＇＆　、", "():,;-><[]{}|=#%*+./@\"'& ,")
_CURLY = str.maketrans("“”„‘’", '"""\'\'')
_ARROWS = (
    ("——>", "-->"),
    ("—>", "-->"),
    ("——", "--"),
    ("→", "-->"),
    ("－－＞", "-->"),
    ("－＞", "->"),
    ("⇒", "==>"),
    ("＝＝＞", "==>"),
)
_CJK = "\u3400-\u9fff\u3000-\u303f\uff00-\uffef“”‘’"
_MOST = 24
"""How many corrections are tried on a line."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A line that makes the fault go away, in one sentence, and the column of the word that was wrong, if it is one word."""

    line: str
    sentence: str
    column: int | None = None
    mark: int | None = None
    """The column of the one character that was wrong: a full-width mark, or a bracket or quote that nothing closes."""


def repair(source: str, at: int) -> Repair | None:
    """The first correction of an author's line (from 1) after which the diagram is valid or fails further down."""
    lines = source.splitlines()
    if not 0 < at <= len(lines):
        return None
    kind = kind_of("\n".join(line for line in lines if not line.lstrip().startswith(("%%", "---"))).lstrip()) or _kind_below(
        lines
    )
    before = verdict(source)
    tried: set[str] = {lines[at - 1]}
    for candidate in _candidates(lines[at - 1], kind, is_header=_is_header(lines, at)):
        if candidate.line in tried:
            continue
        tried.add(candidate.line)
        if _mends(lines, at, candidate.line, before.message, before.stage):
            return replace(candidate, mark=wrong_mark(lines[at - 1], candidate.line))
        if len(tried) > _MOST:
            break
    return None


def wrong_mark(line: str, mended: str) -> int | None:
    """The column, from 1, of the character that made a line wrong, seen from its correction; nothing where it is none."""
    at = next((at for at, (one, other) in enumerate(zip(line, mended, strict=False)) if one != other), len(line))
    if (at < len(line) and ord(line[at]) in WIDE_MARKS | _CURLY) or line[at : at + 1] in (";", "%"):
        return at + 1
    inserted = mended[at : at + 1]
    if inserted == "%" and at:
        return at
    if inserted == '"' and line[:at].count('"') % 2:
        return line.rindex('"', 0, at) + 1
    if inserted == "|" and line[:at].count("|") % 2:
        return line.rindex("|", 0, at) + 1
    return (open_mark(line[:at]) or None) if inserted and inserted in "])}" else None


def mends_all(source: str, at: int, mended: Repair) -> bool:
    """Whether with a correction in its place nothing is wrong any more."""
    lines = source.splitlines()
    return verdict("\n".join([*lines[: at - 1], mended.line, *lines[at:]]) + "\n").drawn


def _kind_below(lines: list[str]) -> str:
    """The kind of a diagram with front matter, found by the first line that starts like one."""
    return next((kind for line in lines if (kind := kind_of(line))), "")


def _is_header(lines: list[str], at: int) -> bool:
    return not any(kind_of(line) for line in lines[: at - 1])


def _mends(lines: list[str], at: int, line: str, message: str, stage: str) -> bool:
    """Whether the diagram up to this line and with it is fine; what follows may have faults of its own."""
    below = [one.replace("｝", "}") for one in lines[at:]] if line.rstrip().endswith("{") else lines[at:]
    after = verdict("\n".join([*lines[: at - 1], line, *below]) + "\n")
    if after.drawn:
        return True
    if after.message == message or not line.strip():
        return False
    if after.stage == "draw" and stage == "parse":
        return True
    alone = verdict("\n".join([*lines[: at - 1], *lines[at:]]) + "\n")
    return after.message != message and _depth(after.message) > _depth(message) and not alone.drawn


def _depth(message: str) -> int:
    found = re.search(r"\bline:? (\d+)", message)
    return int(found[1]) if found else 0


def _candidates(line: str, kind: str, *, is_header: bool) -> Iterator[Repair]:
    if is_header:
        yield from _headers(line)
    yield from _wide(line)
    if re.match(r"\s*%(?!%)", line):
        yield Repair(line.replace("%", "%%", 1), "注释以两个 `%` 开头")
    yield from _misspelt(line, kind)
    for way in (*_WAYS.get(kind, ()), _quotes, _closers):
        for mended, sentence in way(line):
            yield Repair(mended, sentence)
            wide = _to_ascii(mended)
            if wide != mended:
                yield Repair(wide, sentence)


def _headers(line: str) -> Iterator[Repair]:
    found = re.match(r"(\s*)([^\s:;]+)(.*)", line)
    if not found:
        return
    indent, word, rest = found.groups()
    head = CHINESE_HEADERS.get(word) or nearest(word, tuple(HEADERS), 0.6)
    direction = rest.strip(" ;")
    if head and head != word:
        yield Repair(f"{indent}{head}{rest}", f"图的种类写作 `{head}`", len(indent) + 1)
    if (
        direction
        and direction not in DIRECTIONS
        and (head or word) in ("flowchart", "graph", "swimlane-beta", "agentflow-beta", "gitGraph")
    ):
        for one in (_direction(direction),):
            if one:
                yield Repair(f"{indent}{head or word} {one}", f"方向只能写 {'、'.join(DIRECTIONS)} 之一", found.start(3) + 2)


def _direction(written: str) -> str:
    """The direction that shares the most letters, in place, with what was written."""
    names = {"左右": "LR", "右左": "RL", "上下": "TB", "下上": "BT"}
    return names.get(written) or max(
        ("LR", "TB", "TD", "RL", "BT"), key=lambda one: sum(a == b for a, b in zip(one, written.upper(), strict=False))
    )


def _wide(line: str) -> Iterator[Repair]:
    sentence = "全角符号不是 Mermaid 语法"
    arrows = line
    for wrong, right in _ARROWS:
        arrows = arrows.replace(wrong, right)
    for base in dict.fromkeys((arrows, line)):
        plain = re.sub("[“”„]", '"', base)
        for mended in (_outside_labels(base), _outside_labels(plain), plain, _to_ascii(base), _to_ascii(plain)):
            if mended != line:
                yield Repair(mended, sentence)


def _to_ascii(line: str) -> str:
    return re.sub("[“”]", '"', line).translate(WIDE_MARKS)


def _outside_labels(line: str) -> str:
    """The same line with half-width punctuation where it is no text: not in quotes, brackets or after a colon."""
    parts = re.split(r'("[^"]*"|[\[({|｛［｜][^\[\](){}|］｝｜]*[\])}|］｝｜]|[:：].*$)', line)
    return "".join(
        (
            part[0].translate(WIDE_MARKS) + part[1:-1] + part[-1].translate(WIDE_MARKS)
            if part[:1] not in ":："
            else part[0].translate(WIDE_MARKS) + part[1:]
        )
        if number % 2 and len(part) > 1
        else part.translate(WIDE_MARKS)
        for number, part in enumerate(parts)
    )


def _misspelt(line: str, kind: str) -> Iterator[Repair]:
    known = tuple(STATEMENTS.get(kind, "").split())
    for number, found in enumerate(re.finditer(r"[A-Za-z][\w-]{2,}", re.sub(r'"[^"]*"', lambda m: " " * len(m[0]), line))):
        if number > 4 or found[0] in known:
            continue
        for close in get_close_matches(found[0], known, n=2, cutoff=0.7) or [nearest(found[0], known, 0.75)]:
            if close and close != found[0]:
                mended = line[: found.start()] + close + line[found.end() :]
                yield Repair(mended, f"`{found[0]}` 应写作 `{close}`", found.start() + 1)
    direction = re.match(r"(\s*direction\s+)(\S+)\s*$", line)
    if direction and (one := _direction(direction[2])):
        yield Repair(direction[1] + one, f"方向只能写 {'、'.join(DIRECTIONS)} 之一", direction.start(2) + 1)


Mended = Iterator[tuple[str, str]]


def _labels(line: str) -> Mended:
    """Flowcharts: a label with brackets or quotes in it needs double quotes around it."""
    pairs = (("[", "]"), ("{", "}"), ("|", "|"), ("(", ")"))
    for opening, closing in pairs:
        start = line.find(opening) if "@{" not in line else -1
        ends = [at for at, character in enumerate(line) if character == closing and at > start + 1]
        for end in reversed(ends) if start >= 0 else ():
            label = line[start + 1 : end]
            if label.strip(' "') and not label.startswith(('"', "[", "(", "{", "/", "\\")):
                quoted = label.replace('"', "#quot;")
                yield f'{line[: start + 1]}"{quoted}"{line[end:]}', "含括号或引号的标签要加英文双引号"
    for found in re.finditer(
        r"(?<![\w\"])([^\s\[\](){}|<>=.\"-][^\[\](){}|\"]*)([\[({])([^\"\[\](){}|]*[()][^\"]*?)([\])}])(?=\s*(?:[-=.<~&;:]|$))",
        line,
    ):
        yield f'{line[: found.start(3)]}"{found[3]}"{line[found.end(3) :]}', "含括号的标签要加英文双引号"


def _mirror(line: str) -> Mended:
    """Brackets that open a shape and are not all closed, or not in their order."""
    pattern = (
        r"(?<=[\w\u0080-\uffff])([\[({]{1,3}|>)([/\\]?)(\"?)([^\[\](){}\"|]+?)(\"?)([/\\]?)([\])}]*)"
        r"(?=\s+(?:--|==|-\.|<|~|&)|[-=~&;]|:::|\s*$)"
    )
    mirrors = str.maketrans("[({>", "])}]")

    def whole(found: re.Match[str]) -> str:
        quote = '"' if found[3] or found[5] else ""
        return f"{found[1]}{found[2]}{quote}{found[4]}{quote}{found[6]}{found[1][::-1].translate(mirrors)}"

    yield re.sub(pattern, whole, line), "括号要成对"


def _reserved(line: str) -> Mended:
    if line.strip(" ;") == "end":
        return
    yield re.sub(r"(?<![\w\"\[(])end(?![\w\"\])])", "finish", line), "`end` 是保留字，换一个节点编号"


def _arrows(line: str) -> Mended:
    for wrong, right in (
        (r"(?<![-<])->(?!>)", "-->"),
        (r"=>(?!=)", "-->"),
        (r"-{4,}>", "-->"),
        (r"->>", "-->"),
        (r"(?<![-.<])-{3}>", "-->"),
    ):
        yield re.sub(wrong, right, line), "箭头写作 `-->`"


def _sequence(line: str) -> Mended:
    semicolon = re.match(r"(\s*[^:]+:)(.*);(.*)$", line)
    if semicolon:
        text = f"{semicolon[2]};{semicolon[3]}"
        yield semicolon[1] + text.replace(";", "；"), "消息里的半角分号会截断这一句，用全角 `；` 或写 `#59;`"
    colon = re.match(r"(\s*)(.*?\S)(\s*)((?:<<)?--?(?:>>|>|x|\)))(\s*[+-]?)(\S+?)(?:\s+(.*)|\s*)$", line)
    if colon and ":" not in line:
        yield f"{colon[1]}{colon[2]}{colon[4]}{colon[6]}: {colon[7] or '消息'}", "消息前要有半角冒号"


def _relations(line: str) -> Mended:
    yield (
        re.sub(r"(?:(?<=\s)|^)(\S+)\s+(?:-->|->|--|\|--\|\||\|\|-\|\||\|\|--o)\s+(\S+)", r"\1 ||--o{ \2", line),
        "关系两端都要写基数，例如 `||--o{`",
    )
    if re.search(r"[|o}]{1,2}(?:--|\.\.)[|o{]{1,2}\s*\S+\s*:?\s*$", line):
        yield line.rstrip(" :") + " : 关系", "关系后面要有 `: 说明`"
    if re.match(r"\s*\w+\s*$", line):
        yield line.rstrip() + " 名字", "属性要写类型和名字两项"
    yield re.sub(r"(\s)\w+\s*$", r"\1PK", line), "属性的键只能写 `PK`、`FK` 或 `UK`"
    yield re.sub(r"\s+\w+\s*$", "", line), "属性的键只能写 `PK`、`FK` 或 `UK`"
    yield _quote_words(line), "带全角符号的名字要加英文双引号"


def _chart(line: str) -> Mended:
    """Everything Chinese on the axes and in the titles of an XY chart needs quotes."""
    yield re.sub(r"(?<=\d)\s*(?:->|～|~|到|至)\s*(?=-?\d)", " --> ", line), "范围写作 `最小 --> 最大`"
    listed = re.match(r"(.*?)[\[［](.*?)[\]］]?\s*$", line)
    if listed and "axis" in listed[1]:
        words = [word.strip().strip('"“”') for word in re.split("[,，、]", listed[2])]
        yield f"{listed[1]}[{', '.join(_quoted(word) for word in words)}]", "坐标轴上的中文要加英文双引号，之间用半角逗号"
        head = re.match(r"(\s*[xy]-axis\s+)(\S.*?)\s*$", listed[1])
        if head:
            yield (
                f"{head[1]}{_quoted(head[2])} [{', '.join(_quoted(word) for word in words)}]",
                "坐标轴上的中文要加英文双引号",
            )
    values = re.match(r"(\s*(?:bar|line)\s+)([-\d.,\s]+)$", line)
    if values:
        yield f"{values[1]}[{values[2].strip()}]", "数据要放在方括号里"
    titled = re.match(r"(\s*(?:title|[xy]-axis|bar|line)\s+)([^\[\"]+?)(\s*\[.*|\s+-?[\d.]+\s*-->.*)?$", line)
    if titled:
        yield f"{titled[1]}{_quoted(titled[2])}{titled[3] or ''}", "标题里的中文要加英文双引号"
    yield (
        re.sub(r"(title\s+).*", lambda m: m[1] + '"' + m[0][len(m[1]) :].replace('"', "") + '"', line),
        "标题里的中文要加英文双引号",
    )


def _first_quoted(line: str) -> Mended:
    """Pie, treemap: the label before the colon needs quotes."""
    found = re.match(r"(\s*)([^:：]*?)(\s*)(?:[:：]\s*|\s+(?=[-\d.]+\s*$))?([-\d.]+.*)?$", line)
    if found and found[2].strip():
        label = found[2].strip().strip("\"'“”")
        value = f" : {found[4]}" if found[4] else ""
        yield f'{found[1]}"{label}"{value}', "名称要加英文双引号，数值前是半角冒号"


def _packet(line: str) -> Mended:
    found = re.match(r"(\s*(?:\+?\d+)(?:-\d+)?)\s*[:：]?\s*(.+?)\s*$", line)
    if found:
        yield f"{found[1]}: {_quoted(found[2])}", '写作 `起-止: "名称"`，冒号是半角，名称加英文双引号'


def _word_quoted(line: str) -> Mended:
    """Branches, requirements, map components: a Chinese name needs quotes."""
    yield _quote_words(line), "这里的中文名要加英文双引号"


def _value_quoted(line: str) -> Mended:
    found = re.match(r"(\s*[\w ]+:\s*)(.+?)\s*$", line)
    if found:
        value = found[2].strip('"“”')
        yield f'{found[1]}"{value}"', "这里的中文和与关键字相同的词要加英文双引号"


def _radar(line: str) -> Mended:
    found = re.match(r"(\s*(?:curve|axis)\s+)(.*)$", line)
    if found:
        number = iter("abcdefghijklmnopqrstuvwxyz")
        yield (
            found[1] + re.sub(rf"[\w{_CJK}]*[{_CJK}][\w{_CJK}]*", lambda m: f'{next(number)}["{m[0]}"]', found[2]),
            '中文名写成 `编号["名字"]`',
        )


def _usecase(line: str) -> Mended:
    yield re.sub(r"\s*(?:=>|->)\s*", " --> ", line), "连线写作 `-->`"
    number = iter(range(1, 20))
    yield (
        re.sub(rf"(?<!\")[\w{_CJK}]*[{_CJK}][\w{_CJK}]*(?!\")", lambda m: f'u{next(number)}("{m[0]}")', line),
        '中文名写成 `编号("名字")`',
    )


def _journey(line: str) -> Mended:
    if not re.search(r"[:：]", line):
        yield line.rstrip() + ": 3: 我", "写作 `事情: 分数: 谁`"


def _gantt(line: str) -> Mended:
    yield re.sub("[：]", ":", line, count=1), "任务名后面是半角冒号"
    yield re.sub(r"(\d)[－—](?=\d)", r"\1-", line), "日期里用半角连字符"
    if not re.search(r"[:：]", line):
        yield line.rstrip() + " :3d", "写作 `任务 :编号, 开始, 时长`"


def _sankey(line: str) -> Mended:
    yield re.sub("[，、]", ",", line), "三项之间用半角逗号"


def _quadrant(line: str) -> Mended:
    found = re.match(r"(\s*)([^\[:：]+?)\s*[:：]?\s*\[(.*)\]\s*$", line)
    if found:
        yield f"{found[1]}{_quoted(found[2])}: [{found[3]}]", "写作 `名字: [横, 纵]`，两个数都在 0 与 1 之间"


def _railroad(line: str) -> Mended:
    if not line.rstrip().endswith(";"):
        yield line.rstrip() + " ;", "每条规则以分号结尾"
    yield re.sub(r"^(\s*[\w-]+)\s*[：:=]?\s*(?=[\"'(\w\[{])", r"\1 = ", line), "写作 `名字 = 定义 ;`"


def _quotes(line: str) -> Mended:
    yield re.sub("[“”]", '"', line), "弯引号改成英文双引号"
    if line.count('"') % 2:
        for opened in (at for at, character in enumerate(line) if character == '"' and line[:at].count('"') % 2 == 0):
            end = line.find('"', opened + 1)
            for found in re.finditer(r"\s+as\s|[\])}]|\s*(?:--|==|:)", line[opened + 1 : end if end > 0 else None]):
                at = opened + 1 + found.start()
                yield f'{line[:at]}"{line[at:]}', "少了收尾的双引号"
        yield line.rstrip() + '"', "少了收尾的双引号"


def _pipes(line: str) -> Mended:
    """The text of an edge that is not closed ends before the node that follows."""
    opened = open_pipe(line)
    for gap in reversed(list(re.finditer(r"\s+(?=\S)", line[opened:]))) if opened else ():
        at = opened + gap.start()
        if line[opened:at].strip():
            yield f"{line[:at]}|{line[at:]}", "边上的文字两头都要有 `|`"


def _closers(line: str) -> Mended:
    opened = open_mark(line)
    if not opened:
        return
    closing = {"[": "]", "(": ")", "{": "}", '"': '"'}[line[opened - 1]]
    for arrow in re.finditer(r"\s+(?:[-=.<~]{2,}|:|@\{)", line[opened:]):
        at = opened + arrow.start()
        yield line[:at] + closing + line[at:], f"少了收尾的 `{closing}`"
        yield line[:at] + closing * 2 + line[at:], f"少了收尾的 `{closing}`"
    stripped = line.rstrip()
    yield stripped + closing, f"少了收尾的 `{closing}`"
    yield stripped + closing * 2, f"少了收尾的 `{closing}`"
    yield re.sub(r"(\s*[\])}]*\s*)$", closing + r"\1", stripped, count=1), f"少了收尾的 `{closing}`"


def _quoted(text: str) -> str:
    text = text.strip().strip('"“”')
    return f'"{text}"' if re.search(r"[^\w.+-]|[^\x00-\x7f]", text) else text


def _quote_words(line: str) -> str:
    kept = re.split(r'("[^"]*")', re.sub("[“”]", '"', line))
    word = re.compile(rf"[\w{_CJK}-]*[{_CJK}][\w{_CJK}-]*")
    return "".join(part if number % 2 else word.sub(lambda m: f'"{m[0]}"', part) for number, part in enumerate(kept))


_WAYS: dict[str, tuple[Callable[[str], Mended], ...]] = {
    "flowchart": (_pipes, _mirror, _labels, _reserved, _arrows),
    "swimlane": (_pipes, _mirror, _labels, _reserved, _arrows),
    "agentflow": (_mirror, _labels, _reserved, _arrows),
    "block": (_mirror, _labels, _arrows, _word_quoted),
    "sequence": (_sequence,),
    "class": (_arrows,),
    "state": (_arrows,),
    "er": (_relations,),
    "xychart": (_chart,),
    "pie": (_first_quoted,),
    "treemap": (_first_quoted,),
    "treeView": (_word_quoted,),
    "packet": (_packet,),
    "gitGraph": (_word_quoted,),
    "requirement": (_value_quoted, _word_quoted),
    "wardley": (_word_quoted,),
    "cynefin": (_word_quoted,),
    "venn": (_word_quoted,),
    "radar": (_radar,),
    "usecase": (_usecase,),
    "journey": (_journey,),
    "gantt": (_gantt,),
    "sankey": (_sankey,),
    "quadrant": (_quadrant,),
    "railroad": (_railroad,),
    "c4": (_word_quoted,),
    "architecture": (_word_quoted,),
    "mindmap": (_mirror, _labels),
    "kanban": (_mirror, _labels),
}
