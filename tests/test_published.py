"""Numbers that others published, filled into the calculators as readers would: the answers agree as closely as is claimed."""

from __future__ import annotations

import pytest

from atlas.calculators import CALCULATORS, Data
from atlas.calculators.published import FAR, PUBLISHED, Published
from atlas.facts import load
from atlas.markdown.published import error_of
from tests import calculators
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.published
FEWEST = 25


@pytest.fixture(scope="module")
def known() -> Data:
    """The site's data."""
    return calculators.data()


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row.label)
def test_published_number_comes_out(row: Published, known: Data) -> None:
    """Within the stated tolerance, which is not wider than it must be."""
    _, error = error_of(row, known)
    assert abs(error) <= row.tolerance
    assert row.tolerance <= 3 * abs(error) + 1, "the tolerance is wider than its reason"


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row.label)
def test_published_number_is_sourced_and_argued(row: Published) -> None:
    """A reason, sources that exist, and nothing typed that the calculator does not ask."""
    assert row.why.endswith("。")
    assert row.sources
    assert set(row.sources) <= set(load(REPOSITORY / "docs" / "_data")["sources"].rows)
    assert set(row.typed) <= {one.name for one in CALCULATORS[row.calculator].inputs}


def test_enough_were_reproduced(known: Data) -> None:
    """Of several kinds, and most of them closely."""
    assert len(PUBLISHED) >= FEWEST
    assert len({row.label for row in PUBLISHED if not row.label.startswith("scaling-book：同上")}) >= FEWEST
    far = [row for row in PUBLISHED if abs(error_of(row, known)[1]) > FAR]
    assert len(far) < len(PUBLISHED) / 4


def test_what_is_far_off_says_so_on_its_page(known: Data) -> None:
    """Every calculator with a number off by more than 15 % has a page that shows the table with the reason in it."""
    for row in PUBLISHED:
        if abs(error_of(row, known)[1]) > FAR:
            assert len(row.why) > len("同上。"), row.label
            page = (REPOSITORY / "docs" / "calculators" / f"{row.calculator}.md").read_text("utf-8")
            assert "calculator-published" in page, row.label
