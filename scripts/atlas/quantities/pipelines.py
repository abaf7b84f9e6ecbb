"""How long cards wait for each other in a pipeline, by schedule, as the papers that introduced them define it."""

from __future__ import annotations

import math

from atlas.quantities.registry import formula

_PIPELINE = ("arxiv-2104.04473", "arxiv-1811.06965")
_ZERO_BUBBLE = ("arxiv-2401.10241",)


@formula("一步的理想时间", unit="", tex="m\\,(T_F+T_B+T_W)", sources=_PIPELINE)
def pipeline_work(micro_batches: float, forward: float, backward: float, weight: float) -> float:
    """Time a card works in a step, no waiting: forward pass and both halves of the backward pass of every micro-batch."""
    return micro_batches * (forward + backward + weight)


@formula("流水线空闲时间", unit="", tex="\\frac{(p-1)(T_F+T_B+T_W)}{v}", sources=_PIPELINE)
def pipeline_idle(stages: float, forward: float, backward: float, weight: float, virtual: float = 1) -> float:
    """Time a card waits in a step under GPipe, 1F1B or, with ``virtual`` chunks a card, interleaved 1F1B."""
    return (stages - 1) * (forward + backward + weight) / virtual


@formula("ZB-H1 空闲时间", unit="", tex="(p-1)(T_F+T_B)-(\\min(m,p)-1)\\min(T_F,T_W)", sources=_ZERO_BUBBLE)
def zero_bubble_h1_idle(
    stages: float, forward: float, backward: float, weight: float, micro_batches: float = math.inf
) -> float:
    """Time a card waits under ZB-H1, which holds no more activations than 1F1B; ``backward`` gradients of inputs alone.

    The paper has the case of at least p micro-batches and weight gradients no longer than forward passes,
    (p-1)(T_F+T_B-T_W); the others follow from the same order of passes.
    """
    return (stages - 1) * (forward + backward) - (min(micro_batches, stages) - 1) * min(forward, weight)


@formula(
    "ZB-H2 空闲时间",
    unit="",
    tex="\\max\\bigl((p-1)(T_F+T_B)-n\\mu,\\;(p-1-\\lfloor n/2\\rfloor)(T_F+T_B)-(n\\bmod 2)\\,\\mu\\bigr)",
    sources=_ZERO_BUBBLE,
)
def zero_bubble_h2_idle(
    stages: float, forward: float, backward: float, weight: float, micro_batches: float = math.inf
) -> float:
    """Time a card waits under ZB-H2, which holds up to 2p-1 micro-batches; n is one less than those, μ min(T_F, T_W).

    With as many and short weight gradients it is the paper's (p-1)(T_F+T_B-2T_W), never less than nothing.
    """
    more, saved = min(micro_batches, 2 * stages - 1) - 1, min(forward, weight)
    filled = (stages - 1) * (forward + backward) - more * saved
    return max(filled, (stages - 1 - more // 2) * (forward + backward) - more % 2 * saved)


@formula("空闲占全程", unit="%", tex="\\frac{100\\,T_{闲}}{T_{闲}+T_{理想}}", sources=_PIPELINE)
def idle_share(idle: float, work: float) -> float:
    """Per cent of the whole step that a card waits."""
    return 100 * idle / (idle + work)


@formula("空闲比理想时间", unit="%", tex="\\frac{100\\,T_{闲}}{T_{理想}}", sources=_PIPELINE)
def idle_ratio(idle: float, work: float) -> float:
    """Time waited in per cent of the time worked, the other denominator in use."""
    return 100 * idle / work


@formula("流水线加速", unit="", tex="\\frac{p\\,m}{m+p-1}", sources=_PIPELINE)
def pipeline_speedup(stages: float, micro_batches: float, virtual: float = 1) -> float:
    """Times faster than one card that a pipeline of even stages is, nothing but its bubble counted."""
    return stages * virtual * micro_batches / (virtual * micro_batches + stages - 1)
