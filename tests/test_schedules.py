"""Pipelines drawn pass by pass: they keep the rules of their kind, and the idle time that is counted is the formulas'."""

from __future__ import annotations

from itertools import pairwise

import pytest

from atlas.calculators.schedules import BACKWARD, FORWARD, INPUT, ORDERS, WEIGHT, Pass, Times, held, simulate, step_time
from atlas.quantities.pipelines import pipeline_idle, pipeline_work, zero_bubble_h1_idle, zero_bubble_h2_idle

SPLIT = {"zb-h1": zero_bubble_h1_idle, "zb-h2": zero_bubble_h2_idle}
EVEN = Times(1, 1, 1)


def passes_of(kind: str, stages: int, micros: int, chunks: int, times: Times = EVEN) -> list[Pass]:
    """All passes; as many as there must be."""
    passes = simulate(kind, stages, micros, chunks, times)
    assert len(passes) == len({(one.card, one.kind, one.micro, one.chunk) for one in passes})
    assert len(passes) == (3 if kind in SPLIT else 2) * stages * micros * chunks
    return passes


CASES = [
    (kind, stages, micros, chunks)
    for kind in ORDERS
    for stages in (1, 2, 3, 5, 8)
    for micros in (1, 2, 5, 8, 16)
    for chunks in ((1, 2, 3) if kind == "interleaved" else (1,))
    if kind != "interleaved" or micros % stages == 0
]


@pytest.mark.parametrize(("kind", "stages", "micros", "chunks"), CASES)
def test_passes_wait_for_what_they_need(kind: str, stages: int, micros: int, chunks: int) -> None:
    """No card does two things at once; forward goes down the model, gradients up, weights' after inputs'."""
    passes = passes_of(kind, stages, micros, chunks, Times(1, 2, 1))
    ends = {(one.kind, one.micro, one.chunk * stages + one.card): one.start + one.time for one in passes}
    for one in passes:
        place = one.chunk * stages + one.card
        for needed in {
            FORWARD: [(FORWARD, one.micro, place - 1)],
            BACKWARD: [(FORWARD, one.micro, place), (BACKWARD, one.micro, place + 1)],
            INPUT: [(FORWARD, one.micro, place), (INPUT, one.micro, place + 1)],
            WEIGHT: [(INPUT, one.micro, place)],
        }[one.kind]:
            if 0 <= needed[2] < stages * chunks:
                assert one.start >= ends[needed]
    for card in range(stages):
        own = sorted((one for one in passes if one.card == card), key=lambda one: one.start)
        for first, second in pairwise(own):
            assert second.start >= first.start + first.time - 1e-9


@pytest.mark.parametrize("times", [EVEN, Times(2, 2, 1), Times(3, 4, 2), Times(1, 2, 1)], ids=str)
def test_idle_time_is_the_formulas(times: Times) -> None:
    """For every kind, with enough micro-batches and weight gradients no longer than the other passes."""
    for kind, stages, micros, chunks in CASES:
        if micros < (2 * stages - 1 if kind == "zb-h2" else stages):
            continue
        drawn = step_time(passes_of(kind, stages, micros, chunks, times), stages)
        drawn -= pipeline_work(micros, times.forward, times.input, times.weight)
        own = (times.forward, times.input, times.weight)
        formula = SPLIT[kind](stages, *own) if kind in SPLIT else pipeline_idle(stages, *own, chunks)
        assert drawn == pytest.approx(formula), (kind, stages, micros, chunks)


@pytest.mark.parametrize(
    ("kind", "chunks", "most"), [("gpipe", 1, 16), ("1f1b", 1, 4), ("interleaved", 2, 5.5), ("zb-h1", 1, 4), ("zb-h2", 1, 7)]
)
def test_activations_held(kind: str, chunks: int, most: float) -> None:
    """GPipe holds all micro-batches, 1F1B and ZB-H1 as many as there are stages, ZB-H2 one less than twice that."""
    assert held(passes_of(kind, 4, 16, chunks), 4, chunks) == most
