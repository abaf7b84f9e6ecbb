"""流水线气泡: stages, micro-batches and a schedule → how long cards wait, by both definitions, with the schedule drawn."""

from __future__ import annotations

from atlas.calculators.data import Data
from atlas.calculators.declaration import (
    BadInputError,
    Calculator,
    Column,
    Form,
    Input,
    Inputs,
    Lane,
    Output,
    Result,
    Schedule,
    Table,
    Value,
)
from atlas.calculators.numbers import show
from atlas.calculators.schedules import BACKWARD, FORWARD, INPUT, WEIGHT, Pass, Times, simulate
from atlas.quantities.pipelines import (
    idle_ratio,
    idle_share,
    pipeline_idle,
    pipeline_work,
    zero_bubble_h1_idle,
    zero_bubble_h2_idle,
)

_KINDS = {
    "gpipe": "GPipe",
    "1f1b": "1F1B",
    "interleaved": "交错 1F1B",
    "zb-h1": "零气泡 ZB-H1",
    "zb-h2": "零气泡 ZB-H2",
}
_MOST_CELLS = 4096
"""Passes that are drawn at most: 16 cards with 16 micro-batches in 8 chunks, as Llama 3.1 405B had."""
_PERCENT = Form("fixed", 1, "%")
_TIME, _COUNT, _PLAIN = Form("number", 6, "份"), Form("whole"), Form("number", 6)
_DUST = 1e-9
"""Of the idle time of 1F1B, what is no more than rounding."""


def compute(inputs: Inputs, data: Data) -> Result:
    """The chosen schedule by formula and by drawing it, and all five side by side."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    kind, stages, micros, chunks = str(inputs["kind"]), numbers["stages"], numbers["micros"], numbers["chunks"]
    if kind == "interleaved" and micros % stages:
        raise BadInputError("micros", "交错 1F1B 的微批数要是级数的整数倍，别的数填不满它的一轮。")
    times = Times(numbers["forward"], numbers["input"], numbers["weight"])
    work = pipeline_work(micros, times.forward, times.input, times.weight)
    idle = _idle(kind, stages, micros, chunks, times)
    values: dict[str, Value] = {
        "share": idle_share(idle, work),
        "ratio": idle_ratio(idle, work),
        "idle": idle,
        "work": work,
        "step": work + idle,
        "speedup": stages * work / (work + idle),
        "held": activations_held(kind, stages, micros, chunks),
    }
    notes = _caveats(kind, stages, micros, times)
    steps = [_working(times, micros, work), *_idling(kind, stages, micros, chunks, times, idle), *_shares(idle, work)]
    rows = [_row(one, stages, micros, chunks, times, work) for one in _KINDS]
    own = chunks if kind == "interleaved" else 1.0
    cells = stages * micros * own * (3 if kind in {"zb-h1", "zb-h2"} else 2)
    if cells > _MOST_CELLS:
        notes.append(f"图有 {show(cells, _COUNT)} 格，超过 {show(float(_MOST_CELLS), _COUNT)}，太大，不画了；数照算。")
        return Result(values, tables={"kinds": rows}, notes=notes, steps=steps)
    passes = simulate(kind, int(stages), int(micros), int(own), times)
    lanes = _lanes(passes, int(stages))
    return Result(values, tables={"kinds": rows}, schedules={"drawing": lanes}, notes=notes, steps=steps)


def _idle(kind: str, stages: float, micros: float, chunks: float, times: Times) -> float:
    """Time a card waits; what is left of differences between equal numbers is nothing."""
    own = (stages, times.forward, times.input, times.weight)
    if kind == "zb-h1":
        idle = zero_bubble_h1_idle(*own, micros)
    elif kind == "zb-h2":
        idle = zero_bubble_h2_idle(*own, micros)
    else:
        idle = pipeline_idle(*own, chunks if kind == "interleaved" else 1.0)
    return idle if idle > _DUST * pipeline_idle(*own) else 0.0


def activations_held(kind: str, stages: float, micros: float, chunks: float) -> float:
    """Micro-batches' worth of activations that the fullest card holds."""
    if kind == "gpipe":
        return micros
    if kind == "interleaved" and chunks > 1:
        return min(stages + (stages - 1) / chunks, micros)
    return min(2 * stages - 1 if kind == "zb-h2" else stages, micros)


def _caveats(kind: str, stages: float, micros: float, times: Times) -> list[str]:
    notes = []
    if micros < stages:
        notes.append("微批比级数还少，流水线灌不满。")
    wanted = {"zb-h1": stages, "zb-h2": 2 * stages - 1}.get(kind)
    if wanted is None:
        return notes
    missing = [f"微批至少 {show(wanted, _COUNT)} 个"] if micros < wanted else []
    missing += ["权重梯度 W 不长于前向 F"] if times.weight > times.forward else []
    if missing:
        notes.append(f"论文的式子假设{'、'.join(missing)}，这里不成立；这些数是按同样的次序一趟一趟排出来的。")
    return notes


def _working(times: Times, micros: float, work: float) -> str:
    parts = " + ".join(show(one, _PLAIN) for one in (times.forward, times.input, times.weight))
    return f"理想时间 = m(F + B + W) = {show(micros, _PLAIN)} ×（{parts}）= {_span(work)}"


def _idling(kind: str, stages: float, micros: float, chunks: float, times: Times, idle: float) -> list[str]:
    """The idle time of a kind with the numbers put in."""
    before, cards = show(times.forward + times.input, _PLAIN), show(stages - 1, _PLAIN)
    saved = show(min(times.forward, times.weight), _PLAIN)
    if kind == "zb-h1":
        held = show(min(micros, stages) - 1, _PLAIN)
        return [
            f"每卡空闲 = (p − 1)(F + B) − (min(m, p) − 1) min(F, W) = {cards} × {before} − {held} × {saved} = {_span(idle)}"
        ]
    if kind == "zb-h2":
        more = min(micros, 2 * stages - 1) - 1
        rest, odd = show(stages - 1 - more // 2, _PLAIN), show(more % 2, _PLAIN)
        first, second = f"{cards} × {before} − {show(more, _PLAIN)} × {saved}", f"{rest} × {before} − {odd} × {saved}"
        return [f"n = min(m, 2p − 1) − 1 = {show(more, _PLAIN)}", f"每卡空闲 = {first} 与 {second} 中大的 = {_span(idle)}"]
    whole = show(times.forward + times.input + times.weight, _PLAIN)
    if kind == "interleaved":
        return [f"每卡空闲 = (p − 1)(F + B + W) ÷ v = {cards} × {whole} ÷ {show(chunks, _PLAIN)} = {_span(idle)}"]
    return [f"每卡空闲 = (p − 1)(F + B + W) = {cards} × {whole} = {_span(idle)}"]


def _shares(idle: float, work: float) -> list[str]:
    step = _span(work + idle)
    return [
        f"一步用时 = {_span(work)} + {_span(idle)} = {step}",
        f"气泡占全程 = {_span(idle)} ÷ {step} = {show(idle_share(idle, work), _PERCENT)}",
    ]


def _span(time: float) -> str:
    return show(time, Form("number", 8, "份"))


def _row(kind: str, stages: float, micros: float, chunks: float, times: Times, work: float) -> list[Value]:
    idle = _idle(kind, stages, micros, chunks, times)
    sent = chunks if kind == "interleaved" else 1.0
    label = _KINDS[kind]
    if kind == "interleaved":
        if micros % stages:
            return [f"{label}（微批要是级数的倍数）", None, None, None, None, None]
        label = f"{label}，{int(chunks)} 小段"
    held = activations_held(kind, stages, micros, chunks)
    return [label, idle, idle_ratio(idle, work), idle_share(idle, work), held, sent]


def _lanes(passes: list[Pass], stages: int) -> list[Lane]:
    """Cards as lanes; where cards have chunks, a letter after the number tells which."""
    pieced = any(one.chunk for one in passes)
    lanes: list[Lane] = []
    for card in range(stages):
        own = [one for one in passes if one.card == card]
        cells = [(one.start, one.time, one.kind, f"{one.micro + 1}{_letter(one.chunk) if pieced else ''}") for one in own]
        lanes.append((f"卡 {card}", cells))
    return lanes


def _letter(chunk: int) -> str:
    """a to z, then aa to zz."""
    return chr(ord("a") + chunk % 26) * (chunk // 26 + 1)


CALCULATOR = Calculator(
    id="pipeline",
    title="流水线气泡",
    inputs=(
        Input("kind", "排法", "choice", "1f1b", choices=_KINDS, group="流水线"),
        Input("stages", "级数", "number", "4", "张卡", 1, 1024, whole=True, group="流水线", help="p，流水线切成几段"),
        Input("micros", "微批", "number", "8", "个", 1, 1e6, whole=True, group="流水线", help="m，一步里依次灌进去几个"),
        Input("chunks", "每卡小段", "number", "2", "段", 1, 64, whole=True, group="流水线",
              when=(("kind", ("interleaved",)),), help="v，交错时每张卡管几小段"),
        Input("forward", "前向 F", "number", "1", "份时间", 0.01, 1000, group="时间"),
        Input("input", "求输入梯度 B", "number", "1", "份时间", 0.01, 1000, group="时间"),
        Input("weight", "求权重梯度 W", "number", "1", "份时间", 0.01, 1000, group="时间",
              help="不拆开的排法把 B、W 连着做"),
    ),
    shows=(
        Output("share", "气泡占全程", _PERCENT, key=True),
        Output("ratio", "气泡比理想时间", _PERCENT, key=True),
        Output("idle", "每卡空闲", _TIME),
        Output("work", "理想时间", _TIME),
        Output("step", "一步用时", _TIME),
        Output("speedup", "比一张卡快", Form("number", 3, "×")),
        Output("held", "卡 0 存的激活（一个微批走完这张卡算 1 份）", Form("number", 3, "份")),
        Schedule("drawing", "每张卡什么时候做什么", {
            FORWARD: "前向 F", BACKWARD: "反向 BW（B 连着 W）", INPUT: "求输入梯度 B", WEIGHT: "求权重梯度 W",
        }, "宽是用时，数字是微批，字母是第几小段"),
        Table("kinds", "同样的级数和微批，五种排法", (
            Column("排法"), Column("空闲", _TIME), Column("比理想", _PERCENT), Column("占全程", _PERCENT),
            Column("激活", Form("number", 3, "份")), Column("点对点", Form("number", 3, "×")),
        )),
    ),
    formulas=("pipeline_work", "pipeline_idle", "zero_bubble_h1_idle", "zero_bubble_h2_idle", "idle_ratio", "idle_share"),
    symbols="$p$ 是级数，$m$ 是微批数，$v$ 是每卡的小段数；"
            "$T_F$、$T_B$、$T_W$ 是一个微批的前向、求输入梯度、求权重梯度的用时；"
            "$T_{闲}$ 是每卡空闲，$T_{理想}$ 是每卡干活的时间；$n=\\min(m,2p-1)-1$，$\\mu=\\min(T_F,T_W)$。",
    assumptions=(
        "每一级用时相等，级间通信不花时间；首尾多出来的嵌入和输出头要自己配平。",
        "一步的用时按“从一张卡第一个动作到它最后一个动作”的最大值数；零气泡要绕开更新前的同步，下一步才能紧接着。",
        "ZB-H1、ZB-H2 按论文的定义：反向拆成 B 和 W，H1 的激活不超过 1F1B，H2 到 2p−1 份。论文只写了微批够多、"
        "W 不长于 F 时的式子；这里的式子别的情形也对，与一趟一趟排出来的一样。",
        "交错按 Megatron 的次序排，微批数是级数的整数倍；激活按每小段 1/v 份数。",
    ),
    sources=("arxiv-1811.06965", "arxiv-2104.04473", "arxiv-2401.10241"),
    compute=compute,
)  # fmt: skip
