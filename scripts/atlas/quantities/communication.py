"""What parallel training sends and how long cards wait: collectives and pipeline bubbles."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_NCCL = ("gh-NVIDIA-nccl-tests",)
_PIPELINE = ("arxiv-2104.04473", "arxiv-1811.06965")
_BOOK = "gh-stas00-ml-engineering"


@formula("全归约总线系数", unit="", tex="2(n-1)/n", sources=_NCCL)
def all_reduce_factor(cards: float) -> float:
    """Times the message that each card sends in an all-reduce without help of the switch; busbw = algbw × this."""
    return 2 * (cards - 1) / cards


@formula("归约散播与全收集系数", unit="", tex="(n-1)/n", sources=_NCCL)
def all_gather_factor(cards: float) -> float:
    """The same for reduce-scatter, all-gather and all-to-all."""
    return (cards - 1) / cards


@formula(
    "环形全归约时间", unit="s", tex="2(n-1)\\alpha + \\frac{2(n-1)}{n}\\frac{S}{B}", sources=(*_NCCL, "factryze-collectives")
)
def ring_all_reduce_seconds(message: float, bandwidth: float, cards: float, latency: float = 0) -> float:
    """Seconds for ``message`` bytes over links of ``bandwidth`` B/s one way and ``latency`` seconds a step."""
    return 2 * (cards - 1) * latency + all_reduce_factor(cards) * message / bandwidth


@formula("树形全归约时间", unit="s", tex="2\\log_2 n\\,\\alpha + 2S/B", sources=("factryze-collectives",))
def tree_all_reduce_seconds(message: float, bandwidth: float, cards: float, latency: float = 0) -> float:
    """Seconds for a pipelined (double) tree: far fewer steps than the ring, for large messages the same bandwidth."""
    return 2 * math.log2(cards) * latency + 2 * message / bandwidth


@formula("全收集时间", unit="s", tex="(n-1)\\alpha + \\frac{n-1}{n}\\frac{S}{B}", sources=_NCCL)
def ring_all_gather_seconds(message: float, bandwidth: float, cards: float, latency: float = 0) -> float:
    """Seconds for an all-gather or reduce-scatter whose whole result or input is ``message`` bytes."""
    return (cards - 1) * latency + all_gather_factor(cards) * message / bandwidth


@formula("数据并行每步通信", unit="B", tex="\\frac{2(n-1)}{n}\\,wN", sources=(*_NCCL, "arxiv-1910.02054"))
def data_parallel_bytes(parameters: float, cards: float, width: float = 2) -> float:
    """Bytes each card sends a step to reduce gradients of ``width`` bytes: as much in ZeRO-1 and 2, 1.5 times in ZeRO-3."""
    return all_reduce_factor(cards) * parameters * width


@formula("张量并行每层通信", unit="B", tex="4\\cdot\\frac{2(t-1)}{t}\\,wbsh", sources=("arxiv-1909.08053", *_NCCL))
def tensor_parallel_bytes(sequence: float, batch: float, hidden: float, tensor: float, width: float = 2) -> float:
    """Bytes each card sends for one layer of a training step: four all-reduces of b·s·h numbers, two each way."""
    return 4 * all_reduce_factor(tensor) * sequence * batch * hidden * width


@formula(
    "分层全归约时间",
    unit="s",
    tex="\\frac{2(g-1)}{g}\\frac{S}{B_1} + \\frac{2(k-1)}{k}\\frac{S}{g B_2}",
    sources=(*_NCCL, _BOOK),
)
def hierarchical_all_reduce_seconds(message: float, inner: float, outer: float, cards: float, nodes: float) -> float:
    """Seconds for ``nodes`` nodes of ``cards`` cards, nothing overlapped: reduce-scatter inside, all-reduce of a card's
    part between nodes, all-gather inside; ``inner`` and ``outer`` are B/s of a card, one way.
    """
    return all_reduce_factor(cards) * message / inner + all_reduce_factor(nodes) * message / (cards * outer)


@formula("ZeRO-3 每步通信", unit="B", tex="\\frac{3(n-1)}{n}\\,awN", sources=(*_NCCL, "arxiv-1910.02054", _BOOK))
def fully_sharded_bytes(parameters: float, cards: float, accumulation: float = 1, width: float = 2) -> float:
    """Bytes each card sends a step under ZeRO-3 or FSDP: weights gathered twice and gradients scattered once for each of
    ``accumulation`` micro-batches.
    """
    return 3 * all_gather_factor(cards) * parameters * width * accumulation


@formula("流水线每微批通信", unit="B", tex="2\\,wbsh", sources=("arxiv-2104.04473",))
def pipeline_bytes(sequence: float, batch: float, hidden: float, width: float = 2) -> float:
    """Bytes across one boundary for one micro-batch: activations forward and their gradients back."""
    return 2 * sequence * batch * hidden * width


@formula(
    "环形注意力每层通信",
    unit="B",
    tex="\\frac{c-1}{c}\\,2wbs\\,n_{kv}d_h",
    sources=("arxiv-2310.01889", "gh-NVIDIA-Megatron-LM"),
)
def context_parallel_bytes(
    sequence: float, batch: float, kv_heads: float, head_dim: float, context: float, width: float = 2
) -> float:
    """Bytes each card sends in one layer's forward pass to let all of ``context`` cards see the keys and values of the
    whole ``sequence``: the same round a ring and by an all-gather.
    """
    return all_gather_factor(context) * 2 * sequence * batch * kv_heads * head_dim * width


@formula(
    "Ulysses 每层通信",
    unit="B",
    tex="\\frac{c-1}{c}\\cdot\\frac{s}{c}\\,2wb(n_q+n_{kv})d_h",
    sources=("gh-deepspeedai-DeepSpeed",),
)
def ulysses_bytes(
    sequence: float, batch: float, heads: float, kv_heads: float, head_dim: float, context: float, width: float = 2
) -> float:
    """Bytes each card sends in one layer's forward pass: Q, K and V change from sequence to heads, the output back."""
    return all_gather_factor(context) * sequence / context * batch * 2 * (heads + kv_heads) * head_dim * width


@formula("专家并行分发字节", unit="B", tex="wTMh", sources=("arxiv-2412.19437",))
def expert_dispatch_bytes(tokens: float, hidden: float, copies: float, width: float = 2) -> float:
    """Bytes a card sends to bring each of its ``tokens`` tokens to ``copies`` places, one copy a place."""
    return tokens * hidden * copies * width


@formula("词元去的地方数", unit="", tex="e\\left(1-\\binom{E-E/e}{k}/\\binom{E}{k}\\right)", sources=("arxiv-2412.19437",))
def expected_destinations(experts: float, active: float, places: float) -> float:
    """Different places that a token goes to on average, ``active`` of ``experts`` experts drawn evenly and spread over
    ``places`` cards or nodes.
    """
    elsewhere, missed = experts - experts / places, 1.0
    for drawn in range(int(active)):
        missed *= max(0.0, elsewhere - drawn) / (experts - drawn)
    return places * (1 - missed)


@formula("气泡占全程", unit="", tex="\\frac{p-1}{vm+p-1}", sources=_PIPELINE)
def bubble_share(stages: float, micro_batches: float, virtual: float = 1) -> float:
    """Share (0–1) of the whole step that a card idles under GPipe, 1F1B or, with ``virtual`` chunks a card, interleaved."""
    return (stages - 1) / (virtual * micro_batches + stages - 1)


@formula("气泡比理想时间", unit="", tex="\\frac{p-1}{vm}", sources=_PIPELINE)
def bubble_ratio(stages: float, micro_batches: float, virtual: float = 1) -> float:
    """Idle time over the time of useful work, the other denominator in use."""
    return (stages - 1) / (virtual * micro_batches)


@formula("达到气泡占比的微批数", unit="", tex="m \\ge \\frac{(p-1)(1-q)}{vq}", sources=_PIPELINE)
def micro_batches_for_bubble(stages: float, share: float, virtual: float = 1) -> float:
    """The fewest micro-batches with which idle time is at most ``share`` (0–1) of the step."""
    return math.ceil(round((stages - 1) * (1 - share) / (virtual * share), 9))


@formula("全局批", unit="", tex="b_{micro}\\cdot dp\\cdot a", sources=("gh-stas00-ml-engineering",))
def global_batch(micro_batch: float, data_parallel: float, accumulation: float) -> float:
    """Sequences a step: micro-batch × data-parallel degree × gradient accumulation."""
    return micro_batch * data_parallel * accumulation


@formula("α-β 时间", unit="s", tex="k\\alpha + \\frac{X}{B}", sources=(*_NCCL, "factryze-collectives"))
def alpha_beta_seconds(steps: float, latency: float, sent: float, bandwidth: float) -> float:
    """Seconds of ``steps`` steps of ``latency`` seconds, in which a card sends ``sent`` bytes.

    ``bandwidth`` is B/s one way.
    """
    return steps * latency + sent / bandwidth


@formula("树的步数", unit="", tex="2\\lceil\\log_2 n\\rceil", sources=("factryze-collectives",))
def tree_steps(cards: float) -> float:
    """Steps of an all-reduce up and down a binary tree of ``cards`` cards."""
    return 2 * (int(cards) - 1).bit_length()


@formula("环与树打平的消息", unit="B", tex="\\frac{(2(n-1)-k)\\,\\alpha B}{2-2(n-1)/n}", sources=("factryze-collectives",))
def ring_tree_crossover(cards: float, bandwidth: float, latency: float) -> float:
    """Bytes below which a tree's all-reduce is faster than a ring's: fewer steps against a little more to send."""
    return (2 * (cards - 1) - tree_steps(cards)) * latency * bandwidth / (2 - all_reduce_factor(cards))
