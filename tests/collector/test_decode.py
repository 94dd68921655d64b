"""Decoding against a plain reading of the same messages, value by value."""

import base64
import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector import wire
from collector.decode import KINDS, STATUSES, SpanBatch, decode
from sql.attributes import Attributes
from sql.dictionary import describe
from sql.lake import SCHEMA
from sql.settings import Limits

LIMITS = Limits(attribute_count=5, value_bytes=24)
COLUMN_OF = {
    "trace_id": "trace_id",
    "span_id": "span_id",
    "parent_span_id": "parent_span_id",
    "name": "name",
    "kind": "kind",
    "start_time_unix_nano": "started_at",
    "end_time_unix_nano": "duration_ms",
    "attributes": "attributes",
    "events": "events",
    "status": "status",
}
NOT_KEPT = {
    "trace_state",  # routing between tracing systems
    "flags",  # sampling, and whether the parent is remote
    "links",  # a request is one trace
    "dropped_attributes_count",
    "dropped_events_count",
    "dropped_links_count",
}
KEYS = [b"a", b"b", b"\xff\x00", b"secret.prompt"]


def keep(key: str) -> bool:
    return not key.startswith("secret")


raw_texts = st.one_of(
    st.text(max_size=30).map(str.encode), st.binary(max_size=30), st.just(b"nul\0"), st.just(b"")
)
plain_values = st.one_of(
    st.booleans().map(lambda value: AnyValue(bool_value=value)),
    st.integers(-(2**63), 2**63 - 1).map(lambda value: AnyValue(int_value=value)),
    st.floats().map(lambda value: AnyValue(double_value=value)),
    st.text(max_size=8).map(lambda value: AnyValue(string_value=value)),
    st.binary(max_size=8).map(lambda value: AnyValue(bytes_value=value)),
    st.just(AnyValue()),
)
nested_values = st.recursive(
    plain_values,
    lambda values: st.one_of(
        st.lists(values, max_size=3).map(
            lambda items: AnyValue(array_value=ArrayValue(values=items))
        ),
        st.lists(st.tuples(st.sampled_from("xyz"), values), max_size=3).map(
            lambda pairs: AnyValue(
                kvlist_value=KeyValueList(values=[KeyValue(key=k, value=v) for k, v in pairs])
            )
        ),
    ),
    max_leaves=6,
)


@st.composite
def attributes(draw: st.DrawFn) -> list[tuple[bytes, AnyValue | bytes]]:
    """Keys repeated, or more of them than are kept."""
    values = st.one_of(nested_values, raw_texts)
    if draw(st.booleans()):
        return draw(st.lists(st.tuples(st.sampled_from(KEYS), values), max_size=5))
    return [(b"k%d" % number, draw(values)) for number in range(draw(st.integers(0, 8)))]


@st.composite
def requests(draw: st.DrawFn) -> Any:
    """An export request as it is on the wire, where texts are bytes of any kind."""
    request = wire.parse(b"")
    for _ in range(draw(st.integers(0, 2))):
        resource = request.resource_spans.add()
        fill(resource.resource.attributes, draw(attributes()))
        for _ in range(draw(st.integers(0, 2))):
            scope = resource.scope_spans.add()
            scope.scope.name = draw(raw_texts)
            for _ in range(draw(st.integers(0, 3))):
                fill_span(scope.spans.add(), draw)
    return request


def fill_span(span: Any, draw: st.DrawFn) -> None:
    times = st.integers(0, 2**64 - 1)
    span.trace_id = draw(st.binary(min_size=16, max_size=16))
    span.span_id = draw(st.binary(min_size=8, max_size=8))
    span.parent_span_id = draw(
        st.one_of(st.just(b""), st.just(bytes(8)), st.binary(min_size=8, max_size=8))
    )
    span.name, span.kind = draw(raw_texts), draw(st.integers(-1, 9))
    span.start_time_unix_nano, span.end_time_unix_nano = draw(times), draw(times)
    if draw(st.booleans()):
        span.status.code, span.status.message = draw(st.integers(-1, 4)), draw(raw_texts)
    fill(span.attributes, draw(attributes()))
    for _ in range(draw(st.integers(0, 2))):
        event = span.events.add(name=draw(raw_texts), time_unix_nano=draw(times))
        fill(event.attributes, draw(attributes()))


def fill(pairs: Any, drawn: list[tuple[bytes, AnyValue | bytes]]) -> None:
    for key, value in drawn:
        pair = pairs.add(key=key)
        if isinstance(value, bytes):
            pair.value.string_value = value
        else:
            pair.value.MergeFromString(value.SerializeToString())


@settings(max_examples=100, deadline=None)
@given(messages=st.lists(requests(), min_size=1, max_size=3))
def test_every_span_is_read_as_a_plain_reading_reads_it(messages: list[Any]) -> None:
    bodies = [message.SerializeToString() for message in messages]
    batch = decode(bodies, limits=LIMITS, keep_key=keep)
    assert rows(batch) == expected_rows(messages)


def rows(batch: SpanBatch) -> list[dict[str, Any]]:
    columns = {name: column.to_pylist() for name, column in batch.columns.items()}
    spans, resources = pairs_of(batch.attributes), pairs_of(batch.resources)
    event_pairs, event_names = pairs_of(batch.events.attributes), batch.events.names.to_pylist()
    offsets, at_ns = batch.events.offsets, batch.events.at_ns
    return [
        {name: values[index] for name, values in columns.items()}
        | {
            "request": batch.request[index],
            "times": (batch.start_ns[index], batch.end_ns[index]),
            "attributes": spans[index],
            "resource": resources[batch.resource[index]],
            "events": [
                (event_names[at], at_ns[at], event_pairs[at])
                for at in range(offsets[index], offsets[index + 1])
            ],
        }
        for index in range(len(batch.start_ns))
    ]


def pairs_of(attributes: Attributes) -> list[dict[str, tuple[str | None, str]]]:
    """Text and number of every key, by owner; numbers as text, so that NaN equals NaN."""
    texts = attributes.text.to_pylist()
    found: list[dict[str, tuple[str | None, str]]] = [{} for _ in range(attributes.owners)]
    for at, (owner, code) in enumerate(zip(attributes.owner, attributes.codes, strict=True)):
        found[owner][attributes.keys[code]] = (texts[at], repr(float(attributes.number[at])))
    return found


def expected_rows(messages: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "trace_id": span.trace_id.hex(),
            "span_id": span.span_id.hex(),
            "parent_span_id": span.parent_span_id.hex() if any(span.parent_span_id) else None,
            "name": text_of(span.name),
            "kind": KINDS[span.kind] if span.kind in range(len(KINDS)) else KINDS[0],
            "status": STATUSES[span.status.code]
            if span.status.code in range(len(STATUSES))
            else STATUSES[0],
            "status_message": text_of(span.status.message),
            "scope": text_of(scope.scope.name),
            "request": index,
            "times": (signed(span.start_time_unix_nano), signed(span.end_time_unix_nano)),
            "attributes": expected_pairs(span.attributes),
            "resource": expected_pairs(resource.resource.attributes),
            "events": [
                (text_of(e.name), signed(e.time_unix_nano), expected_pairs(e.attributes))
                for e in span.events
            ],
        }
        for index, message in enumerate(messages)
        for resource in message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def signed(time_ns: int) -> int:
    return min(time_ns, 2**63 - 1)


def text_of(raw: bytes) -> str:
    return raw[: LIMITS.value_bytes].decode("utf-8", "replace").replace("\0", "\ufffd")


def expected_pairs(pairs: Any) -> dict[str, tuple[str | None, str]]:
    kept = [(text_of(pair.key), pair.value) for pair in pairs[: LIMITS.attribute_count]]
    return {key: expected_value(value) for key, value in kept if keep(key)}


def expected_value(value: Any) -> tuple[str | None, str]:
    kind = value.WhichOneof("value")
    if kind is None:
        return None, "nan"
    if kind == "string_value":
        return text_of(value.string_value), "nan"
    if kind == "int_value":
        return str(value.int_value), repr(float(value.int_value))
    if kind == "double_value":
        arrow_text = pa.scalar(value.double_value).cast(pa.string()).as_py()
        return arrow_text, repr(value.double_value)
    plain = plain_of(AnyValue.FromString(value.SerializeToString()))
    text = plain if kind == "bytes_value" else json.dumps(plain, ensure_ascii=False)
    return text_of(text.encode()), "nan"


def plain_of(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain_of(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: plain_of(pair.value) for pair in value.kvlist_value.values}
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return getattr(value, kind) if kind else None


def test_every_field_of_a_span_has_a_column_or_is_named_here() -> None:
    assert {field.name for field in Span.DESCRIPTOR.fields} == COLUMN_OF.keys() | NOT_KEPT
    assert set(COLUMN_OF.values()) <= describe(SCHEMA / "001_spans.sql").columns.keys()


@pytest.mark.parametrize("body", [b"not otlp", b"\x0a\xff", b"\x0a\x02\x12\x09"])
def test_what_is_not_otlp_raises_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        decode([body], limits=LIMITS, keep_key=keep)


@pytest.mark.parametrize("field", ["trace_id", "span_id", "parent_span_id"])
def test_an_id_of_another_length_raises_value_error(field: str) -> None:
    request = wire.parse(b"")
    ids = {"trace_id": bytes(16), "span_id": bytes(8)} | {field: b"\x01\x02"}
    request.resource_spans.add().scope_spans.add().spans.add(**ids)
    with pytest.raises(ValueError, match="bytes long"):
        decode([request.SerializeToString()], limits=LIMITS, keep_key=keep)


def test_what_is_changed_is_counted() -> None:
    request = wire.parse(b"")
    span = (
        request.resource_spans.add()
        .scope_spans.add()
        .spans.add(trace_id=bytes(16), span_id=bytes(8), name=b"\xff")
    )
    fill(span.attributes, [(b"k%d" % number, b"x" * 25) for number in range(6)])
    batch = decode([request.SerializeToString()], limits=LIMITS, keep_key=keep)
    assert batch.cut == {"attributes_cut": 1, "value_cut": 5, "text_repaired": 1}
