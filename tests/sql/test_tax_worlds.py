"""Fits on small simulated worlds: what must never be claimed, and what must be found.

`python -m tests.benchmarks tax --sets 20` repeats this with many and larger ones.
"""

import pytest

from tests.benchmarks.tax import DATA_VERDICTS, simulated
from tests.benchmarks.tax_worlds import WORLDS, World

BY_NAME = {world.name: world for world in WORLDS}
SESSIONS = 40_000


def test_no_effect_is_not_claimed() -> None:
    assert not simulated(BY_NAME["zero"], SESSIONS, seed=1).claims


def test_a_strong_effect_is_found() -> None:
    found = simulated(BY_NAME["linear, strong"], SESSIONS, seed=1)
    assert found.covers
    assert found.claims


def test_what_cannot_be_told_apart_is_refused() -> None:
    assert simulated(BY_NAME["adverse, no incidents"], SESSIONS, seed=1).verdict == (
        "not_identifiable"
    )


def test_incidents_of_one_provider_answer_where_comparison_cannot() -> None:
    found = simulated(BY_NAME["adverse, hidden"], 150_000, seed=1)
    assert found.verdict in DATA_VERDICTS
    assert found.covers


def test_random_delays_answer_where_comparison_cannot() -> None:
    world = World("arms", beta=0.05, gamma=0.6, rho=0.3, incidents=0, added_delay_ms=1000)
    found = simulated(world, 150_000, seed=1)
    assert found.verdict in DATA_VERDICTS
    assert found.covers


def test_a_gain_from_slowness_is_shown_as_found() -> None:
    world = World("slower is much better", beta=-0.04, gamma=0.3)
    found = simulated(world, SESSIONS, seed=1)
    assert found.high < 0


@pytest.mark.parametrize("sessions", [200, 1_000])
def test_few_sessions_are_not_enough(sessions: int) -> None:
    assert simulated(BY_NAME["linear, strong"], sessions, seed=1).verdict == "insufficient_data"
