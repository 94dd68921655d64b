"""What was acknowledged survives `kill -9` at any moment, and nothing is counted twice."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.e2e.processes import CollectorProcess

KILLS_WHILE_STARTING = 3
KILLS_WHILE_RUNNING = 4
STARTING_S = (0.1, 2.0)
RUNNING_S = (0.02, 2.5)
LONG_RUNNING_S = 6.0

Ids = set[tuple[str, ...]]


@contextmanager
def sending(collector: CollectorProcess, path: Path) -> Iterator[None]:
    """A process of its own sends meanwhile, and at the end what it still has."""
    target, url = collector.settings.grpc_address, collector.http_url
    with (path.parent / "sender.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.sender", target, url, str(path)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stderr=log,
        )
        try:
            yield
            process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()


def moments() -> list[tuple[bool, float]]:
    """When to kill: (while it starts, seconds after it was started or was ready)."""
    random = Random(2)
    starting = [(True, random.uniform(*STARTING_S)) for _ in range(KILLS_WHILE_STARTING)]
    running = [(False, random.uniform(*RUNNING_S)) for _ in range(KILLS_WHILE_RUNNING)]
    drawn = [*starting, *running, (False, LONG_RUNNING_S)]
    random.shuffle(drawn)
    return drawn


def kill_again_and_again(collector: CollectorProcess) -> None:
    for while_starting, after_s in moments():
        collector.kill()
        collector.start()
        if not while_starting:
            collector.wait_until_ready()
        time.sleep(after_s)
        assert collector.process.poll() is None, collector.log.read_text(encoding="utf-8")
    collector.kill()


def ids(path: Path, word: str) -> Ids:
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    return {tuple(rest) for first, *rest in lines if first == word}


@pytest.mark.timeout(240)
def test_acknowledged_spans_are_in_the_lake_exactly_once(
    new: CollectorProcess, tmp_path: Path
) -> None:
    witness = tmp_path / "witness.txt"
    with new as collector:
        with sending(collector, witness):
            kill_again_and_again(collector)
            collector.start()
            collector.wait_until_ready()
        assert_all_is_there(collector, witness)


def assert_all_is_there(collector: CollectorProcess, witness: Path) -> None:
    """Stop it, bring the models up to date, and hold the lake against what was acknowledged."""
    assert collector.stop() == 0, collector.log.read_text(encoding="utf-8")
    assert collector.run("refresh").returncode == 0
    stored = [tuple(row) for row in collector.rows("select trace_id, span_id from spans")]
    acknowledged = ids(witness, "acknowledged")
    assert len(acknowledged) > 100
    assert acknowledged - set(stored) == set()
    assert len(stored) == len(set(stored))
    assert set(stored) - ids(witness, "sent") == set()
    assert_requests_are_the_traces(collector)


def assert_requests_are_the_traces(collector: CollectorProcess) -> None:
    differing = collector.rows(
        """
        with traces as (select trace_id, count(*) as spans from spans group by all)
        select trace_id, traces.spans, requests.spans, requests.request_id
        from traces full join requests using (trace_id)
        where traces.spans is distinct from requests.spans
        """
    )
    assert differing == []
    assert collector.value("select count(*) - count(distinct trace_id) from requests") == 0
    checked = collector.run("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
