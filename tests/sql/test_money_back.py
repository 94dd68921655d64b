"""What levers give back of the latency tax, against cases reckoned by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import exp, log

import duckdb
import pytest

from tests.benchmarks.tax import lake_in_memory, settings_for

START = datetime(2026, 3, 2, tzinfo=UTC)
WEEK_HOURS = 168
BUDGET_MS = 500
IN_TIME = [0.0] * 5
LATE_BINS = 11
Effects = list[float]
Curves = tuple[Effects, Effects, Effects]
"""Lower end, middle and upper end."""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with lake_in_memory(settings_for("live_chat")) as con:
        yield con


def all_late(effect: float) -> Effects:
    """The same for whoever is late, as at a deadline."""
    return IN_TIME + [effect] * LATE_BINS


def fitted(
    con: duckdb.DuckDBPyConnection,
    curves: Curves,
    *,
    verdict: str = "measured",
    usd: float | None = 5000.0,
) -> None:
    """A week in which 1,000 sessions of 1,000 ms brought 100 conversions of that worth."""
    con.execute(
        "INSERT INTO lake.tax_fits (use_case, fitted_at, verdict, decay, budget_ms, effects_low, "
        "effects, effects_high) VALUES ('live_chat', now(), ?, 'hinge', ?, ?, ?, ?)",
        [verdict, BUDGET_MS, *curves],
    )
    for hour, latency_bin, dose in ((0, 0, 0), (WEEK_HOURS - 1, 9, 5)):
        con.execute(
            "INSERT INTO lake.tax_cells (use_case, hour, budget_ms, latency_bin, sessions, dose, "
            "conversions, revenue_usd, revenue_usd_squared) "
            "VALUES ('live_chat', ?, ?, ?, 1000, 1000 * ?, 100, ?, 0)",
            [START + timedelta(hours=hour), BUDGET_MS, latency_bin, dose, usd],
        )


def given_back(
    con: duckdb.DuckDBPyConnection, moves: list[tuple[float, float]]
) -> tuple[float | None, float | None, float | None, str]:
    """(middle, low, high, verdict) for requests with these waits before and after [ms]."""
    con.execute("CREATE OR REPLACE TEMP TABLE moves (before_ms double, after_ms double)")
    con.executemany("INSERT INTO moves VALUES (?, ?)", moves)
    con.execute(
        "CREATE OR REPLACE TEMP VIEW moved AS "
        "SELECT 'live_chat' AS use_case, 'stream' AS lever, latency_bucket(before_ms) AS bucket, "
        "1 AS before, 0 AS after FROM moves UNION ALL "
        "SELECT 'live_chat', 'stream', latency_bucket(after_ms), 0, 1 FROM moves"
    )
    ((middle, low, high, verdict),) = con.execute(
        "SELECT usd_week, usd_week_low, usd_week_high, usd_verdict "
        "FROM money_back('moved', ?, ?, null, null, null, null)",
        [START, START + timedelta(hours=WEEK_HOURS)],
    ).fetchall()
    return middle, low, high, verdict


HALF = all_late(log(1.5)), all_late(log(2)), all_late(log(3))
"""Late sessions convert half as often: as many conversions are lost as came."""
FOUR_OF_TEN = [(1000.0, 300.0)] * 4 + [(1000.0, 1000.0)] * 6 + [(100.0, 100.0)] * 10


def test_four_of_ten_late_requests_in_time_give_back_four_tenths(
    con: duckdb.DuckDBPyConnection,
) -> None:
    fitted(con, HALF)
    assert given_back(con, FOUR_OF_TEN) == (
        pytest.approx(0.4 * 5000),
        pytest.approx(0.4 * 2500),
        pytest.approx(0.4 * 10_000),
        "measured",
    )


def test_whoever_takes_all_lateness_away_gives_back_the_whole_tax(
    con: duckdb.DuckDBPyConnection,
) -> None:
    rising = IN_TIME + [0.05 * (place + 1) for place in range(LATE_BINS)]
    fitted(con, (rising,) * 3)
    moves = [(ms, 400.0) for ms in (510.0, 620.0, 1400.0, 8000.0)]
    ((tax_usd,),) = con.execute(
        "SELECT usd FROM latency_tax_period(?, ?)",
        [START, START + timedelta(hours=WEEK_HOURS)],
    ).fetchall()
    assert given_back(con, moves)[0] == pytest.approx(tax_usd)


def test_between_two_bins_the_loss_follows_a_straight_line(con: duckdb.DuckDBPyConnection) -> None:
    """An effect of 0.001 for each ms over the budget; a bin stands where its sessions are."""
    beginnings = [1, 1.1, 1.25, 1.5, 2, 2.5, 3, 4, 6, 10, 20]
    line = IN_TIME + [0.001 * min(BUDGET_MS * (x - 1), 6000) for x in beginnings]
    fitted(con, (line,) * 3)
    lost_before, lost_after = 1 - exp(-0.6), 1 - exp(-0.15)
    middle, *_ = given_back(con, [(1100.0, 650.0)])
    tax_usd = 5000 * (exp(0.5) - 1)
    assert middle == pytest.approx((lost_before - lost_after) / lost_before * tax_usd, rel=0.02)


def test_a_lever_that_makes_answers_late_costs_money(con: duckdb.DuckDBPyConnection) -> None:
    fitted(con, HALF)
    middle, low, high, _ = given_back(con, [(1000.0, 1000.0)] * 10 + [(400.0, 600.0)])
    assert (middle, low, high) == pytest.approx((-500, -1000, -250))


def test_where_the_curve_may_go_either_way_the_interval_holds_nothing(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """The middle loses next to nothing: its share would be chance."""
    crossing = IN_TIME + [0.001, -0.001, 0.001] + [0.0] * (LATE_BINS - 3)
    fitted(con, (all_late(-0.1), crossing, all_late(0.1)))
    middle, low, high, _ = given_back(con, FOUR_OF_TEN)
    assert middle is not None
    assert low is not None
    assert high is not None
    assert low < 0 < high
    assert abs(middle) < 0.05 * high


@pytest.mark.parametrize("verdict", ["insufficient_data", "not_identifiable"])
def test_benchmarks_are_never_money_of_your_own(
    con: duckdb.DuckDBPyConnection, verdict: str
) -> None:
    fitted(con, HALF, verdict=verdict)
    assert given_back(con, FOUR_OF_TEN) == (None, None, None, verdict)


def test_conversions_without_a_worth_are_no_money(con: duckdb.DuckDBPyConnection) -> None:
    fitted(con, HALF, usd=None)
    assert given_back(con, FOUR_OF_TEN) == (None, None, None, "no_worth")


def test_without_conversions_there_is_no_money(con: duckdb.DuckDBPyConnection) -> None:
    assert given_back(con, FOUR_OF_TEN) == (None, None, None, "no_conversions")
