"""Export requests like those of a chat shop: real traces, and no two requests alike.

A request is serialised once; for each one sent, ids and times are written over its bytes, so that
the sender costs little on a machine that it shares with the collector.
"""

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

SPANS_PER_REQUEST = 512
SPANS_PER_TRACE = 8
MODEL_CALLS_PER_TRACE = 3
TEMPLATES = 24
MILLISECOND = 1_000_000
SOME_TIME_NS = 1_700_000_000_000_000_000
MODELS = ("gpt-4o-mini", "gpt-4o", "claude-sonnet-4-5", "llama-3.1-8b-instruct")
USE_CASES = ("live_chat", "support_agent", "lead_gen", "content_generation", "email_send_time")
TOOLS = ("crm.lookup", "catalog.search", "cart.price", "mail.schedule")

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Template:
    """A serialised request, and where its ids and times are."""

    body: Bytes
    ids_at: Positions
    id_source: Positions
    """For each byte at `ids_at`, which of `random_bytes` fresh ones it takes."""
    random_bytes: int
    times_at: Positions

    def request(self, random: np.random.Generator, end_ns: int) -> bytes:
        """The request with new ids, its spans ending about then."""
        body = self.body.copy()
        fresh = np.frombuffer(random.bytes(self.random_bytes), np.uint8)
        body[self.ids_at] = fresh[self.id_source]
        later = np.uint64(end_ns - SOME_TIME_NS)
        times = body[self.times_at].view(np.uint64) + later
        body[self.times_at] = times.view(np.uint8)
        return body.tobytes()


def templates(seed: int = 1) -> list[Template]:
    """Requests that differ in use case, models, tools, tokens and durations."""
    random = Random(seed)
    return [_template(_request(random)) for _ in range(TEMPLATES)]


def _template(request: ExportTraceServiceRequest) -> Template:
    body = request.SerializeToString()
    spans = request.resource_spans[0].scope_spans[0].spans
    ids_at: list[int] = []
    id_source: list[int] = []
    times_at: list[int] = []
    sources: dict[bytes, int] = {}
    random_bytes, end = 0, 0
    for span in spans:
        for value in (span.trace_id, span.span_id, span.parent_span_id):
            if not value:
                continue
            if value not in sources:
                sources[value], random_bytes = random_bytes, random_bytes + len(value)
            end = body.index(value, end) + len(value)
            ids_at += range(end - len(value), end)
            id_source += range(sources[value], sources[value] + len(value))
        for at_ns in (span.start_time_unix_nano, span.end_time_unix_nano):
            end = body.index(at_ns.to_bytes(8, "little"), end) + 8
            times_at += range(end - 8, end)
    return Template(
        np.frombuffer(body, np.uint8),
        np.array(ids_at),
        np.array(id_source),
        random_bytes,
        np.array(times_at),
    )


def _request(random: Random) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    _set(resource_spans.resource, "service.name", random.choice(["chat-web", "shop", "mailer"]))
    _set(resource_spans.resource, "deployment.environment.name", "production")
    _set(resource_spans.resource, "telemetry.sdk.language", "python")
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "opentelemetry.instrumentation.openai_v2"
    for _ in range(SPANS_PER_REQUEST // SPANS_PER_TRACE):
        _add_trace(scope_spans, random)
    return request


def _add_trace(scope_spans: ScopeSpans, random: Random) -> None:
    trace_id, root_id = random.randbytes(16), random.randbytes(8)
    duration_ms = random.lognormvariate(7, 0.7)
    for number in range(SPANS_PER_TRACE):
        span = scope_spans.spans.add(trace_id=trace_id, kind=Span.SPAN_KIND_CLIENT)
        span.span_id = random.randbytes(8) if number else root_id
        share = number / SPANS_PER_TRACE
        start_ns = SOME_TIME_NS + int((share - 1) * duration_ms * MILLISECOND)
        span.start_time_unix_nano = start_ns
        span.end_time_unix_nano = SOME_TIME_NS + random.randrange(MILLISECOND)
        if number == 0:
            _describe_turn(span, random)
        else:
            span.parent_span_id = root_id
            span.end_time_unix_nano -= random.randrange(int(duration_ms * MILLISECOND / 8))
            describe = _describe_call if number <= MODEL_CALLS_PER_TRACE else _describe_tool
            describe(span, random)


def _describe_turn(span: Span, random: Random) -> None:
    span.name = "chat turn"
    span.kind = Span.SPAN_KIND_SERVER
    _set(span, "session.id", f"s{random.randrange(10**6)}")
    _set(span, "user.id", f"u{random.randrange(10**6)}")
    _set(span, "marketing.use_case", random.choice(USE_CASES))
    _set(span, "gen_ai.operation.name", "invoke_agent")
    _set(span, "gen_ai.agent.name", "shop")
    _set(span, "http.route", "/api/chat")


def _describe_call(span: Span, random: Random) -> None:
    model = random.choice(MODELS)
    span.name = f"chat {model}"
    _set(span, "gen_ai.operation.name", "chat")
    _set(span, "gen_ai.provider.name", "openai")
    _set(span, "gen_ai.request.model", model)
    _set(span, "gen_ai.response.model", f"{model}-2026-08-07")
    _set(span, "gen_ai.request.stream", value=True)
    _set(span, "gen_ai.usage.input_tokens", random.randrange(4000))
    _set(span, "gen_ai.usage.output_tokens", random.randrange(400))
    _set(span, "gen_ai.response.time_to_first_chunk", random.uniform(0.01, 0.2))
    _set(span, "gen_ai.response.finish_reasons", "stop")
    _set(span, "server.address", "api.openai.com")
    _set(span, "server.port", 443)


def _describe_tool(span: Span, random: Random) -> None:
    tool = random.choice(TOOLS)
    span.name = f"execute_tool {tool}"
    _set(span, "gen_ai.operation.name", "execute_tool")
    _set(span, "gen_ai.tool.name", tool)
    _set(span, "gen_ai.tool.call.id", f"call_{random.randrange(10**9)}")
    _set(span, "http.response.status_code", 200)
    _set(span, "server.address", "crm.internal")
    _set(span, "thread.name", f"ThreadPoolExecutor-0_{random.randrange(9)}")


def _set(owner: object, key: str, value: str | float) -> None:
    pair = owner.attributes.add(key=key)  # type: ignore[attr-defined]  # spans and resources
    if isinstance(value, bool):
        pair.value.bool_value = value
    elif isinstance(value, int):
        pair.value.int_value = value
    elif isinstance(value, float):
        pair.value.double_value = value
    else:
        pair.value.string_value = value
