"""Starting, stopping and being in the way of one another."""

import signal
import socket
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


@pytest.mark.parametrize("door", ["grpc", "http"])
def test_a_taken_port_is_said(tmp_path: Path, door: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as holder:
        address = f"127.0.0.1:{holder.getsockname()[1]}"
        other = "http" if door == "grpc" else "grpc"
        config = f'{door}_address = "{address}"\n{other}_address = "127.0.0.1:0"\n'
        (tmp_path / "taken.toml").write_text(config, encoding="utf-8")
        collector = CollectorProcess(tmp_path / "lake")
        variables = ("LATENCYTAX_GRPC_ADDRESS", "LATENCYTAX_HTTP_ADDRESS")
        refused = collector.run(
            "collect", "--config", str(tmp_path / "taken.toml"), without=variables
        )
    assert refused.returncode == 1
    assert f"cannot listen on {address}" in refused.stderr
    assert f"set {door}_address" in refused.stderr
    assert "Traceback" not in refused.stderr


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
