"""The latency tax from requests and conversions to the period's figures, and its identities."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

from sql.prices import store_reserved
from sql.settings import ReservedCapacity, Settings, SettingsError, load_settings
from sql.tax.count import Counted
from sql.tax.upkeep import Round, TaxUpkeep, find, store
from tests.benchmarks.tax_lake import lake_in_memory, settings_for
from tests.sql.pipeline import Pipeline

START = datetime(2026, 3, 2, tzinfo=UTC)
ALL = "latency_tax_period('2026-01-01', '2027-01-01')"
BINS = 16
STRAIGHT = np.concatenate([np.zeros(5), np.linspace(0.01, 0.5, BINS - 5)])


@pytest.fixture
def settings() -> Settings:
    return settings_for("live_chat")


@pytest.fixture
def con(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with lake_in_memory(settings) as con:
        yield con


def serve(
    con: duckdb.DuckDBPyConnection, *waits_ms: float, hour: int = 0, **columns: object
) -> None:
    """A session for each wait; those over a second convert, for 50 USD."""
    rows = [
        {
            "request_id": f"{hour}-{number}", "session_id": f"s{hour}-{number}", "model": "m",
            "use_case": "live_chat", "started_at": START + timedelta(hours=hour, seconds=number),
            "duration_ms": wait, "perceived_ms": wait, "outcome": "ok", "device": "desktop",
            "assembled_at": START + timedelta(hours=hour + 1), "input_tokens": 100, **columns,
        }
        for number, wait in enumerate(waits_ms)
    ]  # fmt: skip
    con.register("served", pl.DataFrame(rows).to_arrow())
    con.execute("INSERT INTO lake.requests BY NAME FROM served")
    con.execute(
        "INSERT INTO lake.conversions BY NAME SELECT session_id AS conversion_id, session_id, "
        "started_at + INTERVAL 1 minute AS occurred_at, 50.0 AS revenue_usd, "
        "assembled_at AS received_at FROM served WHERE duration_ms > 1000"
    )


def fit(con: duckdb.DuckDBPyConnection, settings: Settings) -> Counted:
    found = find(con, settings)
    assert found is not None
    store(con, found)
    return found.counted


def impose(con: duckdb.DuckDBPyConnection, *effects: np.ndarray, decay: str = "hinge") -> None:
    """A fit with these curves: low, middle, high."""
    low, middle, high = (each.tolist() for each in effects)
    con.execute("UPDATE lake.tax_fits SET verdict = 'measured', decay = ?", [decay])
    con.execute(
        "UPDATE lake.tax_fits SET effects_low = ?, effects = ?, effects_high = ?",
        [low, middle, high],
    )


def impose_fallbacks(con: duckdb.DuckDBPyConnection, effect: float) -> None:
    """A fit that is sure of what a fallback costs."""
    con.execute(
        "UPDATE lake.tax_fits SET fallback_verdict = 'measured', fallback_effect = ?, "
        "fallback_effect_low = ?, fallback_effect_high = ?",
        [effect] * 3,
    )


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return con.execute(query).fetchall()


def test_a_session_is_counted_with_its_longest_wait_over_the_budget(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 400, 700, session_id="one")
    serve(con, 9000, hour=1)
    fit(con, settings)
    assert rows(con, "SELECT dose, sessions, conversions FROM lake.tax_cells ORDER BY dose") == [
        (2.0, 1, 0),
        (60.0, 1, 1),
    ]


def test_without_an_effect_nothing_is_lost(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *range(100, 3000, 100))
    fit(con, settings)
    impose(con, *(np.zeros(BINS),) * 3)
    assert rows(con, f"SELECT lost_conversions, lost_low, lost_high, usd FROM {ALL}") == [
        (0, 0, 0, 0)
    ]


def test_a_loss_is_the_conversions_that_slow_sessions_would_have_had_more(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *[2200] * 10)
    fit(con, settings)
    halved = np.where(np.arange(BINS) >= 5, np.log(2), 0)
    impose(con, halved, halved, halved)
    [(lost, low, high, usd)] = rows(
        con, f"SELECT lost_conversions, lost_low, lost_high, usd FROM {ALL}"
    )
    assert lost == pytest.approx(10)
    assert usd == pytest.approx(500)
    assert (low, high) == pytest.approx((10 - 1.6448536 * 10**0.5, 10 + 1.6448536 * 10**0.5))


def test_a_missed_deadline_loses_what_those_in_time_have(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *[100] * 40, *[2000] * 20)
    fit(con, settings)
    con.execute("UPDATE lake.tax_cells SET conversions = if(latency_bin < 5, sessions / 4, 0)")
    con.execute("UPDATE lake.tax_cells SET revenue_usd = conversions * 50.0")
    wall = np.where(np.arange(BINS) >= 5, 30.0, 0)
    impose(con, wall, wall, wall, decay="deadline")
    assert rows(con, f"SELECT lost_conversions, usd FROM {ALL}") == [
        (pytest.approx(5), pytest.approx(250))
    ]


def test_the_ends_of_the_interval_follow_the_ends_of_the_curve(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *range(100, 9000, 50))
    fit(con, settings)
    ends = []
    for scale in (-0.5, 0.0, 0.5, 1.0, 2.0):
        impose(con, scale * STRAIGHT - 0.01, scale * STRAIGHT, scale * STRAIGHT + 0.01)
        ends += rows(con, f"SELECT lost_low, lost_conversions, lost_high FROM {ALL}")
    assert all(low <= middle <= high for low, middle, high in ends)
    assert [middle for _, middle, _ in ends] == sorted(middle for _, middle, _ in ends)
    assert ends[0][1] < 0, "slower did better: shown as it is"


def test_a_fallback_loses_the_conversions_that_the_asked_model_would_have_had_more(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *[2200] * 10)
    serve(con, *[2200] * 10, hour=1, fallback=True)
    fit(con, settings)
    impose(con, *(np.zeros(BINS),) * 3)
    impose_fallbacks(con, np.log(1.2))
    assert rows(con, f"SELECT part, lost_conversions, usd, sessions, n FROM {ALL} ORDER BY 1") == [
        ("fallback_quality", pytest.approx(2), pytest.approx(100), 10, 10),
        ("lost_conversions", 0, 0, 20, 20),
    ]


def test_what_speed_and_quality_cost_only_together_is_halved_between_them(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *[2200] * 10, fallback=True)
    serve(con, 2200, hour=1)
    fit(con, settings)
    halved = np.where(np.arange(BINS) >= 5, np.log(2), 0)
    impose(con, halved, halved, halved)
    impose_fallbacks(con, np.log(1.2))
    found = rows(con, "SELECT part, sum(lost) FROM tax_losses('2026-01-01', '2027-01-01') "
                      "WHERE is_fallback GROUP BY part ORDER BY part")  # fmt: skip
    assert found == [
        ("fallback_quality", pytest.approx(2 + 1)),
        ("lost_conversions", pytest.approx(10 + 1)),
    ]
    assert sum(lost for _, lost in found) == pytest.approx(10 * (2 * 1.2 - 1)), "as both together"


def test_without_fallbacks_there_is_no_such_part(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *range(100, 3000, 100))
    fit(con, settings)
    assert rows(con, f"SELECT part FROM {ALL}") == [("lost_conversions",)]


def test_fallbacks_that_the_data_does_not_tell_of_cost_something_unknown_not_nothing(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *range(100, 3000, 100))
    serve(con, *range(100, 3000, 100), hour=1, fallback=True)
    fit(con, settings)
    assert rows(
        con,
        f"SELECT verdict, lost_conversions, lost_low, usd, source, is_tax_shown FROM {ALL} "
        "WHERE part = 'fallback_quality'",
    ) == [("insufficient_data", None, None, None, None, False)]


def test_a_session_belongs_to_the_model_that_was_asked_and_to_who_paid_for_speed(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 100, asked_model="large", service_tier="priority", fallback=True)
    serve(con, 100, hour=1, service_tier="flex")
    fit(con, settings)
    assert rows(
        con, "SELECT model, asked_model, is_fallback, priority FROM lake.tax_cells ORDER BY hour"
    ) == [("m", "large", True, 1), ("m", "m", False, 0)]


def test_cells_of_days_add_up_to_those_of_the_period(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    for hour in (0, 30, 60):
        serve(con, *range(100, 3000, 100), hour=hour)
    fit(con, settings)
    impose(con, STRAIGHT, STRAIGHT, STRAIGHT)
    [(whole,)] = rows(con, f"SELECT lost_conversions FROM {ALL}")
    [(days, count)] = rows(con, "SELECT sum(lost_conversions), count(*) FROM latency_tax")
    assert (days, count) == (pytest.approx(whole), 3)


def test_only_days_that_changed_are_counted_anew(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 100, 2000)
    serve(con, 100, 2000, hour=48)
    assert len(fit(con, settings).days) == 2
    assert find(con, settings) is None
    serve(con, 3000, hour=49)
    assert fit(con, settings).days == [(START + timedelta(days=2)).date()]
    assert rows(con, "SELECT sum(sessions), sum(conversions) FROM lake.tax_cells") == [(5, 3)]


def test_a_late_conversion_reopens_the_day_of_its_session(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 100)
    fit(con, settings)
    con.execute(
        "INSERT INTO lake.conversions BY NAME SELECT 'c' AS conversion_id, 's0-0' AS session_id, "
        "started_at + INTERVAL 9 day AS occurred_at, started_at + INTERVAL 10 day AS received_at "
        "FROM lake.requests"
    )
    assert fit(con, settings).days == [START.date()]
    assert rows(con, "SELECT conversions FROM lake.tax_cells") == [(1,)]


def test_a_new_budget_counts_every_day_anew(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 700)
    fit(con, settings)
    con.execute("UPDATE objectives SET threshold_ms = 800")
    fit(con, settings)
    assert rows(con, "SELECT dose, budget_ms FROM lake.tax_cells") == [(0.0, 800.0)]


def test_few_conversions_are_answered_with_the_benchmarks_alone(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *range(100, 3000, 50))
    fit(con, settings)
    [(verdict, source, is_shown)] = rows(con, f"SELECT verdict, source, is_tax_shown FROM {ALL}")
    assert (verdict, source, is_shown) == ("insufficient_data", "benchmark", False)


def test_the_worth_of_a_conversion_without_revenue_is_that_of_its_use_case(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 2000)
    con.execute("UPDATE lake.conversions SET revenue_usd = NULL")
    con.execute("UPDATE use_cases SET value_usd = 80")
    fit(con, settings)
    assert rows(con, "SELECT revenue_usd FROM lake.tax_cells") == [(80.0,)]


def test_an_unknown_worth_is_null(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    serve(con, 2000)
    con.execute("UPDATE lake.conversions SET revenue_usd = NULL")
    fit(con, settings)
    assert rows(con, f"SELECT usd, usd_low, usd_high FROM {ALL}") == [(None, None, None)]


def test_benchmarks_are_a_table_that_the_settings_add_to(pipeline: Pipeline, tmp_path) -> None:
    config = tmp_path / "latencytax.toml"
    config.write_text(
        '[[benchmark]]\nname = "ours"\ntitle = "Last year"\nkind = "randomised"\n'
        'loss_per_100_ms = 0.01\nsource = "our own test"\n'
    )
    pipeline.restart(load_settings(config, lake=pipeline.settings.lake, environ={}))
    [(count, sources)] = pipeline.rows("SELECT count(*), count(source) FROM benchmarks")
    assert (count, sources) == (16, 16)
    assert pipeline.rows("SELECT title FROM benchmarks WHERE name = 'ours'") == [("Last year",)]


def test_a_benchmark_of_an_unknown_kind_is_refused(tmp_path) -> None:
    config = tmp_path / "latencytax.toml"
    config.write_text(
        '[[benchmark]]\nname = "ours"\ntitle = "x"\nkind = "rumour"\nloss_per_100_ms = 0.01\n'
        'source = "x"\n'
    )
    with pytest.raises(SettingsError, match=r"benchmark\[ours\].kind = 'rumour'.*randomised"):
        load_settings(config, environ={})


def test_fits_are_stored_once_a_day(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    serve(con, *range(100, 3000, 50))
    found = find(con, settings)
    assert found is not None
    for hours in (0, 2, 30):
        fitted_at = datetime(2026, 5, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        store(con, Round(found.counted, [each | {"fitted_at": fitted_at} for each in found.fits]))
    assert rows(con, "SELECT day(fitted_at), hour(fitted_at) FROM lake.tax_fits ORDER BY 1") == [
        (1, 3),
        (2, 7),
    ]
    assert rows(con, "SELECT day(fitted_at) FROM tax_fits") == [(2,)]


def test_the_writer_fits_beside_its_work_and_rests_when_nothing_changed(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *range(100, 3000, 50))
    upkeep = TaxUpkeep(con, settings, every=timedelta(0))
    try:
        while not upkeep.is_current:
            upkeep.run()
        assert rows(con, "SELECT count(*) FROM lake.tax_fits") == [(1,)]
        upkeep.note_change()
        assert not upkeep.is_current
        while not upkeep.is_current:
            upkeep.run()
        assert rows(con, "SELECT count(*) FROM lake.tax_fits") == [(1,)]
    finally:
        upkeep.stop()


def test_a_late_session_is_shared_out_over_the_steps_that_its_slowest_request_waited_for(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 400, 1200, session_id="one")
    con.execute(
        "INSERT INTO lake.request_steps BY NAME SELECT request_id, started_at, "
        "if(request_id = '0-1', 900.0, 0) AS llm_prefill_ms, 300.0 AS tool_ms, "
        "100.0 AS tool_perceived_ms FROM lake.requests"
    )
    fit(con, settings)
    assert rows(con, "SELECT step, weight FROM lake.tax_step_cells ORDER BY step") == [
        ("llm_prefill", 0.75),
        ("tool", 0.25),
    ]


def test_a_late_session_without_a_path_is_unknown_and_one_in_time_is_nowhere(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 100, 2000)
    fit(con, settings)
    assert rows(con, "SELECT step, weight FROM lake.tax_step_cells") == [("unknown", 1.0)]


def test_what_was_paid_is_counted_with_the_day(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, 100, 200)
    con.execute(
        "UPDATE lake.requests SET speed_costs = "
        "[{'kind': 'hedge', 'calls': 2, 'unpriced': 1, 'usd': 0.5}]"
    )
    fit(con, settings)
    assert rows(con, "SELECT hour, calls, unpriced, usd FROM lake.tax_paid_cells") == [
        (START, 4, 2, 1.0)
    ]


def test_what_is_paid_by_the_month_is_counted_anew_when_the_settings_change(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    served = {"model": "m", "provider": "p", "service_tier": "provisioned"}
    serve(con, 100, 200, **served)
    serve(con, 100, hour=24, **served)
    for usd_per_month in (730, 1460):
        capacity = ReservedCapacity("m", "p", usd_per_month, speed_share=0.5)
        store_reserved(con, replace(settings, reserved_capacity=(capacity,)))
        fit(con, settings)
        a_day = usd_per_month / 730 * 24 * 0.5
        assert rows(con, f"SELECT usd, n FROM {ALL} WHERE part = 'speed_premium'") == [
            (pytest.approx(2 * a_day), 3)
        ]
        first_hour = "speed_premium('2026-03-02', '2026-03-02 00:00:01', null, null, null, null)"
        assert rows(con, f"SELECT kind, n, usd FROM {first_hour}") == [
            ("reserved", 1, pytest.approx(a_day / 2))
        ]
    assert find(con, settings) is None


def test_a_cut_is_chosen_of_losses_that_were_found_over_everything(
    con: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    serve(con, *[100] * 40, tier="large")
    serve(con, *[2000] * 20, tier="tiny", hour=1)
    fit(con, settings)
    con.execute("UPDATE lake.tax_cells SET conversions = if(latency_bin < 5, sessions / 4, 0)")
    wall = np.where(np.arange(BINS) >= 5, 30.0, 0)
    impose(con, wall, wall, wall, decay="deadline")
    of_tier = "latency_tax_period('2026-01-01', '2027-01-01', null, null, ['tiny'])"
    assert rows(con, f"SELECT lost_conversions FROM {of_tier}") == [(pytest.approx(5),)]
