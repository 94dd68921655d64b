"""What real libraries sent, replayed as they sent it. The captures lie beside this checkout."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.e2e.processes import CollectorProcess, wait_until

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"
WITHOUT_PROXY = build_opener(ProxyHandler({}))

SpanId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Capture:
    """One request of traces, and how it was sent."""

    body: bytes
    side: dict[str, Any]

    def span_ids(self) -> Iterator[SpanId]:
        """The spans in it."""
        if self.side["content_type"] == "application/json":
            spans: Any = json.loads(self.body)["resourceSpans"]
            scopes = [scope for resource in spans for scope in resource["scopeSpans"]]
            yield from ((s["traceId"], s["spanId"]) for scope in scopes for s in scope["spans"])
            return
        for resource in ExportTraceServiceRequest.FromString(self.body).resource_spans:
            for scope in resource.scope_spans:
                yield from ((s.trace_id.hex(), s.span_id.hex()) for s in scope.spans)

    def send(self, collector: CollectorProcess) -> None:
        """By the door, the path and the encoding of the original."""
        if self.side["protocol"] == "grpc":
            with collector.channel() as channel:
                collector.exporter(channel)(self.body)
            return
        encoding = self.side["content_encoding"]
        request = Request(  # noqa: S310 our own door
            collector.http_url + self.side["path"],
            data=gzip.compress(self.body) if encoding == "gzip" else self.body,
            headers={"Content-Type": self.side["content_type"], "Content-Encoding": encoding},
        )
        with WITHOUT_PROXY.open(request, timeout=30):
            pass


@dataclass(frozen=True, slots=True)
class Replayed:
    """One library's spans."""

    library: str
    sent: int
    stored: int


def captures(folder: Path) -> list[Capture]:
    """The trace requests of a library, in the order in which they came."""
    files = sorted([*folder.glob("raw/*.traces.pb"), *folder.glob("raw/*.traces.json")])
    return [
        Capture(file.read_bytes(), json.loads(Path(f"{file}.side.json").read_bytes()))
        for file in files
    ]


def replay(collector: CollectorProcess) -> list[Replayed]:
    """Every library's spans as sent and as found in the lake."""
    sent: dict[str, Counter[SpanId]] = {}
    for folder in sorted(path for path in CORPUS.iterdir() if path.is_dir()):
        requests = captures(folder)
        sent[folder.name] = Counter(span_id for each in requests for span_id in each.span_ids())
        for each in requests:
            each.send(collector)
    total = sum(spans.total() for spans in sent.values())
    wait_until(lambda: collector.value("select sum(spans) from ingest_log") == total)
    stored: Counter[SpanId] = Counter()
    for trace_id, span_id in collector.rows("select trace_id, span_id from spans"):
        stored[trace_id, span_id] += 1
    return [
        Replayed(library, spans.total(), sum(stored[span_id] for span_id in spans))
        for library, spans in sent.items()
    ]
