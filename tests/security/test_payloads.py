"""Whatever a contributor writes, nothing runs in a reader's browser: the cleaning alone sees to it, and so does the policy alone."""

from __future__ import annotations

import pytest

from atlas.finishing.policy import with_policy
from tests.security.conftest import Chamber, Pages, payloads, told

pytestmark = [pytest.mark.security, pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_browser_would_run_them(chamber: Chamber, pages: Pages) -> None:
    """Without either, most of them (every other is tried) run or ask another host: the watch is awake, and the list is no list of harmless texts."""
    ours = {one.number for one in payloads() if one.family == "mermaid"}
    chamber.try_all({number: page for number, page in pages.written.items() if number % 2 or number in ours})
    assert not chamber.ran & ours, told(chamber.ran & ours)  # drawings are harmless even as they are
    assert len(chamber.ran) > 110
    assert len({number for number, _ in chamber.asked}) > 6


def test_cleaned_pages_run_nothing(chamber: Chamber, pages: Pages) -> None:
    """With the checks and the policy off, cleaned pages run nothing and ask no other host."""
    chamber.try_all(pages.cleaned)
    assert not chamber.ran, told(chamber.ran)
    assert not chamber.asked, told(chamber.asked)


def test_the_policy_alone_stops_them(chamber: Chamber, pages: Pages) -> None:
    """With the checks and the cleaning off, the policy of the hosted page lets nothing run and nothing be loaded from elsewhere."""
    chamber.try_all({number: with_policy(page, offline=False) for number, page in pages.written.items()})
    assert not chamber.ran, told(chamber.ran)
    assert not {one for one in chamber.asked if one[1] != "navigation"}, told(chamber.asked)
