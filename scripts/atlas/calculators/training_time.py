"""训练时间与成本: a model, tokens, cards and how well they are used → days, card-hours, electricity and money."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from atlas.calculators.data import Data
from atlas.calculators.declaration import BadInputError, Calculator, Form, Input, Inputs, Output, Result, Value
from atlas.calculators.flows import PRECISIONS, Flow, flow_of, needed_peak
from atlas.calculators.numbers import show
from atlas.quantities.compute import (
    attention_compute_per_token,
    card_hours,
    causal_attention_per_token,
    training_compute,
    training_days,
    training_tokens_per_second,
)
from atlas.quantities.training import training_energy, training_price

FREE = "free"
_ADVICE = "换一种精度，或选“自己填”。"
_NONE, _CAUSAL, _SQUARE = "none", "causal", "square"
_PERCENT = Form("number", 2, "%")
_SHARE = Form("number", 4, "%")
_COUNT = Form("count", 4)
_MONEY = Form("count", 3)
_PLAIN = Form("number", 8)
_WORK = Form("number", 3, "FLOP")
_RATE = Form("number", 4, "TFLOP/s")
_HOURS = Form("count", 3, "卡时")
_CARDS = Form("number", 8, "张")
_DAYS = Form("number", 3, "天")
_ENERGY = Form("number", 3, "MWh")


@dataclass(frozen=True, slots=True)
class _Spent:
    """Parameters, training FLOPs of attention a token, and how those are shown."""

    active: float
    total: float
    attention: float = 0.0
    shown: str = ""


def compute(inputs: Inputs, data: Data) -> Result:
    """All of it."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    spent = _model(inputs, numbers, data)
    active, total, attention = spent.active, spent.total, spent.attention
    tokens, cards, mfu = numbers["tokens"], numbers["cards"], numbers["mfu"] / 100
    device = str(inputs["device"])
    peak = numbers["peak"] * 1e12 if device == FREE else needed_peak(data, device, str(inputs["precision"]), _ADVICE)
    matrices = training_compute(active, tokens)
    work = matrices + attention * tokens
    idle = 1 - numbers["lost"] / 100
    hours, days = card_hours(work, peak, mfu) / idle, training_days(work, cards, peak, mfu) / idle
    watts, notes = _watts(inputs, numbers, data)
    values: dict[str, Value] = {
        "days": days,
        "hours": hours,
        "money": training_price(hours, numbers["price"]),
        "compute": work,
        "speed": training_tokens_per_second(work / tokens, cards, peak, mfu),
        "card_speed": training_tokens_per_second(work / tokens, 1.0, peak, mfu),
        "energy": None if watts is None else training_energy(hours, watts, numbers["pue"]) / 1000,
        "ratio": tokens / total,
    }
    if attention:
        values["attention"] = 100 * attention * tokens / work
    if inputs["deadline"] is not None:
        values["needed"] = float(math.ceil(hours / (24 * numbers["deadline"])))
    if tokens / total < 10:
        notes.append("每参数不到 10 个词元：离算力最优的约 20 个还远，同样的算力训小一点的模型损失更低。")
    if days > 365:
        notes.append("要一年以上：卡会坏，模型会过时，多半该加卡、减词元或换小一点的模型。")
    return Result(values, notes=notes, steps=_steps(inputs, values, spent, peak, watts))


def _steps(inputs: Inputs, values: Mapping[str, Value], spent: _Spent, peak: float, watts: float | None) -> list[str]:
    """The formulas with the numbers put in."""
    numbers = {name: value for name, value in (*inputs.items(), *values.items()) if isinstance(value, float)}
    tokens, hours = show(numbers["tokens"], _COUNT), show(numbers["hours"], Form("count", 5, "卡时"))
    matrices = training_compute(spent.active, numbers["tokens"])
    said = [f"训练计算量 = 6 × {show(spent.active, _COUNT)} × {tokens} = {show(matrices, _WORK)}"]
    if "attention" in values:
        rest = show(numbers["compute"] - matrices, _WORK)
        said.append(f"注意力 = {spent.shown} × {tokens} = {rest}")
        said.append(f"计算量合计 = {show(matrices, _WORK)} + {rest} = {show(numbers['compute'], _WORK)}")
    rate = f"{show(peak / 1e12, _RATE)} × {show(numbers['mfu'], _SHARE)}"
    said += [
        f"卡时 = {show(numbers['compute'], _WORK)} ÷（{rate}）÷ 3600 ÷（1 − {show(numbers['lost'], _SHARE)}）= {hours}",
        f"天数 = {hours} ÷ {show(numbers['cards'], _CARDS)} ÷ 24 = {show(numbers['days'], _DAYS)}",
        f"算力费用 = {hours} × {show(numbers['price'], _COUNT)} = {show(numbers['money'], _MONEY)}",
    ]
    if watts is not None:
        power = f"{show(watts, Form('number', 4, 'W'))} × {show(numbers['pue'], _COUNT)}"
        said.append(f"用电 = {hours} × {power} ÷ 10⁶ = {show(numbers['energy'], _ENERGY)}")
    if "needed" in values:
        days, cards = show(numbers["deadline"], _DAYS), show(numbers["needed"], _CARDS)
        said.append(f"要的卡 = {hours} ÷ 24 ÷ {days}，进一 = {cards}")
    return said


def _model(inputs: Inputs, numbers: dict[str, float], data: Data) -> _Spent:
    key, kind = str(inputs["model"]), inputs["attention"]
    if key == FREE:
        if kind != _NONE:
            raise BadInputError("attention", "自己填的模型没有层数和头数，算不了注意力；选“不计”，或选一个模型。")
        used = numbers.get("active", numbers["parameters"])
        if used > numbers["parameters"]:
            raise BadInputError("active", "激活参数比总参数还多，请检查这两个数。")
        return _Spent(used, numbers["parameters"])
    if kind != _NONE:
        return _attending(flow_of(data, key, cached=False), numbers["sequence"], kind == _SQUARE)
    total = data.number("models", key, "params_total")
    active = data.number("models", key, "params_active")
    if total is None or (active is None and data.number("models", key, "experts") is not None):
        raise BadInputError("model", f"{data.name('models', key)} 没有公布每个词元用到多少参数；选“自己填”，填一个估计。")
    return _Spent(total if active is None else active, total)


def _attending(flow: Flow, sequence: float, square: bool) -> _Spent:
    """With attention: nothing skipped, or only what a token sees."""
    width = show(flow.width, _PLAIN)
    if square:
        layers = flow.full + flow.sliding
        each = attention_compute_per_token(layers, 1.0, flow.width, sequence)
        return _Spent(flow.active, flow.total, each, f"12 × {show(layers, _PLAIN)} 层 × {show(sequence, _PLAIN)} × {width}")
    seen = flow.twice_seen(sequence)
    shown = f"6 × {show(seen, _PLAIN)}（各层 × 词元）× {width}"
    return _Spent(flow.active, flow.total, causal_attention_per_token(seen, flow.width), shown)


def _watts(inputs: Inputs, numbers: dict[str, float], data: Data) -> tuple[float | None, list[str]]:
    if inputs["watts"] is not None:
        return numbers["watts"], []
    device = str(inputs["device"])
    watts = None if device == FREE else data.number("devices", device, "tdp")
    if watts is None:
        return None, ["不知道这张卡的功率，没有算电；在“每卡功率”里填一个数就会算。"]
    return watts, [f"每卡功率按厂商规格 {show(watts, Form('number', 4, 'W'))} 算，不含 CPU、网卡和风扇。"]


CALCULATOR = Calculator(
    id="training-time",
    title="训练时间与成本",
    inputs=(
        Input("model", "模型", "model", "llama-3-1-70b",
              choices={FREE: "自己填"}, needs=("params_total",), group="模型与数据"),
        Input("parameters", "总参数", "number", "7B", "个", 1e6, 1e14, group="模型与数据", when=(("model", (FREE,)),),
              help="可写 7B、70 亿"),
        Input("active", "激活参数", "number", "", "个", 1e6, 1e14, optional=True, group="模型与数据",
              when=(("model", (FREE,)),), help="MoE 填每个词元用到的；稠密模型空着"),
        Input("tokens", "训练词元", "number", "15T", "个", 1e6, 1e17, group="模型与数据", help="可写 15T、2 万亿"),
        Input("attention", "注意力的算力", "choice", _NONE, group="模型与数据",
              choices={_NONE: "不计，只算 6ND", _CAUSAL: "计，跳过看不见的一半", _SQUARE: "计，按整个方阵"}),
        Input("sequence", "序列长度", "number", "8192", "词元", 16, 1e8, whole=True, group="模型与数据",
              when=(("attention", (_CAUSAL, _SQUARE)),)),
        Input("device", "设备", "device", "h100-sxm", choices={FREE: "自己填"}, group="机器"),
        Input("precision", "精度", "choice", "16", choices=PRECISIONS, group="机器", help="用哪一档稠密峰值作分母"),
        Input("peak", "峰值", "number", "989", "TFLOP/s", 0.1, 1e7, group="机器", when=(("device", (FREE,)),),
              help="稠密，不是稀疏"),
        Input("cards", "卡数", "number", "2048", "张", 1, 1e7, whole=True, group="机器"),
        Input("mfu", "MFU", "number", "40", "%", 0.1, 100, group="机器", help="公开的大训练在两成到近五成"),
        Input("lost", "停机与重算", "number", "10", "%", 0, 95, group="更多", help="付了钱却没往前走的时间，占全程"),
        Input("deadline", "想在几天内算完", "number", "", "天", 0.01, 1e6, optional=True, group="更多",
              help="填了就反过来算要几张卡"),
        Input("price", "一卡时的价钱", "number", "2", "", 0, 1e6, group="更多", help="什么货币都行，结果同一种"),
        Input("watts", "每卡功率", "number", "", "W", 1, 1e5, optional=True, group="更多",
              help="空着就用设备表里的；整机折算更准"),
        Input("pue", "PUE", "number", "1.2", "", 1, 3, group="更多", help="总用电除以 IT 用电"),
    ),
    shows=(
        Output("days", "天数", _DAYS, key=True),
        Output("needed", "期限内算完要几张卡", Form("whole", 3, "张"), key=True),
        Output("hours", "卡时", _HOURS, key=True),
        Output("money", "算力费用（货币同单价）", _MONEY, key=True),
        Output("compute", "计算量", _WORK),
        Output("attention", "其中注意力", _PERCENT),
        Output("speed", "跑起来时的速度", Form("count", 3, "词元/秒")),
        Output("card_speed", "每卡", Form("number", 3, "词元/秒")),
        Output("energy", "用电", _ENERGY),
        Output("ratio", "每参数词元", Form("number", 3)),
    ),
    formulas=("training_compute", "attention_compute_per_token", "causal_attention_per_token", "training_days", "card_hours",
              "training_tokens_per_second", "training_energy", "training_price"),
    symbols="$N$ 是每个词元用到的参数，$D$ 是训练词元，$C$ 是计算量；$L$ 是层数，$d$ 是所有头的总宽，$s$ 是序列长度，"
            "注意力两式都是每个词元的训练计算量，乘 $D$ 才是全程；$n$ 是卡数，$F$ 是每卡稠密峰值，"
            "$c$ 是每个词元的训练计算量（$C/D$），$P$ 是每卡功率，$p$ 是一卡时的价钱，$h$ 是卡时。",
    assumptions=(
        "算力按 6ND，MoE 只数每个词元用到的参数；词嵌入也算在内，小模型会偏大几个百分点。",
        "“按整个方阵”什么都不跳过，滑动窗口层也算满；“跳过看不见的一半”只数每个词元看得见的，滑动窗口层只数窗口里的。"
        "线性注意力层都不计。",
        "分母是所选精度的稠密峰值；MFU 与峰值要用同一档精度，FP8 训练的公开 MFU 多按 BF16 峰值报。",
        "MFU 是跑起来时的；停机、重启、重做的时间另由“停机与重算”一项折算。",
        "卡数变多而批不变时 MFU 会掉，这里不管，反算卡数时也不管；填你那个规模上能达到的数。",
        "只是最后那一遍训练：小实验、失败的尝试、数据、后训练、人员都不在内。",
        "电只算卡（或你填的功率），再乘 PUE；训练时的平均功率通常比规格低。",
    ),
    sources=("arxiv-2203.15556", "arxiv-2204.02311", "arxiv-2211.02001"),
    compute=compute,
)  # fmt: skip
