"""A model and how its training is split → what a card holds of states and activations, in bytes."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.calculators.shapes import Shape
from atlas.quantities.memory import (
    counted_activation_bytes,
    last_layers_in_flight,
    layers_in_flight,
    logit_bytes,
    sharded_bytes,
)


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

    @property
    def tokens(self) -> float:
        """Of a micro-batch, on one card."""
        return self.micro_batch * self.sequence / self.context

    @property
    def normed(self) -> float:
        """Cards over which what is not in matrices is split."""
        return self.tensor if self.sequence_parallel else 1.0

    @property
    def sharing(self) -> tuple[float, float]:
        """Cards with the same weights, over which ZeRO splits, and those with the same experts."""
        cards = self.data * self.context
        return cards, cards * self.tensor / (self.expert * self.expert_tensor)


def held(shape: Shape, plan: Plan) -> tuple[float, float]:
    """Weights on a card of the pipeline's first or last stage: those that are no experts, and the experts.

    Both ends hold one matrix of the vocabulary, the first to embed, the last to score.
    """
    share = layers_in_flight(shape.layers, plan.pipeline, 1) / shape.layers
    ends = shape.embeddings if plan.pipeline == 1 else shape.vocab * shape.hidden
    dense = ((shape.params - shape.embeddings - shape.routed) * share + ends) / plan.tensor
    return dense, shape.routed * share / (plan.expert * plan.expert_tensor)


def states(shape: Shape, plan: Plan, stage: float) -> tuple[float, float, float]:
    """Bytes of weights, gradients and optimizer states on a card of the pipeline's first or last stage."""
    dense, routed = held(shape, plan)
    cards, expert_cards = plan.sharing
    weights, gradients, optimizer = (
        sharded_bytes(dense, width, cards, stage, since) + sharded_bytes(routed, width, expert_cards, stage, since)
        for width, since in zip(plan.widths, (3, 2, 1), strict=True)
    )
    return weights, gradients, optimizer


def ffn_kept(shape: Shape, plan: Plan) -> float:
    """Numbers a token keeps of a feed-forward block, averaged over layers with and without experts."""
    lean = plan.recompute == "elementwise"
    per_width = (2 if shape.gated else 1) if lean else (4 if shape.gated else 2)
    routed = (shape.active + shape.shared) * shape.expert_ffn * (2 if lean else 4) + 2 * shape.active * shape.hidden
    share = shape.moe_layers / shape.layers
    return (1 - share) * per_width * shape.ffn + share * routed


def norms_kept(plan: Plan) -> float:
    """Outputs of a layer's two normalisations that are kept."""
    return 0.0 if plan.recompute == "elementwise" else 2.0


def masks(shape: Shape, plan: Plan) -> float:
    """Bytes of a layer's two dropout masks; gated models have none."""
    return 0.0 if shape.gated else 2 * plan.tokens * shape.hidden / plan.normed


def scores(shape: Shape, plan: Plan) -> float:
    """Bytes of a layer's attention scores, if they are stored and not recomputed."""
    stored = plan.scores and plan.recompute in ("none", "full")
    return 5 * shape.heads * plan.sequence * plan.tokens / plan.tensor if stored else 0.0


def layer_bytes(shape: Shape, plan: Plan) -> float:
    """Bytes of the activations of one layer and one micro-batch on a card, averaged over layers with and without experts."""
    bytes_kept = counted_activation_bytes(
        plan.tokens, shape.hidden, shape.attention, ffn_kept(shape, plan), plan.tensor, plan.sequence_parallel,
        norms_kept(plan),
    )  # fmt: skip
    return plan.slack * (bytes_kept + masks(shape, plan)) + scores(shape, plan)


def entrance(shape: Shape, plan: Plan) -> float:
    """Bytes of a layer's input, all that is kept of it where everything is recomputed."""
    return 2 * plan.tokens * shape.hidden / plan.normed


def flying(shape: Shape, plan: Plan, last: bool) -> float:
    """Layers times micro-batches that a card of the first or the last stage holds at once."""
    counted = last_layers_in_flight if last else layers_in_flight
    return counted(shape.layers, plan.pipeline, plan.micro_batches, plan.virtual)


def activations(shape: Shape, plan: Plan, last: bool) -> float:
    """Bytes of activations on a card of the first or the last stage, at the moment when it holds most."""
    layer = layer_bytes(shape, plan)
    if plan.recompute != "full":
        return flying(shape, plan, last) * layer
    return flying(shape, plan, last) * entrance(shape, plan) + layer


def logits(shape: Shape, plan: Plan, last: bool) -> float:
    """Bytes of the scores, which only the stage with the output layer has."""
    if plan.pipeline > 1 and not last:
        return 0.0
    return logit_bytes(plan.tokens, shape.vocab, plan.score_width) / plan.tensor


def last_is_fullest(shape: Shape, plan: Plan) -> bool:
    """Whether the last stage holds more than the first, which flies more micro-batches but has no scores."""
    first, last = (activations(shape, plan, end) + logits(shape, plan, end) for end in (False, True))
    return last > first
