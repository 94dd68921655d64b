"""What the loader does when something fails between the lake and the requests."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from collector import loader
from collector.journal import Journal
from sql.lake import open_writer
from sql.refresh import Assembly
from tests.e2e.processes import wait_until
from tests.lakes import empty_lake
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import settings_of


def test_spans_that_could_not_wait_become_requests_all_the_same(
    tmp_path: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the load is in the lake, its spans are read, and the table they wait in has no room."""
    monkeypatch.setattr(loader, "BACK_OFF_S", 0.1)
    settings = settings_of(empty_lake(tmp_path / "lake"))
    con = open_writer(settings)
    faults = iter([duckdb.OutOfMemoryException("no room for the table")])
    wait = Assembly._wait_as

    def wait_once_there_is_room(assembly: Assembly, table: str) -> None:
        for fault in faults:
            raise fault
        wait(assembly, table)

    monkeypatch.setattr(Assembly, "_wait_as", wait_once_there_is_room)
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
