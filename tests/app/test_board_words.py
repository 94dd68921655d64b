"""What the board says of budgets and their changes, in words and charts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl

from app.dashboard import wording
from app.dashboard.board.changes import Change, change_headline
from app.dashboard.board.rows import board_table, sparkline
from app.dashboard.budgets import Budget, headline
from app.dashboard.charts import (
    percentiles_to_budget,
    percentiles_to_budget_text,
)
from app.palette import LIGHT

NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) **b**"
BUDGET = Budget(
    use_case="live_chat",
    title="Live chat",
    metric="first_token",
    step=None,
    latency="first_token",
    position=1,
    threshold_ms=500,
    objective=0.95,
    window_days=28,
    unknown=0,
    compliance=0.9,
    compliance_low=0.88,
    compliance_high=0.92,
    budget_left=-1.0,
    exhausted_at=None,
    is_running_out=False,
    verdict="missed",
    n=1000,
    p50=300,
    p95=1400,
    p99=None,
    due_percentile="p95",
    due_ms=1400,
    due_to_budget_ratio=2.8,
    p50_to_budget_ratio=0.6,
)
KEPT = replace(BUDGET, verdict="met", budget_left=0.4, due_ms=480, due_to_budget_ratio=0.96)
TREND = pl.DataFrame({"use_case": ["live_chat"], "position": [1], "compliance": [0.9]})


WORSE = Change("live_chat", 1, 0.95, -0.05, 360.4, "worse", 1)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_headline_names_the_worst() -> None:
    worse = replace(BUDGET, title="CRM assistant", budget_left=-3.0)
    assert plain(headline([KEPT, BUDGET, worse], "in the last hour")) == (
        "2 of 3 budgets were missed in the last hour; CRM assistant answers its first token in "
        "1.4 s at p95 against a budget of 500 ms."
    )


def test_a_budget_missed_by_failures_is_not_said_to_be_slow() -> None:
    failing = replace(BUDGET, due_ms=480)
    assert plain(headline([failing], "today")) == (
        "1 of 1 budget was missed today; live chat kept to 500 ms for 90 % of its requests, "
        "95 % are due."
    )


def test_budgets_that_cannot_be_judged_are_not_said_to_be_kept() -> None:
    undecided = replace(BUDGET, verdict="too_few")
    assert headline([KEPT, undecided], "today") == "1 of 2 budgets was kept today, 1 is undecided."
    assert headline([undecided], "today") == "No budget has enough requests today to be judged."
    assert headline([KEPT, BUDGET, undecided], "today").startswith(
        "1 of 3 budgets was missed today, 1 is undecided; live chat"
    )


def test_a_budget_about_to_run_out_is_at_risk() -> None:
    at_risk = replace(KEPT, exhausted_at=NOW + timedelta(days=1, hours=-1), is_running_out=True)
    assert at_risk.state == "at_risk"
    assert plain(at_risk.left(NOW)) == "40 % left; at this pace gone on Friday 14:00"
    assert headline([at_risk], "today") == (
        "The one budget was kept today; at this pace live chat runs out of its own."
    )


def test_what_changed_most_is_said_once() -> None:
    assert plain(change_headline([BUDGET], {("live_chat", 1): WORSE}, "the hour before")) == (
        "Changed most against the hour before: live chat · first token got worse, "
        "90 % in budget instead of 95 %."
    )
    unclear = replace(WORSE, change="unclear", change_rank=None)
    assert change_headline([BUDGET], {("live_chat", 1): unclear}, "the hour before") == (
        "No budget was kept clearly better or worse than in the hour before."
    )


def test_a_change_has_a_word_and_a_shape() -> None:
    row = plain(board_table([BUDGET], {("live_chat", 1): WORSE}, TREND, NOW))
    assert "▼</span> 5.0 pts worse<" in row
    assert "▲</span> 360 ms slower<" in row
    better = replace(WORSE, change="better", compliance_change=0.012, p95_change=-80.0)
    row = plain(board_table([BUDGET], {("live_chat", 1): better}, TREND, NOW))
    assert "▲</span> 1.2 pts better<" in row
    assert "▼</span> 80 ms faster<" in row


def test_unknown_is_a_dash_never_zero() -> None:
    unknown = replace(
        BUDGET, verdict="too_few", p50=None, p95=None, compliance=None, n=None, budget_left=None
    )
    row = board_table([unknown], {}, TREND, NOW)
    assert row.count(f">{wording.UNKNOWN}<") == 6
    assert ">0" not in row


def test_words_from_outside_are_never_markup() -> None:
    row = board_table([replace(BUDGET, title=HOSTILE)], {}, TREND, NOW)
    assert "<script" not in row
    assert 'aria-label="&lt;script&gt;' in row


def test_a_trend_without_data_has_no_picture() -> None:
    assert sparkline([None, None], BUDGET) == wording.UNKNOWN


def test_each_chart_comes_in_words() -> None:
    chart = percentiles_to_budget([BUDGET, KEPT], LIGHT).to_dict()
    assert chart["height"] == {"step": 26}
    assert plain(percentiles_to_budget_text([BUDGET])) == (
        "Percentiles of each budget as multiples of it. Live chat: 1.4 s against 500 ms, missed"
    )


def test_budgets_of_one_use_case_are_told_apart() -> None:
    half = replace(BUDGET, threshold_ms=200, due_percentile="p50", due_ms=300)
    assert plain(percentiles_to_budget_text([BUDGET, half])) == (
        "Percentiles of each budget as multiples of it. "
        "Live chat · 500 ms: 1.4 s against 500 ms, missed; "
        "Live chat · 200 ms: 300 ms at p50 against 200 ms, missed"
    )
    response = replace(BUDGET, metric="response")
    assert "Live chat · response" in percentiles_to_budget_text([BUDGET, response])
