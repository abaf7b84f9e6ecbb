"""A model of the data, or one typed by hand → the sizes that memory depends on, with a sentence on each that is a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atlas.calculators.data import Data
from atlas.calculators.declaration import BadInputError, Form, Inputs
from atlas.calculators.numbers import show
from atlas.quantities.models import embedding_parameters, expert_parameters

OWN = "own"
_PLAIN = frozenset({"gelu", "relu", "relu2"})
"""Activation functions of feed-forward blocks with two matrices; all others are gated and have three."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers are 0 where a model has none of it; ``guesses`` are sentences on what the data does not say."""

    params: float
    layers: float
    hidden: float
    heads: float
    attention: float
    """Numbers a token keeps of queries, keys, values and the attention's result, in a layer."""
    ffn: float
    gated: bool
    vocab: float = 0.0
    tied: bool = False
    experts: float = 0.0
    active: float = 0.0
    shared: float = 0.0
    expert_ffn: float = 0.0
    moe_layers: float = 0.0
    guesses: tuple[str, ...] = field(default=())

    @property
    def embeddings(self) -> float:
        """Weights of the embedding and the output layer."""
        return embedding_parameters(self.vocab, self.hidden, 1 if self.tied else 0)

    @property
    def routed(self) -> float:
        """Weights of all routed experts; never more than the model has."""
        whole = self.moe_layers * expert_parameters(self.hidden, self.expert_ffn, self.experts)
        return min(whole, max(0.0, self.params - self.embeddings))


def shape_of(key: str, data: Data) -> Shape:
    """The shape of a model of the data that has parameters, layers, a hidden width and heads."""

    def number(column: str) -> float | None:
        return data.number("models", key, column)

    guesses: list[str] = []
    layers, hidden, heads = number("layers") or 0.0, number("hidden") or 0.0, number("heads") or 0.0
    ffn, vocab, experts, expert_ffn = number("ffn"), number("vocab"), number("experts"), number("expert_ffn")
    activation = data.text("models", key, "activation")
    gated = activation not in _PLAIN if activation else ffn != 4 * hidden
    if not activation and not experts:
        guesses.append("这个模型的激活函数没有查到：FFN 恰是隐藏维的 4 倍就当没有门控，否则当有。")
    if ffn is None and not (experts and expert_ffn):
        guesses.append("这个模型的 FFN 宽度没有查到，按常见的比例估。")
    if vocab is None:
        guesses.append("这个模型的词表没有查到，词嵌入没有单列，输出得分按 0 算。")
    if experts and not expert_ffn:
        guesses.append("这个模型的专家宽度没有查到，全部参数按不分专家切。")
    if data.text("models", key, "class") == "encoder-decoder":
        guesses.append("编码器-解码器模型的交叉注意力没有计入激活。")
    is_moe = bool(experts and expert_ffn)
    return Shape(
        number("params_total") or 0.0, layers, hidden, heads, _attention(key, data, hidden, heads),
        ffn if ffn is not None else (8 * hidden / 3 if gated else 4 * hidden), gated, vocab or 0.0,
        data.flag("models", key, "tied_embeddings"),
        *((experts or 0.0, number("experts_active") or 0.0, number("experts_shared") or 0.0, expert_ffn or 0.0,
           layers - (number("layers_dense") or 0.0)) if is_moe else (0.0, 0.0, 0.0, 0.0, 0.0)),
        tuple(guesses),
    )  # fmt: skip


def _attention(key: str, data: Data, hidden: float, heads: float) -> float:
    number = data.number
    head = number("models", key, "head_dim") or hidden / heads
    rank, rope = number("models", key, "kv_lora_rank"), number("models", key, "rope_head_dim")
    if rank is not None and rope is not None:
        return (number("models", key, "q_lora_rank") or 0.0) + rank + rope + heads * (2 * (head + rope) + 2 * head)
    return 2 * head * (heads + (number("models", key, "kv_heads") or heads))


def own_shape(inputs: Inputs) -> Shape:
    """The shape typed by hand; a Llama-like decoder, with experts if any are given.

    Raises:
        BadInputError: if the sizes contradict each other.
    """
    numbers: Mapping[str, float] = {name: value for name, value in inputs.items() if isinstance(value, float)}
    hidden, heads, experts = numbers["hidden"], numbers["heads"], numbers["experts"]
    _check(numbers)
    gated = inputs["gated"] == "yes"
    attention = 2 * (hidden / heads) * (heads + numbers["kv_heads"])
    moe = (experts, numbers["active"], 0.0, numbers["expert_ffn"], numbers["layers"] if experts else 0.0)
    return Shape(
        numbers["params"], numbers["layers"], hidden, heads, attention, numbers["ffn"], gated, numbers["vocab"], False, *moe
    )


def _check(numbers: Mapping[str, float]) -> None:
    if numbers["hidden"] % numbers["heads"]:
        raise BadInputError("heads", "隐藏维要是注意力头数的整数倍，请检查这两个数。")
    if numbers["heads"] % numbers["kv_heads"]:
        raise BadInputError("kv_heads", "注意力头数要是 KV 头数的整数倍：KV 头不能比注意力头多，也不能分不均。")
    if not numbers["experts"]:
        return
    if numbers["active"] > numbers["experts"]:
        raise BadInputError("active", "每词元专家数比每层专家数还多，请检查这两个数。")
    routed = numbers["layers"] * expert_parameters(numbers["hidden"], numbers["expert_ffn"], numbers["experts"])
    held = routed + embedding_parameters(numbers["vocab"], numbers["hidden"])
    if held > numbers["params"]:
        known, most = (show(one, Form("count", 4)) for one in (held, numbers["params"]))
        raise BadInputError("params", f"专家和词嵌入加起来有 {known}参数，比填的总参数 {most}还多，请检查这几个数。")
