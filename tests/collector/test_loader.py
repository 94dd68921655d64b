"""What the loader does when something fails between the lake and the requests."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from collector import loader
from collector.journal import Journal
from sql.lake import open_writer
from tests.e2e.processes import wait_until
from tests.lakes import empty_lake
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import settings_of


def test_spans_that_could_not_wait_become_requests_all_the_same(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the load is in the lake, the table in which its spans would wait cannot be made."""
    monkeypatch.setattr(loader, "BACK_OFF_S", 0.1)
    settings = settings_of(empty_lake(tmp_path / "lake"))
    con = open_writer(settings)
    con.execute("CREATE TEMP VIEW hot_2 AS SELECT 'in the way' AS reason")
    with con.cursor() as reader:
        loading = loader.Loader(con, journal, settings, quiet=timedelta(0))
        try:
            journal.put(otlp([TestSpan("a", "1", end_ms=50)]), door="grpc", span_count=1)
            wait_until(lambda: _requests(reader) == 1)
        finally:
            loading.stop()


def _requests(reader: duckdb.DuckDBPyConnection) -> int:
    row = reader.execute("SELECT count(*) FROM lake.requests").fetchone()
    return int(row[0]) if row else 0
