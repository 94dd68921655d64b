"""Starting, stopping and being in the way of one another."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import grpc
import psutil
import pytest

from tests.e2e.outages import locked
from tests.e2e.payloads import trace_of
from tests.e2e.processes import CollectorProcess, wait_until

SMALL_JOURNAL = "[limits]\njournal_bytes = 4_000_000\n"
SPANS_PER_REQUEST = 512


def fill_journal(collector: CollectorProcess) -> int:
    """Sends until the collector says that the journal is full; how many requests it took."""
    taken = 0
    with collector.channel() as channel:
        export = collector.exporter(channel)
        while True:
            try:
                export(trace_of(SPANS_PER_REQUEST))
            except grpc.RpcError as error:
                assert error.code() is grpc.StatusCode.UNAVAILABLE
                return taken
            taken += 1


def waiting_batches(collector: CollectorProcess) -> int:
    with closing(sqlite3.connect(Path(collector.settings.lake) / "journal.sqlite")) as journal:
        return int(journal.execute("select count(*) from batches").fetchone()[0])


def test_a_full_journal_is_loaded_after_a_restart(tmp_path: Path) -> None:
    with CollectorProcess(tmp_path / "lake", config=SMALL_JOURNAL) as collector:
        with locked(tmp_path / "lake"):
            taken = fill_journal(collector)
            assert waiting_batches(collector) > 0
        assert collector.stop() == 0
        collector.start()
        collector.wait_until_ready()
        sent = taken * SPANS_PER_REQUEST
        wait_until(lambda: collector.value("select count(*) from spans") == sent)
        wait_until(lambda: collector.value("select sum(spans) from requests") == sent)
        assert collector.value("select count(*) from requests") == taken
        refusals = "select sum(\"count\") from rejections where reason = 'journal_full'"
        assert collector.value(refusals) == 1


def test_a_second_collector_is_refused(running: CollectorProcess) -> None:
    second = running.run("collect")
    assert second.returncode == 1
    assert f"another collector (process {running.process.pid}) writes the lake" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("verb", ["collect", "up"])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_and_leaves_no_process(
    stopped: CollectorProcess, verb: str, how: signal.Signals
) -> None:
    stopped.start(verb)
    stopped.wait_until_ready()
    if verb == "up":
        wait_until(lambda: bool(psutil.Process(stopped.process.pid).children()))
    family = psutil.Process(stopped.process.pid).children(recursive=True)
    assert stopped.stop(how) == 0
    assert not any(each.is_running() for each in family)
    assert "Traceback" not in stopped.log.read_text(encoding="utf-8")
