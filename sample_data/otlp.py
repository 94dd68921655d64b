"""Simulated traces as OTLP export requests, batched as an SDK or a collector would send them."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource as ResourceMessage
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Status

from sample_data.spans import Attributes, Resource, Scope, SimulatedSpan, SimulatedTrace, Value

BATCH_SPANS = 2000


class Batch(NamedTuple):
    """One export request and how many spans and traces it carries."""

    request: ExportTraceServiceRequest
    spans: int
    traces: int


def batches(traces: Iterable[SimulatedTrace], *, batch_spans: int = BATCH_SPANS) -> Iterator[Batch]:
    """The traces in their order, whole, in requests of about batch_spans."""
    kept: list[SimulatedTrace] = []
    spans = 0
    for trace in traces:
        kept.append(trace)
        spans += len(trace.spans)
        if spans >= batch_spans:
            yield Batch(export_request(kept), spans, len(kept))
            kept, spans = [], 0
    if kept:
        yield Batch(export_request(kept), spans, len(kept))


def export_request(traces: Iterable[SimulatedTrace]) -> ExportTraceServiceRequest:
    """One request with the spans of all traces, grouped by resource and scope."""
    request = ExportTraceServiceRequest()
    resources: dict[Resource, ResourceSpans] = {}
    scopes: dict[tuple[Resource, Scope], ScopeSpans] = {}
    for trace in traces:
        for span in trace.spans:
            group = scopes.get((span.resource, span.scope))
            if group is None:
                if span.resource not in resources:
                    attributes = _key_values(span.resource.attributes)
                    resources[span.resource] = request.resource_spans.add(
                        resource=ResourceMessage(attributes=attributes)
                    )
                group = resources[span.resource].scope_spans.add(
                    scope=InstrumentationScope(name=span.scope.name, version=span.scope.version)
                )
                scopes[span.resource, span.scope] = group
            _add_span(group, span)
    return request


def _add_span(group: ScopeSpans, span: SimulatedSpan) -> None:
    message = group.spans.add(
        trace_id=span.trace_id,
        span_id=span.span_id,
        parent_span_id=span.parent_span_id,
        name=span.name,
        kind=span.kind,
        start_time_unix_nano=span.start_ns,
        end_time_unix_nano=span.end_ns,
        attributes=_key_values(span.attributes),
    )
    for event in span.events:
        message.events.add(
            name=event.name, time_unix_nano=event.at_ns, attributes=_key_values(event.attributes)
        )
    if span.error:
        message.status.code = Status.STATUS_CODE_ERROR
        message.status.message = span.error


def _key_values(attributes: Attributes) -> list[KeyValue]:
    return [_key_value(key, value) for key, value in attributes]


# Most attributes repeat; a message taken from the cache costs a tenth of a new one.
# typed: 1, 1.0 and True are different values here, and equal as keys.
@lru_cache(maxsize=2**15, typed=True)
def _key_value(key: str, value: Value) -> KeyValue:
    return KeyValue(key=key, value=_any_value(value))


def _any_value(value: Value) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=value)
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return AnyValue(array_value=ArrayValue(values=[_any_value(item) for item in value]))
