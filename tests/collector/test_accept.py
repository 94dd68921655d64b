"""Admission stores good spans as they came and refuses bad ones one by one, counted."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.accept import Admission
from collector.errors import MalformedError, RefusedError, TooLargeError
from collector.journal import Batch, Journal
from collector.signals import LOGS, METRICS, TRACES, Signal

Counts = Callable[[], Counter[tuple[str, str, str]]]

GOOD = Span(trace_id=b"t" * 16, span_id=b"s" * 8, parent_span_id=b"p" * 8, name="chat")
BAD = {
    "trace_id_length": Span(trace_id=b"t" * 15, span_id=b"s" * 8),
    "trace_id_zero": Span(trace_id=bytes(16), span_id=b"s" * 8),
    "span_id_length": Span(trace_id=b"t" * 16, span_id=b""),
    "span_id_zero": Span(trace_id=b"t" * 16, span_id=bytes(8)),
    "parent_span_id_length": Span(trace_id=b"t" * 16, span_id=b"s" * 8, parent_span_id=b"p"),
}


def request(*spans: Span) -> bytes:
    message = ExportTraceServiceRequest()
    message.resource_spans.add().scope_spans.add().spans.extend(spans)
    return message.SerializeToString()


def send(admission: Admission, body: bytes) -> ExportTraceServiceResponse:
    response = admission.accept(TRACES, body, "grpc")
    assert isinstance(response, ExportTraceServiceResponse)
    return response


def stored(journal: Journal) -> list[Batch]:
    return journal.peek(0, max_bytes=2**26, max_batches=1000)


def test_good_requests_are_stored_byte_for_byte(
    admission: Admission, journal: Journal, protobuf_payloads: list[bytes]
) -> None:
    for body in protobuf_payloads:
        assert send(admission, body) == ExportTraceServiceResponse()
    assert [batch.body for batch in stored(journal)] == protobuf_payloads
    assert all(batch.span_count > 0 for batch in stored(journal))


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_span_is_refused_and_its_neighbours_are_stored(
    admission: Admission, journal: Journal, refused: Counts, reason: str
) -> None:
    response = send(admission, request(GOOD, BAD[reason], GOOD, BAD[reason]))
    assert response.partial_success.rejected_spans == 2
    assert response.partial_success.error_message.startswith("Spans refused: 2 with a")
    (batch,) = stored(journal)
    assert (batch.body, batch.span_count) == (request(GOOD, GOOD), 2)
    assert refused() == {("grpc", "traces", reason): 2}


def test_a_request_of_bad_spans_only_stores_nothing(admission: Admission, journal: Journal) -> None:
    assert send(admission, request(*BAD.values())).partial_success.rejected_spans == len(BAD)
    assert stored(journal) == []


@pytest.mark.parametrize("parent", [b"", bytes(8)])
def test_a_span_without_parent_is_good(admission: Admission, parent: bytes) -> None:
    root = Span(trace_id=b"t" * 16, span_id=b"s" * 8, parent_span_id=parent)
    assert send(admission, request(root)) == ExportTraceServiceResponse()


@pytest.mark.parametrize("body", [b"", request()])
def test_an_empty_request_is_acknowledged_and_not_stored(
    admission: Admission, journal: Journal, body: bytes
) -> None:
    assert send(admission, body) == ExportTraceServiceResponse()
    assert stored(journal) == []


def test_undecodable_bytes_are_malformed_and_counted(admission: Admission, refused: Counts) -> None:
    with pytest.raises(MalformedError) as caught:
        send(admission, b"\x0a\xff\xff not protobuf")
    admission.refuse(caught.value, TRACES, "grpc")
    assert refused() == {("grpc", "traces", "undecodable"): 1}


def test_a_request_beyond_the_limit_is_too_large(admission: Admission) -> None:
    with pytest.raises(TooLargeError, match="smaller batches"):
        send(admission, bytes(admission.message_bytes + 1))


def test_odd_values_are_not_a_reason_to_refuse(admission: Admission) -> None:
    span = Span(trace_id=b"t" * 16, span_id=b"s" * 8, name="nul \0 byte")
    span.start_time_unix_nano, span.end_time_unix_nano = 2**64 - 1, 0
    value = span.attributes.add(key="deep").value
    for _ in range(30):
        value = value.kvlist_value.values.add(key="k").value
    body = request(span).replace(b"nul", b"\xff\xfe\xfd")
    assert send(admission, body) == ExportTraceServiceResponse()


def metrics() -> bytes:
    message = ExportMetricsServiceRequest()
    scope = message.resource_metrics.add().scope_metrics.add()
    scope.metrics.add(name="none")
    for _ in range(3):
        scope.metrics.add(name="sum").sum.data_points.add(as_int=1)
        scope.metrics.add(name="histogram").histogram.data_points.add(count=1)
    return message.SerializeToString()


def logs() -> bytes:
    message = ExportLogsServiceRequest()
    message.resource_logs.add().scope_logs.add().log_records.add().body.string_value = "a"
    message.resource_logs.add().scope_logs.add().log_records.add().body.string_value = "b"
    return message.SerializeToString()


@pytest.mark.parametrize(
    ("signal", "body", "count"),
    [(METRICS, metrics(), 6), (LOGS, logs(), 2), (LOGS, b"broken", 1)],
)
def test_metrics_and_logs_are_acknowledged_and_counted_as_dropped(
    admission: Admission, refused: Counts, signal: Signal, body: bytes, count: int
) -> None:
    assert admission.accept(signal, body, "http") == signal.response()
    assert refused() == {("http", signal.name, f"{signal.name}_not_read"): count}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32))
def test_mutated_payloads_are_answered_or_refused(
    admission: Admission, mutated: Callable[[int], bytes], seed: int
) -> None:
    try:
        response = send(admission, mutated(seed))
    except RefusedError as error:
        assert isinstance(error, MalformedError)
    else:
        assert response.partial_success.rejected_spans >= 0


def test_every_captured_request_is_accepted(
    admission: Admission, journal: Journal, corpus: list[Path]
) -> None:
    spans = 0
    for path in corpus:
        body = path.read_bytes()
        if path.suffix == ".pb":
            assert send(admission, body) == ExportTraceServiceResponse()
            spans += body_span_count(body)
    assert sum(batch.span_count for batch in stored(journal)) == spans


def body_span_count(body: bytes) -> int:
    message = ExportTraceServiceRequest.FromString(body)
    return sum(len(scope.spans) for rs in message.resource_spans for scope in rs.scope_spans)
