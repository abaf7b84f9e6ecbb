"""The data in ``docs/_data``: form, sources, derived values, bounds, contradictions within rows, and age."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from atlas.facts import Fault, data_folder, due, faults, load, load_sources, today
from atlas.findings import RULES, Finding, Location, Severity
from atlas.model import Site
from atlas.quantities import FORMULAS

RULES.add(
    "fact-syntax",
    Severity.ERROR,
    "数据文件不是合法的 YAML",
    "整个文件都读不出来，表格、图和计算器会缺掉全部这一类数据。常见原因：值里有冒号加空格却没加引号、缩进不齐、括号没关。",
)
RULES.add(
    "fact-duplicate",
    Severity.ERROR,
    "数据里有重复的键或名字",
    "YAML 遇到重复的键会悄悄丢掉前一个；两行同名，读者分不清。不同来源的不同说法写进 `also:`，不要写两遍。",
)
RULES.add(
    "fact-value-invalid",
    Severity.ERROR,
    "数据的值不合这一列的类型、单位或选项",
    "每一列有约定的类型和单位，表格与计算器据此换算。未公开写 `unpublished`，不支持写 `unsupported`，没查过就不写这一列。",
)
RULES.add(
    "fact-out-of-bounds",
    Severity.ERROR,
    "数据的值在物理上不可能，或与同一行的其他值矛盾",
    "多半是单位或小数点错了，或稀疏与稠密、单向与双向写反了。上下限和列间关系写在 `scripts/atlas/facts/` 的各个模式里。",
)
RULES.add(
    "fact-derived-wrong",
    Severity.ERROR,
    "推导值与它的公式算出来的不一样",
    "推导的值必须写 `formula:`，按印出的位数与公式的结果一致；公式能用列名、别的行和 `atlas.quantities` 里的公式。",
)
RULES.add(
    "fact-unsourced",
    Severity.ERROR,
    "数据没有来源或证据类别，或把二手写成了一手",
    "读者要能看到每个数字从哪里来、是实测还是厂商规格。只在二手资料里见过的值写 `kind: secondary`。",
)
RULES.add(
    "fact-source-unknown",
    Severity.ERROR,
    "数据引用了不存在的来源",
    "先在 `sources.yml` 里写下这条来源，再引用它的键。",
)
RULES.add(
    "fact-undated",
    Severity.ERROR,
    "数据的行没写核对日期",
    "没有日期，就不知道什么时候该重新核对。每行写 `checked: 年-月-日`。",
)
RULES.add(
    "fact-due",
    Severity.WARNING,
    "数据的行过了该重新核对的日期",
    "设备与基准六个月、框架与引擎三个月、互联、模型与法规十二个月核对一次；训练记录和方法不过期。只是提醒，不挡合并。",
)
RULES.add(
    "source-invalid",
    Severity.ERROR,
    "来源缺少必填项",
    "每条来源都要有标题、作者或发布者、年份、地址、类别和读取日期，读者才能核对。",
)
UNUSED = RULES.add(
    "source-unused",
    Severity.WARNING,
    "没有页面也没有数据引用这条来源",
    "参考文献里会多出一条读者用不上的条目。引用它，或删掉它。",
)


def check(site: Site) -> Iterator[Finding]:
    """Every fault of the data, the rows that are due, and sources that nobody cites."""
    folder = project_data(site)
    if folder is None:
        return
    yield from data_findings(folder, site.root)
    yield from _unused_sources(site, folder)


def project_data(site: Site) -> Path | None:
    """The data folder that the site's pages read, if there is one."""
    return data_folder(str(site.root / site.data)) if site.data else None


def count_rows(folder: Path | None) -> int:
    """How many rows the data has."""
    return sum(len(table) for table in load(folder).tables.values())


def data_findings(folder: Path, root: Path) -> Iterator[Finding]:
    """What is wrong with a data folder by itself; paths are relative to ``root``."""
    for fault in (*faults(folder), *due(folder, today())):
        yield finding(fault, folder, root)


def finding(fault: Fault, folder: Path, root: Path) -> Finding:
    """A fault as a finding."""
    return Finding(RULES.rules[fault.rule], location(fault, folder, root), fault.message, fault.hint)


def location(fault: Fault, folder: Path, root: Path) -> Location:
    """Where a fault stands, as reports name it."""
    path = os.path.relpath(folder / fault.path, root).replace(os.sep, "/")
    return Location(path, fault.place.line, fault.place.column)


def _unused_sources(site: Site, folder: Path) -> Iterator[Finding]:
    facts = load(folder)
    cited = {key for page in site.pages for key in page.citations} | {key for _, key, _ in facts.uses}
    cited |= {key for formula in FORMULAS.values() for key in formula.sources}
    for key, source in load_sources(folder).items():
        if key not in cited:
            place = facts["sources"][key].place
            fault = Fault(
                UNUSED.id,
                "sources.yml",
                place,
                f"来源 `{key}`（{source.title}）没有人引用",
                f"在正文写 `[@{key}]`，或在数据里写 `source: {key}`，或删掉它",
            )
            yield finding(fault, folder, site.root)
