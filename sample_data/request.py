"""One request: its steps are walked in order, each leaving spans and moving the clock."""

from collections import defaultdict
from dataclasses import dataclass, field

from sample_data.company import Model
from sample_data.dialects import Dialect
from sample_data.draws import Row
from sample_data.plan import Visit
from sample_data.spans import (
    Attributes,
    Resource,
    SimulatedEvent,
    SimulatedSpan,
    SimulatedTrace,
    Value,
)
from sample_data.world import World, marketing_attributes

GAP_MEDIAN_MS = 1.2
ID_MASK = 2**64 - 1
UNPRICED = {"": 1.0}
QUALITY = {True: (0.75, 1.0), False: (0.15, 0.6)}  # what an evaluator makes of an answer


@dataclass(slots=True)
class Request:
    """A request under way; times in ms since its start.

    row: random numbers of the step under way; own_row: those of the request.
    guess_ms: when a step may start that is guessed before the last model call has asked for it.
    unspared_tokens: of the next prompt, because a step that shortens it was left out.
    paid_for_speed: USD, by what was bought.
    """

    world: World
    visit: Visit
    dialect: Dialect
    model: Model
    environment: str
    region: str
    resource: Resource
    facts: dict[str, Value]
    own_row: Row
    row: Row
    trace_id: bytes
    last_id: int
    service_tier: str
    is_cold: bool
    layer_ids: list[bytes] = field(default_factory=list)
    spans: list[SimulatedSpan] = field(default_factory=list)
    is_routed: bool = False
    clock_ms: float = 0.0
    step_start_ms: float = 0.0
    guess_ms: float = 0.0
    unspared_tokens: int = 0
    first_token_ms: float | None = None
    perceived_ms: float | None = None
    outcome: str = "ok"
    error: str = ""
    fallback_used: bool = False
    paid_for_speed: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    reserved_model: str | None = None

    def at_ns(self, ms: float) -> int:
        """That time of the request on the clock."""
        return self.visit.start_ns + int(ms * 1e6)

    def next_id(self) -> bytes:
        """The id of one more span."""
        self.last_id = (self.last_id + 1) & ID_MASK
        return self.last_id.to_bytes(8)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span's start and end in ms, what it carries beyond its dialect's facts, and its failure."""

    start_ms: float
    end_ms: float
    extra: Attributes = ()
    error: str = ""
    events: tuple[SimulatedEvent, ...] = ()


def begin(world: World, visit: Visit, row: Row) -> Request:
    """The request of the visit, at the moment its first step may start."""
    use_case = visit.use_case
    environment = row.pick("environment", use_case.environments)
    region = row.pick("region", use_case.regions)
    dialect = world.dialects[use_case.dialect]
    trace_id, last_id = world.draws.ids()
    session = f"session-{visit.session:012x}"
    request = Request(
        world=world,
        visit=visit,
        dialect=dialect,
        model=world.company.models[visit.model],
        environment=environment,
        region=region,
        resource=world.agent_resource(use_case, environment, region),
        facts={
            "agent": use_case.name,
            "session": session,
            "conversation": session,
            "user": f"user-{visit.session % 9973}",
            "turn_number": visit.turn + 1,
            "root_model": visit.model,
            "call": "streamText" if use_case.streamed else "generateText",
            "do_call": "doStream" if use_case.streamed else "doGenerate",
        },
        own_row=row,
        row=row,
        trace_id=trace_id,
        last_id=last_id,
        service_tier=row.pick("service_tier", use_case.service_tiers or UNPRICED),
        is_cold=row.chance("cold", use_case.cold_share),
    )
    request.layer_ids = [request.next_id() for _ in dialect.layers]
    request.clock_ms = row.lognormal("edge", visit.device.edge_ms, 0.4)
    return request


def record(request: Request, step: str, facts: dict[str, Value], stretch: Stretch) -> None:
    """Adds the step's span under the innermost layer, in the request's dialect."""
    form = request.dialect.form(step)
    said = {**request.facts, **facts, "step": step}
    name = form.name.format_map(said)
    said["operation"] = name
    request.spans.append(
        SimulatedSpan(
            request.trace_id,
            request.next_id(),
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


def finish(request: Request) -> SimulatedTrace:
    """The trace: the layers around the steps, outermost first, then the steps."""
    visit = request.visit
    end_ms = request.clock_ms + request.own_row.lognormal("closing", GAP_MEDIAN_MS, 0.4)
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
        used_fallback=request.fallback_used,
        paid_for_speed=request.paid_for_speed,
        reserved_model=request.reserved_model,
    )


def _declared(request: Request) -> Attributes:
    visit = request.visit
    declared: list[tuple[str, Value]] = [
        ("marketing.task_id", f"task-{visit.session:012x}-{visit.task}")
    ]
    if visit.intent:
        declared.append(("marketing.intent", visit.intent))
    if visit.is_answered is not None and request.outcome == "ok":
        low, high = QUALITY[visit.is_answered]
        declared.append(("marketing.quality", request.own_row.uniform("quality", low, high)))
    if visit.use_case.declares_on == "span":
        declared += marketing_attributes(visit.use_case)
    if visit.delay_ms is not None:
        declared.append(("marketing.experiment.arm", "delayed" if visit.delay_ms else "as_is"))
    if visit.use_case.has_device:
        declared.append(("browser.mobile", visit.device.mobile))
    if request.outcome == "cancelled":
        declared.append(("marketing.cancelled", True))
    if request.outcome in ("error", "timeout"):
        declared.append(("error.type", request.error.partition(":")[0]))
    return tuple(declared)
