"""A plan → the formulas of its memory with the numbers put in, one line each."""

from __future__ import annotations

import math

from atlas.calculators.declaration import Form
from atlas.calculators.numbers import added, show
from atlas.calculators.plans import (
    Plan,
    activations,
    entrance,
    ffn_kept,
    flying,
    held,
    layer_bytes,
    logits,
    masks,
    norms_kept,
    scores,
    states,
)
from atlas.calculators.shapes import Shape

_COUNT = Form("count", 4)
_PLAIN = Form("number", 6)
_PART = Form("number", 4)
_SIZE = Form("bytes", 3)


def steps(shape: Shape, plan: Plan, last: bool, overhead: float) -> list[str]:
    """Of a card of the first or the last stage: weights, states, a layer, activations, scores and the sum."""
    kept, scored = activations(shape, plan, last), logits(shape, plan, last)
    layer, many = show(layer_bytes(shape, plan), _SIZE), show(flying(shape, plan, last), _PART)
    whole = f"{many} × 入口 {show(entrance(shape, plan), _SIZE)} + {layer}"
    sum_ = whole if plan.recompute == "full" else f"{many} × {layer}"
    said = [*_weights(shape, plan), _layer(shape, plan), f"激活 = {sum_} = {show(kept, _SIZE)}"]
    if scored:
        product = " × ".join(show(one, _PLAIN) for one in (plan.tokens, shape.vocab, plan.score_width))
        said.append(f"输出得分 = {product}{_over(plan.tensor)} = {show(scored, _SIZE)}")
    stated = states(shape, plan, plan.stage)
    pieces = [added(stated), kept, scored, overhead] if scored else [added(stated), kept, overhead]
    total = show(added([*stated, kept, scored, overhead]), _SIZE)
    return [*said, f"合计 = {' + '.join(show(one, _SIZE) for one in pieces)} = {total}"]


def _over(cards: float) -> str:
    return "" if cards == 1 else f" ÷ {show(cards, _PLAIN)}"


def _widths(plan: Plan, cards: float) -> str:
    """Bytes a weight, each over the cards that share it at this ZeRO stage."""
    since = zip(plan.widths, (3, 2, 1), strict=True)
    return " + ".join(show(width, _PART) + (_over(cards) if plan.stage >= first else "") for width, first in since)


def _weights(shape: Shape, plan: Plan) -> list[str]:
    dense, routed = held(shape, plan)
    cards, expert_cards = plan.sharing
    layers = show(float(math.ceil(shape.layers / plan.pipeline)), _PLAIN)
    share = "" if plan.pipeline == 1 else f" × {layers} ÷ {show(shape.layers, _PLAIN)}"
    ends = show(shape.embeddings if plan.pipeline == 1 else shape.vocab * shape.hidden, _COUNT)
    body = show(shape.params - shape.embeddings - shape.routed, _COUNT)
    said = [f"这张卡的参数 =（{body}{share} + 词嵌入 {ends}）{_over(plan.tensor)} = {show(dense, _COUNT)}"]
    sum_ = f"{show(dense, _COUNT)} ×（{_widths(plan, cards)}）"
    if routed:
        split = _over(plan.expert * plan.expert_tensor)
        said.append(f"这张卡的专家 = {show(shape.routed, _COUNT)}{share}{split} = {show(routed, _COUNT)}")
        sum_ += f" + {show(routed, _COUNT)} ×（{_widths(plan, expert_cards)}）"
    return [*said, f"模型状态 = {sum_} = {show(added(states(shape, plan, plan.stage)), _SIZE)}"]


def _layer(shape: Shape, plan: Plan) -> str:
    norms = f"{show(2 + norms_kept(plan), _PLAIN)} × {show(shape.hidden, _PLAIN)}{_over(plan.normed)}"
    matrices = f"（{show(shape.attention, _PLAIN)} + {show(ffn_kept(shape, plan), _PLAIN)}）{_over(plan.tensor)}"
    sum_ = f"2 × {show(plan.tokens, _PLAIN)} ×（{norms} + {matrices}）"
    if not shape.gated:
        sum_ = f"（{sum_} + 掩码 {show(masks(shape, plan), _SIZE)}）"
    if plan.slack != 1:
        sum_ += f" × {show(plan.slack, _PART)}"
    if stored := scores(shape, plan):
        sum_ += f" + 得分矩阵 {show(stored, _SIZE)}"
    return f"一层一个微批 = {sum_} = {show(layer_bytes(shape, plan), _SIZE)}"
