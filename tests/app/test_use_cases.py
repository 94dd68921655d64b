"""One use case in words, tables and charts: what is claimed, and what is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from app.dashboard.budgets import Budget
from app.dashboard.use_cases import charts, tables
from app.dashboard.use_cases import week as use_case_week
from app.dashboard.use_cases.proof import PROOFS
from app.dashboard.use_cases.words import Burn, alarm, gone_at, headline, peak_words
from app.palette import DARK, LIGHT
from app.queries import Filters
from app.use_case_queries import FIGURES, Question, as_typed

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
PERIOD = "in the last 7 days"


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


CHAT = Budget(
    use_case="live_chat",
    title="Live chat",
    metric="first_token",
    step=None,
    latency="first_token",
    position=1,
    threshold_ms=500,
    objective=0.95,
    window_days=28,
    unknown=12,
    compliance=0.71,
    compliance_low=0.70,
    compliance_high=0.72,
    budget_left=-4.8,
    exhausted_at=None,
    is_running_out=False,
    verdict="missed",
    n=5000,
    p50=400,
    p95=820,
    p99=1100,
    due_percentile="p95",
    due_ms=820,
    due_to_budget_ratio=1.64,
    p50_to_budget_ratio=0.8,
)
KEPT = replace(
    CHAT,
    compliance=0.97,
    budget_left=0.4,
    exhausted_at=NOW + timedelta(days=1),
    is_running_out=True,
    verdict="met",
)
HOURS = pl.DataFrame(
    {
        "hour": [NOW - timedelta(hours=back) for back in (3, 2, 1)],
        "good": [8, 9, 10],
        "total": [10, 10, 10],
        "budget_left": [0.2, -0.1, -0.1],
    }
)
BUCKETS = pl.DataFrame(
    {
        "bucket_at": [NOW - timedelta(hours=back) for back in (5, 4, 1)],
        "n": [200, 200, 20],
        "p50": [300.0, 400.0, 350.0],
        "p95": [700.0, 900.0, 800.0],
        "p99": [1000.0, 1200.0, None],
    }
)
WEEK = pl.DataFrame(
    {
        "weekday": [1, 1],
        "hour_of_day": [9, 18],
        "n": [20, 200],
        "p95": [2000.0, 900.0],
        "is_sure": [False, True],
    }
)


def peak(mean_ms: float, peak_p95: float) -> pl.DataFrame:
    rows = [("all", 18, 5000, mean_ms, 820.0), ("busiest", 18, 1400, 600.0, peak_p95)]
    return pl.DataFrame(rows, ["hours", "from_hour", "n", "mean_ms", "p95"], orient="row")


def burn(state: str, severity: str = "page", minutes: int = 60, rate: float | None = 16) -> Burn:
    low, high = (None, None) if rate is None else (rate * 0.8, rate * 1.2)
    return Burn(1, severity, minutes, 13.4, 8, 10, rate, low, high, state)


def test_the_sentence_says_what_is_kept_what_is_promised_and_when_the_budget_was_gone() -> None:
    assert plain(headline(CHAT, gone_at(HOURS), PERIOD, NOW)) == (
        "Live chat keeps its first-token budget for 71 % of requests in the last 7 days, 95 % are "
        "promised; the error budget of 28 days was gone on Thursday 13:00."
    )


def test_the_sentence_says_when_the_budget_will_be_gone() -> None:
    words = plain(headline(KEPT, None, PERIOD, NOW))
    assert words.endswith("at this pace the error budget of 28 days is gone on Friday 15:00.")


def test_a_budget_that_lasts_says_what_is_left() -> None:
    lasts = replace(KEPT, is_running_out=False)
    assert plain(headline(lasts, None, PERIOD, NOW)).endswith(
        "40 % of the error budget of 28 days is left."
    )


def test_too_few_requests_are_not_judged() -> None:
    few = replace(KEPT, verdict="too_few", is_running_out=False)
    assert "too few to tell whether the promised 95 % are kept" in plain(
        headline(few, None, PERIOD, NOW)
    )


def test_no_request_is_said_so() -> None:
    silent = replace(CHAT, verdict="no_data", compliance=None)
    assert headline(silent, None, PERIOD, NOW) == "No request of live chat in the last 7 days."


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (burn("burning"), "burning 16 times too fast"),
        (burn("too_few"), "too few requests to tell"),
        (burn("no_data", rate=None), "no requests"),
        (burn("ok", rate=2), "faster than allowed"),
        (burn("ok", rate=0.2), "slower than allowed"),
        (burn("ok", rate=1.1), "about the allowed pace"),
    ],
)
def test_a_burn_rate_has_words(told: Burn, words: str) -> None:
    assert told.words == words
    assert words.capitalize() in tables.burn_rates([CHAT], [told])


def test_the_most_urgent_burn_is_told_first() -> None:
    ticket, page = burn("burning", "ticket", 4320), burn("burning", "page", 360, 7.5)
    assert alarm([ticket, page]) == "Burning 7.5 times too fast in the last 6 hours: act now."
    assert alarm([burn("ok"), burn("too_few")]) is None


def test_the_average_is_told_against_the_peak() -> None:
    words = plain(peak_words(peak(450, 1800), CHAT))
    assert (
        "In the busiest three hours, 18:00–21:00 UTC, p95 is 1.8 s: 4 times that average" in words
    )
    assert "The average is within 500 ms, the peak is not" in words
    assert "is not" not in peak_words(peak(600, 1800), CHAT)


TOOL = replace(CHAT, metric="perceived", step="tool", latency="perceived/tool", position=2)


def test_an_objective_of_a_step_is_told_apart_from_that_of_the_request() -> None:
    assert plain(TOOL.promise) == "Tool time before the first word within 500 ms for 95 %"
    assert plain(headline(TOOL, None, PERIOD, NOW)).startswith(
        "Live chat keeps its tool time before the first word budget for 71 % of requests"
    )
    assert plain(tables.name(replace(TOOL, metric="response", step="llm"))) == "Model time 500 ms"


def test_a_step_that_nobody_waited_for_is_said_so() -> None:
    assert peak_words(peak(0, 0), TOOL) == "None of 5,000 requests waited for it."
    still = BUCKETS.with_columns(p50=pl.lit(0.0), p95=pl.lit(0.0), p99=pl.lit(None, pl.Float64))
    assert charts.trend(still, 3600, TOOL, LIGHT).to_dict()["layer"]


@pytest.mark.parametrize(
    ("low_ms", "high_ms", "words"),
    [
        (804.0, 837.0, "804–837 ms"),
        (804.0, 1300.0, "804 ms–1.3 s"),
        (1300.0, 15_000.0, "1.3–15 s"),
        (1110.0, 1140.0, "about 1.1 s"),
        (804.0, None, "804 ms or more"),
        (None, None, "too few"),
    ],
)
def test_a_percentile_has_no_more_precision_than_its_sample(
    low_ms: float | None, high_ms: float | None, words: str
) -> None:
    known = {"metric": "first_token", "ms": 820.0, "low_ms": low_ms, "high_ms": high_ms}
    percentiles = pl.DataFrame([{"percentile": "p95", **known}])
    table = plain(tables.objectives([CHAT], percentiles, NOW))
    assert f"820 ms<small>{words}</small>" in table
    assert "–<small>too few requests</small>" in table
    assert "+ 12 unknown" in table


def test_a_period_without_requests_is_a_dash() -> None:
    columns = {
        "position": 1,
        "compliance": 0.9,
        "compliance_low": 0.85,
        "compliance_high": 0.94,
        "budget_left": -1.0,
        "total": 200,
    }
    table = plain(tables.so_far([CHAT], pl.DataFrame([{"period": "month", **columns}])))
    assert "90 %<small>85–94 %</small><small>overspent by 100 %</small>" in table
    assert table.count("<small>no requests</small>") == 3


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_charts_are_whole_and_have_a_text(colours: dict[str, str]) -> None:
    assert charts.burn_down(HOURS, CHAT, NOW, colours).to_dict()["layer"]
    assert "gone Friday 15:00" in str(charts.burn_down(HOURS, KEPT, NOW, colours).to_dict())
    assert "from 100 % down to -10 %" in plain(charts.burn_down_text(HOURS, CHAT, NOW))
    assert "budget 500" in str(charts.trend(BUCKETS, 3600, CHAT, colours).to_dict())
    assert "p99 – of 20 requests" in plain(charts.trend_text(BUCKETS, CHAT))
    assert use_case_week.week(WEEK, CHAT, colours).to_dict()["mark"]


def test_the_week_speaks_only_of_hours_with_enough_requests() -> None:
    assert "in 1 of 1 hours with enough requests; slowest Mon 18:00 UTC, 900 ms" in plain(
        use_case_week.week_text(WEEK, CHAT)
    )
    assert "no hour of the week" in use_case_week.week_text(WEEK.head(1), CHAT)


def test_every_figure_says_what_it_rests_on() -> None:
    assert PROOFS.keys() == FIGURES.keys()
    assert all(set(proof) == {"Formula", "Assumptions", "Source"} for proof in PROOFS.values())


def test_a_value_in_the_sql_to_paste_stays_a_value() -> None:
    filters = Filters(NOW - timedelta(days=7), NOW, 3600, ("x'); drop table requests; --",))
    typed = as_typed("percentiles", Question(filters, "response", 1))
    assert "['x''); drop table requests; --']::varchar[], null::varchar[]" in typed
    assert "timestamptz '2026-11-12 15:00:00+00:00'" in typed
