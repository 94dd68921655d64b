"""OTLP/JSON as senders really write it becomes the same spans in protobuf."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.errors import MalformedError
from collector.otlp_json import TOO_DEEP, to_protobuf

TRACE_ID = "5b8efff798038103d269b633813fc60c"
SPAN_ID = "eee19b7ec3c1b174"


def read(document: object) -> ExportTraceServiceRequest:
    body = json.dumps(document).encode()
    return ExportTraceServiceRequest.FromString(to_protobuf(body, ExportTraceServiceRequest))


def read_span(**fields: object) -> Span:
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [fields]}]}]}
    return read(document).resource_spans[0].scope_spans[0].spans[0]


def read_value(value: object) -> AnyValue:
    return read_span(attributes=[{"key": "k", "value": value}]).attributes[0].value


def test_ids_are_hex_wherever_they_stand() -> None:
    link = {"traceId": TRACE_ID, "spanId": SPAN_ID.upper()}
    span = read_span(traceId=TRACE_ID, spanId=SPAN_ID, parentSpanId=SPAN_ID, links=[link])
    assert span.trace_id == span.links[0].trace_id == bytes.fromhex(TRACE_ID)
    assert span.span_id == span.parent_span_id == span.links[0].span_id == bytes.fromhex(SPAN_ID)


def test_either_spelling_of_names_is_read() -> None:
    camel = read_span(traceId=TRACE_ID, startTimeUnixNano="7", droppedEventsCount=2)
    snake = read_span(trace_id=TRACE_ID, start_time_unix_nano="7", dropped_events_count=2)
    assert camel == snake


@pytest.mark.parametrize("number", [1795217617281000000, "1795217617281000000"])
def test_whole_numbers_are_numbers_or_texts(number: object) -> None:
    assert read_span(startTimeUnixNano=number).start_time_unix_nano == 1795217617281000000
    assert read_value({"intValue": number}).int_value == 1795217617281000000


@pytest.mark.parametrize("kind", [3, "SPAN_KIND_CLIENT", "3"])
def test_enums_are_numbers_or_names(kind: object) -> None:
    assert read_span(kind=kind).kind == Span.SPAN_KIND_CLIENT


def test_unknown_names_and_nulls_are_skipped() -> None:
    assert read_span(name="chat", newInOtlp3=[{"a": 1}], status=None) == Span(name="chat")


def test_values_of_every_kind_are_read() -> None:
    assert read_value({"boolValue": False}).WhichOneof("value") == "bool_value"
    assert read_value({"bytesValue": "AAEC"}).bytes_value == b"\x00\x01\x02"
    assert math.isnan(read_value({"doubleValue": "NaN"}).double_value)
    assert read_value({"doubleValue": 1}).double_value == 1.0
    assert read_value({}).WhichOneof("value") is None
    pair = {"key": "a", "value": {"stringValue": "b"}}
    assert read_value({"kvlistValue": {"values": [pair]}}).kvlist_value.values[0].key == "a"


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert read_span(name="cut \ud83d here").name == "cut ? here"
    assert read_span(**{"\ud83d": 1}) == Span()


def test_an_id_that_is_no_id_stays_wrong_and_costs_nothing_else() -> None:
    span = read_span(traceId="xyz", spanId=12, parentSpanId=SPAN_ID[:-2], name="kept")
    assert (len(span.trace_id), len(span.span_id), len(span.parent_span_id)) == (1, 1, 7)
    assert span.name == "kept"


def test_values_nested_100_deep_end_in_a_marker() -> None:
    value: dict[str, Any] = {"intValue": 1}
    for _ in range(100):
        value = {"arrayValue": {"values": [value]}}
    node, depth = read_value(value), 0
    while node.WhichOneof("value") == "array_value":
        node, depth = node.array_value.values[0], depth + 1
    assert (node.string_value, depth) == (TOO_DEEP, 32)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b"[]", "ExportTraceServiceRequest is not an object"),
        (b'{"resourceSpans": {}}', "resourceSpans is not a list"),
        (b'{"resourceSpans": [{"resource": 1}]}', r"resourceSpans\.0\.resource is not an object"),
        (b'{"resourceSpans": [{"schemaUrl": 1}]}', "schemaUrl is not a text"),
    ],
)
def test_a_broken_body_is_refused_saying_where(body: bytes, where: str) -> None:
    with pytest.raises(MalformedError, match=where):
        to_protobuf(body, ExportTraceServiceRequest)


@pytest.mark.parametrize("number", [-1, 2**64, 1.5, 1e400, "9" * 5000, [], {}])
def test_numbers_out_of_range_are_refused(number: object) -> None:
    with pytest.raises(MalformedError, match="startTimeUnixNano is not a whole number"):
        read_span(startTimeUnixNano=number)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda nodes: st.lists(nodes) | st.dictionaries(st.text(), nodes),
)


@given(field=st.sampled_from([field.name for field in Span.DESCRIPTOR.fields]), node=ANYTHING)
def test_any_json_in_any_field_is_read_or_refused(field: str, node: object) -> None:
    try:
        read_span(**{field: node})
    except MalformedError as error:
        assert field in str(error)
