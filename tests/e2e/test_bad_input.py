"""What is wrong with a request is answered as OTLP says, counted with its reason, and survived."""

import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import product
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.payloads import (
    MILLISECOND,
    a_span,
    request_of,
    text,
    trace_of,
    with_nested,
    with_nested_json,
)
from tests.e2e.processes import CollectorProcess, wait_until

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
GZIP = {"Content-Encoding": "gzip"}
LIMIT_BYTES = 32 * 2**20
ATTRIBUTE_LIMIT = 256
VALUE_LIMIT_BYTES = 16 * 1024
NESTED = 100
DAY = 86_400_000 * MILLISECOND
DOUBTFUL_TIMES = {
    "end_before_start": (0, -5 * MILLISECOND),
    "far_future": (300 * DAY, 300 * DAY + MILLISECOND),
    "far_past": (-3000 * DAY, -3000 * DAY + MILLISECOND),
}
ENDS_OF_TIME = (0, 1, 2**63 - 1, 2**64 - 1)
COUNTED = 'select reason, sum("count") from rejections group by all'


@dataclass(frozen=True, slots=True)
class Refused:
    """A body that is refused as a whole by the HTTP door."""

    reason: str
    status: int
    body: bytes
    headers: Mapping[str, str]


BOMB = gzip.compress(bytes(LIMIT_BYTES + 1))
HTTP_REFUSALS = (
    Refused("undecodable", 400, b"\xff\xff\xff", PROTOBUF),
    Refused("undecodable", 400, b'{"resourceSpans": 7}', JSON),
    Refused("undecodable", 400, b"[" * 100_000, JSON),
    Refused("wrong_content_type", 415, b"hello", {"Content-Type": "text/plain"}),
    Refused("wrong_content_encoding", 415, b"hello", PROTOBUF | {"Content-Encoding": "br"}),
    Refused("too_large", 413, bytes(LIMIT_BYTES + 1), PROTOBUF),
    Refused("too_large", 413, BOMB, PROTOBUF | GZIP),
    Refused("broken_gzip", 400, b"hello", PROTOBUF | GZIP),
    Refused("truncated_gzip", 400, gzip.compress(b"hello")[:-6], PROTOBUF | GZIP),
)
GRPC_REFUSALS = (
    ("undecodable", grpc.StatusCode.INVALID_ARGUMENT, b"\xff\xff\xff"),
    ("too_large", grpc.StatusCode.RESOURCE_EXHAUSTED, bytes(LIMIT_BYTES + 1)),
    ("too_large", grpc.StatusCode.RESOURCE_EXHAUSTED, BOMB),
)
FAULTY_IDS = {
    "trace_id_length": {"trace_id": b"short"},
    "trace_id_zero": {"trace_id": bytes(16)},
    "span_id_length": {"span_id": b"much too long"},
    "span_id_zero": {"span_id": bytes(8)},
    "parent_span_id_length": {"parent_span_id": b"short"},
}


def post(collector: CollectorProcess, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    connection = HTTPConnection(collector.settings.http_address, timeout=30)
    connection.request("POST", "/v1/traces", body, dict(headers))
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def export(collector: CollectorProcess, body: bytes) -> ExportTraceServiceResponse:
    with collector.channel() as channel:
        return ExportTraceServiceResponse.FromString(collector.exporter(channel)(body))


def counts(collector: CollectorProcess) -> Counter[str]:
    return Counter({reason: int(count) for reason, count in collector.rows(COUNTED)})


@contextmanager
def counting(collector: CollectorProcess, expected: Counter[str]) -> Iterator[None]:
    """What happens inside is counted so: no more and no less, under these reasons."""
    before = counts(collector)
    yield
    wait_until(lambda: (counts(collector) - before).total() >= expected.total(), within_s=10)
    assert counts(collector) - before == expected


def stored(collector: CollectorProcess, span: Span) -> dict[str, Any]:
    """The span as it is in the lake, once it is there."""
    query = """
        select name, duration_ms, flag, service, attributes, epoch_ns(started_at) // 1000 * 1000
        from spans where trace_id = ?
    """
    rows: list[tuple[Any, ...]] = []

    def is_stored() -> bool:
        rows[:] = collector.rows(query, span.trace_id.hex())
        return bool(rows)

    wait_until(is_stored, within_s=10)
    names = ("name", "duration_ms", "flag", "service", "attributes", "started_ns")
    return dict(zip(names, rows[0], strict=True))


@pytest.fixture(autouse=True)
def still_serving(running: CollectorProcess) -> Any:
    """After each test both doors take a good request."""
    yield
    assert export(running, trace_of(2)) == ExportTraceServiceResponse()
    assert post(running, trace_of(2), PROTOBUF)[0] == 200
    assert running.process.poll() is None


def test_http_refuses_and_counts(running: CollectorProcess) -> None:
    with counting(running, Counter(each.reason for each in HTTP_REFUSALS)):
        for refused in HTTP_REFUSALS:
            status, answer = post(running, refused.body, refused.headers)
            assert (refused.reason, status) == (refused.reason, refused.status)
            if refused.headers["Content-Type"] == PROTOBUF["Content-Type"]:
                assert Status.FromString(answer).message
            else:
                assert json.loads(answer)["message"]


def test_grpc_refuses_and_counts(running: CollectorProcess) -> None:
    with counting(running, Counter(reason for reason, _, _ in GRPC_REFUSALS)):
        for _, code, body in GRPC_REFUSALS:
            with pytest.raises(grpc.RpcError) as refused:
                export(running, body)
            assert refused.value.code() is code
            assert rpc_status.from_call(refused.value) is not None


@pytest.mark.parametrize("door", ["grpc", "http"])
def test_spans_with_faulty_ids_are_refused_alone(running: CollectorProcess, door: str) -> None:
    good = a_span()
    with counting(running, Counter(FAULTY_IDS.keys())):
        for fields in FAULTY_IDS.values():
            body = request_of(good, a_span(**fields)).SerializeToString()
            if door == "grpc":
                response = export(running, body)
            else:
                status, answer = post(running, body, PROTOBUF)
                assert status == 200
                response = ExportTraceServiceResponse.FromString(answer)
            assert response.partial_success.rejected_spans == 1
            assert response.partial_success.error_message
    assert stored(running, good)["name"] == "turn"


def test_doubtful_times_are_kept_and_flagged(running: CollectorProcess) -> None:
    now = time.time_ns() // 1000 * 1000
    spans = {
        flag: a_span(start_time_unix_nano=now + start_ns, end_time_unix_nano=now + end_ns)
        for flag, (start_ns, end_ns) in DOUBTFUL_TIMES.items()
    }
    with counting(running, Counter(DOUBTFUL_TIMES.keys())):
        export(running, request_of(*spans.values()).SerializeToString())
    for flag, span in spans.items():
        row = stored(running, span)
        assert (row["flag"], row["started_ns"]) == (flag, span.start_time_unix_nano)
        expected_ms = (span.end_time_unix_nano - span.start_time_unix_nano) / MILLISECOND
        assert row["duration_ms"] == max(0.0, expected_ms)


def test_the_ends_of_time_are_kept(running: CollectorProcess) -> None:
    spans = [
        a_span(start_time_unix_nano=start_ns, end_time_unix_nano=end_ns)
        for start_ns, end_ns in product(ENDS_OF_TIME, repeat=2)
    ]
    export(running, request_of(*spans).SerializeToString())
    assert all(stored(running, span)["flag"] is not None for span in spans)


def test_a_missing_service_is_unknown(running: CollectorProcess) -> None:
    span = a_span()
    export(running, request_of(span, service=None).SerializeToString())
    assert stored(running, span)["service"] == "unknown_service"


def test_attributes_beyond_the_limit_are_cut(running: CollectorProcess) -> None:
    span = a_span(attributes=[text(f"key.{number}", "x") for number in range(10_000)])
    with counting(running, Counter(attributes_cut=1)):
        export(running, request_of(span).SerializeToString())
    assert len(stored(running, span)["attributes"]) == ATTRIBUTE_LIMIT


def test_long_values_are_cut(running: CollectorProcess) -> None:
    span = a_span(attributes=[text("order.id", "é" * 500_000), text("short", "kept")])
    with counting(running, Counter(value_cut=1)):
        export(running, request_of(span).SerializeToString())
    attributes = stored(running, span)["attributes"]
    assert len(attributes["order.id"].encode()) <= VALUE_LIMIT_BYTES
    assert attributes["order.id"].startswith("ééé")
    assert attributes["short"] == "kept"


@pytest.mark.parametrize("raw", [b"half \xc3", b"a\x00b"], ids=["not_utf8", "nul"])
def test_broken_text_is_repaired(running: CollectorProcess, raw: bytes) -> None:
    span = a_span(name="-" * len(raw), attributes=[text("broken", "=" * len(raw))])
    body = request_of(span).SerializeToString()
    body = body.replace(b"-" * len(raw), raw).replace(b"=" * len(raw), raw)
    with counting(running, Counter(text_repaired=2)):
        export(running, body)
    row = stored(running, span)
    repaired = raw.decode("utf-8", "replace").replace("\0", "\ufffd")
    assert (row["name"], row["attributes"]["broken"]) == (repaired, repaired)


@pytest.mark.parametrize("door", ["grpc", "http"])
def test_deep_nesting_does_not_cost_the_span(running: CollectorProcess, door: str) -> None:
    span = a_span(attributes=[text("shallow", "kept")])
    if door == "grpc":
        export(running, with_nested(span, NESTED))
    else:
        body = with_nested_json(span, NESTED)
        assert post(running, body, JSON)[0] == 200
    attributes_stored = stored(running, span)["attributes"]
    assert attributes_stored["shallow"] == "kept"
    assert "deep" in attributes_stored  # its value is long, and nobody knows the key: not kept
