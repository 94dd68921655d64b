"""What is too old or too much goes by whole days; what was summed up stays as it was."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from sql.lake import transaction
from sql.models import run_checks
from sql.pruning import EVERY_S, Pruning
from sql.retention import MOST_DAYS, kept, prune
from sql.settings import Retention
from sql.tax.upkeep import find, store
from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import Pipeline, settings_of

DAYS = 20
NOW = START + timedelta(days=DAYS)
MS_A_DAY = 86_400_000
TIGHTER = """
[[use_case]]
name = "live_chat"
title = "Live chat"
channel = "chat"
match = { use_case = "live_chat" }
objective = [{ sli = "first_token", threshold_ms = 321, window_days = 7 }]
"""
SUMS = "FROM slo_board($from_at, $to_at, null, null, null, null) ORDER BY ALL"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Pipeline]:
    """A few requests on each of twenty days, each with a tool call, some of them in a session."""
    with Pipeline(settings_of(tmp_path / "lake")) as pipeline:
        spans = []
        for day in range(DAYS):
            for turn in range(5):
                trace, start_ms = f"{day + 1:x}0{turn:x}", day * MS_A_DAY + turn * 1000.0
                session = {"session.id": f"s-{trace}", "marketing.use_case": "live_chat"}
                spans.append(TestSpan(trace, "1", "", start_ms, start_ms + 900, attributes=session))
                spans.append(TestSpan(trace, "2", "1", start_ms + 10, start_ms + 500))
        pipeline.arrive([otlp(spans)], NOW)
        pipeline.assemble(NOW)
        count_tax(pipeline)
        yield pipeline


def count_tax(pipeline: Pipeline) -> None:
    found = find(pipeline.con, pipeline.settings)
    assert found is not None
    with transaction(pipeline.con):
        store(pipeline.con, found)


def told(pipeline: Pipeline) -> pl.DataFrame:
    period = {"from_at": START, "to_at": NOW}
    return pipeline.con.execute(SUMS, period).pl()


def oldest(pipeline: Pipeline) -> dict[str, datetime | None]:
    return {each.kind: each.oldest_at for each in kept(pipeline.con)}


def test_nothing_is_deleted_unless_asked_for(lake: Pipeline) -> None:
    before = oldest(lake)
    prune(lake.con, Retention(), NOW + timedelta(days=3_000))
    assert oldest(lake) == before
    assert lake.rows("FROM lake.retention") == []


@pytest.mark.parametrize("kind", ["spans", "requests"])
def test_days_go_a_week_at_a_time_and_sums_stay(lake: Pipeline, kind: str) -> None:
    sums = told(lake)
    retention = Retention(**{f"{kind}_days": 8})
    first = START.replace(hour=0)
    for round_days in (MOST_DAYS, DAYS - 8):
        prune(lake.con, retention, NOW)
        wanted = first + timedelta(days=round_days)
        after = oldest(lake)[kind]
        assert after is not None
        assert wanted <= after < wanted + timedelta(days=1)
    prune(lake.con, retention, NOW)
    assert lake.rows(f"SELECT count(*) FROM lake.retention WHERE kind = '{kind}'") == [(2,)]
    assert told(lake).equals(sums)
    assert {each.name: each.sample for each in run_checks(lake.con) if each.offending_rows} == {}


def test_too_much_goes_a_day_at_a_time(lake: Pipeline) -> None:
    lake.con.execute("CALL ducklake_flush_inlined_data('lake')")
    prune(lake.con, Retention(spans_gb=1e-6), NOW)
    after = oldest(lake)["spans"]
    assert after is not None
    assert after.date() == START.date() + timedelta(days=1)
    assert lake.rows("SELECT reason, rows FROM lake.retention") == [("size", 10)]


def test_nothing_is_kept_longer_than_what_was_made_of_it(lake: Pipeline) -> None:
    for _ in range(3):
        prune(lake.con, Retention(requests_days=8), NOW)
    ages = oldest(lake)
    assert ages["spans"] == ages["requests"]
    assert lake.rows(
        "SELECT kind, max(kept_from) FROM lake.retention GROUP BY ALL ORDER BY ALL"
    ) == [
        (kind, START.replace(hour=0) + timedelta(days=DAYS - 8)) for kind in ("requests", "spans")
    ]


def test_what_was_deleted_leaves_the_disk(lake: Pipeline) -> None:
    def size_bytes() -> int:
        files = (Path(lake.settings.lake) / "data" / "main" / "spans").glob("*.parquet")
        return sum(file.stat().st_size for file in files)

    lake.con.execute("CALL ducklake_flush_inlined_data('lake')")
    before = size_bytes()
    for _ in range(3):
        prune(lake.con, Retention(spans_days=7), NOW + timedelta(days=13))
    for call in (
        "rewrite_data_files('lake', delete_threshold => 0.1)",
        "expire_snapshots('lake', older_than => now())",
        "cleanup_old_files('lake', older_than => now())",
    ):
        lake.con.execute(f"CALL ducklake_{call}")
    assert lake.rows("SELECT count(*) FROM lake.spans") == [(0,)]
    assert size_bytes() < before / 5


def test_the_tax_of_days_whose_requests_are_gone_is_not_counted_anew(lake: Pipeline) -> None:
    cells = lake.rows("SELECT sum(sessions) FROM lake.tax_cells")
    for _ in range(2):
        prune(lake.con, Retention(requests_days=8), NOW)
    lake.con.execute("DELETE FROM lake.tax_counted")
    count_tax(lake)
    assert lake.rows("SELECT sum(sessions) FROM lake.tax_cells") == cells


@pytest.mark.parametrize("kind", ["spans", "requests"])
def test_a_late_span_of_what_was_deleted_changes_nothing_and_is_counted(
    lake: Pipeline, kind: str
) -> None:
    for _ in range(2):
        prune(lake.con, Retention(**{f"{kind}_days": 8}), NOW)
    sums, requests = told(lake), lake.rows("SELECT request_id, spans FROM requests ORDER BY ALL")
    late = NOW + timedelta(minutes=5)
    lake.arrive([otlp([TestSpan("100", "3", "1", 20, 600)])], late)
    lake.assemble(late)
    assert lake.rows("SELECT request_id, spans FROM requests ORDER BY ALL") == requests
    assert told(lake).equals(sums)
    assert lake.assembly.waiting_spans == 0
    refused = "SELECT count FROM rejections WHERE reason = 'after_retention'"
    assert lake.rows(refused) == [(1,)]


def test_loads_are_folded_by_day_once_nobody_looks_at_seconds(lake: Pipeline) -> None:
    sums = "SELECT sum(spans), sum(batches), max(last_batch_id), max(loaded_at) FROM ingest_log"
    lake.con.execute("DELETE FROM lake.ingest_log")
    for batch in range(6):
        lake.con.execute(
            "INSERT INTO lake.ingest_log VALUES ('j', ?, 0, 1, ?, 10, ?, ?)",
            [batch, DAYS * 10 if batch == 0 else 0, NOW, NOW + timedelta(hours=12 * batch)],
        )
    before = lake.rows(sums)
    prune(lake.con, Retention(), NOW + timedelta(days=10))
    assert lake.rows(sums) == before
    assert lake.rows("SELECT count(*) FROM ingest_log") == [(4,)], "of two days one row each"
    assert {each.name: each.sample for each in run_checks(lake.con) if each.offending_rows} == {}


def test_what_was_told_and_found_before_has_an_age_of_its_own(lake: Pipeline) -> None:
    for days in (100, 90, 10):
        at = NOW - timedelta(days=days)
        lake.con.execute(
            "INSERT INTO lake.digests (recipient_number, scheduled_at, is_by_hand) VALUES "
            "(1, ?, false), (2, ?, false)",
            [at, at - timedelta(days=50)],
        )
        lake.con.execute("INSERT INTO lake.tax_fits (use_case, fitted_at) VALUES ('x', ?)", [at])
        lake.con.execute("INSERT INTO lake.alerts (kind, closed_at) VALUES ('burn', ?)", [at])
    lake.con.execute("INSERT INTO lake.alerts (kind) VALUES ('silence')")
    prune(lake.con, Retention(history_days=40), NOW)
    assert lake.rows(
        "SELECT recipient_number, count(*) FROM digests GROUP BY ALL ORDER BY ALL"
    ) == [(1, 1), (2, 1)], "the newest of each recipient stays"
    assert lake.rows("SELECT count(*) FROM lake.tax_fits WHERE use_case = 'x'") == [(1,)]
    assert lake.rows("SELECT kind FROM alerts ORDER BY ALL") == [("burn",), ("silence",)]
    assert lake.rows("SELECT kind, rows FROM lake.retention") == [("history", 8)]


@pytest.fixture
def tightened(lake: Pipeline, tmp_path: Path) -> Pipeline:
    """The first week's requests are deleted; then the budget of the live chat changes."""
    now = datetime.now(UTC)
    prune(lake.con, Retention(requests_days=(now - START).days - MOST_DAYS), now)
    config = tmp_path / "latencytax.toml"
    config.write_text(TIGHTER, encoding="utf-8")
    lake.restart(settings_of(Path(lake.settings.lake), config))
    count_tax(lake)
    return lake


def test_a_new_objective_says_that_it_does_not_reach_back(tightened: Pipeline) -> None:
    asked = "FROM objectives_cut_short(?, ?, NULL)"
    kept_from = START.replace(hour=0) + timedelta(days=MOST_DAYS)
    of = "SELECT use_case, threshold_ms, counted_from "
    assert tightened.rows(of + asked, [START, NOW]) == [("live_chat", 321, kept_from)]
    later = [kept_from, kept_from + timedelta(days=8)]
    assert tightened.rows(of + asked, later) == [], "a period and a window that are all there"


def test_the_tax_of_days_whose_requests_are_gone_says_its_budget(tightened: Pipeline) -> None:
    [(budget_ms, budget_now_ms, last_hour)] = tightened.rows(
        "SELECT budget_ms, budget_now_ms, last_hour FROM tax_by_old_budgets(?, ?, NULL)",
        [START, NOW],
    )
    assert (budget_ms, budget_now_ms) == (500, 321)
    assert last_hour.date() == START.date() + timedelta(days=MOST_DAYS - 1)


def test_a_clock_is_believed_once_it_has_gone_evenly(lake: Pipeline) -> None:
    """Each row is a look at the clock: what the round deletes is seen after it."""
    at, passed_s = NOW, 0.0
    pruning = Pruning(
        lake.con, Retention(spans_days=15), clock=lambda: at, seconds=lambda: passed_s
    )
    before, a_round = oldest(lake)["spans"], timedelta(seconds=EVERY_S)
    for at, deletes in [
        (NOW + timedelta(days=1), False),  # it jumps ahead between two rounds,
        (NOW + a_round, False),  # and back again
        (NOW + 2 * a_round, True),
    ]:
        passed_s += EVERY_S
        pruning.run()
        assert (oldest(lake)["spans"] != before) == deletes, at
