"""推理显存与 KV 缓存: a model, its formats and its load → memory, and the most requests that fit on each device."""

from __future__ import annotations

import math

from atlas.calculators.caches import Cache, cache_of, own_cache
from atlas.calculators.data import Data
from atlas.calculators.declaration import (
    BadInputError,
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
    grouped,
)
from atlas.calculators.devices import UNKNOWN, Fitted, label_of, memory_of, ranked
from atlas.calculators.loads import Load, Weights, cache_steps
from atlas.calculators.numbers import show
from atlas.calculators.shapes import OWN, shape_of
from atlas.quantities.memory import kv_bytes_per_token, kv_cache_bytes, mla_bytes_per_token, weight_bytes
from atlas.quantities.serving import bits_per_weight, requests_in_memory

WEIGHTS = {
    "fp32": ("FP32：4 字节", 4.0),
    "bf16": ("BF16、FP16：2 字节", 2.0),
    "fp8": ("FP8、INT8：1 字节", 1.0),
    "nvfp4": ("NVFP4：4.5 位", bits_per_weight(4, 16, 8) / 8),
    "mxfp4": ("MXFP4：4.25 位", bits_per_weight(4, 32, 8) / 8),
    "int4": ("INT4，128 个一组：4.125 位", bits_per_weight(4, 128, 16) / 8),
}
"""Bytes a weight, scales included."""
MIXED = {"mxfp4-experts": "MXFP4 专家 4.25 位，其余 16 位"}
"""Experts alone in fewer bits, as gpt-oss is published."""
CACHES = {"bf16": ("BF16、FP16：2 字节", 2.0), "fp8": ("FP8、INT8：1 字节", 1.0), "int4": ("4 位：0.5 字节", 0.5)}
_SIZE = Form("bytes", 3)
_BINARY = Form("binary", 4)
_COUNT = Form("count", 4)
_WIDTH = Form("number", 8)
_WHOLE = Form("whole")
_MOST = 1e9
"""More requests than this are not counted."""


def compute(inputs: Inputs, data: Data) -> Result:
    """The sum for a card, and against every device."""
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    own, key = inputs["model"] == OWN, str(inputs["model"])
    cache, said = (own_cache(inputs), []) if own else cache_of(key, data)
    heads = numbers["heads"] if own and inputs["attention"] == "mha" else data.number("models", key, "heads")
    _check(inputs, numbers["cards"], cache, heads)
    width = CACHES[str(inputs["cache"])][1]
    weights = _weights(inputs, data)
    load = _load(inputs, numbers, cache.request(numbers["context"], width), weights, cache)
    values: dict[str, Value] = {
        "card": load.card,
        "token": cache.per_token(cache.full + cache.sliding, width),
        "request": load.request,
        "weights": load.weights,
        "caches": kv_cache_bytes(load.request, 1, load.requests),
        "held": load.held,
        "whole": load.card * load.cards,
    }
    devices = ranked([_fitted(one, load, numbers["share"] / 100, data) for one in data.keys("devices")])
    pieces = (load.weights / load.cards, load.caches, load.overhead)
    return Result(
        values,
        tables={"variants": _variants(cache, heads, numbers["context"], width)} if heads and cache.head_dim else {},
        bars={"devices": [(one.label, pieces, one.memory, one.sentence) for one in devices]},
        notes=[
            _said(load.weights, values["caches"], load.requests),
            *_counted(devices),
            *_remarks(inputs, data, cache, said),
        ],
        steps=[weights.shown, *cache_steps(cache, numbers["context"], width), *load.steps()],
    )


def _check(inputs: Inputs, cards: float, cache: Cache, heads: float | None) -> None:
    """Tensor parallelism gives every card whole heads.

    Raises:
        BadInputError: if it can't.
    """
    if inputs["split"] != "tp":
        return
    kept = cache.kv_heads
    if heads and heads % cards:
        known = show(heads, _WHOLE)
        raise BadInputError("cards", f"张量并行的卡数要能整除注意力头数 {known}；换一个卡数，或让缓存按请求分。")
    if kept and kept % cards and cards % kept:
        known = show(kept, _WHOLE)
        raise BadInputError("cards", f"张量并行的卡数和 KV 头数 {known} 要有一个整除另一个；换一个卡数，或让缓存按请求分。")


def _weights(inputs: Inputs, data: Data) -> Weights:
    """Bytes of the weights.

    Raises:
        BadInputError: if only experts are to be quantised and there are none, or their size is not known.
    """
    own, key, kind = inputs["model"] == OWN, str(inputs["model"]), str(inputs["weights"])
    typed = inputs["params"]
    params = typed if own and isinstance(typed, float) else data.number("models", key, "params_total") or 0.0
    if kind not in MIXED:
        width = WEIGHTS[kind][1]
        size = weight_bytes(params, width)
        return Weights(size, f"权重 = {show(params, _COUNT)} × {show(width, _WIDTH)} 字节 = {show(size, _SIZE)}")
    routed = 0.0 if own else shape_of(key, data).routed
    if not routed:
        raise BadInputError(
            "weights", "不知道这个模型有多少参数在专家里（稠密模型、自己填的，或专家宽度没有查到），换一种精度。"
        )
    few, many = WEIGHTS["mxfp4"][1], WEIGHTS["bf16"][1]
    size = weight_bytes(routed, few) + weight_bytes(params - routed, many)
    experts = f"专家 {show(routed, _COUNT)} × {show(few, _WIDTH)} 字节"
    others = f"其余 {show(params - routed, _COUNT)} × {show(many, _WIDTH)} 字节"
    return Weights(size, f"权重 = {experts} + {others} = {show(size, _SIZE)}")


def _load(inputs: Inputs, numbers: dict[str, float], request: float, weights: Weights, cache: Cache) -> Load:
    cards, requests, separate = numbers["cards"], numbers["requests"], inputs["split"] == "dp"
    # By requests, a card keeps whole ones; by heads, a part of each.
    parts = 1.0 if separate or not cache.kv_heads else min(cards, cache.kv_heads)
    here = math.ceil(requests / cards) if separate else requests
    return Load(weights.size, request, cards, requests, parts, float(here), separate, numbers["overhead"] * 1e9)


def _fitted(key: str, load: Load, share: float, data: Data) -> Fitted:
    memory, label = memory_of(key, data), label_of(key, data)
    if memory is None:
        return Fitted(key, label, None, 3, UNKNOWN)
    usable, weights = memory * share - load.overhead, load.weights / load.cards
    if usable <= weights:
        needed = math.ceil(load.weights / usable) if usable > 0 else None
        tail = "其他开销就超过了可用的显存" if needed is None else f"光权重就要 {show(float(needed), _WHOLE)} 张"
        return Fitted(key, label, memory, 2, f"放不下，{tail}")
    most = math.floor(min(_MOST, requests_in_memory(usable, weights, load.held))) * (load.cards if load.separate else 1)
    if most == 0:
        return Fitted(key, label, memory, 2, "权重放得下，一个请求也放不下")
    rank = 0 if most >= load.requests else 1
    return Fitted(key, label, memory, rank, f"{'最多' if rank == 0 else '只能'} {show(float(most), _WHOLE)} 个并发")


def _counted(devices: list[Fitted]) -> list[str]:
    well, some, not_at_all, unknown = (sum(one.rank == rank for one in devices) for rank in range(4))
    tail = f"；另有 {unknown} 个{UNKNOWN}" if unknown else ""
    known = len(devices) - unknown
    said = f"{well} 个放得下这么多并发，{some} 个只放得下一部分，{not_at_all} 个一个请求也放不下"
    return [f"本站 {known} 个查到显存的型号里，{said}{tail}。"]


def _said(weights: float, caches: Value, requests: float) -> str:
    size = float(caches or 0.0)
    more = f"缓存相当于权重的 {show(100 * size / weights, Form('number', 2, '%'))}"
    return f"权重 {show(weights, _SIZE)}，{show(requests, _WHOLE)} 个请求的缓存 {show(size, _SIZE)}，{more}。"


def _variants(cache: Cache, heads: float, tokens: float, width: float) -> list[list[Value]]:
    """What the cache would be with other kinds of attention, all layers keeping all tokens."""
    layers = cache.full + cache.sliding
    kinds = [
        (f"MHA：{show(heads, _WHOLE)} 个 KV 头", kv_bytes_per_token(layers, heads, cache.head_dim, width)),
        (
            f"现在：{show(cache.kv_heads, _WHOLE)} 个 KV 头",
            kv_bytes_per_token(layers, cache.kv_heads, cache.head_dim, width),
        ),
        ("MQA：1 个 KV 头", kv_bytes_per_token(layers, 1, cache.head_dim, width)),
        ("MLA：512 + 64 维", mla_bytes_per_token(layers, 512, 64, width)),
    ]
    whole = kinds[0][1]
    return [[label, size, size * tokens, 100 * size / whole] for label, size in kinds]


def _remarks(inputs: Inputs, data: Data, cache: Cache, said: list[str]) -> list[str]:
    known = data.number("models", str(inputs["model"]), "context")
    tokens, cards = float(inputs["context"] or 0.0), float(inputs["cards"] or 0.0)
    if known is not None and tokens > known:
        said.append(f"这个模型公布的上下文是 {show(known, _WHOLE)} 个词元，填的比它长。")
    if inputs["split"] == "tp" and cards > 1 and not cache.kv_heads:
        said.append("MLA 的缓存没有头可切：张量并行的每张卡各存一整份。改成注意力数据并行，每张卡只存自己那些请求的。")
    if inputs["split"] == "tp" and cache.kv_heads and cards > cache.kv_heads:
        said.append("卡数比 KV 头多，多出来的卡存的是重复的头，缓存不再变小。")
    return said


CALCULATOR = Calculator(
    id="inference-memory",
    title="推理显存与 KV 缓存",
    inputs=(
        *grouped(
            "模型",
            Input("model", "模型", "model", "llama-3-1-70b", choices={OWN: "自己填"},
                  needs=("params_total", "layers", "cached")),
        ),
        *grouped(
            "模型",
            Input("params", "总参数", "number", "70.6B", "", 1e6, 1e14, help="可以写 70B、1.6T、80 亿"),
            Input("layers", "层数", "number", "80", "层", 1, 1000, whole=True),
            Input("attention", "注意力", "choice", "gqa",
                  choices={"mha": "MHA：每头都存", "gqa": "GQA：几头共用", "mqa": "MQA：全部共用", "mla": "MLA：压缩后存"}),
            when=(("model", (OWN,)),),
        ),
        *grouped(
            "模型",
            Input("heads", "注意力头", "number", "64", "", 1, 2048, whole=True,
                  when=(("model", (OWN,)), ("attention", ("mha",)))),
            Input("kv_heads", "KV 头", "number", "8", "", 1, 2048, whole=True,
                  when=(("model", (OWN,)), ("attention", ("gqa",)))),
            Input("head_dim", "头维度", "number", "128", "", 1, 4096, whole=True,
                  when=(("model", (OWN,)), ("attention", ("mha", "gqa", "mqa")))),
            Input("rank", "压缩维", "number", "512", "", 1, 16_384, whole=True,
                  when=(("model", (OWN,)), ("attention", ("mla",)))),
            Input("rope", "位置维", "number", "64", "", 0, 4096, whole=True,
                  when=(("model", (OWN,)), ("attention", ("mla",)))),
            Input("sliding", "滑动窗口层", "number", "0", "层", 0, 1000, whole=True, when=(("model", (OWN,)),)),
            Input("window", "窗口", "number", "4096", "词元", 1, 1e8, whole=True, when=(("model", (OWN,)),)),
        ),
        *grouped(
            "负载",
            Input("context", "每个请求的长度", "number", "8192", "词元", 1, 1e8, whole=True,
                  help="提示词加输出；可以写 128Ki"),
            Input("requests", "同时的请求", "number", "16", "个", 1, 1e6, whole=True),
        ),
        *grouped(
            "精度",
            Input("weights", "权重", "choice", "bf16", choices={key: value[0] for key, value in WEIGHTS.items()} | MIXED),
            Input("cache", "缓存", "choice", "bf16", choices={key: value[0] for key, value in CACHES.items()}),
        ),
        *grouped(
            "切分与余量",
            Input("cards", "几张卡一份", "number", "4", "卡", 1, 1024, whole=True),
            Input("split", "缓存怎么切", "choice", "tp",
                  choices={"tp": "张量并行：按 KV 头", "dp": "注意力数据并行：按请求"}),
            Input("overhead", "每卡其他开销", "number", "3", "GB", 0, 1000, help="激活、驱动、CUDA 图，常见 2–5"),
            Input("share", "引擎用到显存的", "number", "90", "%", 1, 100, help="vLLM 的默认是 90"),
        ),
    ),
    shows=(
        Output("card", "每张卡合计", _SIZE, key=True),
        Output("token", "一个词元的缓存", _BINARY, key=True),
        Output("request", "一个请求的缓存", _BINARY),
        Output("caches", "全部请求的缓存", _SIZE),
        Output("held", "每个请求在一张卡上占的缓存", _SIZE),
        Output("weights", "权重", _SIZE),
        Output("whole", "所有卡合计", _SIZE),
        Table("variants", "同样的层数和头维度，换一种注意力", (
            Column("注意力"), Column("每词元", _BINARY), Column("每个请求", _BINARY),
            Column("比 MHA", Form("number", 3, "%")),
        )),
        Bar("devices", "每个型号能放多少并发", ("权重", "KV 缓存", "其他开销"), _SIZE, row="型号", limit="显存", note="并发",
            own_scale=True, search=True),
    ),
    formulas=("weight_bytes", "kv_bytes_per_token", "mla_bytes_per_token", "kv_cache_bytes", "linear_state_bytes",
              "bits_per_weight", "requests_in_memory"),
    symbols="$N$ 是总参数，$w$ 是每个数的字节；$L$ 是有缓存的层数，$n_{kv}$ 是 KV 头数，$d_h$ 是头维度；"
            "$d_c$、$d_h^R$ 是 MLA 的压缩维和位置维；KV 缓存一式里 $b$ 是请求数，$s$ 是长度，$K$ 是每词元的缓存；"
            "线性层的状态一式里 $h$ 是头数，$d_k$、$d_v$ 是每头状态的两个维；"
            "分块量化一式里 $b$、$b_s$、$g$ 是每个数的位数、每块刻度的位数、一块几个数；$M$ 是可用显存，$W$ 是权重。",
    assumptions=(
        "每个请求都存满填的长度；真实负载长短不一、分页分配，平均能多放一些。",
        "滑动窗口层最多存一个窗口；线性注意力层的固定状态和多词元预测头没有计入。",
        "权重全按选的精度算，“MXFP4 专家”一档除外；实际的量化模型常把词嵌入、路由和部分层留在 16 位，会大一些。",
        "张量并行时权重平分；注意力数据并行时各卡的注意力权重其实各有一份，没有计入；一个请求的缓存整份在一张卡上，请求平分给各卡。",
        "显存按厂商标的 GB（十亿字节）算，有系统可用值的用可用值；混合专家模型按总参数算，专家都在显存里。",
    ),
    sources=("gh-stas00-ml-engineering", "gh-deepseek-ai-DeepSeek-V2", "arxiv-2505.09343"),
    compute=compute,
)  # fmt: skip
