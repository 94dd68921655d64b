"""The worked examples of Google's SRE Workbook, chapter 5, said by the views of real rows.

The workbook alerts on a service with an objective of 99.9 % over 30 days. Requests here stand in
the lake as the loader would have written them; every literal is the workbook's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.sql.pipeline import NOW, Pipeline, settings_of

SERVICE = """
[[use_case]]
name = "frontend"
title = "Frontend"
channel = "web"
match.use_case = "frontend"

[[use_case.objective]]
sli = "response"
threshold_ms = 100
objective = 0.999
window_days = 30
"""
MONTH = timedelta(days=30)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def service(shared_pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    config = tmp_path_factory.mktemp("site") / "latencytax.toml"
    config.write_text(SERVICE, encoding="utf-8")
    shared_pipeline.restart(settings_of(Path(shared_pipeline.settings.lake), config))
    return shared_pipeline


def served(service: Pipeline, *spells: tuple[timedelta, timedelta, int, int]) -> None:
    """Only these requests: from and until so long ago, so many, every so-manieth of them late."""
    service.con.execute(
        "TRUNCATE lake.requests; TRUNCATE lake.slo_hours; TRUNCATE lake.slo_counted"
    )
    for from_ago, until_ago, count, late_every in spells:
        service.con.execute(
            """
            INSERT INTO lake.requests BY NAME SELECT
                'r' AS request_id, 'frontend' AS use_case, 'ok' AS outcome,
                ?::timestamptz + to_microseconds((? * (number + 0.5) / ?)::bigint) AS started_at,
                if(? > 0 and number % greatest(?, 1) = 0, 500, 50) AS duration_ms,
            FROM range(?) AS numbers (number)
            """,
            [
                NOW - from_ago,
                (from_ago - until_ago) / timedelta(microseconds=1),
                *(count, late_every, late_every, count),
            ],
        )
    service.restart(service.settings)


def told(service: Pipeline, as_of: datetime = NOW) -> dict[int, tuple[str, str, float | None]]:
    """Long window in minutes: severity, state and burn rate."""
    rows = service.rows(
        "SELECT long_minutes, severity, state, burn FROM slo_burn(?) WHERE use_case = 'frontend'",
        [as_of],
    )
    return {minutes: (severity, state, burn) for minutes, severity, state, burn in rows}


def left(service: Pipeline) -> Sequence[float | datetime | None]:
    """What is left of the budget of the window, when it will be gone, and the verdict."""
    [row] = service.rows(
        "SELECT budget_left, exhausted_at, verdict FROM slo_board(?, ?, null, null, null, null) "
        "WHERE use_case = 'frontend'",
        [NOW - MONTH, NOW],
    )
    return row


def test_the_windows_are_those_of_table_5_8(service: Pipeline) -> None:
    rows = service.rows(
        "SELECT severity, long_minutes, short_minutes, burn_threshold FROM slo_burn(?) "
        "WHERE use_case = 'frontend' ORDER BY long_minutes",
        [NOW],
    )
    assert rows == [
        ("page", 60, 5, pytest.approx(14.4)),
        ("page", 6 * 60, 30, pytest.approx(6)),
        ("ticket", 3 * 24 * 60, 6 * 60, pytest.approx(1)),
    ]


def test_the_short_window_is_a_twelfth_of_the_long_one(service: Pipeline) -> None:
    rows = service.rows("SELECT long_minutes / short_minutes FROM burn_windows")
    assert rows == [(12.0,)] * 3


@pytest.mark.parametrize(
    ("burn", "late_every", "days"), [(1, 1000, 30), (2, 500, 15), (10, 100, 3), (1000, 1, 0.03)]
)
def test_a_burn_rate_is_the_pace_at_which_the_budget_goes(
    service: Pipeline, burn: float, late_every: int, days: float
) -> None:
    """Table 5-4: error rate to time to exhaustion; 1,000 times is 43 minutes."""
    served(service, (HOUR, timedelta(0), 60_000, late_every))
    assert told(service)[60][2] == pytest.approx(burn)
    assert 30 / burn == pytest.approx(days)


@pytest.mark.parametrize(
    ("long", "late_every", "share"),
    [(60, 70, 0.02), (6 * 60, 166, 0.05), (3 * 24 * 60, 1000, 0.10)],
)
def test_each_window_tells_of_its_share_of_the_budget(
    service: Pipeline, long: int, late_every: int, share: float
) -> None:
    """2 % of a month’s budget in an hour, 5 % in six, 10 % in three days: beyond, not below."""
    whole = timedelta(minutes=long)
    served(service, (whole, timedelta(0), 600 * late_every, int(late_every * 0.9)))
    severity, state, burn = told(service)[long]
    assert (severity, state) == ("ticket" if share == 0.10 else "page", "burning")
    assert burn is not None
    assert burn * long / (30 * 24 * 60) == pytest.approx(share, rel=0.15)
    served(service, (whole, timedelta(0), 600 * late_every, int(late_every * 1.2)))
    assert told(service)[long][1] == "ok"


def test_a_month_of_a_thousandth_late_uses_the_budget_up_exactly(service: Pipeline) -> None:
    served(service, (MONTH, timedelta(0), 720_000, 1000))
    assert left(service)[0] == pytest.approx(0, abs=1e-9)


def test_the_error_budget_counts_requests(service: Pipeline) -> None:
    """A million requests at 99.9 % may have 1,000 late ones; 250 of them leave three quarters."""
    served(service, (MONTH, timedelta(0), 1_000_000, 4000))
    budget_left, exhausted_at, verdict = left(service)
    assert budget_left == pytest.approx(0.75)
    assert exhausted_at is None, "what is late is less than what is allowed: it never goes"
    assert verdict == "met"


def test_an_outage_of_43_minutes_takes_the_budget_of_a_month(service: Pipeline) -> None:
    """Workbook: 0.1 % of 30 days are 43.2 minutes of complete failure."""
    served(
        service,
        (MONTH, 2 * HOUR, 1_000_000 - 1000, 0),
        (2 * HOUR, 2 * HOUR - timedelta(minutes=43.2), 1000, 1),
    )
    assert left(service)[0] == pytest.approx(0, abs=1e-9)


def test_the_end_is_projected_from_the_pace_of_the_last_day(service: Pipeline) -> None:
    """29 days without a late one, then a day at 10 times the pace: a third of the budget is gone.

    What is left, 2/3 of 30,000 x 0.1 %, goes at 9 a day beyond the 1 that a day is allowed.
    """
    served(
        service,
        (MONTH, timedelta(days=1), 29_000, 0),
        (timedelta(days=1), timedelta(0), 1000, 100),
    )
    budget_left, exhausted_at, _ = left(service)
    assert budget_left == pytest.approx(2 / 3)
    assert exhausted_at == NOW + timedelta(days=20 / 9)


def test_ten_requests_an_hour_and_one_that_fails_wake_nobody(service: Pipeline) -> None:
    """The workbook's low-traffic service: one failure is a burn of 1,000 times over an hour."""
    served(service, (HOUR, timedelta(0), 10, 10))
    severity, state, burn = told(service)[60]
    assert (severity, state) == ("page", "ok")  # the five minutes since saw none
    assert burn == pytest.approx(100)
    served(service, (timedelta(minutes=4), timedelta(0), 1, 1))
    assert told(service)[60] == ("page", "too_few", pytest.approx(1000))


def test_nothing_to_count_is_a_state_of_its_own(service: Pipeline) -> None:
    served(service)
    assert {state for _, state, _ in told(service).values()} == {"no_data"}
    assert left(service) == (None, None, "no_data")
