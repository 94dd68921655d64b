"""The subject and the sentences about money, for every state of what is known."""

from typing import Any

import pytest

from app.dashboard.budgets import Budget
from app.digest.verdict import gives_back, subject, tax_note, tax_sentence
from app.digest.words import money_between

UNMEASURED = {
    "measured": 0,
    "left_out": 5,
    "money": None,
    "money_low": None,
    "money_high": None,
    "is_tax_shown": None,
    "change": None,
    "change_ratio": None,
}
LOSS = UNMEASURED | {
    "measured": 2,
    "left_out": 0,
    "money": 3000.0,
    "money_low": 1800.0,
    "money_high": 4200.0,
    "is_tax_shown": True,
    "change": "more",
    "change_ratio": 0.117,
}


def budget(verdict: str) -> Budget:
    return Budget(
        use_case="chat",
        title="Chat",
        metric="response",
        step=None,
        latency="response",
        position=1,
        threshold_ms=500,
        objective=0.95,
        window_days=28,
        unknown=0,
        compliance=0.9,
        compliance_low=0.8,
        compliance_high=0.95,
        budget_left=0.5,
        exhausted_at=None,
        is_running_out=False,
        verdict=verdict,
        n=100,
        p50=1.0,
        p95=1.0,
        p99=1.0,
        due_percentile="p95",
        due_ms=1.0,
        due_to_budget_ratio=1.0,
        p50_to_budget_ratio=1.0,
    )


@pytest.mark.parametrize(
    ("verdicts", "row", "expected"),
    [
        (
            ["missed", "missed", "met", "met", "met", "too_few", "no_data"],
            LOSS,
            "2 of 6 budgets missed · latency tax $1.8k–4.2k, up 12 %",
        ),
        (
            ["met", "met"],
            LOSS | {"change": "unclear"},
            "All 2 budgets kept · latency tax $1.8k–4.2k",
        ),
        (
            ["met", "too_few"],
            UNMEASURED,
            "1 of 2 budgets kept, 1 undecided · latency tax not measured",
        ),
        (["too_few"], LOSS | {"money_low": -59.0}, "1 budget undecided · no clear latency tax"),
        (["no_data"], UNMEASURED, "No requests · latency tax not measured"),
    ],
)
def test_the_subject_carries_the_verdict(
    verdicts: list[str], row: dict[str, Any], expected: str
) -> None:
    said = subject([budget(verdict) for verdict in verdicts], row, "$")
    assert said.replace("\N{NO-BREAK SPACE}", " ") == expected


def test_a_benchmark_is_never_shown_as_money() -> None:
    """What is not measured has no figure, whatever the benchmarks' range would be."""
    assert tax_sentence(UNMEASURED, "$") == (
        "What slow answers cost is not measured: the evidence does not suffice in 5 use cases. "
        "No benchmark stands in for it."
    )
    assert tax_note(UNMEASURED) == ""


def test_what_a_sum_leaves_out_is_said() -> None:
    assert "3 use cases" in tax_note(LOSS | {"left_out": 3})


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1800.0, 4200.0, "€1.8k–4.2k"),
        (2.0, 1640.0, "€2–€1.6k"),
        (-59.0, 112.0, "−€59 to €112"),
        (999_960.0, 12_300_000.0, "€1M–12M"),
        (-0.2, 0.4, "€0–0"),
        (None, None, "–"),
    ],
)
def test_money_is_short_and_says_its_unit(
    low: float | None, high: float | None, expected: str
) -> None:
    assert money_between("€", low, high) == expected


def test_a_move_says_what_it_gives_back_only_where_that_is_sure() -> None:
    sure = {
        "ranked_by": "money",
        "money_week": 400.0,
        "money_week_low": 90.0,
        "money_week_high": 810.0,
    }
    assert gives_back(sure, "€") == "Gives back €400 a week (€90–810). "
    assert not gives_back(sure | {"ranked_by": "requests", "money_week_low": -5.0}, "€")
