"""One request: its steps are walked in order, each leaving spans and moving the clock."""

from dataclasses import dataclass, field

from sample_data.company import Model, Step
from sample_data.dialects import Dialect
from sample_data.plan import Visit
from sample_data.spans import (
    SPAN_KINDS,
    Attributes,
    Resource,
    Scope,
    SimulatedEvent,
    SimulatedSpan,
    SimulatedTrace,
    Value,
)
from sample_data.world import World, marketing_attributes

GAP_MEDIAN_MS = 1.2
NETWORK_SHARE = 0.12  # of a remote step, on either side of the server's time
CANCELLED_SPECULATION_SHARE = 0.4
TURNS_PER_TASK = 2
HTTP_CLIENT = Scope("opentelemetry.instrumentation.httpx", "0.66b1")
HTTP_OK: Attributes = (("http.request.method", "POST"), ("http.response.status_code", 200))
HTTP_SERVER = Scope("opentelemetry.instrumentation.fastapi", "0.66b1")


@dataclass(slots=True)
class Request:
    """A request under way; times in ms since its start."""

    world: World
    visit: Visit
    dialect: Dialect
    model: Model
    environment: str
    region: str
    resource: Resource
    facts: dict[str, Value]
    trace_id: bytes
    layer_ids: list[bytes]
    spans: list[SimulatedSpan] = field(default_factory=list)
    clock_ms: float = 0.0
    step_start_ms: float = 0.0
    first_token_ms: float | None = None
    perceived_ms: float | None = None
    outcome: str = "ok"
    error: str = ""
    fallback_used: bool = False

    def at_ns(self, ms: float) -> int:
        """That time of the request on the clock."""
        return self.visit.start_ns + int(ms * 1e6)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span's start and end in ms, what it carries beyond its dialect's facts, and its failure."""

    start_ms: float
    end_ms: float
    extra: Attributes = ()
    error: str = ""
    events: tuple[SimulatedEvent, ...] = ()


def begin(world: World, visit: Visit) -> Request:
    """The request of the visit, at the moment its first step may start."""
    use_case, draws = visit.use_case, world.draws
    environment, region = draws.pick(use_case.environments), draws.pick(use_case.regions)
    dialect = world.dialects[use_case.dialect]
    model = world.company.models[draws.pick(use_case.models)]
    session = f"session-{visit.session:012x}"
    request = Request(
        world=world,
        visit=visit,
        dialect=dialect,
        model=model,
        environment=environment,
        region=region,
        resource=world.agent_resource(use_case, environment, region),
        facts={
            "agent": use_case.name,
            "session": session,
            "conversation": session,
            "user": f"user-{visit.session % 9973}",
            "turn_number": visit.turn + 1,
            "root_model": model.name,
            "call": "streamText" if use_case.streamed else "generateText",
            "do_call": "doStream" if use_case.streamed else "doGenerate",
        },
        trace_id=draws.trace_id(),
        layer_ids=[draws.span_id() for _ in dialect.layers],
    )
    request.clock_ms = draws.lognormal(visit.device.edge_ms, 0.4)
    return request


def record(request: Request, step: str, facts: dict[str, Value], stretch: Stretch) -> None:
    """Adds the step's span under the innermost layer, in the request's dialect."""
    form = request.dialect.form(step)
    said = {**request.facts, **facts}
    name = form.name.format_map(said)
    said["operation"] = name
    request.spans.append(
        SimulatedSpan(
            request.trace_id,
            request.world.draws.span_id(),
            request.layer_ids[-1],
            name,
            form.kind,
            request.at_ns(stretch.start_ms),
            request.at_ns(stretch.end_ms),
            stretch.error,
            (*form.attributes(said), *stretch.extra),
            stretch.events,
            request.resource,
            form.scope,
        )
    )


def run_step(request: Request, step: Step) -> None:
    """A step that is no model's answer: it may be parallel, speculative, or answered elsewhere."""
    draws = request.world.draws
    if not step.parallel:
        request.step_start_ms = request.clock_ms + draws.lognormal(GAP_MEDIAN_MS, 0.5)
    start_ms = request.step_start_ms
    duration_ms = draws.lognormal(step.median_ms, step.sigma)
    if draws.chance(step.slow_share):
        duration_ms *= step.slow_factor
    extra: Attributes = ()
    if step.speculative:
        extra = (("marketing.speculative", True),)
        if draws.chance(CANCELLED_SPECULATION_SHARE):
            duration_ms *= 0.5
            extra += (("marketing.cancelled", True),)
    else:
        request.clock_ms = max(request.clock_ms, start_ms + duration_ms)
    stretch = Stretch(start_ms, start_ms + duration_ms, extra)
    record(request, step.step, _step_facts(step), stretch)
    if step.remote:
        _record_remote(request, step.remote)
    if step.step == "guardrail" and request.perceived_ms is not None:
        request.perceived_ms = request.clock_ms  # the text is held back until it has passed


def speak(request: Request, step: Step) -> None:
    """Speech starts when the first sentence is there and is heard from its first audio on."""
    draws = request.world.draws
    first_token_ms = request.clock_ms if request.first_token_ms is None else request.first_token_ms
    start_ms = first_token_ms + draws.lognormal(step.sentence_ms, 0.25)
    first_audio_ms = draws.lognormal(step.first_audio_ms, 0.25)
    end_ms = start_ms + first_audio_ms + draws.lognormal(step.median_ms, step.sigma)
    facts = _step_facts(step) | {"first_audio_ms": first_audio_ms}
    record(request, step.step, facts, Stretch(start_ms, end_ms))
    request.perceived_ms = start_ms + first_audio_ms
    request.clock_ms = max(request.clock_ms, end_ms)


def finish(request: Request) -> SimulatedTrace:
    """The trace: the layers around the steps, outermost first, then the steps."""
    visit = request.visit
    end_ms = request.clock_ms + request.world.draws.lognormal(GAP_MEDIAN_MS, 0.4)
    extra = _declared(request)
    parents = [b"", *request.layer_ids]
    layers = []
    for layer, span_id, parent in zip(
        request.dialect.layers, request.layer_ids, parents, strict=False
    ):
        record(request, layer, {}, Stretch(0.0, end_ms, extra, request.error))
        layers.append(request.spans.pop()._replace(span_id=span_id, parent_span_id=parent))
        extra = ()
    perceived_ms = request.perceived_ms
    if perceived_ms is None and request.outcome == "ok":
        perceived_ms = end_ms
    return SimulatedTrace(
        use_case=visit.use_case.name,
        spans=(*layers, *request.spans),
        environment=request.environment,
        perceived_ms=perceived_ms,
        response_ms=end_ms,
        outcome=request.outcome,
        intent=visit.device.intent,
    )


def _declared(request: Request) -> Attributes:
    visit = request.visit
    declared: list[tuple[str, Value]] = [
        ("marketing.task_id", f"task-{visit.session:012x}-{visit.turn // TURNS_PER_TASK}")
    ]
    if visit.use_case.declares_on == "span":
        declared += marketing_attributes(visit.use_case)
    if visit.use_case.has_device:
        declared.append(("browser.mobile", visit.device.mobile))
    if request.outcome == "cancelled":
        declared.append(("marketing.cancelled", True))
    if request.outcome in ("error", "timeout"):
        declared.append(("error.type", request.error.partition(":")[0]))
    return tuple(declared)


def _step_facts(step: Step) -> dict[str, Value]:
    facts: dict[str, Value] = {"name": step.name, "tool": step.name, "entity": step.name}
    if step.model:
        facts |= {"model": step.model, "embedding_model": step.model}
    return facts


def _record_remote(request: Request, service: str) -> None:
    """Adds the HTTP client and server spans under the step just recorded."""
    step, draws = request.spans[-1], request.world.draws
    network_ns = int((step.end_ns - step.start_ns) * NETWORK_SHARE)
    client = step._replace(
        span_id=draws.span_id(),
        parent_span_id=step.span_id,
        name="POST",
        kind=SPAN_KINDS["client"],
        attributes=(("server.address", service), *HTTP_OK),
        scope=HTTP_CLIENT,
    )
    server = client._replace(
        span_id=draws.span_id(),
        parent_span_id=client.span_id,
        name="POST /v1/query",
        kind=SPAN_KINDS["server"],
        start_ns=client.start_ns + network_ns,
        end_ns=client.end_ns - network_ns,
        attributes=(("http.route", "/v1/query"), *HTTP_OK),
        resource=request.world.resource(service, request.environment, request.region),
        scope=HTTP_SERVER,
    )
    request.spans += (client, server)
