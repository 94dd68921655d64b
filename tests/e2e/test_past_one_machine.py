"""Several collectors on one lake in PostgreSQL and S3: nothing is lost, nothing counted twice."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event, Thread

import grpc
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sql.lake import open_reader
from sql.models import run_checks
from tests.e2e.payloads import a_span, request_of
from tests.e2e.processes import CollectorProcess, wait_until
from tests.shared_lake import SharedPlace, shared_place

MACHINES = 3
SPANS_OF_A_TRACE = 5
PAUSE_S = 0.02
ELECTED = "this collector refreshes the lake"
CONFIG = 'log_level = "info"\n'


@pytest.fixture(scope="module")
def place() -> Iterator[SharedPlace]:
    with shared_place() as place:
        yield place


@pytest.fixture
def machines(
    place: SharedPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[CollectorProcess]]:
    """Collectors that run, each in a folder of its own, on one new lake."""
    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)  # this process reads the lake too
    lake = place.lake(tmp_path.name)
    with ExitStack() as running:
        machines = [
            CollectorProcess(
                tmp_path / f"{number}" / "home",
                config=CONFIG,
                shared=lake,
            )
            for number in range(MACHINES)
        ]
        for machine in machines:
            machine.start()
            running.callback(machine.close)
        for machine in machines:
            machine.wait_until_ready()
        yield machines


class Witness:
    """Sends spans of one trace to all machines in turn, and knows which were acknowledged."""

    def __init__(self, machines: list[CollectorProcess]) -> None:
        self._exporters = [machine.exporter(machine.channel()) for machine in machines]
        self._turns = cycle(range(len(machines)))
        self._stop = Event()
        self.sent: list[list[Span]] = []

    @contextmanager
    def sending(self) -> Iterator[None]:
        thread = Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            root = a_span()
            children = [
                a_span(trace_id=root.trace_id, parent_span_id=root.span_id)
                for _ in range(SPANS_OF_A_TRACE - 1)
            ]
            for span in (*children, root):
                self._deliver(request_of(span).SerializeToString())
            self.sent.append([root, *children])
            time.sleep(PAUSE_S)

    def _deliver(self, body: bytes) -> None:
        """As a load balancer: to another machine, when one does not answer."""
        for _ in range(10 * len(self._exporters)):
            try:
                self._exporters[next(self._turns)](body, timeout=5)
            except grpc.RpcError:
                time.sleep(PAUSE_S)
            else:
                return
        raise AssertionError("no machine took the span")


def assert_all_is_there(machines: list[CollectorProcess], witness: Witness) -> None:
    """Every trace is one request with all its spans, and no check finds anything."""
    everything = sum(len(spans) for spans in witness.sent)
    with closing(open_reader(machines[0].settings)) as lake:
        counted = "select coalesce(sum(spans), 0) from requests"
        wait_until(lambda: lake.execute(counted).fetchall() == [(everything,)])
        requests = lake.execute("select count(*), min(spans), max(spans) from requests").fetchall()
        assert requests == [(len(witness.sent), SPANS_OF_A_TRACE, SPANS_OF_A_TRACE)]
        assert [check.name for check in run_checks(lake) if check.offending_rows] == []


@pytest.mark.timeout(240)
def test_machines_die_and_every_acknowledged_span_is_in_one_request(
    machines: list[CollectorProcess],
) -> None:
    witness = Witness(machines)
    with witness.sending():
        wait_until(lambda: bool(machines[0].value("select count(*) from requests")))
        elected = [machine for machine in machines if ELECTED in machine.log.read_text()]
        assert len(elected) == 1
        [refresher] = elected
        follower = next(machine for machine in machines if machine is not refresher)
        follower.kill()
        refresher.kill()
        [left] = [machine for machine in machines if machine not in (follower, refresher)]
        wait_until(lambda: ELECTED in left.log.read_text())
        before = left.value("select count(*) from requests")
        wait_until(lambda: left.value("select count(*) from requests") > before)
        for machine in (follower, refresher):
            machine.start()
            machine.wait_until_ready()
    assert_all_is_there(machines, witness)


@pytest.mark.timeout(240)
def test_the_catalogue_goes_away_and_comes_back(
    place: SharedPlace, machines: list[CollectorProcess], tmp_path: Path
) -> None:
    witness = Witness(machines)
    with witness.sending():
        wait_until(lambda: bool(machines[0].value("select count(*) from requests")))
        with place.cut_off(tmp_path.name):
            sent = len(witness.sent)
            wait_until(lambda: all("loading failed" in m.log.read_text() for m in machines))
            wait_until(lambda: len(witness.sent) > sent + MACHINES)  # the doors stay open
    assert_all_is_there(machines, witness)
