"""OTLP/JSON to protobuf.

OTLP differs from protobuf's own JSON in its hex ids, and its senders differ from one another:
names in camel or snake case, numbers as texts, enums by name, half surrogate pairs. All are read.
Ids that are not hex stay wrong, so that admission refuses their spans, not the whole request.
"""

import base64
import json
from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from collector.errors import MalformedError
from collector.wire import ENCODED

IDS = frozenset({"trace_id", "span_id", "parent_span_id"})
NOT_AN_ID = b"?"
NESTING = 32
TOO_DEEP = f"[nested deeper than {NESTING} levels]"

Path = tuple[str | int, ...]
Container = TypeVar("Container", dict[str, object], list[object])


def to_protobuf(body: bytes, request: type[Message]) -> bytes:
    """The export request in protobuf. Raises MalformedError saying where it is wrong."""
    try:
        document = json.loads(body)
    except RecursionError as error:
        raise MalformedError("The JSON body is nested too deep.", reason="undecodable") from error
    except ValueError as error:
        raise MalformedError("The body is not JSON in UTF-8.", reason="undecodable") from error
    message = request()
    _fill(message, document, (message.DESCRIPTOR.name,), nesting=0)
    return message.SerializeToString()


@cache
def _fields(known: Descriptor) -> dict[str, FieldDescriptor]:
    """By either spelling; protobuf's own maps fail on half a surrogate pair."""
    return {name: field for field in known.fields for name in (field.name, field.camelcase_name)}


@cache
def _numbers(known: EnumDescriptor) -> dict[str, int]:
    return {value.name: value.number for value in known.values}


def _fill(message: Any, node: object, path: Path, *, nesting: int) -> None:
    """Copies what the message knows of the node; unknown names and nulls are skipped."""
    fields = _fields(message.DESCRIPTOR)
    for name, value in _checked(node, dict, path).items():
        field = fields.get(name)
        if field is None or value is None:
            continue
        if field.name in ENCODED and nesting == NESTING:
            message.string_value = TOO_DEEP
        elif field.is_repeated:
            _extend(getattr(message, field.name), field, value, (*path, name), nesting=nesting)
        elif field.message_type is not None:
            child = getattr(message, field.name)
            child.SetInParent()
            _fill(child, value, (*path, name), nesting=nesting + (field.name in ENCODED))
        else:
            _set(partial(setattr, message, field.name), field, value, (*path, name))


def _extend(
    values: Any, field: FieldDescriptor, nodes: object, path: Path, *, nesting: int
) -> None:
    for index, node in enumerate(_checked(nodes, list, path)):
        if field.message_type is not None:
            _fill(values.add(), node, (*path, index), nesting=nesting)
        else:
            _set(values.append, field, node, (*path, index))


def _set(assign: Callable[[Any], None], field: FieldDescriptor, node: object, path: Path) -> None:
    expected, read = READERS.get(field.type, ("a whole number", _integer))
    try:
        assign(read(field, node))
    except (ValueError, TypeError, OverflowError) as error:
        raise _malformed(path, expected) from error


def _checked(node: object, kind: type[Container], path: Path) -> Container:
    if not isinstance(node, kind):
        raise _malformed(path, "an object" if kind is dict else "a list")
    return node


def _malformed(path: Path, expected: str) -> MalformedError:
    where = ".".join(map(str, path))
    return MalformedError(
        f"The JSON body is wrong: {where} is not {expected}.", reason="undecodable"
    )


def _text(_: FieldDescriptor, node: object) -> str:
    if not isinstance(node, str):
        raise TypeError
    return node.encode("utf-8", "replace").decode()


def _bytes(field: FieldDescriptor, node: object) -> bytes:
    if field.name not in IDS:
        return base64.b64decode(_text(field, node))
    try:
        return bytes.fromhex(_text(field, node))
    except (ValueError, TypeError):
        return NOT_AN_ID


def _enum(field: FieldDescriptor, node: object) -> int:
    if field.enum_type is not None and isinstance(node, str):
        node = _numbers(field.enum_type).get(node, node)
    return _integer(field, node)


def _boolean(_: FieldDescriptor, node: object) -> bool:
    if not isinstance(node, bool):
        raise TypeError
    return node


def _real(_: FieldDescriptor, node: object) -> float:
    return float(node)  # type: ignore[arg-type]  # anything else raises the TypeError we want


def _integer(_: FieldDescriptor, node: object) -> int:
    if isinstance(node, float) and not node.is_integer():
        raise ValueError
    return int(node)  # type: ignore[call-overload, no-any-return]  # as in _real


READERS: dict[int, tuple[str, Callable[[FieldDescriptor, object], Any]]] = {
    FieldDescriptor.TYPE_STRING: ("a text", _text),
    FieldDescriptor.TYPE_BYTES: ("base64", _bytes),
    FieldDescriptor.TYPE_ENUM: ("a value of its enum", _enum),
    FieldDescriptor.TYPE_BOOL: ("true or false", _boolean),
    FieldDescriptor.TYPE_DOUBLE: ("a number", _real),
}
