"""OTLP values as text, within limits: what does not fit is cut, what is not UTF-8 is repaired."""

import base64
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from sql.attributes import Ints
from sql.settings import Limits

UNREADABLE = "[nested too deep or broken]"


@dataclass(slots=True)
class Texts:
    """Turns bytes into text under `limits`; `cut` counts what was changed, by flag."""

    limits: Limits
    cut: Counter[str] = field(default_factory=Counter)

    def text(self, raw: pa.Array) -> pa.Array:
        """`raw` (binary) as text: repaired where not UTF-8 or with NUL, cut to the limit."""
        try:
            text = raw.cast(pa.string())
        except pa.ArrowInvalid:
            return self._repair(raw)
        if len(text) == 0:
            return text
        if (pc.max(pc.binary_length(text)).as_py() or 0) > self.limits.value_bytes:
            return self._repair(raw)
        if pc.any(pc.match_substring(text, "\0")).as_py():
            return self._repair(raw)
        return text

    def within_count(self, owner: Ints) -> npt.NDArray[np.bool_]:
        """True for the pairs that the limit on attributes per owner lets in; `owner` is sorted."""
        counts = np.bincount(owner)
        if counts.max(initial=0) <= self.limits.attribute_count:
            return np.ones(len(owner), bool)
        first = np.concatenate(([0], np.cumsum(counts)))[owner]
        self.cut["attributes_cut"] += int(np.sum(counts > self.limits.attribute_count))
        within: npt.NDArray[np.bool_] = np.arange(len(owner)) - first < self.limits.attribute_count
        return within

    def _repair(self, raw: pa.Array) -> pa.Array:
        return pa.array([None if b is None else self._repaired(b) for b in raw.to_pylist()])

    def _repaired(self, raw: bytes) -> str:
        if len(raw) > self.limits.value_bytes:
            self.cut["value_cut"] += 1
            return utf8(raw[: self.limits.value_bytes])
        text = utf8(raw)
        if text.encode() != raw:
            self.cut["text_repaired"] += 1
        return text


def utf8(raw: bytes) -> str:
    """`raw` as text that every store accepts: U+FFFD for what is not UTF-8 and for NUL."""
    return raw.decode("utf-8", "replace").replace("\0", "\ufffd")


def texts_of(values: pa.StructArray, texts: Texts) -> tuple[pa.Array, npt.NDArray[np.float64]]:
    """(every value as text, null where empty; numbers, NaN for others). Nested values are JSON."""
    ints, doubles = values.field("int_value"), values.field("double_value")
    columns = [
        texts.text(values.field("string_value")),
        ints.cast(pa.string()),
        doubles.cast(pa.string()),
        values.field("bool_value").cast(pa.string()),
        _nested(values.field("array_value"), ArrayValue, texts),
        _nested(values.field("kvlist_value"), KeyValueList, texts),
        _base64(values.field("bytes_value"), texts),
    ]
    present = [column for column in columns if column.null_count < len(column)]
    text = pc.coalesce(*present) if present else columns[0]
    number = pc.coalesce(doubles, ints.cast(pa.float64(), safe=False)).to_numpy(
        zero_copy_only=False
    )
    return text, number


def _nested(encoded: pa.Array, message: type[ArrayValue | KeyValueList], texts: Texts) -> pa.Array:
    """Encoded lists as JSON text; equal ones are decoded once."""
    if encoded.null_count == len(encoded):
        return pa.nulls(len(encoded), pa.string())
    distinct = encoded.dictionary_encode()
    decoded = [_json(raw, message).encode() for raw in distinct.dictionary.to_pylist()]
    return texts.text(pa.array(decoded, pa.binary())).take(distinct.indices)


def _json(raw: bytes, message: type[ArrayValue | KeyValueList]) -> str:
    try:
        parsed = message.FromString(raw)
    except DecodeError:
        return UNREADABLE
    value = AnyValue()
    target = value.array_value if message is ArrayValue else value.kvlist_value
    target.CopyFrom(parsed)  # type: ignore[arg-type]  # the branch above fits the message
    return json.dumps(plain(value), ensure_ascii=False)


def plain(value: AnyValue) -> Any:
    """The value as JSON has it."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [plain(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: plain(pair.value) for pair in value.kvlist_value.values}
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    return getattr(value, kind)


def _base64(raw: pa.Array, texts: Texts) -> pa.Array:
    if raw.null_count == len(raw):
        return pa.nulls(len(raw), pa.string())
    encoded = [None if b is None else base64.b64encode(b) for b in raw.to_pylist()]
    return texts.text(pa.array(encoded, pa.binary()))
