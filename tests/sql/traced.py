"""Traces in the terms of METHODS, critical path 1: integer ids, nanoseconds, kinds. And as OTLP."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

START_NS = 1_767_607_200 * 10**9
ATTRIBUTES: dict[str, dict[str, str]] = {
    "agent": {"openinference.span.kind": "AGENT"},
    "workflow": {"openinference.span.kind": "CHAIN"},
    "chain": {"openinference.span.kind": "CHAIN"},
    "llm": {"openinference.span.kind": "LLM"},
    "embedding": {"openinference.span.kind": "EMBEDDING"},
    "retrieval": {"openinference.span.kind": "RETRIEVER"},
    "rerank": {"openinference.span.kind": "RERANKER"},
    "tool": {"openinference.span.kind": "TOOL"},
    "guardrail": {"openinference.span.kind": "GUARDRAIL"},
    "asr": {"gen_ai.operation.name": "stt"},
    "tts": {"gen_ai.operation.name": "tts"},
    "redaction": {"marketing.step": "redaction"},
    "router": {"marketing.step": "router"},
    "cache": {"marketing.step": "cache"},
    "db": {"db.system.name": "postgresql"},
    "http_client": {"http.request.method": "GET"},
    "http_server": {"http.request.method": "GET"},
    "other": {},
}


@dataclass(frozen=True, slots=True)
class TracedSpan:
    """One span; `ttft` and `first_audio` are nanoseconds after its start."""

    id: int
    parent: int | None
    start: int
    end: int
    kind: str = "other"
    sk: str = "internal"
    host: str = "app"
    ttft: int | None = None
    stream: bool = False
    final: bool = False
    first_audio: int | None = None
    cancelled: bool = False
    async_: bool = False
    turn: bool = False
    status: str = ""


def otlp(trace_id: str, spans: Iterable[TracedSpan]) -> bytes:
    """One export request with the spans in their order."""
    request = ExportTraceServiceRequest()
    for span in spans:
        sender = request.resource_spans.add()
        for key in ("service.name", "service.instance.id"):
            sender.resource.attributes.append(_pair(key, span.host))
        sender.scope_spans.add().spans.append(
            Span(
                trace_id=bytes.fromhex(trace_id),
                span_id=span.id.to_bytes(8, "big"),
                parent_span_id=b"" if span.parent is None else span.parent.to_bytes(8, "big"),
                name=f"{span.kind} {span.id}",
                kind=Span.SpanKind.Value(f"SPAN_KIND_{span.sk.upper()}"),
                start_time_unix_nano=START_NS + span.start,
                end_time_unix_nano=START_NS + span.end,
                attributes=[_pair(key, value) for key, value in _attributes(span)],
                status=Status(
                    code=Status.STATUS_CODE_ERROR
                    if span.status == "error"
                    else Status.STATUS_CODE_UNSET
                ),
            )
        )
    return request.SerializeToString()


def _attributes(span: TracedSpan) -> Iterator[tuple[str, str | float]]:
    yield from ATTRIBUTES[span.kind].items()
    if span.ttft is not None:
        yield "gen_ai.response.time_to_first_chunk", span.ttft / 1e9
    if span.first_audio is not None:
        yield "marketing.first_audio_ms", span.first_audio / 1e6
    flags = {
        "gen_ai.request.stream": span.stream,
        "marketing.final": span.final,
        "marketing.cancelled": span.cancelled,
        "marketing.async": span.async_,
        "marketing.turn": span.turn,
    }
    yield from ((key, True) for key, is_set in flags.items() if is_set)


def _pair(key: str, value: str | float) -> KeyValue:
    kinds = {str: "string_value", float: "double_value", bool: "bool_value"}
    return KeyValue(key=key, value=AnyValue(**{kinds[type(value)]: value}))
