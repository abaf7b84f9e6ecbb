"""A model of the data, or one typed by hand → what its cache holds for each token and each request."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.calculators.data import Data
from atlas.calculators.declaration import BadInputError, Form, Inputs
from atlas.calculators.numbers import show
from atlas.quantities.memory import kv_bytes_per_token, linear_state_bytes, mla_bytes_per_token

_STATE = (32.0, 128.0, 128.0)
"""Heads, and the two dimensions of a head's state, of Qwen3-Next's linear layers."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Layers that keep all tokens and layers that keep a window, and what a token leaves in one of them."""

    full: float
    sliding: float
    window: float
    kv_heads: float
    """0 for multi-head latent attention, whose cache has no heads to split by."""
    head_dim: float
    rank: float = 0.0
    rope: float = 0.0

    def per_token(self, layers: float, width: float) -> float:
        """Bytes that a token leaves in so many layers."""
        if not self.kv_heads:
            return mla_bytes_per_token(layers, self.rank, self.rope, width)
        return kv_bytes_per_token(layers, self.kv_heads, self.head_dim, width)

    def request(self, tokens: float, width: float) -> float:
        """Bytes of the cache of a request of so many tokens."""
        return self.per_token(self.full, width) * tokens + self.per_token(self.sliding, width) * min(tokens, self.window)


def cache_of(key: str, data: Data) -> tuple[Cache, list[str]]:
    """The cache of a model of the data, and what its numbers leave out."""

    def number(column: str) -> float | None:
        return data.number("models", key, column)

    said: list[str] = []
    layers, sliding, full = number("layers") or 0.0, number("layers_sliding") or 0.0, number("layers_full")
    window = number("window")
    kind = data.text("models", key, "attention")
    if full is None:
        full = layers - sliding
    elif number("layers_linear"):
        said.append(_states(number("layers_linear") or 0.0))
    if kind == "sliding" and not sliding:
        said.append("这个模型有多少层用滑动窗口没有查到，全部按全注意力算，是上限。")
    if kind == "sparse":
        said.append("稀疏注意力选着读，缓存一个不少；索引器另存的键没有计入。")
    rank, rope = number("kv_lora_rank"), number("rope_head_dim")
    if rank is not None and rope is not None:
        return Cache(full, sliding, window or 0.0, 0.0, 0.0, rank, rope), said
    return Cache(full, sliding, window or 0.0, number("kv_heads") or 0.0, number("head_dim") or 0.0), said


def _states(layers: float) -> str:
    """What is left out where layers keep a state instead of a cache: its size is not in the data."""
    each, all_ = (show(linear_state_bytes(count, *_STATE), Form("binary")) for count in (1.0, layers))
    most = f"照 Qwen3-Next 的尺寸估，每层 {each}，{show(layers, Form('whole'))} 层约 {all_}"
    return f"线性注意力层给每个请求另存一份状态，大小与长度无关，没有计入：{most}。"


def own_cache(inputs: Inputs) -> Cache:
    """The cache typed by hand.

    Raises:
        BadInputError: if more layers slide than there are.
    """
    numbers = {name: value for name, value in inputs.items() if isinstance(value, float)}
    layers, sliding, kind = numbers["layers"], numbers["sliding"], inputs["attention"]
    if sliding > layers:
        raise BadInputError("sliding", "滑动窗口层比总层数还多，请检查这两个数。")
    if kind == "mla":
        return Cache(layers - sliding, sliding, numbers["window"], 0.0, 0.0, numbers["rank"], numbers["rope"])
    heads = {"mha": numbers["heads"], "mqa": 1.0}.get(str(kind), numbers["kv_heads"])
    return Cache(layers - sliding, sliding, numbers["window"], heads, numbers["head_dim"])
