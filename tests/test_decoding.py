"""The bounds on decoding: what is said of the limit agrees with the figures beside it, and no device is left out unsaid."""

from __future__ import annotations

import pytest

from atlas.calculators import CALCULATORS, Data, Result, choices_of, run
from tests import calculators


@pytest.fixture(scope="module")
def known() -> Data:
    """The site's data."""
    return calculators.data()


def decoded(known: Data, **typed: str) -> Result:
    """What the calculator says."""
    return run(CALCULATORS["decoding"], typed, known)


def number(value: object) -> float:
    """A number it must be."""
    assert isinstance(value, float | int)
    return float(value)


@pytest.mark.parametrize(
    ("typed", "limit", "words"),
    [
        ({"batch": "16"}, "读权重", ""),
        ({"batch": "300"}, "读 KV 缓存", "读 KV 缓存最久"),
        ({"batch": "512"}, "读 KV 缓存", "读 KV 缓存最久"),
        ({"batch": "512", "prompt": "100", "written": "0"}, "算力", "受算力限制"),
    ],
)
def test_note_names_the_same_limit_as_the_figure(typed: dict[str, str], limit: str, words: str, known: Data) -> None:
    """Arithmetic is blamed only where it takes longest."""
    result = decoded(known, **typed)
    said = "".join(result.notes)
    assert result.values["limit"] == limit
    assert words in said
    assert ("受算力限制" in said) == (limit == "算力")
    assert ("读 KV 缓存最久" in said) == (limit == "读 KV 缓存")


def test_total_stops_below_what_reading_caches_allows(known: Data) -> None:
    """As the note says."""
    result = decoded(known, batch="100000")
    cache = number(result.values["cache"]) / 100_000
    most = 8 * 3350e9 / cache
    assert 0.4 * most < number(result.values["all"]) < most


def test_every_device_is_in_the_table(known: Data) -> None:
    """Those without a number say what is missing; none that is not sold passes for one that is."""
    rows = decoded(known, precision="fp8").tables["devices"]
    assert len(rows) == len(list(known.keys("devices")))
    unknown = [row for row in rows if row[1] is None]
    assert unknown
    assert all("：" in str(row[5]) for row in unknown)
    assert any(str(row[5]) == "算力：不支持" for row in unknown)
    assert any("［未上市］" in str(row[0]) for row in rows)


def test_bound_is_worked_out(known: Data) -> None:
    """The same number as the figure's, as the sum of what is read and the longer of reading and computing."""
    assert "TPOT 下限 = 440 微秒 + max(5.26 毫秒, 285 微秒) = 5.71 毫秒" in decoded(known).steps


def test_every_model_offered_gets_an_answer(known: Data) -> None:
    """What the data does not say enough of is not in the list."""
    for key in choices_of(CALCULATORS["decoding"].input("model"), known):
        assert decoded(known, model=key).values["between"]


def test_estimate_stands_beside_the_bound(known: Data) -> None:
    """Half the bandwidth takes twice as long where reading is the limit; without a share typed there is no estimate."""
    plain, halved = decoded(known).values, decoded(known, bandwidth_use="50").values
    assert "likely_between" not in plain
    assert halved["between"] == plain["between"]
    assert halved["likely_between"] == pytest.approx(2 * number(plain["between"]))
