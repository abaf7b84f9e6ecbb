"""How long cards wait for each other in a pipeline, by schedule, as the papers that introduced them define it."""

from __future__ import annotations

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


@formula("ZB-H1 空闲时间", unit="", tex="(p-1)(T_F+T_B-T_W)", sources=_ZERO_BUBBLE)
def zero_bubble_h1_idle(stages: float, forward: float, backward: float, weight: float) -> float:
    """Time a card waits under ZB-H1, which holds no more activations than 1F1B; ``backward`` gradients of inputs alone."""
    return (stages - 1) * (forward + backward - weight)


@formula("ZB-H2 空闲时间", unit="", tex="\\max(0,\\,(p-1)(T_F+T_B-2T_W))", sources=_ZERO_BUBBLE)
def zero_bubble_h2_idle(stages: float, forward: float, backward: float, weight: float) -> float:
    """Time a card waits under ZB-H2, which holds up to 2p-1 micro-batches and needs as many; never less than nothing."""
    return max(0, (stages - 1) * (forward + backward - 2 * weight))


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
