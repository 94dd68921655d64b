"""Burn rates against the worked examples of the SRE workbook, and the guard for low traffic."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import NOW, Pipeline

START_OF_TESTS = datetime(2026, 1, 5, 10, tzinfo=NOW.tzinfo)
LATE_MS, IN_TIME_MS = 500.0, 50.0


@dataclass(frozen=True)
class Traffic:
    """`bad` of `total` requests to the bid optimizer, evenly over minutes before NOW."""

    bad: int
    total: int
    from_minutes: float
    to_minutes: float = 0.0


def played(
    pipeline: Pipeline, *traffic: Traffic
) -> dict[tuple[str, int], tuple[str, float | None]]:
    """(severity, long window) -> (state, burn) after the requests were sent."""
    pipeline.arrive([otlp(span for part in traffic for span in _spans(part))])
    pipeline.assemble()
    rows = pipeline.rows(
        "SELECT severity, long_minutes, state, burn FROM slo_burn(?) "
        "WHERE use_case = 'bid_optimization'",
        [NOW],
    )
    return {(severity, minutes): (state, burn) for severity, minutes, state, burn in rows}


def _spans(traffic: Traffic) -> list[TestSpan]:
    length = traffic.from_minutes - traffic.to_minutes
    return [_span(traffic, number, length) for number in range(traffic.total)]


def _span(traffic: Traffic, number: int, length: float) -> TestSpan:
    ago = timedelta(minutes=traffic.to_minutes + length * (number + 0.5) / traffic.total)
    start_ms = (NOW - ago - START_OF_TESTS) / timedelta(milliseconds=1)
    is_bad = number * traffic.bad // traffic.total != (number + 1) * traffic.bad // traffic.total
    return TestSpan(
        trace=f"{int(traffic.from_minutes):x}{number:06x}",
        span="1",
        start_ms=start_ms,
        end_ms=start_ms + (LATE_MS if is_bad else IN_TIME_MS),
        attributes={"marketing.use_case": "bid_optimization"},
    )


def test_nothing_sent_is_no_data(pipeline: Pipeline) -> None:
    assert set(played(pipeline).values()) == {("no_data", None)}


def test_all_good_burns_nothing(pipeline: Pipeline) -> None:
    assert played(pipeline, Traffic(bad=0, total=200, from_minutes=60))["page", 60] == ("ok", 0.0)


def test_bad_share_over_what_is_allowed_is_the_burn_rate(pipeline: Pipeline) -> None:
    """5 % may be bad: when 80 % are, the budget of 28 days lasts 28 / 16 days."""
    states = played(pipeline, Traffic(bad=160, total=200, from_minutes=60))
    assert states["page", 60] == ("burning", pytest.approx(16))


def test_two_percent_of_a_28_day_budget_in_an_hour_is_13_times_the_pace(pipeline: Pipeline) -> None:
    """0.02 x 28 x 24 = 13.44; the workbook's 14.4 is that of 30 days."""
    pipeline.assemble()
    rows = pipeline.rows(
        "SELECT long_minutes, burn_threshold FROM slo_burn(?) "
        "WHERE use_case = 'bid_optimization' ORDER BY long_minutes",
        [NOW],
    )
    assert rows == [
        (60, pytest.approx(13.44)),
        (360, pytest.approx(5.6)),
        (4320, pytest.approx(14 / 15)),
    ]


def test_what_is_over_is_not_told(pipeline: Pipeline) -> None:
    """The hour burned, the last five minutes do not."""
    trouble = Traffic(bad=190, total=190, from_minutes=60, to_minutes=6)
    states = played(pipeline, trouble, Traffic(bad=0, total=10, from_minutes=5))
    assert states["page", 60] == ("ok", pytest.approx(19))


def test_a_handful_of_requests_wakes_nobody(pipeline: Pipeline) -> None:
    assert played(pipeline, Traffic(bad=4, total=4, from_minutes=5))["page", 60] == (
        "too_few",
        pytest.approx(20),
    )


def test_a_slow_burn_is_a_ticket(pipeline: Pipeline) -> None:
    """8 % bad over three days is 1.6 times the pace: no page, but gone before its time."""
    states = played(pipeline, Traffic(bad=160, total=2000, from_minutes=4300))
    assert states["ticket", 4320] == ("burning", pytest.approx(1.6))
    assert states["page", 360][0] == "ok"
