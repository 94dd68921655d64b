"""Reports of conversions are stored as they come; the refresher makes conversions of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.conversion_table import Report, store_reports
from sql.conversions import Conversion
from sql.lake import transaction
from sql.redaction import Redactor
from tests.sql.pipeline import Pipeline, settings_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ORDER = Conversion("order-1", "s-1", "0af765" * 5 + "19", None, NOON, "purchase", 84.5, "span")
UNKNOWN_KIND = replace(ORDER, kind=None)
REFUND = replace(ORDER, session_id=None, revenue_usd=10.0, source="import")
STORED = ("order-1", "s-1", "purchase", 84.5, "span", NOON)


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(settings_of(tmp_path / "lake"))


def report(pipeline: Pipeline, *reports: Report) -> None:
    """What one load stores."""
    with transaction(pipeline.con):
        store_reports(pipeline.con, reports, Redactor(patterns=(), key=b""))
        oldest = min(received_at for received_at, _ in reports)
        pipeline.log_load(oldest, batches=1, spans=0, size_bytes=1)


def stored(pipeline: Pipeline) -> list[tuple[object, ...]]:
    return pipeline.rows(
        "SELECT conversion_id, session_id, kind, revenue_usd, source, received_at "
        "FROM lake.conversions ORDER BY 1"
    )


def test_a_repeat_changes_nothing_and_a_correction_corrects(pipeline: Pipeline) -> None:
    report(pipeline, (NOON, UNKNOWN_KIND), (NOON, ORDER), (NOON, UNKNOWN_KIND))
    assert pipeline.assembly.read()
    assert stored(pipeline) == [STORED]
    report(pipeline, (LATER, UNKNOWN_KIND))
    assert not pipeline.assembly.read()
    for _ in range(2):
        report(pipeline, (LATER, REFUND))
        pipeline.assembly.read()
        assert stored(pipeline) == [("order-1", "s-1", "purchase", 10.0, "span", NOON)]


def test_reports_of_several_loads_that_are_read_at_once_keep_their_order(
    pipeline: Pipeline,
) -> None:
    report(pipeline, (NOON, ORDER))
    report(pipeline, (LATER, REFUND), (LATER, UNKNOWN_KIND))
    pipeline.assembly.read()
    [(_, _, kind, revenue_usd, _, _)] = stored(pipeline)
    assert (kind, revenue_usd) == ("purchase", UNKNOWN_KIND.revenue_usd)


def test_a_refresher_that_takes_over_reads_no_report_twice_and_misses_none(
    pipeline: Pipeline,
) -> None:
    report(pipeline, (NOON, ORDER))
    pipeline.assembly.read()
    report(pipeline, (LATER, REFUND))
    pipeline.restart(pipeline.settings)
    assert stored(pipeline) == [("order-1", "s-1", "purchase", 10.0, "span", NOON)]
    pipeline.assemble()
    pipeline.restart(pipeline.settings)
    assert pipeline.rows(
        "SELECT count(*) FROM lake.conversion_reports "
        "WHERE snapshot_id > (SELECT through_snapshot FROM lake.assembly_log)"
    ) == [(0,)]
