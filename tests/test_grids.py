"""The search for a parallel grid: only what divides, only what fits, fast, and where published grids stand in it."""

from __future__ import annotations

import contextlib
import dataclasses
import time

import pytest

from atlas.calculators import CALCULATORS, BadInputError, Data, Form, choices_of, run, show
from atlas.calculators.grids import Dropped, Grid, Job, grids, plans
from atlas.calculators.published import PUBLISHED
from atlas.quantities.parallelism import parallel_step_seconds
from tests import calculators

PARALLELISM = CALCULATORS["parallelism"]
DEEPSEEK = next(row.typed for row in PUBLISHED if row.label.startswith("DeepSeek-V3，2,048"))
SECONDS = 5.0
"""Far above what a search takes in Python, far below what one without bounds would."""


@pytest.fixture(scope="module")
def known() -> Data:
    """The site's data."""
    return calculators.data()


def job_of(known: Data, monkeypatch: pytest.MonkeyPatch, **typed: str) -> Job:
    """What the form asks the search for."""
    asked: list[Job] = []

    def keep(job: Job) -> object:
        asked.append(job)
        raise KeyboardInterrupt

    monkeypatch.setattr("atlas.calculators.parallelism.search", keep)
    with pytest.raises(KeyboardInterrupt):
        run(PARALLELISM, typed, known)
    monkeypatch.undo()
    return asked[0]


@pytest.mark.parametrize("typed", [{}, dict(DEEPSEEK), {"cards": "720", "batch": "720"}], ids=["405B", "DeepSeek", "720"])
def test_every_grid_divides_what_it_must(typed: dict[str, str], known: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards, heads, experts, batch and sequence; and a plan keeps to the memory."""
    job = job_of(known, monkeypatch, **typed)
    found = list(grids(job, Dropped()))
    assert found
    assert len(found) == len(set(found))
    for grid in found:
        assert grid.tensor * grid.stages * grid.context * grid.data == job.cards
        assert job.flow.heads % grid.tensor == 0
        assert grid.tensor <= job.node
        assert job.batch % (grid.data * job.micro) == 0
        assert job.flow.experts % grid.expert == 0
        assert grid.tensor * grid.context * grid.data % grid.expert == 0
        for one in plans(job, grid):
            parts = (one.work, one.again, one.tensor, one.context, one.expert, one.bubble, one.data, one.memory)
            assert min(parts) >= 0
            each = (one.work + one.again + one.tensor + one.context + one.expert) / one.micros
            formula = parallel_step_seconds(one.micros, each, grid.stages, one.chunks, one.hop, one.data)
            assert one.seconds == pytest.approx(formula)


def test_search_is_bounded(known: Data) -> None:
    """Many experts, many divisors: a phone's patience is a second, and Python is several times slower than its browser."""
    start = time.process_time()
    for cards in ("65536", "45360", "196608"):
        run(PARALLELISM, {**DEEPSEEK, "cards": cards, "batch": "65536", "node": "72"}, known)
    assert time.process_time() - start < 3 * SECONDS


@pytest.mark.parametrize(
    ("label", "rank", "slower"),
    [
        ("Llama 3.1 405B，8,192 张 H100 的 MFU", 3, 3),
        ("Llama 3.1 405B，16,384 张 H100 的 MFU", 3, 3.1),
        ("Llama 3.1 405B，128K 长上下文的 MFU", 3, 3),
        ("BLOOM 176B，384 张 A100 的 MFU", 4, 5),
    ],
)
def test_published_grid_of_a_dense_model_is_among_the_first(label: str, rank: int, slower: float, known: Data) -> None:
    """As the page says."""
    row = next(one for one in PUBLISHED if one.label == label)
    values = run(PARALLELISM, row.typed, known).values
    assert values["own_rank"] == rank
    assert float(values["own_slower"] or 0) <= slower


def test_published_grid_of_deepseek_is_not(known: Data) -> None:
    """Which the page says, too."""
    values = run(PARALLELISM, DEEPSEEK, known).values
    assert 50 < float(values["own_rank"] or 0) < 100
    assert 40 < float(values["own_slower"] or 0) < 50


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"own_tp": "3", "own_pp": "1", "cards": "3072"}, "TP 要是二的幂"),
        ({"own_tp": "5", "own_pp": "1"}, "16,384 张卡不能被你填的 TP×PP×CP（5）整除"),
        ({"own_cp": "3"}, "16,384 张卡不能被你填的 TP×PP×CP（3）整除"),
        ({"own_ep": "2"}, "TP1 PP1 CP1 DP16384 EP2：不在可行的里面"),
        ({"own_tp": "8", "own_pp": "128"}, "层切得太不匀"),
        ({"own_tp": "8", "own_pp": "1", "batch": "1000"}, "全局批 1,000 不能被 DP×微批（2,048）整除"),
        ({"own_tp": "8", "own_pp": "16", "own_cp": "4"}, "每张卡不到"),
        ({"own_tp": "1", "own_pp": "1", "cards": "1", "batch": "1"}, "最省也要"),
        ({"own_tp": "8", "own_pp": "16", "own_ep": "3"}, "EP 要能整除"),
    ],
)
def test_grid_that_can_not_be_says_why(typed: dict[str, str], words: str, known: Data) -> None:
    """A sentence for each reason."""
    assert words in run(PARALLELISM, typed, known).notes[0]


def test_nothing_fits(known: Data) -> None:
    """The result says so, and which grid came nearest."""
    result = run(PARALLELISM, {"cards": "8", "batch": "8"}, known)
    assert result.values["best"] == "没有放得下的切法"
    assert result.tables["fails"][0][0] == "显存放不下"
    assert "最省的是" in str(result.tables["fails"][0][2])
    assert "加卡" in result.notes[0]


def test_nothing_divides(known: Data) -> None:
    """More memory would not help, so it is not advised."""
    result = run(PARALLELISM, {"batch": "2047"}, known)
    assert result.values["best"] == "没有分得匀的切法"
    assert "显存不够" in result.notes[0]
    assert "2,047" in result.notes[0]
    assert "加卡" not in result.notes[0]


def test_every_model_and_device_offered_gets_an_answer(known: Data) -> None:
    """What the data does not say enough of is not in the lists; a device without a link of its own is told of."""
    for name in ("model", "device"):
        for key in choices_of(PARALLELISM.input(name), known):
            result = run(PARALLELISM, {name: key, "cards": "64", "batch": "64"}, known)
            assert result.values["best"]
    assert "机间的 50 GB/s" in run(PARALLELISM, {"device": "rtx-4090"}, known).notes[0]


def test_suggestion_is_the_simplest_of_those_that_can_not_be_told_apart(known: Data) -> None:
    """Not ZeRO-3 for a thousandth of the time, nor a kind of parallelism more than needed."""
    values = run(PARALLELISM, {"model": "llama-3-1-8b", "cards": "8"}, known).values
    assert values["best"] == "TP1 PP1 CP1 DP8"
    assert "ZeRO-1" in str(values["suggested"])
    values = run(PARALLELISM, {}, known).values
    assert "CP1" in str(values["suggested"])


def test_scores_of_the_output_layer_take_memory(known: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one stage does all, a grid needs as much more as the scores of its tokens take in FP32."""
    job = job_of(known, monkeypatch, model="llama-3-1-8b", cards="8", batch="8")
    none = dataclasses.replace(job, flow=dataclasses.replace(job.flow, vocab=0.0))
    grid = Grid(2, 1, 1, 4, 1)
    more = {one.activations - other.activations for one, other in zip(plans(job, grid), plans(none, grid), strict=True)}
    assert more == {8192 * 128_256 * 4 / 2}


def test_steps_end_in_the_figures(known: Data) -> None:
    """The same time and memory as the headline's, and the bubble where there are stages."""
    result = run(PARALLELISM, {}, known)
    seconds, memory = show(result.values["seconds"], Form("seconds", 3)), show(result.values["memory"], Form("bytes", 3))
    assert any(step.startswith("气泡 = 15 ×") for step in result.steps)
    assert any(step.startswith("一步 = ") and step.endswith(seconds) for step in result.steps)
    assert result.steps[-1].endswith(memory)


def test_forms_made_up_exercise_the_search(known: Data) -> None:
    """Most have a plan, and enough of them a grid of the reader's own among those that fit."""
    planned = ranked = 0
    for texts in calculators.made_up(PARALLELISM, 60, known):
        with contextlib.suppress(BadInputError):
            result = run(PARALLELISM, texts, known)
            planned += "plans" in result.tables
            ranked += "own_rank" in result.values
    assert planned > 25
    assert ranked > 5
