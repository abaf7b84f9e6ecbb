"""评估误差: items and a score → an interval; two scores → whether the gap is real, and how many items would tell."""

from __future__ import annotations

import math

from atlas.calculators.data import Data
from atlas.calculators.declaration import BadInputError, Calculator, Form, Input, Inputs, Output, Result, Value
from atlas.calculators.numbers import show
from atlas.quantities.evaluation import (
    design_effect,
    items_for_power,
    newcombe_high,
    newcombe_low,
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
_PLAIN = Form("number", 6)
_ERROR = Form("fixed", 2, "百分点")
_ITEMS = Form("number", 8, "题")
_ONE, _APART, _PAIRED = "one", "apart", "paired"


def compute(inputs: Inputs, data: Data) -> Result:
    """Dispatch on what is compared."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    level = str(inputs["level"])
    factor = design_effect(numbers["group"], numbers["correlation"])
    if factor <= 0:
        raise BadInputError("correlation", "“组内相关”负得太多：这样的一组题互相抵消，方差会变成负数。")
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
    notes = [f"约有 {level}% 的把握，真实水平在 {_range(low, high)} 之间。"]
    if score in (0.0, 100.0):
        bound = show(zero_failure_bound(effective), Form("number", 2, "%"))
        notes.append(f"全{'对不等于百分之百：真实失误率' if score else '错不等于零：真实成功率'}的 95% 上限是 {bound}。")
    elif critical * error > min(score, 100 - score):
        notes.append("正态近似的区间越过了 0 或 100，这里只能用 Wilson 区间。")
    variance = 2 * share * (1 - share) * factor
    values: dict[str, Value] = {
        "wilson": _range(low, high),
        "effective": effective,
        "needed": _needed(variance, numbers["gap"]),
    }
    if error:
        reach = critical * error
        values |= {"error": error, "half": reach, "normal": _range(score - reach, score + reach)}
    steps = [*_effective(numbers, factor), *_spread(share, effective, error)]
    return Result(
        values, notes=notes, steps=[*steps, *_wilson_steps(share, effective, critical), *_power(numbers, variance)]
    )


def _apart(numbers: dict[str, float], level: str, factor: float) -> Result:
    critical, first, second = _LEVELS[level], numbers["score"] / 100, numbers["score2"] / 100
    items, items2 = numbers["items"] / factor, numbers["items2"] / factor
    one, other = standard_error(first, items), standard_error(second, items2)
    error = math.sqrt(one * one + other * other)
    gap, variance = 100 * (first - second), (first * (1 - first) + second * (1 - second)) * factor
    counted = (first * items, items, second * items2, items2, critical)
    low, high = newcombe_low(*counted), newcombe_high(*counted)
    values, notes = _compared(gap, (low, high), level)
    values |= {"needed": _needed(variance, numbers["gap"]), **({"error": error} if error else {})}
    notes.append("按两批独立的题算。若做的是同一批题、又有逐题结果，选“同一批题”，区间往往窄得多。")
    ends = [
        end(share * k, k, critical) for share, k in ((first, items), (second, items2)) for end in (wilson_low, wilson_high)
    ]
    steps = [
        *_effective(numbers, factor),
        f"两边的 Wilson 区间：甲 {_range(ends[0], ends[1])}，乙 {_range(ends[2], ends[3])}",
        f"差的下限 = {_reach(gap, '−', (100 * first, ends[0]), (ends[3], 100 * second))} = {show(low, _ERROR)}",
        f"差的上限 = {_reach(gap, '+', (ends[1], 100 * first), (100 * second, ends[2]))} = {show(high, _ERROR)}",
        *([f"标准误 = √({show(one, _PLAIN)}² + {show(other, _PLAIN)}²) = {show(error, _ERROR)}"] if error else []),
        *_power(numbers, variance),
    ]
    return Result(values, notes=notes, steps=steps)


def _paired(numbers: dict[str, float], level: str, factor: float) -> Result:
    critical, items, wins, losses = _LEVELS[level], numbers["items"], numbers["wins"], numbers["losses"]
    if wins + losses > items:
        raise BadInputError("losses", "一对一错的题加起来比总题数还多，请检查这三个数。")
    error = paired_standard_error(wins, losses, items) * math.sqrt(factor)
    gap, chance = 100 * (wins - losses) / items, sign_test(wins, losses)
    variance = (wins + losses) / items * factor
    unlikely = chance <= 1 - int(level) / 100
    if error == 0:
        values, notes = _without_error(gap, unlikely)
    else:
        low, high = gap - critical * error, gap + critical * error
        values, notes = _compared(gap, (low, high), level)
        values["error"] = error
        if unlikely != (abs(gap) > critical * error):
            notes.append("近似的区间和精确检验意见不一，差距正好在门槛上：题少时以精确检验为准。")
    values |= {"needed": _needed(variance, numbers["gap"]), "chance": chance}
    if factor != 1:
        notes.append("精确检验没有计入成组的题，成组时它过于乐观，看区间。")
    return Result(values, notes=notes, steps=_paired_steps(numbers, factor, critical, variance))


def _without_error(gap: float, unlikely: bool) -> tuple[dict[str, Value], list[str]]:
    """All questions alike: the spread of the differences is nought, which says nothing of other questions."""
    verdict = "看得出差别" if unlikely else "看不出差别"
    why = "每题都是同一边答对" if gap else "没有一题分出胜负"
    return {"verdict": verdict, "difference": gap}, [f"{verdict}：{why}，误差无从估计，给不出区间；只能看精确检验的概率。"]


def _paired_steps(numbers: dict[str, float], factor: float, critical: float, variance: float) -> list[str]:
    items, wins, losses = numbers["items"], numbers["wins"], numbers["losses"]
    b, c, k = (show(one, _PLAIN) for one in (wins, losses, items))
    error, gap = paired_standard_error(wins, losses, items) * math.sqrt(factor), 100 * (wins - losses) / items
    said = [f"差 = 100 ×（{b} − {c}）÷ {k} = {show(gap, _ERROR)}"]
    if error:
        grouped = "" if factor == 1 else f" × √{show(factor, _PLAIN)}"
        spread = f"√({b} + {c} −（{b} − {c}）² ÷ {k})"
        said.append(f"标准误 = 100 ÷ {k} × {spread}{grouped} = {show(error, _ERROR)}")
        ends = f"{show(gap - critical * error, _POINTS)} 到 {show(gap + critical * error, _POINTS)} 个百分点"
        said.append(f"区间 = {show(gap, _PLAIN)} ± {show(critical, _PLAIN)} × {show(error, _ERROR)} = {ends}")
    both, least = show(wins + losses, _PLAIN), show(min(wins, losses), _PLAIN)
    chance = show(sign_test(wins, losses), Form("number", 3))
    said.append(f"精确检验：抛 {both} 次硬币，少的一面不超过 {least} 次的概率 × 2 = {chance}")
    return [*said, *_power(numbers, variance)]


def _compared(gap: float, ends: tuple[float, float], level: str) -> tuple[dict[str, Value], list[str]]:
    low, high = ends
    real = low > 0 or high < 0
    verdict = "看得出差别" if real else "看不出差别"
    interval = f"{show(low, _POINTS)} 到 {show(high, _POINTS)} 个百分点"
    values: dict[str, Value] = {"verdict": verdict, "difference": gap, "interval": interval}
    tail = "区间不跨零" if real else "区间跨零，可能只是抽到的题不同"
    return values, [f"{verdict}：差 {show(gap, _POINTS)} 个百分点，{level}% 区间 {interval}，{tail}。"]


def _needed(variance: float, gap: float) -> float | None:
    return float(items_for_power(variance, gap / 100)) if variance > 0 else None


def _effective(numbers: dict[str, float], factor: float) -> list[str]:
    if factor == 1:
        return []
    size, correlation = show(numbers["group"], _PLAIN), show(numbers["correlation"], _PLAIN)
    divisor = f"（1 +（{size} − 1）× {correlation}）"
    shown = show(numbers["items"] / factor, _ITEMS)
    return [f"相当于独立的题 = {show(numbers['items'], _PLAIN)} ÷ {divisor} = {shown}"]


def _spread(share: float, items: float, error: float) -> list[str]:
    inside = f"{show(share, _PLAIN)} × {show(1 - share, _PLAIN)} ÷ {show(items, _PLAIN)}"
    return [f"标准误 = 100 × √({inside}) = {show(error, _ERROR)}"] if error else []


def _wilson_steps(share: float, items: float, critical: float) -> list[str]:
    """The middle of the interval and how far it reaches."""
    low, high = wilson_low(share * items, items, critical), wilson_high(share * items, items, critical)
    q, k, z = (show(one, _PLAIN) for one in (share, items, critical))
    scale = f"（1 + {z}² ÷ {k}）"
    spread = f"√({q} × {show(1 - share, _PLAIN)} ÷ {k} + {z}² ÷（4 × {k}²）)"
    return [
        f"区间的中点 =（{q} + {z}² ÷（2 × {k}））÷ {scale} = {show((low + high) / 2, Form('fixed', 2, '%'))}",
        f"区间的半宽 = {z} × {spread} ÷ {scale} = {show((high - low) / 2, _ERROR)}",
    ]


def _reach(gap: float, sign: str, one: tuple[float, float], other: tuple[float, float]) -> str:
    apart = [f"({show(upper, _POINTS)} − {show(lower, _POINTS)})²" for upper, lower in (one, other)]
    return f"{show(gap, _POINTS)} {sign} √({' + '.join(apart)})"


def _power(numbers: dict[str, float], variance: float) -> list[str]:
    needed = _needed(variance, numbers["gap"])
    if needed is None:
        return []
    sum_ = f"（1.96 + 0.8416）² × {show(variance, _PLAIN)} ÷ {show(numbers['gap'] / 100, _PLAIN)}²"
    return [f"要多少题 = {sum_}，进一 = {show(needed, Form('whole', 3, '题'))}"]


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
        Output("chance", "若两边一样强，偏到这么多或更多的概率", Form("number", 3)),
        Output("error", "标准误", Form("fixed", 2, "百分点")),
        Output("effective", "相当于多少道独立的题", Form("number", 6)),
        Output("needed", "有八成把握看出这个差，要多少题", Form("whole")),
    ),
    formulas=("standard_error", "wilson_low", "wilson_high", "zero_failure_bound", "newcombe_low", "newcombe_high",
              "paired_standard_error", "sign_test", "items_for_power", "design_effect"),
    symbols="$q$ 是得分（0 到 1），$k$ 是题数，$z$ 由把握定（90% 是 1.645，95% 是 1.96，99% 是 2.576）；"
            "带 1、2 下标的是甲、乙的得分和各自 Wilson 区间的下限 $l$、上限 $u$；"
            "$b$、$c$ 是只有甲、只有乙答对的题数；$v$ 是每题差值的方差，$\\Delta$ 是想看出的差；"
            "$m$ 是每组题数，$\\rho$ 是组内相关。",
    assumptions=(
        "题是从同一类题里独立抽的；成组的题用“每组题数”和“组内相关”折算。",
        "每题只有对和错；部分给分的题方差更小，这里会高估误差。",
        "区间只含抽题的误差，不含提示格式、采样随机、评委偏差和数据污染。",
        "“同一批题”的区间与所需题数用正态近似，题少于三十或得分靠近两头时偏差较大；“各做各的题”由两边的 Wilson 区间合成。",
        "零失误时的上限总按 95% 单边算，与上面选的把握无关。",
        "所需题数按 95% 的门槛和八成把握算，与上面选的把握无关；各做各的题时，两边都要这么多。",
    ),
    sources=("arxiv-2411.00640", "newcombe-1998", "gh-statsmodels-statsmodels"),
    compute=compute,
)  # fmt: skip
