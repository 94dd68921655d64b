"""The look-alike reads the same bytes as opentelemetry-proto, and more of what is broken."""

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector import wire

SAME_ON_THE_WIRE = {
    (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES),
    (FieldDescriptor.TYPE_MESSAGE, FieldDescriptor.TYPE_BYTES),
    (FieldDescriptor.TYPE_ENUM, FieldDescriptor.TYPE_INT32),
}


def assert_alike(ours: Descriptor, theirs: Descriptor, seen: set[str]) -> None:
    if theirs.full_name in seen:
        return
    seen.add(theirs.full_name)
    assert {f.number: f.name for f in ours.fields} == {f.number: f.name for f in theirs.fields}
    for their_field in theirs.fields:
        our_field = ours.fields_by_name[their_field.name]
        types = (their_field.type, our_field.type)
        assert types[0] == types[1] or types in SAME_ON_THE_WIRE
        assert our_field.is_repeated == their_field.is_repeated
        assert our_field.has_presence == their_field.has_presence or types[0] != types[1]
        if our_field.message_type is not None:
            assert_alike(our_field.message_type, their_field.message_type, seen)


def test_no_field_is_missing_and_all_have_the_same_wire_form() -> None:
    seen: set[str] = set()
    assert_alike(wire.REQUEST, ExportTraceServiceRequest.DESCRIPTOR, seen)
    assert {name.rpartition(".")[2] for name in seen} >= {"Span", "Event", "Link", "Status"}


def test_what_is_read_is_written_unchanged(protobuf_payloads: list[bytes]) -> None:
    for body in protobuf_payloads:
        again = wire.parse(body).SerializeToString()
        assert ExportTraceServiceRequest.FromString(again) == ExportTraceServiceRequest.FromString(
            body
        )


def test_invalid_utf8_is_read() -> None:
    body = ExportTraceServiceRequest()
    body.resource_spans.add().scope_spans.add().spans.add().name = "cut here: é"
    cut = body.SerializeToString().replace("é".encode(), b"\xc3\x00")
    with pytest.raises(DecodeError):
        ExportTraceServiceRequest.FromString(cut)
    assert wire.parse(cut).resource_spans[0].scope_spans[0].spans[0].name.endswith(b"\xc3\x00")


def test_deep_nesting_is_read() -> None:
    body = ExportTraceServiceRequest()
    value = body.resource_spans.add().resource.attributes.add(key="deep").value
    for _ in range(40):
        value = value.array_value.values.add()
    value.int_value = 1
    assert len(wire.parse(body.SerializeToString()).resource_spans[0].resource.attributes) == 1
