"""集合通信: a message, cards and a link → bytes each card sends, steps and time, for every collective and way to do it."""

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
    Table,
    Value,
)
from atlas.calculators.numbers import show
from atlas.quantities.communication import (
    all_gather_factor,
    all_reduce_factor,
    alpha_beta_seconds,
    hierarchical_all_reduce_seconds,
    ring_tree_crossover,
    tree_steps,
)

_FREE = "free"
_WAYS = {
    "ring": "全归约（环）",
    "tree": "全归约（树）",
    "scatter": "归约散播（环）",
    "gather": "全收集（环）",
    "exchange": "全对全",
}
_TWO = "two"
_LAYERED = "全归约（分层）"
_SECONDS, _BYTES, _SPEED, _PLAIN = Form("seconds", 3), Form("bytes", 3), Form("speed", 3), Form("number", 6)


def compute(inputs: Inputs, data: Data) -> Result:
    """All ways, the chosen one in front."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    bandwidth = _bandwidth(inputs, numbers, data) * numbers["efficiency"] / 100
    message, cards, latency = numbers["message"] * 1e6, numbers["cards"], numbers["latency"] * 1e-6
    if inputs["way"] == _TWO:
        return _two_levels(numbers, message, bandwidth, latency)
    ways = {way: _way(way, message, cards, bandwidth, latency) for way in _WAYS}
    steps, sent, time, bus = ways[str(inputs["way"])]
    values: dict[str, Value] = {
        "time": time,
        "sent": sent,
        "steps": steps,
        "waiting": 100 * steps * latency / time,
        "speed": message / time,
        "bus": bus,
    }
    notes = []
    even = ring_tree_crossover(cards, bandwidth, latency)
    if inputs["way"] in {"ring", "tree"} and even > 0:
        values["even"] = even
        faster = "树快" if message < even else "环快"
        notes.append(f"这么多卡、这条线，消息小于 {show(even, _BYTES)} 时树快，大于它环快；现在是{faster}。")
    if steps * latency > sent / bandwidth:
        notes.append("大半时间是延迟：把许多小消息攒成一个大的再发，或换步数少的走法。")
    rows: list[list[Value]] = [[_WAYS[way], *ways[way]] for way in _WAYS]
    stepped = _steps(str(inputs["way"]), message, cards, bandwidth, latency)
    return Result(values, tables={"ways": rows}, notes=notes, steps=stepped)


def _two_levels(numbers: dict[str, float], message: float, inner: float, latency: float) -> Result:
    """Scattered inside each node, summed between nodes, gathered inside; and what one ring or tree over all cards takes."""
    cards, nodes, slow = numbers["cards"], numbers["nodes"], numbers["outer_latency"] * 1e-6
    outer = numbers["outer"] * 1e9 * numbers["efficiency"] / 100
    within, between = 2 * (cards - 1), 2 * (nodes - 1)
    waits = within * latency + between * slow
    time = hierarchical_all_reduce_seconds(message, inner, outer, cards, nodes) + waits
    sent = all_reduce_factor(cards) * message + all_reduce_factor(nodes) * message / cards
    bus = all_reduce_factor(cards * nodes) * message / time
    values: dict[str, Value] = {
        "time": time, "sent": sent, "steps": within + between, "waiting": 100 * waits / time, "speed": message / time,
        "bus": bus,
    }  # fmt: skip
    rows: list[list[Value]] = [[_LAYERED, within + between, sent, time, bus]]
    rows += [[f"{_WAYS[way]}，全走机间", *_way(way, message, cards * nodes, outer, slow)] for way in ("ring", "tree")]
    flat = float(rows[1][3] or 0.0)
    much = show(flat / time, Form("number", 3))
    total = show(cards * nodes, _PLAIN)
    note = f"{total} 张卡排成一个环、全走机间的线要 {show(flat, _SECONDS)}，是分层的 {much} 倍。"
    stepped = _layered_steps(message, (cards, inner, latency), (nodes, outer, slow), time)
    return Result(values, tables={"ways": rows}, notes=[note], steps=stepped)


def _layered_steps(
    message: float, inside: tuple[float, float, float], outside: tuple[float, float, float], time: float
) -> list[str]:
    """Members, B/s and seconds a step of each level, with the numbers put in."""
    cards, nodes = inside[0], outside[0]
    spans, lines = [], []
    for name, (members, bandwidth, latency), share in (("机内", inside, 1.0), ("机间", outside, cards)):
        sent = all_reduce_factor(members) * message / share
        span = show(2 * (members - 1) * latency + sent / bandwidth, _SECONDS)
        others, part = show(members - 1, _PLAIN), "" if share == 1 else f" ÷ {show(share, _PLAIN)}"
        bytes_ = f"2 × {others} ÷ {show(members, _PLAIN)} × {show(message, _BYTES)}{part} ÷ {show(bandwidth, _SPEED)}"
        lines.append(f"{name} = 2 × {others} × {show(latency, _SECONDS)} + {bytes_} = {span}")
        spans.append(span)
    lines.append(f"用时 = {' + '.join(spans)} = {show(time, _SECONDS)}")
    factor = show(all_reduce_factor(cards * nodes), _PLAIN)
    bus = show(all_reduce_factor(cards * nodes) * message / time, _SPEED)
    return [*lines, f"总线带宽 = {factor} × {show(message, _BYTES)} ÷ {show(time, _SECONDS)} = {bus}"]


def _bandwidth(inputs: Inputs, numbers: dict[str, float], data: Data) -> float:
    """B/s of a card, one way."""
    link = str(inputs["link"])
    if link == _FREE:
        return numbers["bandwidth"] * 1e9
    found = data.number("interconnects", link, "bandwidth_uni")
    if found is None:
        raise BadInputError("link", f"数据里没有 {data.name('interconnects', link)} 的单向带宽，选“自己填”。")
    return found * 1e9


def _way(way: str, message: float, cards: float, bandwidth: float, latency: float) -> tuple[float, float, float, float]:
    """Steps, bytes sent by a card, seconds, and what nccl-tests would call the bus bandwidth."""
    if way == "ring":
        steps, sent, factor = 2 * (cards - 1), all_reduce_factor(cards) * message, all_reduce_factor(cards)
    elif way == "tree":
        steps, sent, factor = float(tree_steps(cards)), 2 * message, all_reduce_factor(cards)
    else:
        steps, sent, factor = cards - 1, all_gather_factor(cards) * message, all_gather_factor(cards)
    time = alpha_beta_seconds(steps, latency, sent, bandwidth)
    return steps, sent, time, factor * message / time


def _steps(way: str, message: float, cards: float, bandwidth: float, latency: float) -> list[str]:
    """The formulas with the numbers put in."""
    steps, sent, time, bus = _way(way, message, cards, bandwidth, latency)
    whole, others, all_ = show(message, _BYTES), show(cards - 1, _PLAIN), show(cards, _PLAIN)
    counted, spread = {
        "ring": (f"2 × {others}", f"2 × {others} ÷ {all_} × {whole}"),
        "tree": (f"2 × ⌈log₂ {all_}⌉", f"2 × {whole}"),
    }.get(way, (others, f"{others} ÷ {all_} × {whole}"))
    factor = all_reduce_factor(cards) if way in {"ring", "tree"} else all_gather_factor(cards)
    speed, lasts = show(bandwidth, _SPEED), show(time, _SECONDS)
    return [
        f"步数 = {counted}" + (f" = {show(steps, _PLAIN)}" if counted != show(steps, _PLAIN) else ""),
        f"每卡发出 = {spread} = {show(sent, _BYTES)}",
        f"用时 = {show(steps, _PLAIN)} × {show(latency, _SECONDS)} + {show(sent, _BYTES)} ÷ {speed} = {lasts}",
        f"总线带宽 = {show(factor, _PLAIN)} × {whole} ÷ {lasts} = {show(bus, _SPEED)}",
    ]


CALCULATOR = Calculator(
    id="communication",
    title="集合通信",
    inputs=(
        Input("way", "哪一种", "choice", "ring", choices={**_WAYS, _TWO: _LAYERED}, group="通信"),
        Input("message", "消息", "number", "1000", "MB", 1e-6, 1e9, group="通信",
              help="归约前每张卡手里的、收集后每张卡得到的、或全对全时每张卡要发的总字节"),
        Input("cards", "卡数", "number", "8", "张", 2, 1e6, whole=True, group="通信", help="分层时是每台机器的"),
        Input("nodes", "机器", "number", "8", "台", 2, 1e6, whole=True, group="通信", when=(("way", (_TWO,)),)),
        Input("link", "链路", "link", "nvlink-4", choices={_FREE: "自己填"}, needs=("bandwidth_uni",), group="链路",
              help="每卡单向；标着“每节点”的要自己除以卡数"),
        Input("bandwidth", "带宽", "number", "50", "GB/s", 0.001, 1e6, group="链路", when=(("link", (_FREE,)),),
              help="每卡单向；400 Gb/s 的网卡是 50"),
        Input("efficiency", "带宽利用率", "number", "80", "%", 1, 100, group="链路",
              help="实测的环形全归约多在七成半到八成半"),
        Input("latency", "每步延迟", "number", "5", "微秒", 0, 1e6, group="链路",
              help="机内几微秒，跨机十几微秒，大集群几十"),
        Input("outer", "机间带宽", "number", "50", "GB/s", 0.001, 1e6, group="链路", when=(("way", (_TWO,)),),
              help="每卡单向；上面的链路是机内的"),
        Input("outer_latency", "机间每步延迟", "number", "14", "微秒", 0, 1e6, group="链路", when=(("way", (_TWO,)),)),
    ),
    shows=(
        Output("time", "用时", _SECONDS, key=True),
        Output("sent", "每卡发出", _BYTES, key=True),
        Output("steps", "步数", Form("whole")),
        Output("waiting", "延迟占用时", Form("number", 2, "%")),
        Output("speed", "算法带宽（消息 ÷ 用时）", _SPEED),
        Output("bus", "总线带宽（可与链路比）", _SPEED),
        Output("even", "环与树打平的消息", _BYTES),
        Table("ways", "同一个消息，几种走法", (
            Column("走法"), Column("步数", Form("whole")), Column("每卡发出", _BYTES), Column("用时", _SECONDS),
            Column("总线带宽", _SPEED),
        )),
    ),
    formulas=("alpha_beta_seconds", "all_reduce_factor", "all_gather_factor", "tree_steps", "ring_tree_crossover",
              "hierarchical_all_reduce_seconds"),
    symbols="$n$ 是卡数，$S$ 是消息的字节，$X$ 是每张卡发出的字节，$B$ 是每卡单向带宽，$\\alpha$ 是每步的延迟，$k$ 是步数；"
            "分层一式里 $g$ 是每台的卡数，$k$ 是机器数，$B_1$、$B_2$ 是机内、机间的带宽，延迟另加。",
    assumptions=(
        "α-β 模型：每步一份固定延迟，字节除以带宽；不算归约本身的计算、协议的折扣和别人的流量。",
        "每张卡的链路一样快，收发同时满速；点对点直连的机器（如 MI300X）只有用满全部链路才有表里的带宽。",
        "分层：机内归约散播，各卡拿自己那一份跨机全归约，机内再全收集；几段先后做，不重叠。两条链路用同一个带宽利用率。",
        "树按流水的双二叉树算，大消息每卡发两倍消息；卡数不是二的幂时步数取上整。",
        "全对全按每对卡直接发、分 n−1 步算；交换机里归约（NVLS、SHARP）能突破环的系数，这里没有。",
    ),
    sources=("gh-NVIDIA-nccl-tests", "factryze-collectives", "gh-stas00-ml-engineering"),
    compute=compute,
)  # fmt: skip
