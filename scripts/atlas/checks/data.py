"""What pages ask for in vain: tables and pictures that can't be made, values and numbered figures that there are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import DataProblem, PageView

TABLE = RULES.add(
    "facts-table-invalid",
    Severity.ERROR,
    "数据表或数据图的围栏写法不对",
    "读者看到的不是表而是报错。`data`、`columns`、`where`、`sort` 里的词都要是数据里有的；键和列名见数据下载页。",
)
UNKNOWN = RULES.add(
    "fact-unknown",
    Severity.ERROR,
    "句子里引用了数据里没有的值",
    "读者会看到 `[=…]` 原文。写成 `[=类.行.列]`，例如 `[=devices.h100-sxm.memory]`；公式写 `[=公式(…): 格式]`。",
)
REFERENCE = RULES.add(
    "figure-reference-missing",
    Severity.ERROR,
    "`[图#](…)` 或 `[表#](…)` 指的地方没有编了号的图或表",
    '读者只看到“图”字，没有编号。链接写到那张图或表自己的锚点：图的围栏写 `id="锚点"`，表题后写 `{#锚点}`。',
)
ALONE = RULES.add(
    "table-caption-alone",
    Severity.ERROR,
    "以 `表：` 开头的表题后面不是表",
    "读者会看到一段孤零零的“表：…”。表题单独成段，隔一个空行，紧接着就是表。",
)

CALCULATOR = RULES.add(
    "calculator-invalid",
    Severity.ERROR,
    "计算器或算例的围栏写法不对",
    "读者看到的不是计算器而是报错。`id` 要是有的计算器，其余各行是它的输入和填进去的值，一行一项。",
)


def check(view: PageView) -> Iterator[Finding]:
    """Every fence and value that our extension could not make."""
    seen: Counter[str] = Counter()
    for problem in view.written.data_problems:
        yield Finding(RULES.rules[problem.rule], _place(view, problem, seen), problem.message, problem.hint)
        seen[problem.written] += 1


def _place(view: PageView, problem: DataProblem, seen: Counter[str]) -> Location:
    nth = seen[problem.written]
    if not problem.line:
        return view.places.anywhere((problem.written,), nth=nth)
    first, _ = view.places.block(problem.written, nth=nth)
    return Location(first.path, first.line + problem.line - 1, 1) if first.line else first
