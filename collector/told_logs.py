"""Log records that tell of a span, as spans of no length: they take the way that spans take."""

from functools import cache
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.any_value import plain
from sql.rules import rules

NAMED = "(log)"
"""The column of `conventions.csv` of the names that such records have."""

EVENT_NAME = "event.name"
"""Where a record has its name that was made before records had one of their own."""

BODY = "log.body"
"""The key under which the body stands; the rows of `conventions.csv` read it so."""


def spans_told_of(request: Any) -> ExportTraceServiceRequest:
    """The records of an ExportLogsServiceRequest that say facts of a span."""
    told = ExportTraceServiceRequest()
    for logs in request.resource_logs:
        resource = told.resource_spans.add(resource=logs.resource)
        for scoped in logs.scope_logs:
            scope = resource.scope_spans.add(scope=scoped.scope)
            scope.spans.extend(filter(None, map(_span, scoped.log_records)))
    return told


def span_count(told: ExportTraceServiceRequest) -> int:
    """How many records that are."""
    return sum(len(s.spans) for resource in told.resource_spans for s in resource.scope_spans)


def _span(record: Any) -> Span | None:
    name = record.event_name or _named_by_attribute(record)
    has_ids = any(record.trace_id) and any(record.span_id)
    if (
        name not in _names()
        or not has_ids
        or (len(record.trace_id), len(record.span_id)) != (16, 8)
    ):
        return None
    time = record.time_unix_nano or record.observed_time_unix_nano
    span = Span(
        trace_id=record.trace_id,
        span_id=record.span_id,
        name=name,
        start_time_unix_nano=time,
        end_time_unix_nano=time,
        attributes=record.attributes,
    )
    if record.HasField("body"):
        span.attributes.append(KeyValue(key=BODY, value=record.body))
    return span


def _named_by_attribute(record: Any) -> str:
    named = (pair.value for pair in record.attributes if pair.key == EVENT_NAME)
    return next((str(plain(value)) for value in named), "")


@cache
def _names() -> frozenset[str]:
    return frozenset(rule.key for rule in rules() if rule.column == NAMED)
