"""Readers beside a writer, a collector that starts again, and a lake that stays small."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from sql.lake import (
    LakeMissingError,
    LakeTooNewError,
    open_reader,
    open_writer,
    snapshot_id,
    transaction,
)
from sql.maintenance import Maintenance
from sql.models import run_checks
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import NOW, TABLES, Pipeline, settings_of
from tests.sql.simulated import bodies, feed

NUMBERS = (
    "SELECT * EXCLUDE (assembled_at) FROM requests ORDER BY request_id",
    "SELECT hour, use_case, metric, threshold_ms, sum(good), sum(total) FROM slo_hours "
    "GROUP BY ALL HAVING sum(total) != 0 ORDER BY ALL",
    "SELECT metric, bucket, sum(n) FROM latency_sketch "
    "GROUP BY ALL HAVING sum(n) != 0 ORDER BY ALL",
    "SELECT count(*), count(DISTINCT span_id), sum(duration_ms) FROM spans",
)
FILES_OF_A_SMALL_LAKE = len(TABLES)  # one each
Numbers = list[list[tuple[object, ...]]]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Pipeline]:
    """A lake of its own."""
    with Pipeline(settings_of(tmp_path)) as pipeline:
        yield pipeline


def numbers(pipeline: Pipeline) -> Numbers:
    return [pipeline.rows(query) for query in NUMBERS]


def test_a_place_without_a_lake_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(LakeMissingError, match="latencytax up"):
        open_reader(settings_of(tmp_path))


@pytest.mark.parametrize("opener", [open_reader, open_writer])
def test_a_lake_of_a_later_version_is_left_alone(
    opener: Callable[..., object], fresh: Pipeline
) -> None:
    fresh.con.execute("INSERT INTO lake.lake_version VALUES (999, now())")
    with pytest.raises(LakeTooNewError, match=r"999.*upgrade"):
        opener(fresh.settings)


def test_a_lake_of_an_older_version_says_who_brings_it_up_to_date(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with closing(open_writer(settings)) as con:
        con.execute("DELETE FROM lake.lake_version WHERE version > 3")
    with pytest.raises(LakeMissingError, match=r"version 3.*latencytax refresh"):
        open_reader(settings)


def test_opening_a_lake_again_changes_nothing(fresh: Pipeline) -> None:
    before = snapshot_id(fresh.con)
    open_writer(fresh.settings).close()
    assert snapshot_id(fresh.con) == before


def test_a_lake_may_be_moved(tmp_path: Path) -> None:
    with Pipeline(settings_of(tmp_path / "before")) as pipeline:
        feed(pipeline, spans=500)
        before = numbers(pipeline)
    (tmp_path / "before").rename(tmp_path / "after")
    with Pipeline(settings_of(tmp_path / "after")) as pipeline:
        assert numbers(pipeline) == before
        feed(pipeline, spans=500)
    assert not (tmp_path / "before").exists()


def test_a_reader_sees_whole_commits_only(fresh: Pipeline) -> None:
    reader = open_reader(fresh.settings)
    feed(fresh, spans=500)
    reader.execute("BEGIN")
    before = reader.execute("SELECT count(*) FROM spans").fetchone()
    snapshot = snapshot_id(reader)
    fresh.arrive([otlp([TestSpan("f", "1")])])
    assert reader.execute("SELECT count(*) FROM spans").fetchone() == before
    assert snapshot_id(reader) == snapshot
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM spans").fetchone() != before
    assert snapshot_id(reader) > snapshot
    reader.close()


def test_a_failed_transaction_leaves_nothing(fresh: Pipeline) -> None:
    with pytest.raises(RuntimeError), transaction(fresh.con):
        fresh.con.execute("DELETE FROM lake.lake_version")
        raise RuntimeError
    assert fresh.rows("SELECT count(*) > 0 FROM lake.lake_version") == [(True,)]


def test_a_collector_that_starts_again_takes_up_what_waited(pipeline: Pipeline) -> None:
    feed(pipeline, spans=1500)
    expected = numbers(pipeline)
    pipeline.empty(pipeline.settings)
    for minutes, body in enumerate(bodies(1500)):
        at = NOW + timedelta(minutes=minutes)
        pipeline.arrive([body], at)
        pipeline.restart(pipeline.settings)  # killed between loading and assembling
        if minutes != 1:
            pipeline.assemble(at)
    assert numbers(pipeline) == expected
    assert pipeline.assembly.waiting_spans == 0


def test_a_restart_finds_the_spans_of_a_trace_that_was_taken_up(pipeline: Pipeline) -> None:
    pipeline.arrive([otlp([TestSpan("a", "1", end_ms=50)])])
    pipeline.assemble()
    pipeline.restart(pipeline.settings)
    later = NOW + timedelta(minutes=1)
    pipeline.arrive([otlp([TestSpan("a", "2", "1")])], later)
    pipeline.assemble(later)
    assert pipeline.rows("SELECT spans, duration_ms FROM requests") == [(2, 50)]


def test_a_trace_that_cannot_be_assembled_costs_no_other_its_request(pipeline: Pipeline) -> None:
    """Whatever sound-looking value arithmetic breaks on: here a moment at the end of time."""
    pipeline.arrive([otlp([TestSpan(f"{trace:x}", "1", end_ms=50) for trace in range(1, 20)])])
    pipeline.con.execute(
        "CREATE TEMP VIEW broken AS SELECT * REPLACE ("
        "'infinity'::timestamptz AS started_at, 'ff' || trace_id[3:] AS trace_id) "
        "FROM shaped LIMIT 1"
    )
    with transaction(pipeline.con):
        pipeline.con.execute("INSERT INTO lake.spans BY NAME FROM broken")
        pipeline.log_load(NOW, batches=1, spans=1, size_bytes=1)
    pipeline.assembly.read()
    pipeline.assemble()
    assert pipeline.rows("SELECT count(*) FROM requests") == [(19,)]
    assert pipeline.rows('SELECT reason, "count" FROM rejections') == [("not_assembled", 1)]
    assert pipeline.assembly.waiting_spans == 0


def test_an_objective_that_comes_back_counts_what_it_missed(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    shipped = pipeline.settings
    config = tmp_path / "latencytax.toml"
    config.write_text(
        '[[use_case]]\nname = "bid_optimization"\ntitle = "Bids"\nchannel = "ads"\n'
        'match.use_case = "bid_optimization"\n[[use_case.objective]]\n'
        'sli = "response"\nthreshold_ms = 70\n'
    )
    bid = {"marketing.use_case": "bid_optimization"}
    for minutes, settings in enumerate([shipped, settings_of(Path(shipped.lake), config), shipped]):
        at = NOW + timedelta(minutes=minutes)
        pipeline.restart(settings)
        pipeline.arrive([otlp([TestSpan(f"{minutes:x}1", "1", end_ms=80, attributes=bid)])], at)
        pipeline.assemble(at)
    assert pipeline.rows("SELECT sum(good), sum(total) FROM slo_hours") == [(3, 3)]
    assert [check.name for check in run_checks(pipeline.con) if check.offending_rows] == []


def test_upkeep_bounds_the_files_and_changes_no_number(fresh: Pipeline) -> None:
    maintenance = Maintenance(fresh.con, clock=count(step=60).__next__)
    for minutes, body in enumerate(bodies(5000)):
        at = NOW + timedelta(minutes=minutes)
        fresh.arrive([body], at)
        fresh.assemble(at)
    before, files = numbers(fresh), data_files(fresh)
    for _ in range(25):  # every chore, the rare ones once
        maintenance.run()
    assert numbers(fresh) == before
    assert files > 2 * data_files(fresh)
    assert data_files(fresh) <= FILES_OF_A_SMALL_LAKE


def data_files(pipeline: Pipeline) -> int:
    [(files,)] = pipeline.rows("SELECT sum(file_count) FROM ducklake_table_info('lake')")
    return int(files)


def test_a_reader_from_the_first_second_reads_on_after_upkeep(fresh: Pipeline) -> None:
    """Later steps add columns: where rows of the old columns waited is gone before it opens."""
    with open_reader(fresh.settings) as reader:
        assert reader.execute("SELECT count(*) FROM requests").fetchall() == [(0,)]
        for body in bodies(500):
            fresh.arrive([body])
        made = fresh.assemble().requests
        fresh.con.execute("CALL ducklake_flush_inlined_data('lake')")
        assert reader.execute("SELECT count(*) FROM requests").fetchall() == [(made,)]
