"""Models and tiers in words, tables and charts: what is claimed, and what is not."""

from dataclasses import asdict, replace

import polars as pl
import pytest

from app.dashboard.models import charts, tables
from app.dashboard.models.prices import Price, price_table, prices_of
from app.dashboard.models.prices import answer as priced
from app.dashboard.models.proof import PROOFS
from app.dashboard.models.rows import Fit, headline, one_for_all, peak
from app.dashboard.models.tasks import Comparison, answer, comparison_table
from app.model_queries import FIGURES
from app.palette import DARK, LIGHT

PERIOD = "in the last 7 days"
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) **b**"


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


SLOW = Fit(
    use_case="real_time_personalization",
    title="Real-time personalization",
    model="llama-7b",
    tier="medium",
    tier_title="Medium (7B class)",
    tier_ms=600,
    provider="self_hosted",
    metric="response",
    threshold_ms=1000,
    objective=0.95,
    requests=1000,
    n=980,
    p50=1200,
    p50_low=1150,
    p50_high=1250,
    p95=1800,
    p95_low=1750,
    p95_high=None,
    p99=None,
    p99_low=None,
    p99_high=None,
    mean_ms=700,
    from_hour=22,
    n_peak=200,
    peak_p95=2450,
    peak_to_mean=3.5,
    total=1000,
    compliance=0.38,
    compliance_low=0.355,
    compliance_high=0.405,
    rated=50,
    quality=0.92,
    quality_low=0.9,
    quality_high=0.94,
    priced=1000,
    usd_per_request=0.0024,
    usd_per_1k_tokens=0.003,
    usd_month=145_008,
    tasks=400,
    resolved=0.9,
    resolved_low=0.87,
    resolved_high=0.92,
    turns=1.25,
    verdict="too_slow",
    is_recommended=False,
    recommendation="Keep llama-3b here.",
)
QUICK = replace(
    SLOW,
    model="llama-3b",
    tier="tiny",
    tier_title="Tiny (1–3B class)",
    tier_ms=80,
    requests=900,
    p50=250,
    p95=320,
    verdict="fits",
    is_recommended=True,
)
UNKNOWN = replace(
    SLOW,
    model="unheard-of",
    tier=None,
    tier_title=None,
    tier_ms=None,
    p50=None,
    p95=None,
    compliance=None,
    quality=None,
    usd_per_request=None,
    usd_month=None,
    resolved=None,
    verdict="too_few_data",
)
BACKFIRES = Comparison(
    title="Lead generation",
    clock="wall",
    smaller_tier="tiny",
    larger_tier="large",
    n_smaller=2048,
    n_larger=378,
    first_turn_smaller_ms=464,
    first_turn_larger_ms=1900,
    turns_smaller=1.5,
    turns_larger=1.05,
    resolved_smaller=0.9,
    resolved_larger=0.99,
    difference_ms=13_000,
    difference_low_ms=11_700,
    difference_high_ms=14_300,
    verdict="backfires",
)
PAYS = replace(BACKFIRES, clock="machine", difference_ms=-1100, verdict="pays")


def test_the_sentence_counts_the_use_cases_whose_model_is_too_slow_and_names_a_better_one() -> None:
    assert headline([SLOW, QUICK], PERIOD) == (
        "In 1 of 1 use case that can be judged, the model that is asked most misses the budget "
        "in the last 7 days; llama-3b would keep that of real-time personalization."
    )
    assert headline([QUICK], PERIOD) == (
        "The model that is asked most keeps the budget in all 1 use case that can be judged "
        "in the last 7 days."
    )


def test_a_model_that_cannot_be_judged_is_not_counted() -> None:
    assert headline([UNKNOWN], PERIOD) == f"No model has enough requests {PERIOD} to be judged."


def test_one_model_for_every_use_case_is_told_where_it_does_not_fit() -> None:
    elsewhere = replace(SLOW, use_case="content_generation", title="Content", verdict="fits")
    assert one_for_all([SLOW, elsewhere]) == (
        "llama-7b is asked most in 2 use cases and too slow for real-time personalization: "
        "one model does not fit every budget."
    )
    assert one_for_all([SLOW]) is None
    assert one_for_all([QUICK, replace(elsewhere, model=QUICK.model)]) is None


def test_the_average_is_told_against_the_peak() -> None:
    assert plain(peak(SLOW) or "") == (
        "llama-7b: 700 ms on average, as a vendor would quote it, and 2.5 s at p95 from "
        "22:00–01:00 UTC, 3.5 times that; the average is within the budget, the peak is not "
        "(980 requests, 200 of them then)."
    )
    assert peak(replace(SLOW, peak_p95=None)) is None


def test_every_verdict_has_a_word_and_a_shape_of_its_own() -> None:
    marks, words = zip(*((mark, words) for _, mark, words in tables.VERDICTS.values()), strict=True)
    assert len(set(marks)) == len(set(words)) == 4


def test_tiers_stand_from_small_to_large_and_an_unknown_one_last() -> None:
    matrix = tables.matrix([SLOW, QUICK, UNKNOWN])
    heads = [matrix.index(f">{head}</th>") for head in (QUICK.tier_title, SLOW.tier_title, "Other")]
    assert heads == sorted(heads)
    assert "Too slow</span><small>llama-7b</small>" in matrix


def test_what_is_not_known_of_a_model_is_a_dash() -> None:
    table = tables.models_table([UNKNOWN])
    assert "–<small>no price known</small>" in table
    assert "–<small>too few requests</small>" in table
    assert "$0" not in table


def test_figures_have_their_range_and_n() -> None:
    table = plain(tables.models_table([SLOW]))
    assert "38 %<small>35.5–40.5 %</small><small>n 1,000</small>" in table
    assert "1.8 s<small>1.8 s or more</small>" in table
    assert "$0.0024<small>$0.003</small><small>a 1K tokens</small>" in table
    assert "$145k" in table


def test_a_model_name_is_text() -> None:
    hostile = replace(SLOW, model=HOSTILE, recommendation=f"{HOSTILE} needs 2 s.")
    for html in (tables.matrix([hostile]), tables.models_table([hostile])):
        assert "<script" not in html
        assert "&lt;script&gt;" in html


def test_a_smaller_model_that_has_to_be_asked_again_is_told_by_the_task() -> None:
    assert plain(answer([PAYS, BACKFIRES])) == (
        "In lead generation, tiny gives its first answer after 464 ms, large after 1.9 s; yet the "
        "whole task takes the user 13 s longer with tiny (12 s slower to 14 s slower): it has to "
        "be asked again."
    )
    assert answer([PAYS]) == "No smaller model is seen to cost users time over a whole task."
    table = plain(comparison_table([BACKFIRES, PAYS]))
    assert "Backfires" in table
    assert "1.1 s faster" in table


def price(tier: str | None, compliance: float, usd: float, *, half: float = 0.02) -> Price:
    return Price(
        title="Live chat",
        model="claude-sonnet",
        service_tier=tier,
        n=900,
        first_token_p95=800.0,
        response_p95=2000.0,
        usd_per_1k_tokens=usd,
        total=900,
        compliance=compliance,
        compliance_low=compliance - half,
        compliance_high=compliance + half,
    )


def test_a_price_tier_is_named_only_when_it_is_surely_quicker() -> None:
    standard, dear = price("standard", 0.6, 0.03), price("priority", 0.75, 0.12)
    assert plain(priced([standard, dear])) == (
        "In live chat, claude-sonnet at priority keeps the budget for 75 % of requests against "
        "60 % at standard, for $0.12 a 1K tokens against $0.03."
    )
    unpriced = replace(dear, usd_per_1k_tokens=None)
    assert priced([standard, unpriced]).endswith("at standard; what it costs is not known.")
    unsure = price("priority", 0.75, 0.12, half=0.2)
    assert priced([standard, unsure]).startswith("No price tier is seen")
    assert "75 %<small>73–77 %</small>" in plain(price_table([dear]))


def test_a_model_at_one_price_tier_is_left_out() -> None:
    rows = pl.DataFrame([asdict(price(None, 0.6, 0.03))])
    assert prices_of(rows) == []


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_charts_are_whole_and_have_a_text(colours: dict[str, str]) -> None:
    models = charts.known([SLOW, QUICK, UNKNOWN], "cost")
    assert models == [SLOW, QUICK]
    chart = str(charts.against(models, "cost", colours).to_dict())
    assert "budget 1" in chart
    assert "llama-7b 1.8 s, $145k a month, too slow" in plain(charts.against_text(models, "cost"))


def test_every_figure_says_what_it_rests_on() -> None:
    assert PROOFS.keys() == FIGURES.keys()
