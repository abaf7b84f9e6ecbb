"""What a grid of tensor, pipeline, context, data and expert parallelism takes: a step's time and a card's memory."""

from __future__ import annotations

from atlas.quantities.registry import formula

_PIPELINE = ("arxiv-2104.04473",)
_ZERO = ("arxiv-1910.02054",)
_RING = ("arxiv-2310.01889",)


@formula("流水线气泡的时间", unit="s", tex="(p-1)\\left(\\frac{t}{v}+t_h\\right)", sources=_PIPELINE)
def bubble_seconds(stages: float, each: float, virtual: float = 1, hop: float = 0) -> float:
    """Seconds a card waits in a step: ``each`` of a micro-batch on a stage, ``hop`` to send it on to the next one."""
    return (stages - 1) * (each / virtual + hop)


@formula("一步的时间", unit="s", tex="m\\,t + (p-1)\\left(\\frac{t}{v}+t_h\\right) + T_{dp}", sources=_PIPELINE)
def parallel_step_seconds(
    micro_batches: float, each: float, stages: float, virtual: float = 1, hop: float = 0, exposed: float = 0
) -> float:
    """Seconds of a step: micro-batches, bubble, and what of the traffic of gradients and weights nothing hides."""
    return micro_batches * each + bubble_seconds(stages, each, virtual, hop) + exposed


@formula("露出的 CP 通信", unit="s", tex="\\max\\left(0,\\ \\frac{3\\ell X}{B}-t_a\\right)", sources=_RING)
def exposed_context_seconds(layers: float, sent: float, bandwidth: float, attention: float) -> float:
    """Seconds of a micro-batch on a stage: keys and values forward, again backward, and their gradients back, as far as
    the ``attention`` seconds of arithmetic do not hide them; ``sent`` bytes a layer at ``bandwidth`` B/s.
    """
    return max(0.0, 3 * layers * sent / bandwidth - attention)


@formula(
    "露出的 DP 通信（ZeRO-1）",
    unit="s",
    tex="\\max\\left(0,\\ t_S-\\tfrac{2}{3}t_c\\right)+\\max\\left(0,\\ t_G-\\tfrac{1}{3}t_c\\right)",
    sources=_ZERO,
)
def exposed_gradient_seconds(scattered: float, gathered: float, arithmetic: float) -> float:
    """Seconds of a step: gradients scattered beside the last backward pass, weights gathered beside the first forward
    pass; ``arithmetic`` is that of one micro-batch on a stage.
    """
    return max(0.0, scattered - arithmetic * 2 / 3) + max(0.0, gathered - arithmetic / 3)


@formula("露出的 DP 通信（ZeRO-3）", unit="s", tex="m\\max(0,\\ 2t_G+t_S-t_c)", sources=_ZERO)
def exposed_sharded_seconds(scattered: float, gathered: float, arithmetic: float, micro_batches: float) -> float:
    """Seconds of a step: weights gathered twice and gradients scattered once beside every micro-batch's arithmetic."""
    return micro_batches * max(0.0, 2 * gathered + scattered - arithmetic)


@formula("ZeRO-1 每卡状态", unit="B", tex="\\Phi\\left(2+g+\\frac{12}{n}\\right)", sources=_ZERO)
def zero_one_bytes(parameters: float, cards: float, gradient: float = 4) -> float:
    """Bytes on a card that holds ``parameters`` 16-bit weights, gradients of ``gradient`` bytes and a share of main
    weights and Adam's states.
    """
    return parameters * (2 + gradient + 12 / cards)


@formula("ZeRO-3 每卡状态", unit="B", tex="(14+g)\\frac{\\Phi}{n}+\\frac{4\\Phi}{\\ell}", sources=_ZERO)
def zero_three_bytes(parameters: float, cards: float, layers: float, gradient: float = 4) -> float:
    """Bytes on a card with a share of everything, and two of its ``layers`` layers whole: one in use, one on its way."""
    return (14 + gradient) * parameters / cards + 4 * parameters / layers


@formula("激活和输出得分", unit="B", tex="\\max(f\\,a,\\ f'a+O)", sources=("arxiv-2205.05198", *_PIPELINE))
def fullest_stage_bytes(first: float, last: float, kept: float, scores: float) -> float:
    """Bytes on the fuller end of the pipeline, ``kept`` a layer and micro-batch: the first stage holds ``first`` of them,
    the last one ``last`` and the output layer's ``scores``.
    """
    return max(first * kept, last * kept + scores)
