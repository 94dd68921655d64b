"""The true tax by the company's own formula, and the estimate held to it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from sample_data.company import Company, Conversion, UseCase
from sample_data.company_file import load_company
from sample_data.otlp import batches
from sample_data.prices import STANDARD, Price, Tokens, load_prices
from sample_data.sessions import kept_by
from sample_data.spans import SimulatedTrace
from sample_data.traffic import history
from sample_data.truth import TrueTax, true_tax
from sql.lake import transaction
from sql.tax.upkeep import find, store
from tests.sql.pipeline import Pipeline, settings_of

UNTIL = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)
DAYS = 14
SEED = 1
SPANS_AN_ARRIVAL = 20_000
WITH_EFFECT = ("checkout_personalization", "real_time_personalization")
WITHOUT_EFFECT = "email_send_time"
CONFOUNDED = "lead_gen"
FOUND = """
select use_case, lost_low, lost_high, verdict, n, sessions, is_tax_shown
from latency_tax_period(?, ?)
where part = 'lost_conversions'
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What the lake says of a use case, and what is true."""

    low: float
    high: float
    verdict: str
    conversions: int
    sessions: int
    is_tax_shown: bool
    truth: TrueTax


def only(company: Company, *names: str) -> Company:
    chosen = (use_case for use_case in company.use_cases if use_case.name in names)
    return replace(company, use_cases=tuple(chosen))


def alone(use_case: UseCase) -> UseCase:
    """Without the spans of the services it calls, which nothing here reads."""
    steps = tuple(replace(step, remote=None) for step in use_case.steps)
    return replace(use_case, steps=steps)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """Two weeks of four use cases, counted and fitted as in the demo."""
    company = only(load_company(), *WITH_EFFECT, WITHOUT_EFFECT, CONFOUNDED)
    company = replace(company, use_cases=tuple(map(alone, company.use_cases)))
    traces = list(history(days=DAYS, until=UNTIL, seed=SEED, company=company).traces)
    truth = true_tax(traces)
    with Pipeline(settings_of(tmp_path_factory.mktemp("lake"))) as pipeline:
        for batch in batches(traces, batch_spans=SPANS_AN_ARRIVAL):
            pipeline.arrive([batch.request.SerializeToString()], UNTIL)
            pipeline.assemble(UNTIL)
        fits = find(pipeline.con, pipeline.settings)
        assert fits is not None
        with transaction(pipeline.con):
            store(pipeline.con, fits)
        period = UNTIL - timedelta(days=DAYS + 1), UNTIL + timedelta(days=1)
        return {name: Found(*told, truth[name]) for name, *told in pipeline.rows(FOUND, period)}


def test_the_lake_counts_the_sessions_and_conversions_that_there_were(
    found: dict[str, Found],
) -> None:
    for name, each in found.items():
        assert each.conversions == each.truth.conversions, name
        assert each.sessions == pytest.approx(each.truth.sessions, rel=0.01), name


@pytest.mark.parametrize("name", WITH_EFFECT)
def test_a_tax_is_found_and_its_interval_holds_the_truth(
    found: dict[str, Found], name: str
) -> None:
    each = found[name]
    assert each.verdict in ("measured", "blended")
    assert 0 < each.low <= each.truth.lost_to_waiting <= each.high


def test_where_waiting_costs_nothing_no_tax_is_shown(found: dict[str, Found]) -> None:
    each = found[WITHOUT_EFFECT]
    assert each.verdict in ("measured", "blended")
    assert each.truth.lost_to_waiting == 0
    assert each.low <= 0 <= each.high


def test_where_the_keen_are_answered_sooner_and_nothing_tells_them_apart_it_is_refused(
    found: dict[str, Found],
) -> None:
    assert found[CONFOUNDED].verdict == "not_identifiable"
    assert not found[CONFOUNDED].is_tax_shown


def test_what_waiting_and_fallbacks_lose_together_is_split_and_adds_up() -> None:
    truth = Conversion("purchase", 0.3, 80.0, 500.0, 0.05, loss_per_fallback=0.2)
    kept = kept_by(truth, 400.0, used_fallback=True)
    assert kept == pytest.approx((0.8, 0.8))
    assert kept.lost_to_waiting == kept.lost_to_fallbacks == pytest.approx(0.18)
    assert kept_by(truth, 400.0, used_fallback=False).lost_to_waiting == pytest.approx(0.2)
    assert kept_by(truth, 9000.0, used_fallback=False).lost_to_waiting == 1


def without_losses(use_case: UseCase) -> UseCase:
    assert use_case.conversion is not None
    conversion = replace(use_case.conversion, loss_per_100_ms=0.0, loss_per_fallback=0.0)
    return replace(use_case, conversion=conversion)


def converted(traces: list[SimulatedTrace]) -> set[bytes]:
    return {t.spans[0].trace_id for t in traces if t.settled and t.settled.converted}


def test_the_same_visitors_without_the_losses_convert_more_often_by_the_true_tax() -> None:
    """Nobody converts who would not without them: the draws are the same, the chance is lower."""
    company = only(load_company(), "live_chat")
    lossless = replace(company, use_cases=tuple(map(without_losses, company.use_cases)))
    served, unhurt = (
        list(history(days=4, until=UNTIL, seed=SEED, company=each).traces)
        for each in (company, lossless)
    )
    lost = converted(unhurt) - converted(served)
    assert not converted(served) - converted(unhurt)
    tax = true_tax(served)["live_chat"]
    expected = tax.lost_to_waiting + tax.lost_to_fallbacks
    assert min(tax.lost_to_waiting, tax.lost_to_fallbacks) > 0
    assert len(lost) == pytest.approx(expected, abs=3 * expected**0.5)


def test_a_tier_is_paid_for_by_what_it_adds_and_a_call_of_no_use_as_a_whole(
    two_days: list[SimulatedTrace],
) -> None:
    paid = {name: dict(tax.paid_usd) for name, tax in true_tax(two_days).items()}
    assert paid["live_chat"].keys() == {"premium", "speculative", "retry", "fallback_saving"}
    assert paid["voice_agent"].keys() >= {"premium", "hedge", "reserved"}
    assert paid["live_chat"]["fallback_saving"] < 0
    del paid["live_chat"]["fallback_saving"]
    assert all(usd > 0 for usd in paid["live_chat"].values())
    assert not paid["bid_optimization"], "a call that hung and was not made again"
    prices, tokens = load_prices(), Tokens(input=1000, cached=400, output=100)
    assert Price(2.0, 10.0, 0.5).cost_usd(tokens) == pytest.approx(0.0024)
    added = [prices["gpt-4o", tier].cost_usd(tokens) for tier in ("sla", STANDARD)]
    assert added[0] == pytest.approx(4 * added[1])
