"""OTLP trace requests to Arrow: spans and their attributes as columns. Knows no convention."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import ptars
import pyarrow as pa
import pyarrow.compute as pc

from collector import wire
from collector.any_value import Texts, texts_of, utf8
from sql.attributes import Attributes, Ints
from sql.settings import Limits

_HANDLER = ptars.HandlerPool([wire.FILE]).get_for_message(wire.REQUEST)
_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), dtype=np.uint16)

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUSES = ("unset", "ok", "error")

KeepKey = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Events:
    """Span events in span order; `offsets` has one entry per span plus one."""

    offsets: Ints
    names: pa.Array
    at_ns: Ints
    attributes: Attributes

    def as_lists(self) -> pa.ListArray:
        """One list of STRUCT(name, at, attributes) per span."""
        structs = pa.StructArray.from_arrays(
            [self.names, timestamps(self.at_ns), self.attributes.as_entries()],
            names=["name", "at", "attributes"],
        )
        return pa.ListArray.from_arrays(self.offsets.astype(np.int32), structs)


@dataclass(frozen=True, slots=True)
class SpanBatch:
    """Spans of several requests.

    `columns` holds what OTLP names; `request`, `resource` the index of each span's request and
    resource; `cut` counts, by flag, what did not fit the limits or had to be repaired.
    """

    columns: dict[str, pa.Array]
    start_ns: Ints
    end_ns: Ints
    request: Ints
    resource: Ints
    attributes: Attributes
    resources: Attributes
    events: Events
    cut: dict[str, int]


def decode(bodies: Sequence[bytes], *, limits: Limits, keep_key: KeepKey) -> SpanBatch:
    """The spans in `bodies` (OTLP protobuf). Raises ValueError when one is not OTLP."""
    texts = Texts(limits)
    requests = _HANDLER.list_to_record_batch(list(bodies))
    request_of_resource, resources = _children(requests.column("resource_spans"))
    resource_of_scope, scopes = _children(resources.field("scope_spans"))
    scope_of_span, spans = _children(scopes.field("spans"))
    scope = scopes.field("scope")
    resource = resource_of_scope[scope_of_span]
    return SpanBatch(
        columns={
            "trace_id": _hex(spans.field("trace_id"), 16),
            "span_id": _hex(spans.field("span_id"), 8),
            "parent_span_id": _hex_or_null(spans.field("parent_span_id"), 8),
            "name": texts.text(spans.field("name")),
            "kind": _word(spans.field("kind"), KINDS),
            "status": _word(spans.field("status").field("code"), STATUSES),
            "status_message": texts.text(spans.field("status").field("message")),
            "scope": texts.text(scope.field("name")).take(pa.array(scope_of_span)),
        },
        start_ns=_nanoseconds(spans.field("start_time_unix_nano")),
        end_ns=_nanoseconds(spans.field("end_time_unix_nano")),
        request=request_of_resource[resource],
        resource=resource,
        attributes=_attributes(spans.field("attributes"), texts, keep_key),
        resources=_attributes(resources.field("resource").field("attributes"), texts, keep_key),
        events=_events(spans.field("events"), texts, keep_key),
        cut=texts.cut,
    )


def _children(lists: pa.ListArray) -> tuple[Ints, pa.Array]:
    """(index of the parent, child) for every child."""
    offsets = _offsets(lists)
    return np.repeat(np.arange(len(lists)), np.diff(offsets)), lists.values


def _offsets(lists: pa.ListArray) -> Ints:
    offsets: Ints = lists.offsets.to_numpy().astype(np.int64)
    return offsets


def timestamps(ns: Ints) -> pa.Array:
    """Nanoseconds since 1970 as UTC timestamps with microseconds, which is what the lake keeps."""
    return pa.array(ns // 1000).cast(pa.timestamp("us", tz="UTC"))


def _word(codes: pa.Array, words: tuple[str, ...]) -> pa.Array:
    """OTLP enum numbers as words; the first word for a number that this version does not know."""
    known = codes.fill_null(0).to_numpy()
    known = np.where((known >= 0) & (known < len(words)), known, 0).astype(np.int8)
    return pa.DictionaryArray.from_arrays(pa.array(known), pa.array(words))


def _nanoseconds(times: pa.Array) -> Ints:
    """Signed 64-bit, as far as the signed range goes (the year 2262)."""
    signed: Ints = np.minimum(times.to_numpy(), np.uint64(2**63 - 1)).astype(np.int64)
    return signed


def _hex(ids: pa.Array, width: int) -> pa.Array:
    """Ids of exactly `width` bytes as lower-case hex. Raises ValueError for any other width."""
    offsets = np.frombuffer(ids.buffers()[1], dtype=np.int32)[: len(ids) + 1]
    if np.any(np.diff(offsets) != width):
        raise ValueError(f"an id is not {width} bytes long")
    return _hex_texts(_bytes_of(ids, offsets), np.arange(len(ids) + 1) * width)


def _hex_or_null(ids: pa.Array, width: int) -> pa.Array:
    """As `_hex`; an empty id is null, and so is one that is all zero."""
    offsets = np.frombuffer(ids.buffers()[1], dtype=np.int32)[: len(ids) + 1]
    lengths = np.diff(offsets)
    if np.any((lengths != width) & (lengths != 0)):
        raise ValueError(f"an id is neither empty nor {width} bytes long")
    texts = _hex_texts(_bytes_of(ids, offsets), offsets - offsets[0])
    return pc.if_else(pc.is_in(texts, pa.array(["", "0" * 2 * width])), None, texts)


def _bytes_of(ids: pa.Array, offsets: npt.NDArray[np.int32]) -> npt.NDArray[np.uint8]:
    data = ids.buffers()[2]
    if data is None:
        return np.empty(0, np.uint8)
    return np.frombuffer(data, dtype=np.uint8)[offsets[0] : offsets[-1]]


def _hex_texts(data: npt.NDArray[np.uint8], offsets: Any) -> pa.Array:
    text_offsets = (offsets * 2).astype(np.int32)
    return pa.StringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(text_offsets), pa.py_buffer(_HEX[data])
    )


def _attributes(lists: pa.ListArray, texts: Texts, keep_key: KeepKey) -> Attributes:
    """The pairs whose key is to be kept: the last of equal keys, as many as the limit allows."""
    offsets = _offsets(lists)
    pairs = lists.values
    keys, codes = _keys(pairs.field("key"))
    owner = np.repeat(np.arange(len(lists)), np.diff(offsets))
    kept = np.flatnonzero(np.fromiter(map(keep_key, keys), bool, len(keys))[codes])
    kept = kept[texts.within_count(owner[kept])]
    kept = kept[~_repeated(owner[kept], codes[kept], len(keys))]
    if len(kept) < len(codes):
        offsets, codes = np.searchsorted(kept, offsets), codes[kept]
        pairs = pairs.take(pa.array(kept))
    text, number = texts_of(pairs.field("value"), texts)
    return Attributes(offsets, keys, codes, text, number)


def _keys(names: pa.Array) -> tuple[list[str], Ints]:
    """The distinct keys as text, and for each name the index of its key."""
    encoded = names.dictionary_encode()
    distinct: dict[str, int] = {}
    code_of = [
        distinct.setdefault(utf8(name), len(distinct)) for name in encoded.dictionary.to_pylist()
    ]
    return list(distinct), np.array(code_of, np.int64)[encoded.indices.to_numpy()]


def _repeated(owner: Ints, codes: Ints, keys: int) -> npt.NDArray[np.bool_]:
    """True for a pair whose owner has its key again later: OTLP forbids it, maps cannot hold it."""
    pair = owner * keys + codes
    order = np.argsort(pair, kind="stable")
    again = np.zeros(len(pair), bool)
    again[order[:-1]] = pair[order[:-1]] == pair[order[1:]]
    return again


def _events(lists: pa.ListArray, texts: Texts, keep_key: KeepKey) -> Events:
    events = lists.values
    return Events(
        offsets=_offsets(lists),
        names=texts.text(events.field("name")),
        at_ns=_nanoseconds(events.field("time_unix_nano")),
        attributes=_attributes(events.field("attributes"), texts, keep_key),
    )
