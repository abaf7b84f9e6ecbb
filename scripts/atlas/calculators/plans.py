"""A model and how its training is split → what a card holds of states and activations, in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.calculators.shapes import Shape
from atlas.quantities.memory import counted_activation_bytes, layers_in_flight, logit_bytes, sharded_bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """How a training run is split, and what it keeps."""

    widths: tuple[float, float, float]
    stage: float
    data: float
    tensor: float
    pipeline: float
    context: float
    expert: float
    expert_tensor: float
    sequence_parallel: float
    sequence: float
    micro_batch: float
    micro_batches: float
    virtual: float
    """1 1F1B, more interleaved, 0 GPipe."""
    recompute: str
    scores: bool
    slack: float
    score_width: float


def states(shape: Shape, plan: Plan, stage: float) -> tuple[float, float, float]:
    """Bytes of weights, gradients and optimizer states on a card of the pipeline's fullest stage."""
    held = layers_in_flight(shape.layers, plan.pipeline, 1) / shape.layers
    ends = shape.embeddings if plan.pipeline == 1 else shape.vocab * shape.hidden
    dense = ((shape.params - shape.embeddings - shape.routed) * held + ends) / plan.tensor
    routed = shape.routed * held / (plan.expert * plan.expert_tensor)
    cards = plan.data * plan.context
    expert_cards = cards * plan.tensor / (plan.expert * plan.expert_tensor)
    weights, gradients, optimizer = (
        sharded_bytes(dense, width, cards, stage, since) + sharded_bytes(routed, width, expert_cards, stage, since)
        for width, since in zip(plan.widths, (3, 2, 1), strict=True)
    )
    return weights, gradients, optimizer


def layer_bytes(shape: Shape, plan: Plan) -> float:
    """Bytes of the activations of one layer and one micro-batch on a card, averaged over layers with and without experts."""
    tokens = plan.micro_batch * plan.sequence / plan.context
    lean = plan.recompute == "elementwise"
    per_width = (2 if shape.gated else 1) if lean else (4 if shape.gated else 2)
    routed = (shape.active + shape.shared) * shape.expert_ffn * (2 if lean else 4) + 2 * shape.active * shape.hidden
    share = shape.moe_layers / shape.layers
    ffn = (1 - share) * per_width * shape.ffn + share * routed
    bytes_kept = counted_activation_bytes(
        tokens, shape.hidden, shape.attention, ffn, plan.tensor, plan.sequence_parallel, 0 if lean else 2
    )
    masks = 0.0 if shape.gated else 2 * tokens * shape.hidden / (plan.tensor if plan.sequence_parallel else 1)
    scores = 5 * shape.heads * plan.sequence * tokens / plan.tensor if plan.scores else 0.0
    kept_scores = scores if plan.recompute in ("none", "full") else 0.0
    return plan.slack * (bytes_kept + masks) + kept_scores


def activations(shape: Shape, plan: Plan) -> float:
    """Bytes of activations on a card of the first stage, at the moment when it holds most."""
    flying = layers_in_flight(shape.layers, plan.pipeline, plan.micro_batches, plan.virtual)
    layer = layer_bytes(shape, plan)
    if plan.recompute != "full":
        return flying * layer
    tokens = plan.micro_batch * plan.sequence / plan.context
    entrance = 2 * tokens * shape.hidden / (plan.tensor if plan.sequence_parallel else 1)
    return flying * entrance + layer


def logits(shape: Shape, plan: Plan) -> float:
    """Bytes of the scores where the output layer is."""
    return logit_bytes(plan.micro_batch * plan.sequence / plan.context, shape.vocab, plan.score_width) / plan.tensor
