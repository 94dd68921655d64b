"""Admission: the bytes of one export request are checked and journaled, or refused and counted.

Only what would make spans unusable is refused here. All else that is odd about a span (times,
sizes, texts) is settled, and flagged, when it is loaded.
"""

from collections import Counter
from typing import Any

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from collector import conversions, told_logs, wire
from collector.bounds import check_size
from collector.errors import MalformedError, RefusedError
from collector.journal import Journal
from collector.signals import CONVERSIONS, LOGS, TRACES, Signal
from sql.conversions import packed

NO_TRACE_ID = bytes(16)
NO_SPAN_ID = bytes(8)
FAULTS = {
    "trace_id_length": "with a trace id that is not 16 bytes long",
    "trace_id_zero": "with an all-zero trace id",
    "span_id_length": "with a span id that is not 8 bytes long",
    "span_id_zero": "with an all-zero span id",
    "parent_span_id_length": "with a parent span id that is not 8 bytes long",
}


def _fault(span: Any) -> str | None:
    """The first key of FAULTS that holds for the span; this runs for each span received."""
    trace_id, span_id = span.trace_id, span.span_id
    if len(trace_id) != 16:  # noqa: PLR2004 the length that OTLP gives
        return "trace_id_length"
    if trace_id == NO_TRACE_ID:
        return "trace_id_zero"
    if len(span_id) != 8:  # noqa: PLR2004 the length that OTLP gives
        return "span_id_length"
    if span_id == NO_SPAN_ID:
        return "span_id_zero"
    return None if len(span.parent_span_id) in {0, 8} else "parent_span_id_length"


def _spans(request: Any) -> list[Any]:
    return [
        span
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _remove_faulty(request: Any) -> None:
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for index in reversed(range(len(scope.spans))):
                if _fault(scope.spans[index]) is not None:
                    del scope.spans[index]


def _point_count(request: Any) -> int:
    """Data points in a request of metrics."""
    scopes = (scope for resource in request.resource_metrics for scope in resource.scope_metrics)
    metrics = (metric for scope in scopes for metric in scope.metrics)
    kinds = ((metric, metric.WhichOneof("data")) for metric in metrics)
    return sum(len(getattr(metric, kind).data_points) for metric, kind in kinds if kind)


def _response(faults: Counter[str]) -> ExportTraceServiceResponse:
    if not faults:
        return ExportTraceServiceResponse()
    counts = ", ".join(f"{count} {FAULTS[reason]}" for reason, count in faults.items())
    return ExportTraceServiceResponse(
        partial_success=ExportTracePartialSuccess(
            rejected_spans=faults.total(),
            error_message=f"Spans refused: {counts}. The other spans were stored.",
        )
    )


class Admission:
    """What both doors share: checks, the journal, and the count of what was refused."""

    def __init__(self, journal: Journal, *, message_bytes: int) -> None:
        """`message_bytes` bounds one request, after decompression."""
        self._journal = journal
        self.message_bytes = message_bytes

    @property
    def has_room(self) -> bool:
        """Whether the journal takes a request of the largest size."""
        return self._journal.has_room(self.message_bytes)

    def accept(self, signal: Signal, body: bytes, door: str) -> Message:
        """The OTLP response, once the spans are on the disk. Raises RefusedError."""
        check_size(len(body), self.message_bytes)
        if signal is TRACES:
            return self._accept_traces(body, door)
        if signal is CONVERSIONS:
            return self._store(conversions.from_json(body), signal, door).json_answer()
        try:
            request = signal.request.FromString(body)
        except DecodeError:
            self._leave_out(signal, 1, door)
            return signal.response()
        if signal is LOGS:
            return self._accept_logs(request, door)
        self._leave_out(signal, _point_count(request), door)
        return signal.response()

    def refuse(self, error: RefusedError, signal: Signal, door: str) -> None:
        """Counts a request that was refused as a whole: as 1, for its spans are not known."""
        self._count(signal, door, error.reason, 1, str(error))

    def _accept_traces(self, body: bytes, door: str) -> ExportTraceServiceResponse:
        try:
            request = wire.parse(body)
        except DecodeError as error:
            raise MalformedError(
                "The body is not an OTLP ExportTraceServiceRequest in protobuf.",
                reason="undecodable",
            ) from error
        spans = _spans(request)
        faults = Counter(filter(None, map(_fault, spans)))
        if faults:
            _remove_faulty(request)
            body = request.SerializeToString()
        good_count = len(spans) - faults.total()
        if good_count:
            self._journal.put(body, door=door, span_count=good_count)
        for reason, count in faults.items():
            self._count(TRACES, door, reason, count, f"spans {FAULTS[reason]}")
        return _response(faults)

    def _accept_logs(self, request: Any, door: str) -> Message:
        """What records say of spans is journaled, and conversions; the others are counted."""
        told = told_logs.spans_told_of(request)
        count = told_logs.span_count(told)
        if count:
            body = told.SerializeToString()
            self._journal.put(body, door=door, span_count=count, signal=LOGS.name)
        read = conversions.from_logs(request)
        read.ignored -= count
        return self._store(read, LOGS, door).logs_answer()

    def _store(self, read: conversions.Read, signal: Signal, door: str) -> conversions.Read:
        """Journals the conversions and counts the rest."""
        if read.good:
            body = packed(read.good)
            self._journal.put(body, door=door, span_count=len(read.good), signal=CONVERSIONS.name)
        for reason, count in read.faults.items():
            detail = f"conversions that cannot be used: {reason}"
            self._count(signal, door, f"conversion_{reason}", count, detail)
        self._leave_out(signal, read.ignored, door)
        return read

    def _leave_out(self, signal: Signal, count: int, door: str) -> None:
        if count:
            detail = (
                f"{signal.name} are dropped: only conversions and what logs say of spans are read"
            )
            self._count(signal, door, f"{signal.name}_not_read", count, detail)

    def _count(self, signal: Signal, door: str, reason: str, count: int, detail: str) -> None:
        self._journal.refuse(
            door=door, signal=signal.name, reason=reason, count=count, detail=detail
        )
