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
    Output,
    Result,
    Schedule,
    Table,
    Value,
)
from atlas.calculators.schedules import BACKWARD, FORWARD, INPUT, WEIGHT, Pass, Times, held, simulate, step_time
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
_MOST_STAGES, _MOST_PASSES = 8, 24
"""What is drawn at most: cards, and micro-batches times chunks."""
_SPLIT = ("zb-h1", "zb-h2")
_PERCENT = Form("fixed", 1, "%")
_TIME = Form("number", 4, "份")


def compute(inputs: Inputs, data: Data) -> Result:
    """The chosen schedule by formula and by drawing it, and all five side by side."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    kind, stages, micros, chunks = str(inputs["kind"]), numbers["stages"], numbers["micros"], numbers["chunks"]
    if kind == "interleaved" and micros % stages:
        raise BadInputError("micros", "交错 1F1B 的微批数要是级数的整数倍，别的数填不满它的一轮。")
    times = Times(numbers["forward"], numbers["input"], numbers["weight"])
    work = pipeline_work(micros, times.forward, times.input, times.weight)
    idle = _idle(kind, stages, chunks, times)
    values: dict[str, Value] = {
        "share": idle_share(idle, work),
        "ratio": idle_ratio(idle, work),
        "idle": idle,
        "work": work,
        "step": work + idle,
        "speedup": stages * work / (work + idle),
        "held": _held(kind, stages, micros, chunks),
    }
    notes = _caveats(kind, stages, micros, times)
    rows = [_row(one, stages, micros, chunks, times, work) for one in _KINDS]
    own = chunks if kind == "interleaved" else 1.0
    if stages > _MOST_STAGES or micros * own > _MOST_PASSES:
        notes.append(f"超过 {_MOST_STAGES} 级，或微批乘小段超过 {_MOST_PASSES}，图太大，不画了；数照算。")
        return Result(values, tables={"kinds": rows}, notes=notes)
    passes = simulate(kind, int(stages), int(micros), int(own), times)
    drawn = step_time(passes, int(stages)) - work
    values["drawn"] = drawn
    values["held"] = held(passes, int(stages), int(own))
    if abs(drawn - idle) > 1e-9 * (work + idle):
        notes.append("照着排出来的空闲和公式不一样：微批太少，或 W 比别的长，公式的前提不成立，以图为准。")
    return Result(values, tables={"kinds": rows}, schedules={"drawing": _lanes(passes, int(stages))}, notes=notes)


def _idle(kind: str, stages: float, chunks: float, times: Times) -> float:
    if kind == "zb-h1":
        return zero_bubble_h1_idle(stages, times.forward, times.input, times.weight)
    if kind == "zb-h2":
        return zero_bubble_h2_idle(stages, times.forward, times.input, times.weight)
    return pipeline_idle(stages, times.forward, times.input, times.weight, chunks if kind == "interleaved" else 1.0)


def _held(kind: str, stages: float, micros: float, chunks: float) -> float:
    """Micro-batches' worth of activations that the fullest card holds."""
    if kind == "gpipe":
        return micros
    if kind == "interleaved":
        return min(stages + (stages - 1) / chunks, micros)
    return min(2 * stages - 1 if kind == "zb-h2" else stages, micros)


def _caveats(kind: str, stages: float, micros: float, times: Times) -> list[str]:
    notes = []
    if kind == "zb-h2" and micros < 2 * stages - 1:
        notes.append("ZB-H2 要至少 2p−1 个微批才填得满；现在微批不够，公式偏乐观。")
    elif micros < stages:
        notes.append("微批比级数还少，大半的卡大半时间空着。")
    if kind in _SPLIT and times.weight > min(times.forward, times.input):
        notes.append("零气泡的公式假设 W 不比 F、B 长。")
    return notes


def _row(kind: str, stages: float, micros: float, chunks: float, times: Times, work: float) -> list[Value]:
    idle = _idle(kind, stages, chunks, times)
    sent = chunks if kind == "interleaved" else 1.0
    label = _KINDS[kind]
    if kind == "interleaved":
        if micros % stages:
            return [f"{label}（微批要是级数的倍数）", None, None, None, None, None]
        label = f"{label}，{int(chunks)} 小段"
    return [label, idle, idle_ratio(idle, work), idle_share(idle, work), _held(kind, stages, micros, chunks), sent]


def _lanes(passes: list[Pass], stages: int) -> list[tuple[str, list[tuple[float, float, str, str]]]]:
    """Cards as lanes; the cells of a second, third … chunk are told apart by a stroke after the number."""
    lanes = []
    for card in range(stages):
        cells = [(one.start, one.time, one.kind, f"{one.micro + 1}{'′' * one.chunk}") for one in passes if one.card == card]
        lanes.append((f"卡 {card}", cells))
    return lanes


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
        Output("drawn", "照图数出来的空闲", _TIME),
        Output("work", "理想时间", _TIME),
        Output("step", "一步用时", _TIME),
        Output("speedup", "比一张卡快", Form("number", 3, "×")),
        Output("held", "卡 0 存的激活（一个微批走完这张卡算 1 份）", Form("number", 3, "份")),
        Schedule("drawing", "每张卡什么时候做什么", {
            FORWARD: "前向 F", BACKWARD: "反向（B 连着 W）", INPUT: "求输入梯度 B", WEIGHT: "求权重梯度 W",
        }, "一格一份时间，数字是微批，撇是第几小段"),
        Table("kinds", "同样的级数和微批，五种排法", (
            Column("排法"), Column("空闲", _TIME), Column("比理想", _PERCENT), Column("占全程", _PERCENT),
            Column("激活", Form("number", 3, "份")), Column("点对点", Form("number", 3, "×")),
        )),
    ),
    formulas=("pipeline_work", "pipeline_idle", "zero_bubble_h1_idle", "zero_bubble_h2_idle", "idle_ratio", "idle_share"),
    symbols="p 是级数，m 是微批数，v 是每卡的小段数；F 是前向、B 是求输入的梯度、W 是求权重的梯度，T 是各自的用时。",
    assumptions=(
        "每一级用时相等，级间通信不花时间；首尾多出来的嵌入和输出头要自己配平。",
        "一步的用时按“从一张卡第一个动作到它最后一个动作”的最大值数；零气泡要绕开更新前的同步，下一步才能紧接着。",
        "ZB-H1、ZB-H2 按论文的定义：反向拆成 B 和 W，H1 的激活不超过 1F1B，H2 到 2p−1 份。",
        "交错按 Megatron 的次序排，微批数是级数的整数倍；激活按每小段 1/v 份数。",
    ),
    sources=("arxiv-1811.06965", "arxiv-2104.04473", "arxiv-2401.10241"),
    compute=compute,
)  # fmt: skip
