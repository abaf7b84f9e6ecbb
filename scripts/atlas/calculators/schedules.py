"""Stages, micro-batches and a kind of schedule → when each card does what: a pipeline drawn, not a formula.

Every card works through its own list of passes in order, each as soon as what it needs is there. What comes out agrees with
the closed formulas of ``atlas.quantities.pipelines``, whatever the number of micro-batches and the times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

FORWARD, BACKWARD, INPUT, WEIGHT = "F", "BW", "B", "W"
"""A forward pass; a whole backward pass, or its two halves: gradients of the input and of the weights."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a card does from ``start`` for ``time``: a pass of a micro-batch (from 0) through one of its chunks (from 0)."""

    card: int
    kind: str
    micro: int
    chunk: int
    start: float
    time: float


@dataclass(frozen=True, slots=True)
class Times:
    """How long the passes of one micro-batch take on one card, all its chunks together."""

    forward: float
    input: float
    weight: float


Step = tuple[str, int, int]
"""Kind, micro-batch, chunk."""


def gpipe(card: int, stages: int, micros: int, chunks: int) -> list[Step]:
    """All forward passes, then all backward ones."""
    return [(FORWARD, micro, 0) for micro in range(micros)] + [(BACKWARD, micro, 0) for micro in range(micros)]


def one_f_one_b(card: int, stages: int, micros: int, chunks: int) -> list[Step]:
    """As many forward passes as fill the pipeline, then one forward, one backward in turn."""
    order = [(micro, 0) for micro in range(micros)]
    return _in_turn(order, order, min(stages - card - 1, micros))


def interleaved(card: int, stages: int, micros: int, chunks: int) -> list[Step]:
    """Megatron's order: ``stages`` micro-batches through a chunk, then through the next.

    Micro-batches are a multiple of stages.
    """
    if chunks == 1:
        return one_f_one_b(card, stages, micros, chunks)
    block = stages * chunks
    forward = [(k // block * stages + k % stages, k % block // stages) for k in range(micros * chunks)]
    backward = [(micro, chunks - 1 - chunk) for micro, chunk in forward]
    ahead = len(forward) if micros == stages else (stages - card - 1) * 2 + (chunks - 1) * stages
    return _in_turn(forward, backward, min(ahead, len(forward)))


def _in_turn(forward: list[tuple[int, int]], backward: list[tuple[int, int]], ahead: int) -> list[Step]:
    steps: list[Step] = [(FORWARD, *which) for which in forward[:ahead]]
    for index, which in enumerate(backward):
        if ahead + index < len(forward):
            steps.append((FORWARD, *forward[ahead + index]))
        steps.append((BACKWARD, *which))
    return steps


def zero_bubble_h1(card: int, stages: int, micros: int, chunks: int) -> list[Step]:
    """1F1B with split backward passes; weight gradients wait ``card`` micro-batches, so that all cards hold as many."""
    return _split(micros, stages - card, card)


def zero_bubble_h2(card: int, stages: int, micros: int, chunks: int) -> list[Step]:
    """The same with about twice as many forward passes ahead and weight gradients that wait twice as long."""
    return _split(micros, 2 * (stages - card) - 1, 2 * card)


def _split(micros: int, ahead: int, delay: int) -> list[Step]:
    steps: list[Step] = [(FORWARD, micro, 0) for micro in range(min(ahead, micros))]
    for micro in range(micros):
        steps.append((INPUT, micro, 0))
        if micro >= delay:
            steps.append((WEIGHT, micro - delay, 0))
        if ahead + micro < micros:
            steps.append((FORWARD, ahead + micro, 0))
    return steps + [(WEIGHT, micro, 0) for micro in range(max(micros - delay, 0), micros)]


ORDERS: Mapping[str, Callable[[int, int, int, int], list[Step]]] = {
    "gpipe": gpipe,
    "1f1b": one_f_one_b,
    "interleaved": interleaved,
    "zb-h1": zero_bubble_h1,
    "zb-h2": zero_bubble_h2,
}
"""Card, stages, micro-batches, chunks → what the card does, in order; by kind of schedule."""


def simulate(kind: str, stages: int, micros: int, chunks: int, times: Times) -> list[Pass]:
    """All passes of a step, each started as early as its card and what it needs allow; communication takes no time."""
    orders = [ORDERS[kind](card, stages, micros, chunks) for card in range(stages)]
    backward = times.input + times.weight
    length = {FORWARD: times.forward, BACKWARD: backward, INPUT: times.input, WEIGHT: times.weight}
    done: dict[Step, float] = {}  # kind, micro-batch, place in the model → when
    clock, at = [0.0] * stages, [0] * stages
    passes: list[Pass] = []
    moved = True
    while moved:
        moved = False
        for card in range(stages):
            while at[card] < len(orders[card]):
                step, micro, chunk = orders[card][at[card]]
                place = chunk * stages + card
                needed = _needed(step, micro, place, stages * chunks)
                if any(one not in done for one in needed):
                    break
                start = max([clock[card], *(done[one] for one in needed)])
                clock[card] = start + length[step] / chunks
                done[step, micro, place] = clock[card]
                passes.append(Pass(card, step, micro, chunk, start, length[step] / chunks))
                at[card] += 1
                moved = True
    return passes


def _needed(step: str, micro: int, place: int, places: int) -> list[Step]:
    if step == WEIGHT:
        return [(INPUT, micro, place)]
    if step == FORWARD:
        return [(FORWARD, micro, place - 1)] if place else []
    return [(FORWARD, micro, place)] + ([(step, micro, place + 1)] if place < places - 1 else [])
