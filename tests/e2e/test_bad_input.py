"""What is wrong with a request is answered as OTLP says, is counted with its reason, and stops nothing."""

import gzip
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import grpc
import pytest
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.payloads import MILLISECOND, a_span, request_of, text, trace_of
from tests.e2e.processes import CollectorProcess, wait_until

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json"}
GZIP = {"Content-Encoding": "gzip"}
LIMIT_BYTES = 32 * 2**20
ATTRIBUTE_LIMIT = 256
VALUE_LIMIT_BYTES = 16 * 1024
DAY = 86_400_000 * MILLISECOND
COUNTED = 'select coalesce(sum("count"), 0)::bigint from rejections where reason = ?'


@dataclass(frozen=True, slots=True)
class Refused:
    """A body that is refused as a whole by the HTTP door."""

    reason: str
    status: int
    body: bytes
    headers: Mapping[str, str]


BOMB = gzip.compress(bytes(LIMIT_BYTES + 1))
HTTP_REFUSALS = {
    "undecodable": Refused("undecodable", 400, b"\xff\xff\xff", PROTOBUF),
    "json": Refused("undecodable", 400, b'{"resourceSpans": 7}', JSON),
    "json_too_deep": Refused("undecodable", 400, b"[" * 100_000, JSON),
    "type": Refused("wrong_content_type", 415, b"hello", {"Content-Type": "text/plain"}),
    "encoding": Refused(
        "wrong_content_encoding", 415, b"hello", PROTOBUF | {"Content-Encoding": "br"}
    ),
    "oversized": Refused("too_large", 413, bytes(LIMIT_BYTES + 1), PROTOBUF),
    "gzip_bomb": Refused("too_large", 413, BOMB, PROTOBUF | GZIP),
    "not_gzip": Refused("broken_gzip", 400, b"hello", PROTOBUF | GZIP),
    "half_gzip": Refused("truncated_gzip", 400, gzip.compress(b"hello")[:-6], PROTOBUF | GZIP),
}
GRPC_REFUSALS = {
    "undecodable": ("undecodable", grpc.StatusCode.INVALID_ARGUMENT, b"\xff\xff\xff"),
    "oversized": ("too_large", grpc.StatusCode.RESOURCE_EXHAUSTED, bytes(LIMIT_BYTES + 1)),
    "gzip_bomb": ("too_large", grpc.StatusCode.RESOURCE_EXHAUSTED, BOMB),
}
FAULTY_IDS = {
    "trace_id_length": {"trace_id": b"short"},
    "trace_id_zero": {"trace_id": bytes(16)},
    "span_id_length": {"span_id": b"much too long"},
    "span_id_zero": {"span_id": bytes(8)},
    "parent_span_id_length": {"parent_span_id": b"short"},
}


def post(
    collector: CollectorProcess, body: bytes, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    connection = HTTPConnection(collector.settings.http_address, timeout=30)
    connection.request("POST", "/v1/traces", body, dict(headers))
    response = connection.getresponse()
    answer = response.status, response.read()
    connection.close()
    return answer


def export(collector: CollectorProcess, body: bytes) -> ExportTraceServiceResponse:
    with collector.channel() as channel:
        return ExportTraceServiceResponse.FromString(collector.exporter(channel)(body))


def counted(collector: CollectorProcess, reason: str) -> int:
    return int(collector.value(COUNTED, reason) or 0)


def wait_until_counted(collector: CollectorProcess, reason: str, count: int) -> None:
    wait_until(lambda: counted(collector, reason) >= count, within_s=10)
    assert counted(collector, reason) == count


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


@pytest.mark.parametrize("case", HTTP_REFUSALS)
def test_http_refuses_and_counts(running: CollectorProcess, case: str) -> None:
    refused = HTTP_REFUSALS[case]
    before = counted(running, refused.reason)
    status, answer = post(running, refused.body, refused.headers)
    assert status == refused.status
    if refused.headers["Content-Type"] == PROTOBUF["Content-Type"]:
        assert Status.FromString(answer).message
    else:
        assert json.loads(answer)["message"]
    wait_until_counted(running, refused.reason, before + 1)


@pytest.mark.parametrize("case", GRPC_REFUSALS)
def test_grpc_refuses_and_counts(running: CollectorProcess, case: str) -> None:
    reason, code, body = GRPC_REFUSALS[case]
    before = counted(running, reason)
    with pytest.raises(grpc.RpcError) as refused:
        export(running, body)
    assert refused.value.code() is code
    assert rpc_status.from_call(refused.value) is not None
    wait_until_counted(running, reason, before + 1)


@pytest.mark.parametrize("reason", FAULTY_IDS)
@pytest.mark.parametrize("door", ["grpc", "http"])
def test_spans_with_faulty_ids_are_refused_alone(
    running: CollectorProcess, door: str, reason: str
) -> None:
    before = counted(running, reason)
    good = a_span()
    body = request_of(good, a_span(**FAULTY_IDS[reason])).SerializeToString()
    if door == "grpc":
        response = export(running, body)
    else:
        status, answer = post(running, body, PROTOBUF)
        assert status == 200
        response = ExportTraceServiceResponse.FromString(answer)
    assert response.partial_success.rejected_spans == 1
    assert response.partial_success.error_message
    assert stored(running, good)["name"] == "turn"
    wait_until_counted(running, reason, before + 1)


@pytest.mark.parametrize(
    ("flag", "start_offset_ns", "end_offset_ns", "duration_ms"),
    [
        ("end_before_start", 0, -5 * MILLISECOND, 0.0),
        ("far_future", 300 * DAY, 300 * DAY + MILLISECOND, 1.0),
        ("far_past", -3000 * DAY, -3000 * DAY + MILLISECOND, 1.0),
    ],
)
def test_doubtful_times_are_kept_and_flagged(
    running: CollectorProcess,
    flag: str,
    start_offset_ns: int,
    end_offset_ns: int,
    duration_ms: float,
) -> None:
    before, now = counted(running, flag), time.time_ns() // 1000 * 1000
    span = a_span(
        start_time_unix_nano=now + start_offset_ns, end_time_unix_nano=now + end_offset_ns
    )
    export(running, request_of(span).SerializeToString())
    row = stored(running, span)
    assert (row["flag"], row["duration_ms"]) == (flag, duration_ms)
    assert row["started_ns"] == span.start_time_unix_nano
    wait_until_counted(running, flag, before + 1)


@pytest.mark.parametrize("end", [0, 1, 2**63 - 1, 2**64 - 1])
@pytest.mark.parametrize("start", [0, 2**63 - 1, 2**64 - 1])
def test_the_ends_of_time_are_kept(running: CollectorProcess, start: int, end: int) -> None:
    span = a_span(start_time_unix_nano=start, end_time_unix_nano=end)
    export(running, request_of(span).SerializeToString())
    assert stored(running, span)["flag"] is not None


def test_a_missing_service_is_unknown(running: CollectorProcess) -> None:
    span = a_span()
    export(running, request_of(span, service=None).SerializeToString())
    assert stored(running, span)["service"] == "unknown_service"


def test_attributes_beyond_the_limit_are_cut(running: CollectorProcess) -> None:
    before = counted(running, "attributes_cut")
    span = a_span(attributes=[text(f"key.{number}", "x") for number in range(10_000)])
    export(running, request_of(span).SerializeToString())
    assert len(stored(running, span)["attributes"]) == ATTRIBUTE_LIMIT
    wait_until_counted(running, "attributes_cut", before + 1)


def test_long_values_are_cut(running: CollectorProcess) -> None:
    before = counted(running, "value_cut")
    span = a_span(attributes=[text("long", "é" * 500_000), text("short", "kept")])
    export(running, request_of(span).SerializeToString())
    attributes = stored(running, span)["attributes"]
    assert len(attributes["long"].encode()) <= VALUE_LIMIT_BYTES
    assert attributes["long"].startswith("ééé")
    assert attributes["short"] == "kept"
    wait_until_counted(running, "value_cut", before + 1)


@pytest.mark.parametrize("raw", [b"half \xc3", b"a\x00b"], ids=["not_utf8", "nul"])
def test_broken_text_is_repaired(running: CollectorProcess, raw: bytes) -> None:
    before = counted(running, "text_repaired")
    span = a_span(name="-" * len(raw), attributes=[text("broken", "=" * len(raw))])
    body = request_of(span).SerializeToString()
    body = body.replace(b"-" * len(raw), raw).replace(b"=" * len(raw), raw)
    export(running, body)
    row = stored(running, span)
    repaired = raw.decode("utf-8", "replace").replace("\0", "\ufffd")
    assert (row["name"], row["attributes"]["broken"]) == (repaired, repaired)
    wait_until_counted(running, "text_repaired", before + 2)


def nested(depth: int) -> AnyValue:
    value = AnyValue(string_value="deep")
    for _ in range(depth):
        value = AnyValue(array_value=ArrayValue(values=[value]))
    return value


def nested_json(depth: int) -> object:
    value: object = {"stringValue": "deep"}
    for _ in range(depth):
        value = {"arrayValue": {"values": [value]}}
    return value


@pytest.mark.parametrize("door", ["grpc", "http"])
def test_deep_nesting_does_not_cost_the_span(running: CollectorProcess, door: str) -> None:
    span = a_span(attributes=[text("shallow", "kept")])
    if door == "grpc":
        span.attributes.append(KeyValue(key="deep", value=nested(100)))
        export(running, request_of(span).SerializeToString())
    else:
        attributes = [
            {"key": "shallow", "value": {"stringValue": "kept"}},
            {"key": "deep", "value": nested_json(100)},
        ]
        fields = {
            "traceId": span.trace_id.hex(),
            "spanId": span.span_id.hex(),
            "name": "turn",
            "startTimeUnixNano": str(span.start_time_unix_nano),
            "endTimeUnixNano": str(span.end_time_unix_nano),
            "attributes": attributes,
        }
        document = {"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]}
        assert post(running, json.dumps(document).encode(), JSON)[0] == 200
    attributes_stored = stored(running, span)["attributes"]
    assert attributes_stored["shallow"] == "kept"
    assert "deep" in attributes_stored["deep"]
