"""A row of ``models`` → the few numbers that time and traffic follow from, or a sentence on what is not published.

Unlike memory, which :mod:`~atlas.calculators.shapes` guesses where it must, speed is not worth a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlas.calculators.data import Data
from atlas.calculators.declaration import BadInputError
from atlas.quantities.models import routed_parameters


@dataclass(frozen=True, slots=True)
class Flow:
    """A decoder. Dense models have one expert, of which every token uses all."""

    total: float
    active: float
    layers: float
    full: float
    """Layers whose attention sees everything before."""
    sliding: float
    window: float
    hidden: float
    heads: float
    width: float
    """Of the heads together: their number times the mean of the dimensions of queries and values."""
    kv: float
    """Numbers that one token leaves in one layer's cache."""
    kv_heads: float
    experts: float
    chosen: float
    moe_layers: float
    inner: float
    """Width of the feed-forward block that a token goes through in a layer: its experts' together."""
    matrices: float
    """Three for gated feed-forward blocks, else two."""
    vocab: float
    """0 if it is not known."""

    @property
    def routed(self) -> float:
        """Weights of the experts among which tokens choose."""
        return routed_parameters(self.total, self.active, self.experts, self.chosen) if self.experts > 1 else 0.0

    def seen(self, tokens: float) -> float:
        """Layers times cached tokens that attention reads at a context of so many tokens."""
        return self.full * tokens + self.sliding * min(tokens, self.window)

    def twice_seen(self, sequence: float) -> float:
        """Layers times twice the tokens that one of a training sequence sees on average, in a window at most so many."""
        seen = min(sequence, self.window)
        return self.full * sequence + self.sliding * seen * (2 - seen / sequence)


def flow_of(data: Data, key: str, cached: bool = True) -> Flow:
    """What is known of a model of the data; with ``cached`` off its cache is not needed, and may be unknown.

    Raises:
        BadInputError: if something it needs is not published or the kind of attention has no simple account.
    """
    name = data.name("models", key)

    def number(column: str, default: float | None = None) -> float:
        value = data.number("models", key, column)
        if value is None:
            value = default
        if value is None:
            raise BadInputError("model", f"数据里没有 {name} 的{_WANTED[column]}，算不了这一项；换一个模型，或选“自己填”。")
        return value

    attention = data.text("models", key, "attention")
    if attention == "sparse":
        raise BadInputError("model", f"{name} 用稀疏注意力，缓存和计算的算法各家不同，这里不算；选“自己填”。")
    total, layers, hidden, heads = number("params_total"), number("layers"), number("hidden"), number("heads")
    head_dim = number("head_dim", hidden / heads)
    rank, rope = number("kv_lora_rank", 0.0), number("rope_head_dim", 0.0)
    mha = heads if attention == "mha" else None
    kv_heads = heads if rank or not cached else number("kv_heads", mha)
    sliding, linear = number("layers_sliding", 0.0), number("layers_linear", 0.0)
    experts = number("experts", 1.0)
    moe = experts > 1
    chosen = number("experts_active") if moe else 1.0
    inner = number("expert_ffn", 0.0) * (chosen + number("experts_shared", 0.0)) if moe else number("ffn", 4 * hidden)
    return Flow(
        total=total,
        active=number("params_active") if moe else total,
        layers=layers,
        full=number("layers_full", layers - sliding - linear),
        sliding=sliding,
        window=number("window", 0.0),
        hidden=hidden,
        heads=heads,
        width=heads * (head_dim + rope / 2),
        kv=rank + rope if rank else 2 * kv_heads * head_dim,
        kv_heads=kv_heads,
        experts=experts,
        chosen=chosen,
        moe_layers=layers - number("layers_dense", 0.0) if moe else 0.0,
        inner=inner,
        matrices=3.0 if data.text("models", key, "activation") in {"swiglu", "geglu"} else 2.0,
        vocab=number("vocab", 0.0),
    )


def typed_flow(numbers: Mapping[str, float], gated: bool) -> Flow:
    """A dense decoder typed by hand: ``params``, ``layers``, ``width``, ``heads``, ``kv_heads``, ``ffn`` and ``vocab``.

    Raises:
        BadInputError: if its heads are not of whole width.
    """
    layers, hidden, heads, kv_heads = (numbers[name] for name in ("layers", "width", "heads", "kv_heads"))
    if hidden % heads or heads % kv_heads:
        raise BadInputError("heads", "隐藏维要能被注意力头整除，注意力头要能被 KV 头整除。")
    return Flow(
        total=numbers["params"],
        active=numbers["params"],
        layers=layers,
        full=layers,
        sliding=0.0,
        window=0.0,
        hidden=hidden,
        heads=heads,
        width=hidden,
        kv=2 * kv_heads * hidden / heads,
        kv_heads=kv_heads,
        experts=1.0,
        chosen=1.0,
        moe_layers=0.0,
        inner=numbers["ffn"],
        matrices=3.0 if gated else 2.0,
        vocab=numbers["vocab"],
    )


_WANTED = {
    "params_total": "总参数",
    "params_active": "激活参数",
    "layers": "层数",
    "hidden": "隐藏维",
    "heads": "注意力头数",
    "kv_heads": " KV 头数",
    "experts_active": "每词元专家数",
}
"""What readers call the columns without which nothing can be said."""

PEAKS: Mapping[str, tuple[str, ...]] = {
    "16": ("bf16_dense", "fp16_dense"),
    "fp8": ("fp8_dense",),
    "int8": ("int8_dense",),
    "fp4": ("fp4_dense",),
}
"""Columns of dense rates for each precision of arithmetic, the first that a device has."""
_NAMED: Mapping[str, str] = {"16": "16 位（BF16 或 FP16）", "fp8": "FP8", "int8": "INT8", "fp4": "FP4"}
"""The same in a sentence."""
PRECISIONS: Mapping[str, str] = {"16": "16 位（BF16，没有就 FP16）", "fp8": "FP8", "int8": "INT8", "fp4": "FP4"}


def peak_of(data: Data, device: str, precision: str) -> float | None:
    """Dense FLOP/s of a card, or ``None`` if the data has none."""
    for column in PEAKS[precision]:
        peak = data.number("devices", device, column)
        if peak is not None:
            return peak * 1e12
    return None


def needed_peak(data: Data, device: str, precision: str, advice: str) -> float:
    """The same.

    Raises:
        BadInputError: if the data has none.
    """
    peak = peak_of(data, device, precision)
    if peak is None:
        raise BadInputError("precision", _missing(data, device, precision) + advice)
    return peak


def _missing(data: Data, device: str, precision: str) -> str:
    """Why a rate is not there."""
    said = {data.text("devices", device, column) for column in PEAKS[precision]}
    name, words = data.name("devices", device), _NAMED[precision]
    gap = "" if words.endswith("）") else " "
    if said == {"不支持"}:
        return f"{name} 不支持 {words}。"
    if "未公开" in said:
        return f"{name} 没有公布 {words}{gap}的稠密算力。"
    return f"没有查到 {name} 的 {words}{gap}稠密算力。"
