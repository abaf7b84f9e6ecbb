"""评估误差: items and a score → an interval; two scores → whether the gap is real, and how many items would tell."""

from __future__ import annotations

import math

from atlas.calculators.data import Data
from atlas.calculators.declaration import BadInputError, Calculator, Form, Input, Inputs, Output, Result, Value
from atlas.calculators.numbers import show
from atlas.quantities.evaluation import (
    design_effect,
    items_for_power,
    paired_standard_error,
    sign_test,
    standard_error,
    wilson_high,
    wilson_low,
    zero_failure_bound,
)

_LEVELS = {"90": 1.645, "95": 1.96, "99": 2.576}
_POINTS = Form("fixed", 1)
_SHARE = Form("fixed", 1, "%")
_ONE, _APART, _PAIRED = "one", "apart", "paired"


def compute(inputs: Inputs, data: Data) -> Result:
    """Dispatch on what is compared."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    level = str(inputs["level"])
    factor = design_effect(numbers["group"], numbers["correlation"])
    if factor <= 0:
        raise BadInputError("correlation", "“组内相关”太负了：这样的一组题互相抵消，方差会变成负数。")
    mode = inputs["mode"]
    if mode == _ONE:
        return _one(numbers, level, factor)
    return _apart(numbers, level, factor) if mode == _APART else _paired(numbers, level, factor)


def _one(numbers: dict[str, float], level: str, factor: float) -> Result:
    critical, items, score = _LEVELS[level], numbers["items"], numbers["score"]
    share, effective = score / 100, items / factor
    error = standard_error(share, effective)
    correct = share * effective
    low, high = wilson_low(correct, effective, critical), wilson_high(correct, effective, critical)
    notes = [f"真实水平有约 {level}% 的把握在 {_range(low, high)} 之间。"]
    if score in (0.0, 100.0):
        bound = zero_failure_bound(effective)
        word = "失误率" if score == 100.0 else "成功率"
        notes.append(f"一边倒的分数不等于绝对：真实{word}的 95% 上限是 {show(bound, Form('number', 2, '%'))}。")
    elif critical * error > min(score, 100 - score):
        notes.append("正态近似的区间越过了 0 或 100，这里只能用 Wilson 区间。")
    needed = _needed(2 * share * (1 - share) * factor, numbers["gap"])
    values: dict[str, Value] = {
        "wilson": _range(low, high),
        "half": critical * error,
        "normal": _range(score - critical * error, score + critical * error),
        "error": error,
        "effective": effective,
        "needed": needed,
    }
    return Result(values, notes=notes)


def _apart(numbers: dict[str, float], level: str, factor: float) -> Result:
    critical, first, second = _LEVELS[level], numbers["score"] / 100, numbers["score2"] / 100
    one = standard_error(first, numbers["items"] / factor)
    other = standard_error(second, numbers["items2"] / factor)
    error = math.sqrt(one * one + other * other)
    gap = 100 * (first - second)
    needed = _needed((first * (1 - first) + second * (1 - second)) * factor, numbers["gap"])
    values, notes = _compared(gap, error, critical, level, needed)
    notes.append("按两批独立的题算。若做的是同一批题、又有逐题结果，选“同一批题”，区间往往窄得多。")
    return Result(values, notes=notes)


def _paired(numbers: dict[str, float], level: str, factor: float) -> Result:
    critical, items, wins, losses = _LEVELS[level], numbers["items"], numbers["wins"], numbers["losses"]
    if wins + losses > items:
        raise BadInputError("losses", "一对一错的题加起来比总题数还多，请检查这三个数。")
    error = paired_standard_error(wins, losses, items) * math.sqrt(factor)
    gap = 100 * (wins - losses) / items
    needed = _needed((wins + losses) / items * factor, numbers["gap"])
    values, notes = _compared(gap, error, critical, level, needed)
    chance = sign_test(wins, losses)
    values["chance"] = chance
    if (chance <= 1 - int(level) / 100) != (abs(gap) > critical * error):
        notes.append("近似的区间和精确检验意见不一，差距正好在门槛上：题少时以精确检验为准。")
    if factor != 1:
        notes.append("精确检验没有计入成组的题，成组时它过于乐观，看区间。")
    return Result(values, notes=notes)


def _compared(
    gap: float, error: float, critical: float, level: str, needed: float | None
) -> tuple[dict[str, Value], list[str]]:
    low, high = gap - critical * error, gap + critical * error
    real = low > 0 or high < 0
    verdict = "看得出差别" if real else "看不出差别"
    values: dict[str, Value] = {
        "verdict": verdict,
        "difference": gap,
        "interval": f"{show(low, _POINTS)} 到 {show(high, _POINTS)} 个百分点",
        "error": error,
        "needed": needed,
    }
    tail = "区间不跨零" if real else "区间跨零，可能只是抽到的题不同"
    return values, [f"{verdict}：差 {show(gap, _POINTS)} 个百分点，{level}% 区间 {values['interval']}，{tail}。"]


def _needed(variance: float, gap: float) -> float | None:
    return float(items_for_power(variance, gap / 100)) if variance > 0 else None


def _range(low: float, high: float) -> str:
    return f"{show(low, _SHARE)} 到 {show(high, _SHARE)}"


CALCULATOR = Calculator(
    id="evaluation-error",
    title="评估误差",
    inputs=(
        Input(
            "mode", "算什么", "choice", _ONE, group="问题",
            choices={_ONE: "一个分数有多准", _APART: "两个分数，各做各的题", _PAIRED: "两个分数，同一批题，有逐题结果"},
        ),
        Input("level", "把握", "choice", "95", group="问题", choices={"90": "90%", "95": "95%", "99": "99%"}),
        Input("items", "题数", "number", "500", "题", 1, 1e7, whole=True, group="分数"),
        Input("score", "得分", "number", "75", "%", 0, 100, group="分数", when=(("mode", (_ONE, _APART)),),
              help="答对的百分比"),
        Input("items2", "乙的题数", "number", "500", "题", 1, 1e7, whole=True, group="分数", when=(("mode", (_APART,)),)),
        Input("score2", "乙的得分", "number", "72", "%", 0, 100, group="分数", when=(("mode", (_APART,)),)),
        Input("wins", "只有甲答对", "number", "40", "题", 0, 1e6, whole=True, group="分数", when=(("mode", (_PAIRED,)),)),
        Input("losses", "只有乙答对", "number", "25", "题", 0, 1e6, whole=True, group="分数", when=(("mode", (_PAIRED,)),)),
        Input("gap", "想看出的差", "number", "3", "百分点", 0.01, 100, group="更多", help="算要多少题才有八成把握看出它"),
        Input("group", "每组题数", "number", "1", "题", 1, 1e6, group="更多",
              help="同一篇文章、同一个仓库的题算一组；互不相干填 1"),
        Input("correlation", "组内相关", "number", "0", "", -1, 1, group="更多", help="0 互不相干，1 同进同退"),
    ),
    shows=(
        Output("verdict", "结论", Form("text"), key=True),
        Output("wilson", "Wilson 区间", Form("text"), key=True),
        Output("half", "半宽（正态近似）", Form("fixed", 2, "百分点")),
        Output("normal", "正态近似的区间", Form("text")),
        Output("difference", "差距", Form("fixed", 2, "百分点"), key=True),
        Output("interval", "差距的区间", Form("text"), key=True),
        Output("chance", "一样强时偶然这么偏的概率", Form("number", 3)),
        Output("error", "标准误", Form("fixed", 2, "百分点")),
        Output("effective", "相当于多少道独立的题", Form("number", 6)),
        Output("needed", "八成把握看出那个差，每边要的题数", Form("whole")),
    ),
    formulas=("standard_error", "wilson_low", "wilson_high", "paired_standard_error", "sign_test", "items_for_power",
              "design_effect"),
    symbols="$q$ 是得分（0 到 1），$k$ 是题数，$z$ 由把握定（90% 是 1.645，95% 是 1.96，99% 是 2.576）；"
            "$b$、$c$ 是只有甲、只有乙答对的题数；$v$ 是每题差值的方差，$\\Delta$ 是想看出的差；"
            "$m$ 是每组题数，$\\rho$ 是组内相关。",
    assumptions=(
        "题是从同一类题里独立抽的；成组的题用“每组题数”和“组内相关”折算。",
        "每题只有对和错；部分给分的题方差更小，这里会高估误差。",
        "区间只含抽题的误差，不含提示格式、采样随机、评委偏差和数据污染。",
        "“各做各的题”与所需题数用正态近似，题少于三十或得分靠近两头时偏差较大。",
        "所需题数按 95% 的门槛和八成把握算，与上面选的把握无关；各做各的题时，两边都要这么多。",
    ),
    sources=("arxiv-2411.00640", "gh-statsmodels-statsmodels"),
    compute=compute,
)  # fmt: skip
