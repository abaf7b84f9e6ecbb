"""Collectives on one link and on two: where ring and tree break even, and an all-reduce in two levels."""

from __future__ import annotations

import pytest

from atlas.calculators import CALCULATORS, Data, Result, run

COMMUNICATION = CALCULATORS["communication"]
PLAIN = {"link": "free", "bandwidth": "50", "efficiency": "100", "message": "1000"}


def sent(**typed: str) -> Result:
    """What the calculator says without the site's data."""
    return run(COMMUNICATION, {**PLAIN, **typed}, Data({"interconnects": {}}))


@pytest.mark.parametrize(("cards", "even"), [("2", False), ("3", False), ("4", True), ("8", True)])
def test_even_point_is_named_where_there_is_one(cards: str, even: bool) -> None:
    """With two or three cards a tree has as many steps as a ring: no message is small enough for it."""
    result = sent(cards=cards)
    assert ("even" in result.values) == even
    assert any("树快，大于它环快" in note for note in result.notes) == even


def test_ring_takes_ten_times_as_long_as_a_tree_for_a_small_message_of_64_cards() -> None:
    """As the page says."""
    times = [float(sent(way=way, message="0.064", cards="64", latency="14").values["time"] or 0) for way in ("ring", "tree")]
    assert times[0] / times[1] == pytest.approx(10.3, abs=0.1)


def test_two_levels_add_up() -> None:
    """7/8 of the message there and back inside, of an eighth of it 3/4 there and back between, and every step's delay."""
    result = sent(way="two", bandwidth="100", outer="10", cards="8", nodes="4", latency="5", outer_latency="20")
    inside, between = 1.75e9 / 100e9 + 14 * 5e-6, 1.5e9 / 8 / 10e9 + 6 * 20e-6
    assert result.values["time"] == pytest.approx(inside + between)
    assert result.values["steps"] == 20
    ring = 2 * 31 / 32 * 1e9 / 10e9 + 62 * 20e-6
    assert result.tables["ways"][1][3] == pytest.approx(ring)
    assert result.steps[2] == "用时 = 17.6 毫秒 + 18.9 毫秒 = 36.4 毫秒"
