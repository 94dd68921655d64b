import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status.rpc_status import to_status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from sample_data.play import PlayError, live_traffic, play_history, trickle


class Door(TraceServiceServicer):
    """An OTLP door that refuses the first requests with the given code."""

    def __init__(self, *, refusals: int = 0, code: int = 14) -> None:
        self.refusals, self.code = refusals, code
        self.accepted_spans = 0
        self.some_came = threading.Event()
        self._lock = threading.Lock()

    def Export(  # noqa: N802 - the service's name
        self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
    ) -> ExportTraceServiceResponse:
        with self._lock:
            self.refusals -= 1
            refuse = self.refusals >= 0
        if refuse:
            status = Status(code=self.code, message="the journal is full")
            detail = Any()
            detail.Pack(RetryInfo(retry_delay=Duration(nanos=20_000_000)))
            status.details.append(detail)
            context.abort_with_status(to_status(status))
        spans = sum(len(s.spans) for r in request.resource_spans for s in r.scope_spans)
        with self._lock:
            self.accepted_spans += spans
        self.some_came.set()
        return ExportTraceServiceResponse()


@contextmanager
def opened(door: Door, address: str = "127.0.0.1:0") -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(4))
    add_TraceServiceServicer_to_server(door, server)
    port = server.add_insecure_port(address)
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None).wait()


def test_every_span_is_acknowledged_in_spite_of_refusals() -> None:
    door = Door(refusals=5)
    seen: list[tuple[int, int]] = []
    with opened(door) as target:
        report = play_history(
            target, days=1, seed=1, on_progress=lambda sent, total: seen.append((sent, total))
        )
    assert report.retries == 5
    assert report.spans == door.accepted_spans == seen[-1][0] == seen[-1][1]
    assert seen == sorted(seen, key=lambda progress: progress[0])
    assert seen[0][1] == pytest.approx(report.spans, rel=0.01)


def test_a_refusal_for_good_stops_the_play() -> None:
    with opened(Door(refusals=100, code=3)) as target, pytest.raises(PlayError, match="INVALID"):
        play_history(target, days=1, seed=1, on_progress=lambda _sent, _total: None)


def test_trickle_survives_a_restart_of_the_collector_and_stops() -> None:
    stop = threading.Event()
    before, after = Door(), Door()
    with opened(before) as target:
        sender = threading.Thread(target=trickle, args=(target, stop), kwargs={"seed": 1})
        sender.start()
        assert before.some_came.wait(20)
    with opened(after, target):
        assert after.some_came.wait(20)
    stop.set()
    sender.join(20)
    assert not sender.is_alive()


def test_live_traffic_that_is_started_again_has_other_ids() -> None:
    def trace_ids(from_at: datetime) -> set[bytes]:
        traces = live_traffic(from_at, seed=1).next_traces(from_at + timedelta(minutes=2))
        return {span.trace_id for trace in traces for span in trace.spans}

    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert trace_ids(at)
    assert trace_ids(at).isdisjoint(trace_ids(at + timedelta(seconds=1)))
