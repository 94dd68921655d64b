"""Other processes read the lake while the collector writes, and neither disturbs the other."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.payloads import trace_of
from tests.e2e.processes import CollectorProcess, wait_until

LOAD_S = 12.0
PAUSE_S = 0.01
SPANS_PER_REQUEST = 64
SLOWEST_ACK_S = 2.0


@contextmanager
def reading(collector: CollectorProcess, output: Path) -> Iterator[None]:
    with output.open("w", encoding="utf-8") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.reader"],
            env=collector.environment(),
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=lines,
        )
        try:
            yield
            process.communicate(timeout=30)
            assert process.returncode == 0
        finally:
            process.kill()
            process.communicate()


def load(collector: CollectorProcess) -> tuple[int, float]:
    """(requests acknowledged, the longest wait for one in seconds)."""
    waits: list[float] = []
    end = time.monotonic() + LOAD_S
    with collector.channel() as channel:
        export = collector.exporter(channel)
        while (asked_at := time.monotonic()) < end:
            export(trace_of(SPANS_PER_REQUEST))
            waits.append(time.monotonic() - asked_at)
            time.sleep(PAUSE_S)
    return len(waits), max(waits)


@pytest.fixture
def read_meanwhile(running: CollectorProcess, tmp_path: Path) -> list[list[int]]:
    """What a second process read during a load that the collector took in its stride."""
    output = tmp_path / "read.txt"
    with reading(running, output):
        sent, slowest_s = load(running)
        everything = sent * SPANS_PER_REQUEST
        wait_until(lambda: running.value("select sum(spans) from requests") == everything)
        time.sleep(1.0)  # so that the reader sees the end, too
    assert slowest_s < SLOWEST_ACK_S
    lines = output.read_text(encoding="utf-8").splitlines()
    rows = [[int(each) for each in line.split()] for line in lines]
    assert rows[-1] == [everything, everything, everything, sent]
    return rows


def test_each_snapshot_is_consistent_and_numbers_never_go_back(
    read_meanwhile: list[list[int]],
) -> None:
    assert len(read_meanwhile) > 10
    assert all(spans == logged == distinct for spans, logged, distinct, _ in read_meanwhile)
    assert all(
        later >= earlier
        for before, after in pairwise(read_meanwhile)
        for earlier, later in zip(before, after, strict=True)
    )
    assert len({spans for spans, *_ in read_meanwhile}) > 3


def test_duckdbs_own_shell_reads_tables_and_models_while_the_collector_writes(
    running: CollectorProcess, tmp_path: Path
) -> None:
    script = tmp_path / "open.sql"
    script.write_text(running.run("sql", "--open-script").stdout, encoding="utf-8")
    before = running.value("select count(*) from spans")

    def in_shell(query: str) -> subprocess.CompletedProcess[str]:
        shell = Path(sys.executable).with_name("duckdb")
        command = [shell, "-batch", "-noheader", "-list", "-init", script, "-c", query]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    with running.channel() as channel:
        running.exporter(channel)(trace_of(SPANS_PER_REQUEST))
        wait_until(lambda: running.value("select count(*) from spans") > before)
        answer = in_shell("select count(*) from spans")
        assert int(answer.stdout) == before + SPANS_PER_REQUEST, answer.stderr
    board = in_shell("select count(*) from slo_board(now() - interval 1 day, now())")
    assert int(board.stdout) > 0, board.stderr
    assert "read-only" in in_shell("delete from lake.spans").stderr
