"""An instrumented application: SDKs send numbered spans, and a file tells which were acknowledged.

`python -m tests.e2e.sender GRPC_TARGET HTTP_URL FILE` runs until its stdin ends. A line of the file
is `sent` or `acknowledged`, a trace id and a span id.
"""

import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TextIO

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

CHILDREN = 3
PAUSE_S = 0.01
APPLICATIONS_PER_DOOR = 2


class Witness(SpanExporter):
    """Writes down what it hands to an exporter, and what that says was acknowledged."""

    def __init__(self, exporter: SpanExporter, file: TextIO, lock: Lock) -> None:
        self._exporter = exporter
        self._file = file
        self._lock = lock

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._write("sent", spans)
        result = self._exporter.export(spans)
        if result is SpanExportResult.SUCCESS:
            self._write("acknowledged", spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def _write(self, word: str, spans: Sequence[ReadableSpan]) -> None:
        ids = [span.get_span_context() for span in spans]
        lines = [f"{word} {each.trace_id:032x} {each.span_id:016x}\n" for each in ids if each]
        with self._lock:
            self._file.writelines(lines)
            self._file.flush()


def send_until(stop: Event, exporter: Witness, numbers: "count[int]") -> None:
    """Short traces, one after the other; what is left at the end is sent before this returns."""
    provider = TracerProvider(
        resource=Resource({"service.name": "chat-web", "marketing.use_case": "live_chat"})
    )
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=200))
    tracer = provider.get_tracer("sender")
    while not stop.wait(PAUSE_S):
        with tracer.start_as_current_span("turn", attributes={"number": next(numbers)}):
            for _ in range(CHILDREN):
                with tracer.start_as_current_span("step", attributes={"number": next(numbers)}):
                    pass
    provider.shutdown()


def main(grpc_target: str, http_url: str, path: Path) -> None:
    stop, lock, numbers = Event(), Lock(), count()
    exporters: list[SpanExporter] = []
    for _ in range(APPLICATIONS_PER_DOOR):
        exporters.append(GrpcExporter(endpoint=grpc_target, insecure=True))
        exporters.append(HttpExporter(endpoint=f"{http_url}/v1/traces"))
    with path.open("w", encoding="utf-8") as file:
        witnesses = [Witness(exporter, file, lock) for exporter in exporters]
        threads = [
            Thread(target=send_until, args=(stop, witness, numbers)) for witness in witnesses
        ]
        for thread in threads:
            thread.start()
        sys.stdin.read()
        stop.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
