"""A faulty line → how it may have been meant, by kind of diagram; whoever asks tries each.

The tables say what each kind of Mermaid 12.1 refuses (found by experiment): where full-width punctuation breaks it, which
names must be Latin, and which need double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from atlas.diagrams.closing import Mended, brackets, edge_texts, quotes
from atlas.diagrams.marks import CJK, quote_words, quoted

_EDGE = re.compile(r"--[->ox]|==[=>ox]|-\.+-|~~~")


def _labels(line: str) -> Mended:
    """Flowcharts: a label with brackets or quotes in it needs double quotes around it."""
    pairs = (("[", "]"), ("{", "}"), ("|", "|"), ("(", ")"))
    for opening, closing in pairs:
        start = line.find(opening) if "@{" not in line else -1
        ends = [at for at, character in enumerate(line) if character == closing and at > start + 1]
        # As far as it goes, but rather not over an arrow to the next node.
        ends.sort(key=lambda at: (bool(_EDGE.search(line, start + 1, at)), -at))
        for end in ends if start >= 0 else ():
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
    yield quote_words(line), "带全角符号的名字要加英文双引号"


def _chart(line: str) -> Mended:
    """Everything Chinese on the axes and in the titles of an XY chart needs quotes."""
    yield re.sub(r"(?<=\d)\s*(?:->|～|~|到|至)\s*(?=-?\d)", " --> ", line), "范围写作 `最小 --> 最大`"
    listed = re.match(r"(.*?)[\[［](.*?)[\]］]?\s*$", line)
    if listed and "axis" in listed[1]:
        words = [word.strip().strip('"“”') for word in re.split("[,，、]", listed[2])]
        yield f"{listed[1]}[{', '.join(quoted(word) for word in words)}]", "坐标轴上的中文要加英文双引号，之间用半角逗号"
        head = re.match(r"(\s*[xy]-axis\s+)(\S.*?)\s*$", listed[1])
        if head:
            yield (
                f"{head[1]}{quoted(head[2])} [{', '.join(quoted(word) for word in words)}]",
                "坐标轴上的中文要加英文双引号",
            )
    values = re.match(r"(\s*(?:bar|line)\s+)([-\d.,\s]+)$", line)
    if values:
        yield f"{values[1]}[{values[2].strip()}]", "数据要放在方括号里"
    titled = re.match(r"(\s*(?:title|[xy]-axis|bar|line)\s+)([^\[\"]+?)(\s*\[.*|\s+-?[\d.]+\s*-->.*)?$", line)
    if titled:
        yield f"{titled[1]}{quoted(titled[2])}{titled[3] or ''}", "标题里的中文要加英文双引号"
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
        yield f"{found[1]}: {quoted(found[2])}", '写作 `起-止: "名称"`，冒号是半角，名称加英文双引号'


def _word_quoted(line: str) -> Mended:
    """Branches, requirements, map components: a Chinese name needs quotes."""
    yield quote_words(line), "这里的中文名要加英文双引号"


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
            found[1] + re.sub(rf"[\w{CJK}]*[{CJK}][\w{CJK}]*", lambda m: f'{next(number)}["{m[0]}"]', found[2]),
            '中文名写成 `编号["名字"]`',
        )


def _usecase(line: str) -> Mended:
    yield re.sub(r"\s*(?:=>|->)\s*", " --> ", line), "连线写作 `-->`"
    number = iter(range(1, 20))
    yield (
        re.sub(rf"(?<!\")[\w{CJK}]*[{CJK}][\w{CJK}]*(?!\")", lambda m: f'u{next(number)}("{m[0]}")', line),
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
        yield f"{found[1]}{quoted(found[2])}: [{found[3]}]", "写作 `名字: [横, 纵]`，两个数都在 0 与 1 之间"


def _railroad(line: str) -> Mended:
    if not line.rstrip().endswith(";"):
        yield line.rstrip() + " ;", "每条规则以分号结尾"
    yield re.sub(r"^(\s*[\w-]+)\s*[：:=]?\s*(?=[\"'(\w\[{])", r"\1 = ", line), "写作 `名字 = 定义 ;`"


_WAYS: dict[str, tuple[Callable[[str], Mended], ...]] = {
    "flowchart": (edge_texts, _mirror, _labels, _reserved, _arrows),
    "swimlane": (edge_texts, _mirror, _labels, _reserved, _arrows),
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


def meant(line: str, kind: str) -> Mended:
    """What the line may have been meant to be: first as its kind has it, then with quotes and brackets closed."""
    for way in (*_WAYS.get(kind, ()), quotes, brackets):
        yield from way(line)
