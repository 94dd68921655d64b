"""Conversions as they arrive: posted as JSON, as OTLP log records, as spans and span events."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceResponse,
)

from collector.any_value import plain
from collector.decode import SpanBatch
from collector.errors import MalformedError
from sql import conversions
from sql.attributes import Attributes
from sql.conversions import Conversion, ConversionError, checked

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ERRORS_TOLD = 100
"""In one answer; all are counted."""


@dataclass(slots=True)
class Read:
    """What came of some rows: conversions, and what is wrong with the others."""

    good: list[Conversion] = field(default_factory=list)
    good_rows: list[int] = field(default_factory=list)
    """The row of each; of spans, the span."""
    faults: Counter[str] = field(default_factory=Counter)
    """By reason."""
    errors: list[dict[str, object]] = field(default_factory=list)
    """The first of them: row (from 0), reason and message."""
    ignored: int = 0
    """Log records that are no conversions."""

    def add(self, row: int, fields: object, source: str) -> None:
        """One row more."""
        try:
            self.good.append(checked(fields, source=source))
            self.good_rows.append(row)
        except ConversionError as error:
            self.faults[error.reason] += 1
            if len(self.errors) < ERRORS_TOLD:
                self.errors.append({"row": row, "reason": error.reason, "message": str(error)})

    def message(self) -> str:
        """What a sender is told of faults; empty without any."""
        told = "; ".join(f"row {each['row']}: {each['message']}" for each in self.errors[:3])
        return f"{self.faults.total()} conversions refused: {told}" if told else ""

    def json_answer(self) -> Message:
        """The answer to rows of JSON."""
        if not self.faults:
            return Struct()
        told = {
            "rejectedConversions": self.faults.total(),
            "errorMessage": self.message(),
            "errors": self.errors,
        }
        return ParseDict({"partialSuccess": told}, Struct())

    def logs_answer(self) -> Message:
        """The answer to log records."""
        if not self.faults:
            return ExportLogsServiceResponse()
        return ExportLogsServiceResponse(
            partial_success=ExportLogsPartialSuccess(
                rejected_log_records=self.faults.total(), error_message=self.message()
            )
        )


def from_json(body: bytes) -> Read:
    """One object or a list of them, with the fields of `sql.conversions`. Raises MalformedError."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedError(
            "The body is not JSON in UTF-8: send one conversion, or a list of them.",
            reason="undecodable",
        ) from error
    read = Read()
    for row, fields in enumerate(document if isinstance(document, list) else [document]):
        read.add(row, fields, "http")
    return read


def from_logs(request: Any) -> Read:
    """The records of an ExportLogsServiceRequest that are conversions."""
    read = Read()
    for row, (record, resource) in enumerate(_records(request)):
        attributes = _values(resource.attributes) | _values(record.attributes)
        fields = conversions.read(attributes)
        name = fields.pop(conversions.NAME, None)
        if not any(map(conversions.is_conversion, (record.event_name, _body(record), name))):
            read.ignored += 1
            continue
        nanoseconds = record.time_unix_nano or record.observed_time_unix_nano
        own = {"occurred_at": _time(nanoseconds), "trace_id": record.trace_id.hex()}
        read.add(row, own | fields, "log")
    return read


def from_spans(batch: SpanBatch, session_ids: pa.Array) -> Read:
    """The spans and span events that are conversions; `session_ids` where these say no session."""
    read = Read()
    events = batch.events
    event_spans = np.repeat(np.arange(len(batch.start_ns)), np.diff(events.offsets))
    found = [
        (span, int(batch.start_ns[span]), batch.attributes, span)
        for span in _named(batch.columns["name"])
    ]
    found += [
        (int(event_spans[event]), int(events.at_ns[event]), events.attributes, event)
        for event in _named(events.names)
    ]
    for span, at_ns, attributes, owner in found:
        own = {
            "session_id": session_ids[span].as_py(),
            "trace_id": batch.columns["trace_id"][span].as_py(),
            "occurred_at": _time(at_ns or int(batch.start_ns[span])),
        }
        read.add(span, own | conversions.read(dict(_pairs(attributes, owner))), "span")
    return read


def _named(names: pa.Array) -> list[int]:
    """Where the names of conversions stand."""
    known = pa.array(conversions.names(), pa.string())
    is_known = pc.is_in(names, known).to_numpy(zero_copy_only=False)
    found: list[int] = np.flatnonzero(is_known).tolist()
    return found


def _pairs(attributes: Attributes, owner: int) -> Iterator[tuple[str, str | None]]:
    for at in range(attributes.offsets[owner], attributes.offsets[owner + 1]):
        yield attributes.keys[attributes.codes[at]], attributes.text[at].as_py()


def _records(request: Any) -> Iterator[tuple[Any, Any]]:
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield record, resource.resource


def _values(pairs: Iterable[Any]) -> dict[str, Any]:
    return {pair.key: plain(pair.value) for pair in pairs}


def _body(record: Any) -> str | None:
    return record.body.string_value or None


def _time(nanoseconds: int) -> datetime:
    """Far beyond the year 9999 nothing is a time: the last moment then, which no check lets in."""
    try:
        return EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
