"""解码速度上限: a model on cards → the shortest time to the first token and between tokens.

And the batch from which arithmetic, not reading the weights, takes the time.
"""

from __future__ import annotations

from dataclasses import dataclass

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
from atlas.calculators.devices import label_of
from atlas.calculators.flows import PEAKS, PRECISIONS, flow_of, needed_peak, peak_of
from atlas.calculators.numbers import show
from atlas.quantities.compute import causal_attention_per_token, forward_compute, roofline_ridge
from atlas.quantities.models import weights_read_bytes
from atlas.quantities.serving import batch_step_seconds, requests_in_memory

FREE = "free"
_WIDTHS = {"4": "4 字节（FP32）", "2": "2 字节（BF16、FP16）", "1": "1 字节（FP8、INT8）", "0.5": "半字节（4 位，不含缩放）"}
_BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
_MOST = 65_536
"""The largest batch that is looked at for where arithmetic takes over."""
_CACHE, _ARITHMETIC = "读 KV 缓存", "算力"
_COUNT, _PLAIN, _SIZE, _SPEED = Form("count", 4), Form("number", 6), Form("bytes", 3), Form("speed", 4)
_RATE, _WORK = Form("number", 4, "TFLOP/s"), Form("flops", 3)
_SECONDS, _TOKENS = Form("seconds", 3), Form("number", 3, "词元/秒")


@dataclass(frozen=True, slots=True)
class Load:
    """What the model asks of the cards, whichever they are."""

    total: float
    active: float
    routed: float
    experts: float
    chosen: float
    width: float
    cached: float
    """Bytes of one request's cache."""
    prefill: float
    """FLOPs of the whole prompt."""
    prompt: float

    def read(self, tokens: float) -> float:
        """Bytes of weights that a step over so many tokens reads."""
        return weights_read_bytes(self.total, self.routed, self.experts, self.chosen, tokens, self.width)


@dataclass(frozen=True, slots=True)
class Cards:
    """All cards together: FLOP/s, B/s and bytes."""

    peak: float
    bandwidth: float
    memory: float | None


def compute(inputs: Inputs, data: Data) -> Result:
    """The bounds at the chosen batch, at other batches, and on every device."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    load = _load(inputs, numbers, data)
    cards = _cards(inputs, numbers, data)
    batch = numbers["batch"]
    first, step = _first(load, cards), _step(load, cards, batch)
    turn = _turn(load, cards)
    values: dict[str, Value] = {
        "first": first,
        "between": step,
        "user": 1 / step,
        "all": batch / step,
        "limit": _limit(load, cards, batch),
        "turn": "不会" if turn is None else turn,
        "ridge": roofline_ridge(cards.peak, cards.bandwidth),
        "weights": load.total * load.width,
        "cache": batch * load.cached,
    }
    if "bandwidth_use" in numbers or "peak_use" in numbers:
        real = _used(cards, numbers)
        values |= {"likely_first": _first(load, real), "likely_between": _step(load, real, batch)}
    notes = _notes(load, cards, batch, turn)
    if cards.memory is not None and load.cached > 0:
        fit = requests_in_memory(cards.memory, load.total * load.width, load.cached)
        values["fit"] = max(0.0, float(int(fit))) if fit < 1e9 else None
    rows = [_batch_row(load, cards, float(one)) for one in _BATCHES]
    tables = {"batches": rows, "devices": _devices(inputs, numbers, data, load)}
    return Result(values, tables=tables, notes=notes, steps=_steps(load, cards, batch))


def _load(inputs: Inputs, numbers: dict[str, float], data: Data) -> Load:
    key, width, cache_width = str(inputs["model"]), float(str(inputs["width"])), float(str(inputs["cache"]))
    prompt, context = numbers["prompt"], numbers["prompt"] + numbers["written"]
    if key == FREE:
        total, active = numbers["total"], numbers["active"]
        if active > total:
            raise BadInputError("active", "激活参数不会比总参数多，检查这两个数。")
        cached = numbers["kilobytes"] * 1000 * context
        return Load(total, active, 0.0, 1.0, 1.0, width, cached, forward_compute(active, prompt), prompt)
    flow = flow_of(data, key)
    # Training's attention is three times the forward pass's.
    attention = causal_attention_per_token(flow.twice_seen(prompt), flow.width) / 3 * prompt
    work = forward_compute(flow.active, prompt) + attention
    cached = flow.seen(context) * flow.kv * cache_width
    return Load(flow.total, flow.active, flow.routed, flow.experts, flow.chosen, width, cached, work, prompt)


def _cards(inputs: Inputs, numbers: dict[str, float], data: Data) -> Cards:
    device, precision, count = str(inputs["device"]), str(inputs["precision"]), numbers["cards"]
    if device == FREE:
        return Cards(numbers["peak"] * 1e12 * count, numbers["bandwidth"] * 1e9 * count, None)
    found = _cards_of(device, precision, count, data)
    if found is None:
        needed_peak(data, device, precision, "换一种精度，或选“自己填”。")
        raise BadInputError("device", f"数据里没有 {data.name('devices', device)} 的显存带宽，选“自己填”。")
    return found


def _cards_of(device: str, precision: str, count: float, data: Data) -> Cards | None:
    peak = peak_of(data, device, precision)
    bandwidth = data.number("devices", device, "bandwidth")
    if peak is None or bandwidth is None:
        return None
    memory = data.number("devices", device, "memory_usable") or data.number("devices", device, "memory")
    return Cards(peak * count, bandwidth * 1e9 * count, None if memory is None else memory * 1e9 * count)


def _used(cards: Cards, numbers: dict[str, float]) -> Cards:
    """The cards as far as they are put to use; what is not typed counts in full."""
    peak, bandwidth = (numbers.get(name, 100.0) / 100 for name in ("peak_use", "bandwidth_use"))
    return Cards(cards.peak * peak, cards.bandwidth * bandwidth, cards.memory)


def _first(load: Load, cards: Cards) -> float:
    """Seconds to the first token: the prompt's arithmetic, or reading the weights once."""
    return max(load.prefill / cards.peak, load.read(load.prompt) / cards.bandwidth)


def _step(load: Load, cards: Cards, batch: float) -> float:
    return batch_step_seconds(load.active, batch, cards.peak, cards.bandwidth, load.read(batch), batch * load.cached)


def _computes(load: Load, cards: Cards, batch: float) -> bool:
    """Whether the matrices take longer to multiply than to read."""
    return forward_compute(load.active, batch) / cards.peak >= load.read(batch) / cards.bandwidth


def _turn(load: Load, cards: Cards) -> float | None:
    """The smallest batch at which they do: there is only one turn, since experts left to touch only get fewer."""
    if not _computes(load, cards, float(_MOST)):
        return None
    low, high = 0, _MOST
    while high - low > 1:
        middle = (low + high) // 2
        if _computes(load, cards, float(middle)):
            high = middle
        else:
            low = middle
    return float(high)


def _limit(load: Load, cards: Cards, batch: float) -> str:
    cache, weights = batch * load.cached / cards.bandwidth, load.read(batch) / cards.bandwidth
    work = forward_compute(load.active, batch) / cards.peak
    if cache >= max(weights, work):
        return _CACHE
    return _ARITHMETIC if work >= weights else "读权重"


def _fits(load: Load, cards: Cards, batch: float) -> str:
    if cards.memory is None:
        return "–"
    return "放得下" if load.total * load.width + batch * load.cached <= cards.memory else "放不下"


def _batch_row(load: Load, cards: Cards, batch: float) -> list[Value]:
    step = _step(load, cards, batch)
    return [batch, step, 1 / step, batch / step, _limit(load, cards, batch), _fits(load, cards, batch)]


def _devices(inputs: Inputs, numbers: dict[str, float], data: Data, load: Load) -> list[list[Value]]:
    rows: list[list[Value]] = []
    unknown: list[list[Value]] = []
    for key in data.keys("devices"):
        cards = _cards_of(key, str(inputs["precision"]), numbers["cards"], data)
        if cards is None:
            unknown.append([label_of(key, data), None, None, None, None, _missing(key, str(inputs["precision"]), data)])
            continue
        step = _step(load, cards, numbers["batch"])
        turn = _turn(load, cards)
        fits = _fits(load, cards, numbers["batch"])
        rows.append([label_of(key, data), _first(load, cards), step, numbers["batch"] / step, turn, fits])
    return rows + unknown


def _missing(device: str, precision: str, data: Data) -> str:
    """Why there is no row for a device: what the data says in place of the number."""
    if peak_of(data, device, precision) is None:
        return f"算力：{data.text('devices', device, PEAKS[precision][0]) or '没有查到'}"
    return f"显存带宽：{data.text('devices', device, 'bandwidth') or '没有查到'}"


def _notes(load: Load, cards: Cards, batch: float, turn: float | None) -> list[str]:
    notes = []
    if _fits(load, cards, batch) == "放不下":
        notes.append("权重加这么多缓存放不进这些卡的显存：加卡、减并发、缩短上下文，或换低精度。")
    if load.routed and turn is not None:
        touched = show(100 * load.read(batch) / (load.total * load.width), Form("number", 2, "%"))
        notes.append(f"MoE：并发 {show(batch, Form('whole'))} 时一步要读 {touched} 的权重，并发越大碰到的专家越多。")
    limit = _limit(load, cards, batch)
    if limit == _CACHE:
        most = show(cards.bandwidth / load.cached, Form("count", 3, "词元/秒"))
        notes.append(f"这时读 KV 缓存最久：再加并发，合计也到不了 {most}（带宽 ÷ 一个请求的缓存）。")
    elif limit == _ARITHMETIC:
        notes.append("这时受算力限制：再加并发，每个人都会变慢，合计不再增加。")
    return notes


def _steps(load: Load, cards: Cards, batch: float) -> list[str]:
    """The formulas with the numbers put in."""
    read, cached, work = load.read(batch), batch * load.cached, forward_compute(load.active, batch)
    count, rate, speed = show(batch, _PLAIN), show(cards.peak / 1e12, _RATE), show(cards.bandwidth, _SPEED)
    caches = show(cached / cards.bandwidth, _SECONDS)
    reads, works = show(read / cards.bandwidth, _SECONDS), show(work / cards.peak, _SECONDS)
    first = (show(load.prefill / cards.peak, _SECONDS), show(load.read(load.prompt) / cards.bandwidth, _SECONDS))
    return [
        f"读到的权重 = {_weights(load, batch)} = {show(read, _SIZE)}",
        f"读缓存 = {count} × {show(load.cached, _SIZE)} ÷ {speed} = {caches}",
        f"读权重 = {show(read, _SIZE)} ÷ {speed} = {reads}",
        f"矩阵乘的计算 = 2 × {count} × {show(load.active, _COUNT)} ÷ {rate} = {works}",
        f"TPOT 下限 = {caches} + max({reads}, {works}) = {show(_step(load, cards, batch), _SECONDS)}",
        f"TTFT 下限 = max({show(load.prefill, _WORK)} ÷ {rate}, 读权重) = max({first[0]}, {first[1]})"
        f" = {show(_first(load, cards), _SECONDS)}",
    ]


def _weights(load: Load, batch: float) -> str:
    """The weights that a step reads, as a sum."""
    if not load.routed:
        return f"{show(load.total, _COUNT)} × {show(load.width, _PLAIN)}"
    rest, routed = show(load.total - load.routed, _COUNT), show(load.routed, _COUNT)
    missed = f"(1 − {show(load.chosen, _PLAIN)}/{show(load.experts, _PLAIN)})"
    power = "" if batch == 1 else f"^{show(batch, _PLAIN)}"
    return f"{show(load.width, _PLAIN)} ×（{rest} + {routed} ×（1 − {missed}{power}））"


CALCULATOR = Calculator(
    id="decoding",
    title="解码速度上限",
    inputs=(
        Input("model", "模型", "model", "llama-3-1-70b", choices={FREE: "自己填"}, needs=("timed",),
              group="模型"),
        Input("total", "总参数", "number", "70B", "个", 1e6, 1e14, group="模型", when=(("model", (FREE,)),)),
        Input("active", "激活参数", "number", "70B", "个", 1e6, 1e14, group="模型", when=(("model", (FREE,)),),
              help="稠密模型同总参数"),
        Input("kilobytes", "每词元缓存", "number", "328", "KB", 0, 1e6, group="模型", when=(("model", (FREE,)),)),
        Input("width", "权重", "choice", "2", choices=_WIDTHS, group="模型"),
        Input("cache", "KV 缓存", "choice", "2", choices=_WIDTHS, group="模型"),
        Input("device", "设备", "device", "h100-sxm", choices={FREE: "自己填"}, needs=("bandwidth",), group="机器"),
        Input("precision", "用哪种算力", "choice", "16", choices=PRECISIONS, group="机器",
              help="只压权重的量化仍用 16 位算"),
        Input("peak", "每卡峰值", "number", "989", "TFLOP/s", 0.1, 1e7, group="机器", when=(("device", (FREE,)),)),
        Input("bandwidth", "每卡显存带宽", "number", "3350", "GB/s", 1, 1e6, group="机器", when=(("device", (FREE,)),)),
        Input("cards", "卡数", "number", "8", "张", 1, 4096, whole=True, group="机器", help="张量并行，权重和缓存均分"),
        Input("prompt", "提示词", "number", "2000", "词元", 1, 1e8, whole=True, group="请求"),
        Input("written", "已经写出", "number", "250", "词元", 0, 1e8, whole=True, group="请求",
              help="越往后缓存越多，TPOT 越长"),
        Input("batch", "并发", "number", "16", "个请求", 1, 1e6, whole=True, group="请求"),
        Input("bandwidth_use", "带宽利用率", "number", "", "%", 1, 100, optional=True, group="另估一个接近实际的（可不填）",
              help="和公布的数对账时，单人解码在 53–75"),
        Input("peak_use", "算力利用率", "number", "", "%", 1, 100, optional=True, group="另估一个接近实际的（可不填）",
              help="只填一个时，另一个按 100 算"),
    ),
    shows=(
        Output("first", "TTFT 不会短于", _SECONDS, key=True),
        Output("between", "TPOT 不会短于", _SECONDS, key=True),
        Output("likely_first", "按填的利用率，TTFT 约", _SECONDS),
        Output("likely_between", "按填的利用率，TPOT 约", _SECONDS),
        Output("turn", "并发到多少，矩阵乘转为受算力限制", Form("whole", 0, "个"), key=True),
        Output("user", "每个请求最快", _TOKENS),
        Output("all", "合计最快", Form("count", 3, "词元/秒")),
        Output("limit", "这时的瓶颈", Form("text")),
        Output("ridge", "设备的拐点", Form("number", 3, "FLOP/B")),
        Output("weights", "权重", Form("bytes", 3)),
        Output("cache", "这些请求的缓存", Form("bytes", 3)),
        Output("fit", "显存放得下的请求", Form("whole", 0, "个")),
        Table("batches", "并发从小到大", (
            Column("并发", Form("whole")), Column("TPOT 下限", _SECONDS), Column("每个请求", _TOKENS),
            Column("合计", Form("count", 3, "词元/秒")), Column("瓶颈"), Column("显存"),
        )),
        Table("devices", "同样的模型、卡数和请求，换成别的设备", (
            Column("设备"), Column("TTFT 下限", _SECONDS), Column("TPOT 下限", _SECONDS),
            Column("合计", Form("count", 3, "词元/秒")), Column("转为受算力限制", Form("whole", 0, "个")),
            Column("放得下吗"),
        ), search=True),
    ),
    formulas=("batch_step_seconds", "weights_read_bytes", "forward_compute", "causal_attention_per_token", "roofline_ridge",
              "requests_in_memory", "routed_parameters"),
    symbols="$b$ 是并发，$q$、$n$ 是一步算的词元数（解码时就是 $b$），$K$ 是一个请求的缓存字节；"
            "$N$ 是总参数，$N_a$ 是每个词元用到的参数，$N_r$ 是路由专家的参数，$E$ 个专家里每个词元用 $k$ 个；"
            "$w$ 是每个权重的字节，$W$ 是读到的权重字节；$C$ 是计算量，$D$ 是词元数，前向一式的 $N$ 取 $N_a$；"
            "$L$ 是层数，$d$ 是所有头的总宽，$s$ 是提示词长，注意力的前向是训练一步的三分之一；"
            "$F$、$B$、$M$ 是全部卡的算力、带宽和显存，$I^*$ 是拐点。",
    assumptions=(
        "下限：带宽和算力都按厂商峰值跑满，没有卡间通信、内核启动、采样和排队；实测单人解码常在下限的 1.2–2 倍，多卡更多。",
        "一步先读各自的缓存，再做矩阵乘；矩阵乘的时间取读权重与计算里慢的那个。解码时注意力只算读缓存的时间。",
        "读缓存与矩阵乘的计算若被内核叠起来，最多快到两样里慢的那样；投机解码一步不止出一个词元，TPOT 可以更短。",
        "TTFT 只算一个请求独占的预填充，含注意力（跳过看不见的一半），不含排队和网络。",
        "MoE 一步读到的专家按每个词元均匀、独立地挑来估；真实的路由不均，读得略少。",
        "滑动窗口层只读窗口内的缓存，线性注意力层的状态不计；稀疏注意力的模型不算。",
        "权重和缓存均分到每张卡；KV 头比卡少时真实的缓存会重复存，这里没算。",
    ),
    sources=("gh-jax-ml-scaling-book", "acm-roofline-2009", "gh-deepseek-ai-DeepSeek-V3"),
    compute=compute,
)  # fmt: skip
