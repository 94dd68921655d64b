"""Export requests as exact bytes, for tests that do not care what is in the spans."""

import json
import os
import time

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

MILLISECOND = 1_000_000


def a_span(**fields: object) -> Span:
    """A span of one millisecond that ends now, except for the fields given."""
    now = time.time_ns()
    span = Span(
        trace_id=os.urandom(16),
        span_id=os.urandom(8),
        name="turn",
        start_time_unix_nano=now - MILLISECOND,
        end_time_unix_nano=now,
    )
    for name, value in fields.items():
        span.ClearField(name)  # type: ignore[arg-type]  # the names of fields are known by callers
        span.MergeFrom(Span(**{name: value}))  # type: ignore[arg-type]  # as above
    return span


def text(key: str, value: str) -> KeyValue:
    """An attribute."""
    return KeyValue(key=key, value=AnyValue(string_value=value))


def request_of(*spans: Span, service: str | None = "chat-web") -> ExportTraceServiceRequest:
    """One request with the spans, from one service."""
    resource_spans = ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])
    if service is not None:
        resource_spans.resource.attributes.append(text("service.name", service))
    return ExportTraceServiceRequest(resource_spans=[resource_spans])


def trace_of(spans: int) -> bytes:
    """One request with a trace of that many spans: a root and its children."""
    root = a_span()
    children = [
        a_span(trace_id=root.trace_id, parent_span_id=root.span_id) for _ in range(spans - 1)
    ]
    return request_of(root, *children).SerializeToString()


def _field(number: int, value: bytes) -> bytes:
    """A protobuf field that holds bytes; protobuf itself refuses to write what is too deep."""
    size, digits = len(value), bytearray()
    while size > 127:
        digits.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *digits, size]) + value


def with_nested(span: Span, depth: int) -> bytes:
    """A request with the span and one more attribute: a list in a list in a list."""
    value = _field(1, b"deep")
    for _ in range(depth):
        value = _field(5, _field(1, value))
    encoded = span.SerializeToString() + _field(9, _field(1, b"deep") + _field(2, value))
    return _field(1, _field(2, _field(2, encoded)))


def with_nested_json(span: Span, depth: int) -> bytes:
    """The same in OTLP/JSON."""
    value: object = {"stringValue": "deep"}
    for _ in range(depth):
        value = {"arrayValue": {"values": [value]}}
    shallow = [(each.key, {"stringValue": each.value.string_value}) for each in span.attributes]
    attributes = [{"key": key, "value": held} for key, held in [*shallow, ("deep", value)]]
    fields = {
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "name": span.name,
        "startTimeUnixNano": str(span.start_time_unix_nano),
        "endTimeUnixNano": str(span.end_time_unix_nano),
        "attributes": attributes,
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]}).encode()
