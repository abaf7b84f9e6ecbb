"""Pipelines drawn pass by pass: they keep the rules of their kind, and the idle time that is counted is the formulas'."""

from __future__ import annotations

from itertools import pairwise

import pytest

from atlas.calculators import CALCULATORS, Data, blocks_html, run
from atlas.calculators.pipeline import activations_held
from atlas.calculators.schedules import BACKWARD, FORWARD, INPUT, ORDERS, WEIGHT, Pass, Times, simulate
from atlas.quantities.pipelines import pipeline_idle, pipeline_work, zero_bubble_h1_idle, zero_bubble_h2_idle

SPLIT = {"zb-h1": zero_bubble_h1_idle, "zb-h2": zero_bubble_h2_idle}
EVEN = Times(1, 1, 1)


def step_time(passes: list[Pass], stages: int) -> float:
    """The longest time from a card's first pass to its last: a step's, if the next one follows without a gap."""
    spans = []
    for card in range(stages):
        own = [one for one in passes if one.card == card]
        spans.append(max(one.start + one.time for one in own) - min(one.start for one in own))
    return max(spans)


def held(passes: list[Pass], stages: int, chunks: int) -> float:
    """The most activations a card holds, in those of one micro-batch through all its chunks."""
    most = 0
    for card in range(stages):
        now = 0
        for one in passes:  # in each card's own order
            if one.card == card and one.kind != INPUT:
                now += 1 if one.kind == FORWARD else -1
                most = max(most, now)
    return most / chunks


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


@pytest.mark.parametrize(
    "times",
    [EVEN, Times(2, 2, 1), Times(3, 4, 2), Times(1, 2, 1), Times(1, 1, 3), Times(1, 3, 2), Times(5, 1, 2), Times(0.1, 7, 9)],
    ids=str,
)
def test_idle_time_is_the_formulas(times: Times) -> None:
    """For every kind, with few micro-batches and with weight gradients longer than the other passes, too."""
    for kind, stages, micros, chunks in CASES:
        drawn = step_time(passes_of(kind, stages, micros, chunks, times), stages)
        drawn -= pipeline_work(micros, times.forward, times.input, times.weight)
        own = (times.forward, times.input, times.weight)
        formula = SPLIT[kind](stages, *own, micros) if kind in SPLIT else pipeline_idle(stages, *own, chunks)
        assert drawn == pytest.approx(formula, abs=1e-9), (kind, stages, micros, chunks)


@pytest.mark.parametrize(
    ("kind", "chunks", "most"), [("gpipe", 1, 16), ("1f1b", 1, 4), ("interleaved", 2, 5.5), ("zb-h1", 1, 4), ("zb-h2", 1, 7)]
)
def test_activations_held(kind: str, chunks: int, most: float) -> None:
    """GPipe holds all micro-batches, 1F1B and ZB-H1 as many as there are stages, ZB-H2 one less than twice that."""
    assert held(passes_of(kind, 4, 16, chunks), 4, chunks) == most


def test_activations_held_follow_from_the_kind() -> None:
    """What the calculator says without drawing is what the drawing holds."""
    for kind, stages, micros, chunks in CASES:
        most = held(passes_of(kind, stages, micros, chunks), stages, chunks)
        assert activations_held(kind, stages, micros, chunks) == pytest.approx(most), (kind, stages, micros, chunks)


@pytest.mark.parametrize(
    ("typed", "idle"),
    [
        ({"kind": "zb-h1", "weight": "3"}, 3),
        ({"kind": "zb-h1", "weight": "3", "stages": "16"}, 23),
        ({"kind": "zb-h1", "weight": "1000", "stages": "1024"}, 2046 - 7),
        ({"kind": "zb-h2", "stages": "8", "micros": "2"}, 13),
        ({"kind": "zb-h2", "forward": "0.1", "input": "0.1", "weight": "0.1"}, 0),
        ({"kind": "zb-h2", "stages": "1", "input": "0.01", "weight": "0.01"}, 0),
    ],
)
def test_what_is_said_is_what_is_drawn(typed: dict[str, str], idle: float) -> None:
    """Never less than nothing, no rounding left over, and the same in the headline, in the step and in the table."""
    result = run(CALCULATORS["pipeline"], typed, Data())
    values = {name: float(value or 0) for name, value in result.values.items()}
    assert values["idle"] == idle
    assert values["step"] == values["work"] + idle
    assert values["speedup"] <= float(typed.get("stages", 4))
    row = next(row for row in result.tables["kinds"] if str(row[0]).endswith(typed["kind"].upper()))
    assert row[1:4] == [idle, values["ratio"], values["share"]]


def drawn(**typed: str) -> str:
    """The drawing, or nothing."""
    return blocks_html(CALCULATORS["pipeline"], run(CALCULATORS["pipeline"], typed, Data()), ["drawing"])


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (
            {"kind": "1f1b", "stages": "2", "micros": "2"},
            ["卡 0：F1（0）、F2（1）、BW1（4）、BW2（7）", "卡 1：F1（1）、BW1（2）"],
        ),
        ({"kind": "zb-h1", "stages": "2", "micros": "1"}, ["卡 1：F1（1）、B1（2）、W1（3）"]),
        ({"kind": "interleaved", "stages": "2", "micros": "2"}, ["卡 0：F1a（0）、F2a（0.5）、F1b（1）"]),
    ],
)
def test_drawing_in_words_tells_what_starts_when(typed: dict[str, str], words: list[str]) -> None:
    """A forward pass from a backward one, and from when: what those see who look at the colours and the axis."""
    html = drawn(**typed)
    assert [one for one in words if one not in html] == []


@pytest.mark.parametrize(
    "typed",
    [
        {"kind": "interleaved", "stages": "16", "micros": "16", "chunks": "8"},
        {"kind": "zb-h2", "stages": "16", "micros": "32"},
        {"kind": "gpipe", "stages": "4", "micros": "512"},
    ],
    ids=lambda typed: typed["kind"],
)
def test_large_schedule_is_drawn_within_bounds(typed: dict[str, str]) -> None:
    """Up to that of Llama 3.1 405B, in what a page may weigh."""
    html = drawn(**typed)
    assert "<svg" in html
    assert len(html.encode()) < 400_000


def test_too_large_a_schedule_is_not() -> None:
    """The numbers stand, and a sentence says why."""
    result = run(CALCULATORS["pipeline"], {"stages": "64", "micros": "64"}, Data())
    assert not result.schedules
    assert "太大" in result.notes[-1]


@pytest.mark.parametrize(
    ("typed", "step"),
    [
        ({"stages": "16"}, "每卡空闲 = (p − 1)(F + B + W) = 15 × 3 = 45 份"),
        ({"kind": "zb-h1"}, "每卡空闲 = (p − 1)(F + B) − (min(m, p) − 1) min(F, W) = 3 × 2 − 3 × 1 = 3 份"),
        ({"kind": "zb-h2"}, "每卡空闲 = 3 × 2 − 6 × 1 与 0 × 2 − 0 × 1 中大的 = 0 份"),
    ],
)
def test_idle_time_is_worked_out(typed: dict[str, str], step: str) -> None:
    """With the numbers typed, so that a reader can check it."""
    assert step in run(CALCULATORS["pipeline"], typed, Data()).steps
