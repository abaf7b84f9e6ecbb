"""并行策略选择: a model, cards and links → the grids that fit, fastest first, with what each loses and why others fail."""

from __future__ import annotations

from dataclasses import dataclass, field

from atlas.calculators.data import Data
from atlas.calculators.declaration import (
    Bar,
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
from atlas.calculators.flows import PRECISIONS, flow_of, needed_peak, typed_flow
from atlas.calculators.grids import MOST_STAGES, SHORTEST, UNEVEN, Dropped, Grid, Job, Plan, grids, plans, simplest, uneven
from atlas.calculators.numbers import show

_PRECISIONS = {key: PRECISIONS[key] for key in ("16", "fp8")}
_OWN, _FREE = "device", "free"
_SHOWN = 10
TIED = 5.0
"""Per cent slower than the fastest up to which the estimate can't tell two grids apart."""
_BYTES, _SECONDS, _PERCENT, _WHOLE = Form("bytes", 3), Form("seconds", 3), Form("number", 3, "%"), Form("whole")
_ASKED = ("own_tp", "own_pp", "own_cp", "own_ep")
_LOSSES = {
    "again": "重算和各级不匀",
    "tensor": "张量并行的通信",
    "context": "上下文并行的通信",
    "expert": "专家间的通信",
    "bubble": "流水线气泡",
    "data": "数据并行的通信",
}


@dataclass(slots=True)
class Search:
    """What a search found."""

    plans: list[Plan] = field(default_factory=list)
    """Of each grid that fits the fastest plan, the fastest grid first."""
    tied: list[Plan] = field(default_factory=list)
    """All plans, several of a grid among them, that can't be told from the fastest."""
    short: int = 0
    """Grids that do not."""
    least: tuple[float, str] = (0.0, "")
    """Of them, the one that needs the least memory."""
    dropped: Dropped = field(default_factory=Dropped)


def search(job: Job) -> Search:
    """Every grid, each with its best plan."""
    found = Search()
    for grid in grids(job, found.dropped):
        every = plans(job, grid)
        fitting = [one for one in every if one.memory <= job.memory]
        if fitting:
            found.plans.append(min(fitting, key=_time))
            found.tied += fitting
            continue
        least = min(one.memory for one in every)
        if not found.short or least < found.least[0]:
            found.least = (least, grid.name)
        found.short += 1
    found.plans.sort(key=_time)
    found.tied = [one for one in found.tied if _slower(one, found.plans[0]) <= TIED]
    return found


def _time(one: Plan) -> float:
    return one.seconds


def compute(inputs: Inputs, data: Data) -> Result:
    """The fastest grids, why the others fail, and the reader's own grid among them."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    job = _job(inputs, numbers, data)
    found = search(job)
    notes = []
    values: dict[str, Value] = {"fitting": float(len(found.plans)), "looked": float(len(found.plans) + found.short)}
    sentence, own = _own(job, numbers, found)
    if sentence:
        notes.append(sentence)
    notes += _unlinked(inputs, numbers, data)
    tables = {"fails": _fails(job, found)}
    if not found.plans:
        values["best"] = "没有放得下的切法" if found.short else "没有分得匀的切法"
        notes.append(_advice(job, found))
        return Result(values, tables=tables, notes=notes)
    best = found.plans[0]
    tied = sum(1 for one in found.plans if _slower(one, best) <= TIED)
    plain = simplest(found.tied)
    values |= {
        "suggested": f"{plain.grid.name}：{_how(plain)}",
        "best": best.grid.name,
        "seconds": best.seconds,
        "mfu": _utilisation(job, best),
        "speed": job.batch * job.sequence / best.seconds,
        "memory": best.memory,
        "tied": float(tied),
    }
    values |= own
    shown = found.plans[:_SHOWN]
    tables["plans"] = [_row(job, one, best) for one in shown]
    bars = {"parts": [(one.grid.name, _parts(one), None, "") for one in shown]}
    return Result(values, tables=tables, bars=bars, notes=notes, steps=_steps(job, best))


def _advice(job: Job, found: Search) -> str:
    """What to change where no grid is left, by what they fail at."""
    batch = f"全局批 {_whole(job.batch)}"
    if not found.short:
        return f"不是显存不够，是{batch} 不能被任何一种切法的 DP×微批整除：换一个全局批或微批，或换卡数。"
    other = f"；{batch} 换一个能被更多 DP×微批整除的数，也会多出些切法" if found.dropped.batch else ""
    return f"加卡、换显存大的卡、缩短序列，或减小微批{other}。"


def _job(inputs: Inputs, numbers: dict[str, float], data: Data) -> Job:
    device = str(inputs["device"])
    peak = needed_peak(data, device, str(inputs["precision"]), "换一种精度或设备。")
    memory = data.number("devices", device, "memory_usable") or data.number("devices", device, "memory") or 0.0
    share = numbers["links"] / 100
    return Job(
        typed_flow(numbers, inputs["gated"] == "yes") if inputs["model"] == _FREE else flow_of(data, str(inputs["model"])),
        int(numbers["cards"]),
        int(numbers["node"]),
        memory * 1e9 * (1 - numbers["reserve"] / 100),
        peak,
        peak * numbers["efficiency"] / 100,
        _inner(inputs, numbers, data) * 1e9 * share,
        numbers["outer"] * 1e9 * share,
        numbers["sequence"],
        int(numbers["batch"]),
        int(numbers["micro"]),
        float(str(inputs["gradient"])),
        inputs["overlap"] == "hidden",
        inputs["recompute"] == "full",
    )


def _inner(inputs: Inputs, numbers: dict[str, float], data: Data) -> float:
    """GB/s of a card, one way, within a node."""
    link, device = str(inputs["inner"]), str(inputs["device"])
    if link == _FREE:
        return numbers["inner_speed"]
    if link != _OWN:
        return data.number("interconnects", link, "bandwidth_uni") or 0.0
    own = data.number("devices", device, "link_uni")
    return numbers["outer"] if own is None else own


def _unlinked(inputs: Inputs, numbers: dict[str, float], data: Data) -> list[str]:
    """What the reader must know where a device's own link stands in for one that is not known."""
    device = str(inputs["device"])
    if inputs["inner"] != _OWN or data.number("devices", device, "link_uni") is not None:
        return []
    speed, name = show(numbers["outer"], Form("number", 3, "GB/s")), data.name("devices", device)
    return [f"没有查到 {name} 的机内互联带宽，机内也按机间的 {speed} 算；知道的话，选一条链路或“自己填”。"]


def _own(job: Job, numbers: dict[str, float], found: Search) -> tuple[str, dict[str, Value]]:
    """What becomes of the grid that the reader asked about: a sentence, and its numbers if it is among those that fit."""
    if not any(name in numbers for name in _ASKED):
        return "", {}
    tensor, stages, context, expert = (int(numbers.get(name, 1)) for name in _ASKED)
    split = tensor * stages * context
    if job.cards % split:
        return f"{_whole(job.cards)} 张卡不能被你填的 TP×PP×CP（{_whole(split)}）整除。", {}
    grid = Grid(tensor, stages, context, job.cards // split, expert)
    for rank, one in enumerate(found.plans):
        if one.grid == grid:
            much = _slower(one, found.plans[0])
            word = "与最快的分不出先后" if much <= TIED else f"比最快的慢 {show(much, _PERCENT)}"
            values: dict[str, Value] = {
                "own_seconds": one.seconds,
                "own_rank": float(rank + 1),
                "own_slower": much,
                "own_mfu": _utilisation(job, one),
            }
            return f"{grid.name}：{_whole(len(found.plans))} 种里排第 {_whole(rank + 1)}，{word}；{_loss(one)}。", values
    return f"{grid.name}：不在可行的里面，{_why_not(job, grid)}。", {}


def _why_not(job: Job, grid: Grid) -> str:
    if grid.tensor > job.node or job.flow.heads % grid.tensor or grid.tensor & (grid.tensor - 1):
        return "TP 要是二的幂、能整除注意力头数、不超过一个快线域的卡数"
    if grid.stages > min(MOST_STAGES, job.flow.layers) or uneven(job.flow, grid.stages) > UNEVEN:
        return "层切得太不匀，最长的一级拖慢所有人"
    if job.batch % (grid.data * job.micro):
        return f"全局批 {_whole(job.batch)} 不能被 DP×微批（{_whole(grid.data * job.micro)}）整除"
    if grid.context > 1 and job.sequence / grid.context < SHORTEST:
        return f"上下文并行之后每张卡不到 {_whole(SHORTEST)} 个词元"
    least = min(one.memory for one in plans(job, grid))
    if least > job.memory:
        return f"最省也要 {show(least, _BYTES)}，一张卡能用 {show(job.memory, _BYTES)}"
    return "CP 要是二的幂，EP 要能整除专家数和 TP×CP×DP"


def _whole(number: float) -> str:
    return show(float(number), _WHOLE)


def _fails(job: Job, found: Search) -> list[list[Value]]:
    rows: list[list[Value]] = []
    if found.short:
        least, name = found.least
        usable = show(job.memory, _BYTES)
        rows.append(["显存放不下", float(found.short), f"最省的是 {name}，也要 {show(least, _BYTES)}，一张卡能用 {usable}"])
    if found.dropped.batch:
        rows.append(["批分不匀", float(found.dropped.batch), f"全局批 {_whole(job.batch)} 要能被 DP×微批整除"])
    if found.dropped.uneven:
        layers = _whole(job.flow.layers)
        rows.append(["层切不匀", float(found.dropped.uneven), f"{layers} 层切开后，最长的一级比平均多出 15% 以上"])
    return rows


def _slower(one: Plan, best: Plan) -> float:
    """Per cent."""
    return 100 * (one.seconds / best.seconds - 1)


def _utilisation(job: Job, one: Plan) -> float:
    """Per cent of the peak, attention counted."""
    return 100 * one.work / one.seconds * job.rate / job.peak


def _losses(one: Plan) -> dict[str, float]:
    return {
        "again": one.again, "tensor": one.tensor, "context": one.context, "expert": one.expert, "bubble": one.bubble,
        "data": one.data,
    }  # fmt: skip


def _loss(one: Plan) -> str:
    """What it loses most to."""
    losses = _losses(one)
    name = max(losses, key=lambda key: losses[key])
    share = 100 * losses[name] / one.seconds
    return "几乎全在计算" if share < 1 else f"最大的损失是{_LOSSES[name]}，占 {show(share, _PERCENT)}"


def _parts(one: Plan) -> list[float]:
    return [one.work, one.again, one.tensor + one.context, one.expert, one.bubble, one.data]


def _row(job: Job, one: Plan, best: Plan) -> list[Value]:
    mfu = _utilisation(job, one)
    return [one.grid.name, one.seconds, _slower(one, best), mfu, one.memory, float(one.micros), _how(one), _loss(one)]


def _how(one: Plan) -> str:
    """What goes with the grid."""
    pieces = f"，每卡 {one.chunks} 小段" if one.chunks > 1 else ""
    return f"ZeRO-{one.zero}，{'全部重算' if one.full else '轻量重算'}{pieces}"


def _steps(job: Job, one: Plan) -> list[str]:
    """The fastest grid's time and memory with the numbers put in."""
    grid, many, pieces = one.grid, _whole(one.micros), "" if one.chunks == 1 else f" ÷ {one.chunks}"
    each = (one.work + one.again + one.tensor + one.context + one.expert) / one.micros
    parts = [one.work, one.again, one.tensor + one.context, one.expert]
    named = zip(("计算", "重算与不匀", "TP、CP 通信", "专家通信"), parts, strict=True)
    terms = [f"{name} {show(part / one.micros, _SECONDS)}" for name, part in named if part > 0]
    once, bubble, whole = show(each, _SECONDS), show(one.bubble, _SECONDS), show(one.seconds, _SECONDS)
    split = f"（{_whole(grid.data)} × {_whole(job.micro)}）"
    lost = f"{_whole(grid.stages - 1)} ×（{once}{pieces} + 级间 {show(one.hop, _SECONDS)}）"
    rate = show(100 * job.rate / job.peak, _PERCENT)
    return [
        f"{grid.name} 的微批数 = {_whole(job.batch)} ÷{split}= {many}",
        f"一级做一个微批 = {' + '.join(terms)}" + (f" = {once}" if len(terms) > 1 else ""),
        *([f"气泡 = {lost} = {bubble}"] if grid.stages > 1 else []),
        f"一步 = {many} × {once} + 气泡 {bubble} + DP 通信 {show(one.data, _SECONDS)} = {whole}",
        f"MFU = {rate} × 计算 {show(one.work, _SECONDS)} ÷ {whole} = {show(_utilisation(job, one), _PERCENT)}",
        f"每卡显存 = 状态 {show(one.states, _BYTES)} + 激活和输出得分 {show(one.activations, _BYTES)}"
        f" = {show(one.memory, _BYTES)}",
    ]


CALCULATOR = Calculator(
    id="parallelism",
    title="并行策略选择",
    inputs=(
        Input("model", "模型", "model", "llama-3-1-405b", choices={_FREE: "自己填（稠密）"},
              needs=("timed",), group="训什么"),
        *(
            Input(name, label, "number", default, "", low, high, whole=name != "params", group="训什么",
                  when=(("model", (_FREE,)),))
            for name, label, default, low, high in (
                ("params", "总参数", "175B", 1e6, 1e14), ("layers", "层数", "96", 1, 1000),
                ("width", "隐藏维", "12288", 1, 200_000), ("heads", "注意力头", "96", 1, 2048),
                ("kv_heads", "KV 头", "96", 1, 2048), ("ffn", "FFN 宽度", "49152", 1, 2_000_000),
                ("vocab", "词表", "51200", 0, 5_000_000),
            )
        ),
        Input("gated", "门控 FFN", "choice", "no", choices={"no": "否（GELU）", "yes": "是（SwiGLU）"}, group="训什么",
              when=(("model", (_FREE,)),)),
        Input("sequence", "序列长度", "number", "8192", "词元", 128, 1e7, whole=True, group="训什么"),
        Input("batch", "全局批", "number", "2048", "条序列", 1, 1e6, whole=True, group="训什么"),
        Input("device", "设备", "device", "h100-sxm", needs=("memory", "trains"), group="机器"),
        Input("precision", "精度", "choice", "16", choices=_PRECISIONS, group="机器", help="用哪一档稠密峰值"),
        Input("cards", "卡数", "number", "16384", "张", 1, 200_000, whole=True, group="机器"),
        Input("node", "一个快线域的卡数", "number", "8", "张", 1, 1024, whole=True, group="机器",
              help="一台 8 卡机填 8，NVL72 机柜填 72"),
        Input("inner", "机内链路", "link", _OWN, choices={_OWN: "设备自己的互联", _FREE: "自己填"}, needs=("bandwidth_uni",),
              group="机器"),
        Input("inner_speed", "机内带宽", "number", "450", "GB/s", 0.1, 1e5, group="机器", when=(("inner", (_FREE,)),),
              help="每卡单向"),
        Input("outer", "机间带宽", "number", "50", "GB/s", 0.01, 1e5, group="机器",
              help="每卡单向；每卡一张 400 Gb/s 网卡是 50"),
        Input("efficiency", "矩阵乘的算力利用率", "number", "60", "%", 1, 100, group="更多",
              help="不等通信时；H100 六成上下，A100 略高"),
        Input("links", "链路的带宽利用率", "number", "80", "%", 1, 100, group="更多"),
        Input("micro", "微批", "number", "1", "条序列", 1, 1024, whole=True, group="更多"),
        Input("gradient", "梯度", "choice", "4",
              choices={"4": "FP32，每参数共 18 字节", "2": "16 位，每参数共 16 字节"}, group="更多"),
        Input("overlap", "专家间的通信", "choice", "shown", choices={"shown": "不藏", "hidden": "与另一个微批的计算重叠"},
              group="更多", help="只对 MoE 有用；DualPipe 一类排法能藏"),
        Input("recompute", "重算", "choice", "auto", choices={"auto": "放不下才全部重算", "full": "总是全部重算"},
              group="更多"),
        Input("reserve", "显存留出", "number", "8", "%", 0, 80, group="更多", help="通信缓冲、碎片、临时量"),
        Input("own_tp", "TP", "number", "", "", 1, 1024, whole=True, optional=True, group="对照一种切法（可不填）"),
        Input("own_pp", "PP", "number", "", "", 1, 1024, whole=True, optional=True, group="对照一种切法（可不填）"),
        Input("own_cp", "CP", "number", "", "", 1, 1024, whole=True, optional=True, group="对照一种切法（可不填）"),
        Input("own_ep", "EP", "number", "", "", 1, 4096, whole=True, optional=True, group="对照一种切法（可不填）"),
    ),
    shows=(
        Output("best", "估计最快", Form("text"), key=True),
        Output("suggested", "建议：分不出先后的里面最简单的", Form("text"), key=True),
        Output("seconds", "一步", _SECONDS, key=True),
        Output("mfu", "MFU（含注意力）", _PERCENT, key=True),
        Output("speed", "每秒词元", Form("count", 3)),
        Output("memory", "每卡显存", _BYTES),
        Output("fitting", "放得下的切法", Form("whole", 0, "种")),
        Output("tied", "其中分不出先后的（慢不到 5%）", Form("whole", 0, "种")),
        Output("looked", "看过的切法", Form("whole", 0, "种")),
        Output("own_seconds", "你的切法：一步", _SECONDS),
        Output("own_rank", "你的切法：排第", Form("whole")),
        Output("own_slower", "你的切法：比最快的慢", _PERCENT),
        Output("own_mfu", "你的切法：MFU", _PERCENT),
        Table("plans", "最快的几种", (
            Column("切法"), Column("一步", _SECONDS), Column("慢", _PERCENT), Column("MFU", _PERCENT),
            Column("每卡显存", _BYTES), Column("微批数", Form("whole")), Column("配什么"), Column("为什么"),
        )),
        Bar("parts", "一步的时间花在哪", ("计算", "重算与不匀", "TP、CP 通信", "专家通信", "气泡", "DP 通信"), _SECONDS,
            detailed=True),
        Table("fails", "为什么别的不行", (Column("原因"), Column("几种", Form("whole")), Column("细说"))),
    ),
    formulas=("parallel_step_seconds", "bubble_seconds", "training_compute", "causal_attention_per_token",
              "exposed_context_seconds", "exposed_gradient_seconds", "exposed_sharded_seconds", "zero_one_bytes",
              "zero_three_bytes", "fullest_stage_bytes", "counted_activation_bytes", "activation_bytes_full_recompute",
              "layers_in_flight", "last_layers_in_flight", "logit_bytes", "tensor_parallel_bytes", "context_parallel_bytes",
              "expert_dispatch_bytes", "expected_destinations", "pipeline_bytes", "all_gather_factor"),
    symbols="时间：$p$ 是级数，$m$ 是微批数，$v$ 是每卡小段数；$t_c$ 是一级做一个微批的计算，$t_a$ 是其中的注意力，"
            "$t$ 是 $t_c$ 加露在外面的 TP、CP、专家通信，$t_h$ 是级间传一次，$t_S$、$t_G$ 是散播梯度、收集权重，"
            "$T_{dp}$ 是露出的 DP 通信，$\\ell$ 是一级的层数，$X$ 是一层的 CP 通信，$B$ 是带宽。"
            "计算：$C$ 是计算量，$N$ 是每个词元用到的参数，$D$ 是词元数，$L$ 是层数，$d$ 是所有头的总宽，$s$ 是序列长。"
            "显存：$\\Phi$ 是一张卡分到的参数，$g$ 是梯度的字节，$n$ 是分摊的卡数；$a$ 是一层一个微批留下的字节，"
            "$f$、$f'$ 是第一级、最后一级在途的层 × 微批，$O$ 是输出得分；$T$ 是微批的词元数 ÷ CP，$h$ 是隐藏维，"
            "$r$ 是留下的归一化输出份数（这里重算，取 0），$A$、$F$ 是每词元在注意力、FFN 里留下的数，$b$ 是微批的条数，"
            "$V$ 是词表，$w$ 是每个数的字节。"
            "通信：$t$、$c$ 是 TP、CP 的度数，$n_{kv}$、$d_h$ 是 KV 头数和头维度，$T$ 是一张卡的词元数，"
            "$M$ 是一个词元去的地方数，$E$ 个专家里用 $k$ 个，分在 $e$ 张卡或 $e$ 台机器上，$n$ 是一组的卡数。",
    assumptions=(
        "TP 取二的幂，只放在一个快线域里；CP 取二的幂，每张卡至少 4,096 个词元；EP 折叠在 TP×CP×DP 里，不另乘卡数。",
        "每种切法再挑最快而放得下的：状态按 ZeRO-1 或 ZeRO-3 切，激活轻量重算（归一化和激活函数）或全部重算，"
        "交错取 1 或最多 8 小段。",
        "矩阵乘的效率是你填的一个数，不随矩阵变小而变；所以切得很碎、专家很窄的切法，估得偏快。",
        "张量并行的通信一点不藏；上下文并行藏在自己的注意力里；"
        "梯度和权重藏在最后一个反向和第一个前向里（ZeRO-3 藏在每个微批里）。",
        "气泡按 (p−1)/(vm)；DualPipe、零气泡没有算。延迟、网络拥塞、掉队的卡、数据加载、优化器更新都没有算。",
        "专家路由按均匀算，跨机时一个词元到每台机器只送一份；嵌入和输出头的参数摊到各级，输出得分（FP32）只算在最后一级，与在途微批最多的第一级比，取多的。",
    ),
    sources=("arxiv-2104.04473", "arxiv-2205.05198", "arxiv-1910.02054", "arxiv-2412.19437", "gh-NVIDIA-Megatron-LM"),
    compute=compute,
)  # fmt: skip
