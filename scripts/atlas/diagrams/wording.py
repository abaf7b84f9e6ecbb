"""A refusal of Mermaid's and its place → what is told of it in Chinese: what is wrong, and what to write instead."""

from __future__ import annotations

import re

from atlas.diagrams.blocks import Opening
from atlas.diagrams.engine import Verdict
from atlas.diagrams.values import Repair

_KNOWN = (
    (r"No diagram type detected", "第一个词不是 Mermaid 的图种"),
    (r"beginning with --- are not valid", "开头的 `---` 没有写成完整的 YAML 头"),
    (r"unexpected end of the stream|can not read|bad indentation|duplicated mapping key", "图的 YAML 头写错了"),
    (r"No such shape: (\S+?)\.?(?: |$)", "没有 `{0}` 这种形状"),
    (r"Unsupported color format", "颜色写错了"),
    (r"Maximum text size", "图的文字超过了 Mermaid 的上限（五万字）"),
    (r"(?:Edge limit exceeded|Too many edges)", "连线超过了 Mermaid 的上限（500 条）"),
    (r"Cannot set properties of undefined \(setting 'style'\)|linkStyle", "`linkStyle` 的序号超出了连线的数目"),
    (r"inactivate an inactive participant \((.+?)\)", "`{0}` 没有激活过，不能停用"),
    (r"destroyed participant .* does not have", "`destroy` 之后的第一条消息要发给或来自被销毁的参与者"),
    (r"created participant .* does not have", "`create` 之后的第一条消息要发给新建的参与者"),
    (r"Invalid date: ?(.+)", "`{0}` 不是 `dateFormat` 所说的日期"),
    (r"reading 'endTime'", "第一个任务没有开始时间"),
    (r"TopAxis is not a function", "这一版 Mermaid 的 `topAxis` 语句会出错"),
    (r"circular link", "桑基图里的流向绕成了圈"),
    (r"(\S+) is inside itself", "状态 `{0}` 套在自己里面，读者的浏览器会卡死"),
    (r"no sets", "韦恩图里没有集合"),
    (r"no plots", "图里没有数据"),
    (r'C4 rel "(.*)" -> "(.*)" references', "关系 `{0}` → `{1}` 有一端没有定义"),
    (r"Can not create second element with ID", "两点之间的边写了两次"),
    (r"Failed to parse the rule '\.(.*?)'?$", "类名 `{0}` 不能用作 CSS 类名"),
    (r"KaTeX parse error: (.*)", "公式写错了：{0}"),
    (r"Negative values are not allowed", "饼图的值不能是负数"),
    (r"invalid value", "饼图的值不能是负数"),
    (r"Missing entry for axis (\S+)", "缺少 `{0}` 轴的值"),
    (r"is not contiguous\. It should start from (\d+)", "数据包的各段要首尾相接，这一段应从 {0} 开始"),
    (r"End must be greater than start", "数据包一段的止位比起位小"),
    (r"zero bit field", "数据包的一段至少一位"),
    (r"unknown set identifier: (\S+)", "没有集合 `{0}`"),
    (r"union requires multiple", "`union` 要写两个以上的集合"),
    (r"\[(\S+)\] does not yet exist", "`{0}` 还没有定义"),
    (r"parent does not exist|is already in use", "所属的组没有定义，或编号已被占用"),
    (r'using "branch (.+?)"', "还没有分支 `{0}`"),
    (r"Cannot merge branch '(.+?)' into itself", "不能把分支 `{0}` 并入它自己"),
    (r"existing branch", "这个分支已经有了"),
    (r'usage of "cherryPick"', "`cherry-pick` 的提交编号不存在"),
    (r"Branch to be merged \((.+?)\)", "要并入的分支 `{0}` 不存在"),
    (r"only be one root", "思维导图只能有一个根：其他行都要缩进在它下面"),
    (r"reading 'events'", "事件前面没有时期"),
    (r"Generalization requires", "泛化只能在两个参与者或两个用例之间"),
    (r"relationship requires use-case", "`include` 与 `extend` 只能在两个用例之间"),
)
_HINTS = (
    (r"TopAxis", "删掉 `topAxis` 一行，改在 YAML 头里写 `config: {gantt: {topAxis: true}}`"),
    (r"reading 'endTime'", "给第一个任务写开始日期，例如 `任务 :2026-01-01, 3d`"),
    (r"No such shape", "形状名见 Mermaid 的形状表，例如 `rect`、`rounded`、`diam`、`cyl`"),
    (r"is inside itself", "里面的状态换一个编号"),
    (r"circular link", "去掉一条流，让流向不再绕回起点"),
    (r"no plots", "写上 `bar [1, 2, 3]` 或 `line [1, 2, 3]`"),
    (r"no sets", '写上 `set A["甲"]`'),
    (r"only be one root", "把多出来的行缩进到根的下面"),
    (r"C4 rel", "先用 `Person(…)`、`System(…)` 等定义两端"),
    (r"Failed to parse the rule", "类名以拉丁字母开头，只用字母、数字、`-`、`_`"),
    (r"Can not create second element", "删掉重复的一条"),
    (r"Invalid date", "按 `dateFormat` 写日期，或写 `after 编号`"),
    (r"No diagram type", "第一行写图的种类，例如 `flowchart LR`、`sequenceDiagram`"),
    (r"beginning with ---", "`---` 之间写 YAML（例如 `title: 名字`），或删掉两行 `---`"),
    (r"setting 'style'|linkStyle", "连线从 0 数起"),
    (r'using "branch (.+?)"', "先写 `branch {0}`，或改成已有的分支"),
    (r"Branch to be merged \((.+?)\)", "先写 `branch {0}`，或改成已有的分支"),
    (r"Cannot merge branch", "先用 `checkout` 换到别的分支"),
    (r"existing branch", "换一个名字，或用 `checkout` 换到它"),
    (r'usage of "cherryPick"', "写别的分支上一个提交的 `id`"),
    (r"inactive participant \((.+?)\)", "先写 `activate {0}`，或删掉这一行"),
    (r"(?:created|destroyed) participant", "让紧接着的消息以它为一端，或删掉这一行"),
    (r"does not yet exist|parent does not exist|already in use", "先定义再引用，编号不要重复"),
    (r"unknown set identifier: (\S+)", "先写 `set {0}`"),
    (r"union requires multiple", "写成 `union A,B`"),
    (r"Negative values|invalid value", "写不小于 0 的数"),
    (r"Missing entry for axis (\S+)", "给每一条轴都写一个值"),
    (r"should start from (\d+)", "改成从 {0} 开始，或写 `+位数`"),
    (r"End must be greater", "写成 `小-大`"),
    (r"Unsupported color", '写 `"#336699"` 这样的颜色，或英文颜色名'),
    (r"reading 'events'", "写成 `时期 : 事件`"),
    (r"(?:Expecting token of type|\d\. \[)'? ?-*>? ?NUMBER", "这里要写数字"),
)
_LATIN = {
    "sankey": "桑基图的名称只能用拉丁字母：中文无论加不加引号都会出错；换一种图，或用拉丁缩写并在正文里解释",
}


def said(refusal: Verdict, opening: Opening | None, snippet: str) -> str:
    """What is wrong, in a few words."""
    if opening:
        return f"`{opening.text[:60]}` 没有用 `{opening.closer}` 结束"
    for pattern, words in _KNOWN:
        found = re.search(pattern, refusal.message)
        if found:
            return words.format(*found.groups())
    return "这一行没有写完" if refusal.text.lstrip(" \t").startswith("\n") else _tidy(refusal.message)


def hint(refusal: Verdict, snippet: str, mended: Repair | None, opening: Opening | None = None, kind: str = "") -> str:
    """What to write instead; the corrected line if Mermaid has accepted it."""
    if opening:
        return f"在这一段的末尾另起一行写 `{opening.closer}`"
    if mended:
        return (
            f"{mended.sentence}，改成 `{mended.line.strip()}`" if mended.line.strip() else f"{mended.sentence}：删掉这一行"
        )
    for pattern, words in _HINTS:
        if found := re.search(pattern, refusal.message):
            return words.format(*found.groups()) if found.groups() else words
    if kind == "sankey" and re.search(r"[\u3400-\u9fff]", snippet):
        return _LATIN["sankey"]
    if re.search(r"(?:--+>?|==+>?|-\.+->?)\s*$", snippet):
        return "箭头后面少了一个节点"
    if re.fullmatch(r"end;?|\}", snippet):
        return f"`{snippet}` 没有对应的开头：删掉这一行"
    return "对照 Mermaid 的写法检查这一行；标签含标点时加英文双引号"


def _tidy(message: str) -> str:
    """Mermaid's own words, shortened: Jison lists all it would have taken there, dozens of internal names."""
    lines = [line.strip() for line in message.splitlines() if line.strip() and not set(line.strip()) <= {"-", "^"}]
    unexpected = re.search(r"unexpected character: ->(.)<-", message)
    if unexpected:
        return f"这里不能写 `{unexpected[1]}`"
    if "Unrecognized text" in message and (met := _met(message)):
        return f"这里不能写 `{met}`"
    found = re.search(r"but found:? (?:--> )?[`'](.*?)[`']", message, re.DOTALL)
    if found:
        return "这一行没有写完" if not found[1].strip() else f"解析器没有料到 `{found[1].strip()[:30]}`"
    got = next((found[1] for line in lines if (found := re.search(r"^Expecting .*got '?(\S+?)'?$", line))), "")
    first = re.sub(r"^(?:Error: )?(?:Parse|Lexical|Parsing) error on line \d+[:.]?\s*", "", lines[0] if lines else "")
    if got:
        met = _met(message)
        return f"解析器没有料到 `{met}`" if met else "这一行没有写完"
    return first[:160] or "语法错误"


def _met(message: str) -> str:
    """The first word after Mermaid's caret."""
    drawn = re.search(r"\n([^\n]*)\n(-*)\^", message)
    if not drawn:
        return ""
    ahead = drawn[1].encode("utf-16-le")[2 * len(drawn[2]) :].decode("utf-16-le", "ignore").strip()
    found = re.match(r"[\w]+|[^\w\s]+", ahead)
    return found[0][:12] if found else ""
