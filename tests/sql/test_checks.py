"""The checks hold on a lake fed by the simulated company, and each finds the row that breaks it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sql.models import CHECKS, run_checks
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import NOW, Pipeline
from tests.sql.simulated import feed

MODEL_HOUR = (
    "INSERT INTO lake.model_hours (hour, use_case, model, metric, threshold_ms, bucket, priced, "
    "tokens, rated, n, timed, good, total) "
    "VALUES (now() - INTERVAL 1 hour, 'bid_optimization', 'm', 'response', 100, 200, 0, 0, 0,"
)
"""A model that no request asked for; its counts follow."""
BREAKS = {
    "requests__request_id_is_unique": "INSERT INTO lake.requests FROM lake.requests LIMIT 1",
    "requests__spans_add_up": "UPDATE lake.requests SET spans = spans + 1 WHERE complete",
    "requests__speed_costs_are_possible": (
        "UPDATE lake.requests SET speed_costs = "
        "[{'kind': 'hedge', 'calls': 1, 'unpriced': 1, 'usd': 0.0}]"
    ),
    "requests__premium_calls_are_spans": (
        "UPDATE lake.requests SET service_tier = 'priority', speed_costs = "
        "[{'kind': 'premium', 'calls': 1, 'unpriced': 1, 'usd': NULL}]"
    ),
    "requests__times_are_sane": "UPDATE lake.requests SET ttft_ms = -1",
    "critical_path__tiles_requests": "DELETE FROM lake.critical_path WHERE seq = 1",
    "request_steps__equal_critical_path": (
        "UPDATE lake.request_steps SET orchestration_ms = orchestration_ms + 1e-3"
    ),
    "request_steps__one_row_a_request": (
        "INSERT INTO lake.request_steps FROM lake.request_steps LIMIT 1"
    ),
    "request_list__one_row_a_request": "INSERT INTO lake.requests FROM lake.requests LIMIT 1",
    "trace_spans__all_of_the_request": "UPDATE lake.requests SET spans = spans + 1",
    "request_composition__adds_up": ("UPDATE lake.critical_path SET duration_ms = duration_ms + 1"),
    "model_hours__equals_requests": f"{MODEL_HOUR} 1, 1, 1, 1)",
    "model_fit__figures_are_possible": f"{MODEL_HOUR} 1, 2, 1, 1)",
    "model_fit__one_recommendation_a_use_case": (
        "CREATE OR REPLACE VIEW memory.main.model_fit AS "
        "SELECT * REPLACE ('x' AS use_case, 'a' AS recommendation, true AS is_recommended) "
        "FROM model_fit_period(now(), now(), NULL, NULL, NULL, NULL) RIGHT JOIN range(2) ON false"
    ),
    "slo_compliance__counts_add_up": "UPDATE lake.slo_hours SET good = good + 1",
    "latency_sketch__equals_requests": "UPDATE lake.latency_sketch SET bucket = bucket + 1",
    "latency_histogram__holds_every_latency": (
        "CREATE OR REPLACE VIEW memory.main.latency_histogram AS "
        "SELECT 'x' AS use_case, 'response' AS metric, 1 AS n"
    ),
    "slo_totals__equal_their_hours": (
        "CREATE OR REPLACE VIEW memory.main.slo_totals AS SELECT 'x' AS use_case, "
        "'response' AS metric, '' AS step, 100 AS threshold_ms, 1 AS good, 1 AS bad"
    ),
    "latency_percentiles__in_order": (
        "CREATE OR REPLACE VIEW memory.main.latency_percentiles AS SELECT "
        "'x' AS use_case, now() AS hour, '' AS metric, 2 AS p50, 1 AS p90, 3 AS p95, 4 AS p99"
    ),
    "latency_percentiles_interval__holds_percentile": (
        "CREATE OR REPLACE MACRO memory.main.latency_percentiles_interval(a, b, c, d, e, f) AS "
        "TABLE SELECT '' AS use_case, '' AS metric, '' AS percentile, "
        "2 AS low_ms, 1 AS ms, 3 AS high_ms"
    ),
    "latency_trend__adds_up": (
        "CREATE OR REPLACE MACRO memory.main.latency_trend(a, b, c, d, e, f, g) AS TABLE "
        "SELECT '' AS use_case, '' AS metric, 1 AS n"
    ),
    "latency_week__adds_up": (
        "CREATE OR REPLACE MACRO memory.main.latency_week(a, b, c, d, e, f) AS TABLE "
        "SELECT '' AS use_case, '' AS metric, 1 AS n"
    ),
    "latency_peak__all_is_the_period": (
        "CREATE OR REPLACE MACRO memory.main.latency_peak(a, b, c, d, e, f) AS TABLE "
        "SELECT '' AS use_case, '' AS metric, 'all' AS hours, NULL::bigint AS n, 1.0 AS p95"
    ),
    "slo_burn_down__ends_at_the_board": (
        "CREATE OR REPLACE MACRO memory.main.slo_burn_down(a, b, c, d, e) AS TABLE "
        "SELECT 'bid_optimization' AS use_case, 1 AS position, now() AS hour, 0.5 AS budget_left"
    ),
    "slo_compliance__interval_holds_compliance": (
        "CREATE OR REPLACE MACRO memory.main.compliance_low(good, total) AS 1.1"
    ),
    "ingest_log__positions_grow": "INSERT INTO lake.ingest_log FROM lake.ingest_log",
    "ingest_log__spans_are_stored": "DELETE FROM lake.spans WHERE parent_span_id IS NULL",
    "spans__ids_are_hex": "UPDATE lake.spans SET span_id = upper(span_id) || 'g'",
    "pipeline_health__figures_are_possible": (
        "INSERT INTO lake.rejections VALUES (now(), 'grpc', 'traces', 'too_large', -1, '')"
    ),
    "conversions__conversion_id_is_unique": (
        "INSERT INTO lake.conversions (conversion_id) VALUES ('a'), ('a')"
    ),
    "latency_tax__interval_holds_middle": (
        "CREATE OR REPLACE VIEW memory.main.latency_tax AS SELECT 'x' AS use_case, 'p' AS part, "
        "1 AS n, 2 AS lost_conversions, 3 AS lost_low, 4 AS lost_high, "
        "0 AS usd, 0 AS usd_low, 0 AS usd_high"
    ),
    "latency_tax__days_add_up": (
        "CREATE OR REPLACE MACRO memory.main.latency_tax_period(from_at, to_at) AS TABLE SELECT "
        "'x' AS use_case, 'p' AS part, 1 AS lost_conversions, 1 AS usd, 1 AS n;"
        "CREATE OR REPLACE VIEW memory.main.latency_tax AS SELECT 'x' AS use_case, 'p' AS part, "
        "1 AS n, 2 AS lost_conversions, 1 AS lost_low, 4 AS lost_high, "
        "0 AS usd, 0 AS usd_low, 0 AS usd_high"
    ),
    "latency_tax_total__parts_add_up": (
        "CREATE OR REPLACE MACRO memory.main.latency_tax_total(from_at, to_at) AS TABLE SELECT "
        "'measured' AS basis, 'all' AS part, 1 AS usd, 1 AS usd_low, 1 AS usd_high, "
        "1 AS lost_conversions, 'measured' AS verdict"
    ),
    "latency_tax_split__every_cut_adds_up": (
        "CREATE OR REPLACE MACRO memory.main.latency_tax_split(from_at, to_at) AS TABLE SELECT "
        "'measured' AS basis, 'x' AS use_case, 'all' AS tier, 'all' AS step, 1 AS usd, 1 AS lost"
    ),
    "latency_tax_trend__adds_up": (
        "CREATE OR REPLACE MACRO memory.main.latency_tax_trend(a, b, c) AS TABLE SELECT 1 AS usd"
    ),
    "tax_step_cells__add_up_to_the_late": (
        "INSERT INTO lake.tax_step_cells (use_case, hour, weight) VALUES ('x', now(), 1)"
    ),
    "tax_paid_cells__equal_requests": (
        "INSERT INTO lake.tax_counted (through_snapshot) VALUES (1000000000);"
        "INSERT INTO lake.tax_paid_cells (use_case, hour, calls) VALUES ('x', now(), 1)"
    ),
    "latency_tax_told__interval_holds_middle": (
        "CREATE OR REPLACE VIEW memory.main.latency_tax_told AS SELECT 1 AS measured, "
        "1 AS usd, 1 AS money, 2 AS money_low, 3 AS money_high"
    ),
    "step_of_change__moves_as_the_whole": (
        "CREATE OR REPLACE VIEW memory.main.step_of_change AS SELECT "
        "1 AS ms_change, -1 AS step_ms_change"
    ),
    "alert_states__alarming_is_not_calm": (
        "CREATE OR REPLACE VIEW memory.main.alert_states AS SELECT true AS is_alarming, "
        "true AS is_calm, 'burn' AS kind, 1 AS bad"
    ),
    "best_moves__rank_is_whole": (
        "CREATE OR REPLACE VIEW memory.main.best_moves AS SELECT unnest([1, 3]) AS move_rank"
    ),
    "tax_cells__counts_are_possible": (
        "INSERT INTO lake.tax_cells (sessions, conversions, latency_bin, dose, mobile) "
        "VALUES (0, 0, 0, 0, 0)"
    ),
    "possible_cuts__belong_to_requests": (
        "INSERT INTO lake.possible_cuts (request_id, lever, cut_ms) VALUES ('none', 'hedge', 5)"
    ),
    "opportunities__figures_are_possible": (
        "CREATE OR REPLACE VIEW memory.main.opportunities AS SELECT 'x' AS use_case, "
        "2 AS n, 1 AS requests, 1 AS compliance_after, 'yes' AS applies, 1 AS saved_ms, "
        "NULL AS usd_week, NULL AS usd_week_low, NULL AS usd_week_high, 'too_few' AS usd_verdict"
    ),
    "opportunities__money_is_of_your_own": (
        "CREATE OR REPLACE VIEW memory.main.opportunities AS SELECT 'x' AS use_case, "
        "1 AS n, 1 AS requests, 1 AS compliance_after, 'yes' AS applies, 1 AS saved_ms, "
        "1 AS usd_week, 0 AS usd_week_low, 2 AS usd_week_high, 'not_identifiable' AS usd_verdict"
    ),
    "pipeline_unmapped_keys__guesses_are_columns": (
        "INSERT INTO memory.main.column_guesses VALUES (99, 'colour', 'colour', 'text')"
    ),
    "step_speed__calls_add_up": (
        "CREATE OR REPLACE VIEW memory.main.step_speed AS SELECT 'tool' AS step, '' AS tier, "
        "2 AS n, 1 AS p50_ms, 1 AS p95_ms, [1] AS bucket_ms, [1] AS calls"
    ),
    "model_prices__one_price_a_provider": (
        "INSERT INTO lake.model_prices (model, provider) VALUES ('a', 'b'), ('a', 'b')"
    ),
}


@pytest.fixture(scope="module")
def fed(shared_pipeline: Pipeline) -> Pipeline:
    feed(shared_pipeline, spans=3000)
    return shared_pipeline


def test_all_hold_on_simulated_traffic(fed: Pipeline) -> None:
    assert fed.rows("SELECT count(*) FROM spans") > [(2500,)]
    assert {check.name: check.sample for check in run_checks(fed.con) if check.offending_rows} == {}


def test_all_hold_on_an_empty_lake(pipeline: Pipeline) -> None:
    assert [check.name for check in run_checks(pipeline.con) if check.offending_rows] == []


def test_every_check_is_broken_here() -> None:
    assert BREAKS.keys() == {file.stem for file in CHECKS.glob("*.sql")}


@pytest.fixture(scope="module")
def sound(shared_pipeline: Pipeline) -> Pipeline:
    """A request with two spans, and a later one."""
    shared_pipeline.empty(shared_pipeline.settings)
    for minutes, trace in enumerate("ab"):
        at = NOW + timedelta(minutes=minutes)
        spans = [TestSpan(trace, "1", end_ms=50, service="bidder"), TestSpan(trace, "2", "1")]
        shared_pipeline.arrive([otlp(spans)], at)
        shared_pipeline.assemble(at)
    return shared_pipeline


@pytest.fixture
def small(sound: Pipeline) -> Iterator[Pipeline]:
    """The same for each test: what one does is taken back."""
    sound.con.execute("BEGIN")
    yield sound
    sound.con.execute("ROLLBACK")


@pytest.mark.parametrize("name", BREAKS)
def test_a_check_finds_what_breaks_it(name: str, small: Pipeline) -> None:
    assert not _offending(name, small)
    small.con.execute(BREAKS[name])
    assert _offending(name, small)


def _offending(name: str, pipeline: Pipeline) -> int:
    checks = run_checks(pipeline.con, about={name.partition("__")[0]})
    return next(check.offending_rows for check in checks if check.name == name)
