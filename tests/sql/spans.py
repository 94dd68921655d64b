"""Spans as a library sends them: typed attributes, a scope, events. All of one trace."""

import json
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.otlp_json import to_protobuf
from tests.sql.pipeline import Pipeline

START_NS = 1_767_607_200 * 10**9
Attributes = dict[str, object]
"""Of a span: text, numbers, booleans and lists of them, as a sender would."""


def span(  # noqa: PLR0913 a span has these
    span_id: str = "1", *, parent: str = "", at_ms: float = 0, ms: float = 1000, scope: str = "lib",
    name: str = "span", events: tuple[tuple[str, float, Attributes], ...] = (), **rest: object,
) -> dict[str, Any]:  # fmt: skip
    """One span in its scope, in OTLP/JSON; `rest` may hold `attributes` and `status`."""
    start = START_NS + int(at_ms * 1e6)
    return {
        "scope": {"name": scope},
        "spans": [
            {
                "traceId": "a".zfill(32),
                "spanId": span_id.zfill(16),
                "parentSpanId": parent.zfill(16) if parent else "",
                "name": name,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + int(ms * 1e6)),
                "attributes": _pairs(rest.get("attributes", {})),
                "status": rest.get("status", {}),
                "events": [
                    {
                        "name": event,
                        "timeUnixNano": str(start + int(after_ms * 1e6)),
                        "attributes": _pairs(attributes),
                    }
                    for event, after_ms, attributes in events
                ],
            }
        ],
    }


def _pairs(attributes: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: object) -> dict[str, object]:
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(item) for item in value]}}
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return {kinds[type(value)]: value}


def arrive(pipeline: Pipeline, *scoped_spans: dict[str, Any]) -> None:
    document = {"resourceSpans": [{"scopeSpans": list(scoped_spans)}]}
    pipeline.arrive([to_protobuf(json.dumps(document).encode(), ExportTraceServiceRequest)])
    pipeline.assemble()


def one(pipeline: Pipeline, query: str) -> Any:
    (row,) = pipeline.rows(query)
    return row[0] if len(row) == 1 else row
