"""A lake in a folder is taken to PostgreSQL and S3 while its collector goes on."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.e2e.payloads import a_span, request_of
from tests.e2e.processes import CollectorProcess, wait_until
from tests.shared_lake import SharedLake, shared_place

TRACES = 30


@pytest.fixture(scope="module")
def lake() -> Iterator[SharedLake]:
    with shared_place() as place:
        yield place.lake("moved")


@pytest.fixture
def collector(
    tmp_path: Path, lake: SharedLake, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CollectorProcess]:
    for name, value in lake.secrets.items():
        monkeypatch.setenv(name, value)  # and with it of every command
    with CollectorProcess(tmp_path / "lake") as collector:
        yield collector


def send(collector: CollectorProcess, traces: int = TRACES) -> None:
    with collector.channel() as channel:
        export = collector.exporter(channel)
        for _ in range(traces):
            root = a_span()
            child = a_span(trace_id=root.trace_id, parent_span_id=root.span_id)
            export(request_of(child).SerializeToString(), timeout=10)
            export(request_of(root).SerializeToString(), timeout=10)


@pytest.mark.timeout(240)
def test_a_lake_moves_and_nothing_is_lost_or_counted_twice(
    collector: CollectorProcess, lake: SharedLake
) -> None:
    send(collector)
    wait_until(lambda: collector.value("select count(*) from requests") == TRACES)
    send(collector)
    to = ("--to", lake.catalogue, "--to-data", lake.data)
    moved = collector.run("move", *to)
    assert moved.returncode == 0, moved.stderr
    assert "LATENCYTAX_HOME" in moved.stdout

    send(collector)  # the doors stay open; the journal keeps it for the new lake
    again = collector.run("move", *to)
    assert (again.returncode, "has a lake already" in again.stderr) == (1, True)
    assert collector.stop() == 0
    refused = collector.run("collect")
    assert (refused.returncode, "was moved" in refused.stderr) == (1, True)

    here = str(collector.settings.lake)
    with CollectorProcess(Path(here).parent / "new", shared=lake) as new:
        new.close()
        new.settings = replace(new.settings, home=here)
        new.start()
        new.wait_until_ready()
        send(new)
        wait_until(lambda: new.value("select count(*) from requests") == 4 * TRACES)
        assert new.rows("select distinct spans from requests") == [(2,)]
        assert new.value("select count(*) from spans") == 8 * TRACES


def test_only_a_folder_moves_and_only_to_where_machines_share_it(
    collector: CollectorProcess, tmp_path: Path
) -> None:
    moved = collector.run("move", "--to", str(tmp_path / "other"), "--to-data", str(tmp_path))
    assert (moved.returncode, "ducklake:postgres" in moved.stderr) == (1, True)
