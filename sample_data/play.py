"""Sends the simulated company's traffic through a real OTLP/gRPC door, as its agents would."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import grpc
import numpy as np
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from sample_data.otlp import Batch, batches
from sample_data.traffic import LiveTraffic, history

IN_FLIGHT = 4
REQUEST_TIMEOUT_S = 10.0
FIRST_BACKOFF_S = 0.25
LONGEST_BACKOFF_S = 5.0
GIVE_UP_AFTER_S = 120.0
TRICKLE_INTERVAL_S = 2.0
EXPORT_METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
RETRYABLE = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
CHANNEL_OPTIONS = (("grpc.max_reconnect_backoff_ms", 2000), ("grpc.enable_retries", 0))

Export: TypeAlias = (  # a string: generic only in the type stubs
    "grpc.UnaryUnaryMultiCallable[ExportTraceServiceRequest, ExportTraceServiceResponse]"
)
log = logging.getLogger(__name__)


class PlayError(Exception):
    """The collector refused the sample traffic, or could not be reached for too long."""


@dataclass(frozen=True, slots=True)
class PlayReport:
    """What was sent and acknowledged."""

    spans: int
    traces: int
    batches: int
    retries: int
    rejected_spans: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class _Acknowledged:
    batch: Batch
    retries: int
    rejected_spans: int


def play_history(
    grpc_target: str, *, days: int, seed: int, on_progress: Callable[[int, int], None]
) -> PlayReport:
    """Sends the days up to the current minute; returns when every batch is acknowledged.

    on_progress gets acknowledged and total spans, from this thread; the total is an estimate, good
    to 1 %, until the last call.

    Raises:
        PlayError: a batch was refused, or not acknowledged in time.
    """
    until = datetime.now(UTC).replace(second=0, microsecond=0)
    past = history(days=days, until=until, seed=seed)
    began = time.monotonic()
    done: list[_Acknowledged] = []
    spans = 0
    with _exporting(grpc_target) as export:
        for acknowledged in _send_all(export, batches(past.traces)):
            done.append(acknowledged)
            spans += acknowledged.batch.spans
            on_progress(spans, max(past.expected_spans, spans))
    on_progress(spans, spans)
    return PlayReport(
        spans=spans,
        traces=sum(acknowledged.batch.traces for acknowledged in done),
        batches=len(done),
        retries=sum(acknowledged.retries for acknowledged in done),
        rejected_spans=sum(acknowledged.rejected_spans for acknowledged in done),
        duration_s=time.monotonic() - began,
    )


def trickle(grpc_target: str, stop: threading.Event, *, seed: int) -> None:
    """Sends what happens from now on, every two seconds, until stopped.

    An unreachable collector is waited for, and then gets what it missed.
    """
    traffic = live_traffic(datetime.now(UTC), seed)
    with _exporting(grpc_target) as export:
        while not stop.wait(TRICKLE_INTERVAL_S):
            for batch in batches(traffic.next_traces(datetime.now(UTC))):
                _send_patiently(export, batch, stop)


def live_traffic(from_at: datetime, seed: int) -> LiveTraffic:
    """Traffic from then on; that of another moment has other ids, or traces would be merged."""
    return LiveTraffic(from_at, np.random.default_rng((seed, int(from_at.timestamp()))))


@contextmanager
def _exporting(grpc_target: str) -> Iterator[Export]:
    with grpc.insecure_channel(grpc_target, options=CHANNEL_OPTIONS) as channel:
        yield channel.unary_unary(
            EXPORT_METHOD,
            request_serializer=ExportTraceServiceRequest.SerializeToString,
            response_deserializer=ExportTraceServiceResponse.FromString,
        )


def _send_all(export: Export, all_batches: Iterator[Batch]) -> Iterator[_Acknowledged]:
    waiting: deque[Future[_Acknowledged]] = deque()
    abandoned = threading.Event()
    with ThreadPoolExecutor(IN_FLIGHT) as senders:
        try:
            for batch in all_batches:
                waiting.append(senders.submit(_send, export, batch, abandoned))
                if len(waiting) == IN_FLIGHT:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            abandoned.set()


def _send_patiently(export: Export, batch: Batch, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            _send(export, batch, stop)
        except PlayError as error:
            if isinstance(error.__cause__, grpc.RpcError) and error.__cause__.code() in RETRYABLE:
                continue
            log.warning("%s", error)
        return


def _send(export: Export, batch: Batch, stop: threading.Event) -> _Acknowledged:
    give_up_at = time.monotonic() + GIVE_UP_AFTER_S
    retries = 0
    while True:
        try:
            answer = export(batch.request, timeout=REQUEST_TIMEOUT_S)
        except grpc.RpcError as error:
            if error.code() not in RETRYABLE or time.monotonic() > give_up_at or stop.is_set():
                raise PlayError(
                    f"{batch.spans} spans were not accepted after {retries} retries: "
                    f"{error.code().name} {error.details()}; is the collector running?"
                ) from error
            stop.wait(_pause_s(error, retries))
            retries += 1
        else:
            return _Acknowledged(batch, retries, answer.partial_success.rejected_spans)


def _pause_s(error: grpc.RpcError, retries: int) -> float:
    """The server's RetryInfo if it sent one, else exponential backoff."""
    backoff_s = min(FIRST_BACKOFF_S * 2.0 ** min(retries, 8), LONGEST_BACKOFF_S)
    for entry in error.trailing_metadata() or ():
        if entry.key == "grpc-status-details-bin":
            for detail in Status.FromString(entry.value).details:
                hint = RetryInfo()
                if detail.Unpack(hint):
                    return float(hint.retry_delay.ToTimedelta().total_seconds()) or backoff_s
    return backoff_s
