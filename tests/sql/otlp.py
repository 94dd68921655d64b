"""OTLP requests for tests, from a few words per span."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status

START = datetime(2026, 1, 5, 10, tzinfo=UTC)
STATUS = {
    "": Status.STATUS_CODE_UNSET,
    "ok": Status.STATUS_CODE_OK,
    "error": Status.STATUS_CODE_ERROR,
}


@dataclass(frozen=True, slots=True)
class TestSpan:
    """One span; ids are a few hex digits, times are ms since START."""

    __test__ = False

    trace: str
    span: str
    parent: str = ""
    start_ms: float = 0.0
    end_ms: float = 0.0
    name: str = "span"
    service: str = "shop"
    status: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def otlp(spans: Iterable[TestSpan]) -> bytes:
    """One export request with the spans in their order."""
    request = ExportTraceServiceRequest()
    for span in spans:
        resource = request.resource_spans.add()
        resource.resource.attributes.append(_pair("service.name", span.service))
        message = resource.scope_spans.add().spans.add(
            trace_id=bytes.fromhex(span.trace.zfill(32)),
            span_id=bytes.fromhex(span.span.zfill(16)),
            parent_span_id=bytes.fromhex(span.parent.zfill(16)) if span.parent else b"",
            name=span.name,
            start_time_unix_nano=_ns(span.start_ms),
            end_time_unix_nano=_ns(span.end_ms),
            attributes=[_pair(key, value) for key, value in span.attributes.items()],
        )
        message.status.code = STATUS[span.status]
    return request.SerializeToString()


def _pair(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def _ns(ms: float) -> int:
    return int(START.timestamp()) * 10**9 + round(ms * 1000) * 1000
