"""Fits on small simulated worlds: what must never be claimed, and what must be found.

`python -m tests.benchmarks tax_coverage` repeats this with many and larger ones.
"""

import pytest

from tests.benchmarks.tax_coverage import DATA_VERDICTS, Trial, simulated
from tests.benchmarks.tax_lake import SPEED
from tests.benchmarks.tax_worlds import WORLDS, World

BY_NAME = {world.name: world for world in WORLDS}
SESSIONS = 40_000


def of_speed(world: World, sessions: int = SESSIONS) -> Trial:
    return simulated(world, sessions, seed=1)[SPEED]


def test_no_effect_is_not_claimed() -> None:
    assert not of_speed(BY_NAME["zero"]).claims


def test_a_strong_effect_is_found() -> None:
    found = of_speed(BY_NAME["linear, strong"])
    assert found.covers
    assert found.claims


def test_what_cannot_be_told_apart_is_refused() -> None:
    assert of_speed(BY_NAME["adverse, no incidents"]).verdict == ("not_identifiable")


def test_incidents_of_one_provider_answer_where_comparison_cannot() -> None:
    found = of_speed(BY_NAME["adverse, hidden"], 150_000)
    assert found.verdict in DATA_VERDICTS
    assert found.covers


def test_random_delays_answer_where_comparison_cannot() -> None:
    world = World("arms", beta=0.05, gamma=0.6, rho=0.3, incidents=0, added_delay_ms=1000)
    found = of_speed(world, 150_000)
    assert found.verdict in DATA_VERDICTS
    assert found.covers


def test_a_gain_from_slowness_is_shown_as_found() -> None:
    world = World("slower is much better", beta=-0.04, gamma=0.3)
    found = of_speed(world)
    assert found.high < 0


def test_fallbacks_that_are_as_good_are_not_said_to_cost() -> None:
    found = simulated(BY_NAME["fallbacks as good"], 100_000, seed=1)["fallback_quality"]
    assert found.verdict in DATA_VERDICTS
    assert found.covers
    assert not found.claims


def test_what_a_bad_fallback_costs_is_found() -> None:
    world = World("bad fallbacks", beta=0.02, gamma=0.3, fallbacks=0.03, delta=0.6)
    found = simulated(world, 150_000, seed=1)["fallback_quality"]
    assert found.claims
    assert found.low > 0


@pytest.mark.parametrize("sessions", [200, 1_000])
def test_few_sessions_are_not_enough(sessions: int) -> None:
    assert of_speed(BY_NAME["linear, strong"], sessions).verdict == "insufficient_data"
