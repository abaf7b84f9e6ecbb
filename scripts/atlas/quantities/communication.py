"""What parallel training sends and how long cards wait: collectives and pipeline bubbles."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_NCCL = ("gh-NVIDIA-nccl-tests",)
_PIPELINE = ("arxiv-2104.04473", "arxiv-1811.06965")


@formula("全归约总线系数", unit="", tex="2(n-1)/n", sources=_NCCL)
def all_reduce_factor(cards: float) -> float:
    """Times the message that each card sends in an all-reduce without help of the switch; busbw = algbw × this."""
    return 2 * (cards - 1) / cards


@formula("归约散布与全收集系数", unit="", tex="(n-1)/n", sources=_NCCL)
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
