"""OTLP trace messages as they are on the wire, derived from opentelemetry-proto at import.

Every text is read as bytes, because senders cut texts inside a UTF-8 character and one such text
must not cost the whole request. Enums are integers, so values of a newer OTLP survive. Nested
attribute values stay encoded: Arrow has no recursive type, and depth cannot exhaust a stack.
"""

from typing import Any

from google.protobuf.descriptor import Descriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PACKAGE = "latencytax.wire"
ENCODED = frozenset({"array_value", "kvlist_value"})


def _reachable(message: Descriptor, found: dict[str, Descriptor]) -> dict[str, Descriptor]:
    """`found` with the message and all that its fields hold, by short name."""
    if message.name not in found:
        found[message.name] = message
        for field in message.fields:
            if field.message_type is not None and field.name not in ENCODED:
                _reachable(field.message_type, found)
    return found


def _relax(field: FieldDescriptorProto) -> None:
    if field.type == FieldDescriptorProto.TYPE_STRING or field.name in ENCODED:
        field.type = FieldDescriptorProto.TYPE_BYTES
        field.ClearField("type_name")
    elif field.type == FieldDescriptorProto.TYPE_ENUM:
        field.type = FieldDescriptorProto.TYPE_INT32
        field.ClearField("type_name")
    elif field.type == FieldDescriptorProto.TYPE_MESSAGE:
        field.type_name = f".{PACKAGE}.{field.type_name.rpartition('.')[2]}"


def _relaxed(message: Descriptor) -> DescriptorProto:
    relaxed = DescriptorProto()
    message.CopyToProto(relaxed)
    relaxed.ClearField("nested_type")
    relaxed.ClearField("enum_type")
    for field in relaxed.field:
        _relax(field)
    return relaxed


def _build() -> FileDescriptor:
    messages = _reachable(ExportTraceServiceRequest.DESCRIPTOR, {}).values()
    file = FileDescriptorProto(
        name="latencytax/wire.proto",
        package=PACKAGE,
        syntax="proto3",
        message_type=[_relaxed(message) for message in messages],
    )
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(file.name)


FILE: FileDescriptor = _build()
REQUEST: Descriptor = FILE.message_types_by_name["ExportTraceServiceRequest"]
_Request = GetMessageClass(REQUEST)


def parse(body: bytes) -> Any:
    """The export request; texts are bytes. Raises DecodeError."""
    return _Request.FromString(body)
