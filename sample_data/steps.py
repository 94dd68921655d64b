"""Steps that are no model's answer: searches, tools, checks, speech."""

from sample_data.company import Step
from sample_data.request import GAP_MEDIAN_MS, Request, Stretch, record
from sample_data.spans import SPAN_KINDS, Attributes, Scope, Value

ROUTER_MEDIAN_MS = 40.0
CANCELLED_SPECULATION_SHARE = 0.4
HTTP_CLIENT = Scope("opentelemetry.instrumentation.httpx", "0.66b1")
HTTP_OK: Attributes = (("http.request.method", "POST"), ("http.response.status_code", 200))
HTTP_SERVER = Scope("opentelemetry.instrumentation.fastapi", "0.66b1")
COLD: Attributes = (("marketing.cold_start", True),)
SPECULATIVE: Attributes = (("marketing.speculative", True),)
CANCELLED: Attributes = (("marketing.cancelled", True),)


def hold(request: Request) -> None:
    """Keeps a request back for as long as its session's arm of an experiment says."""
    if not request.visit.delay_ms:
        return
    end_ms = request.clock_ms + request.visit.delay_ms
    record(request, "other", {"name": "hold_answer"}, Stretch(request.clock_ms, end_ms))
    request.clock_ms = end_ms


def route(request: Request) -> None:
    """Gives a request to the model to which its use case routes the intent, if to any."""
    model = request.visit.use_case.routed.get(request.visit.intent)
    if model in (None, request.model.name):
        return
    request.model, request.is_routed = request.world.company.models[model], True
    end_ms = request.clock_ms + request.own_row.lognormal("router", ROUTER_MEDIAN_MS, 0.25)
    record(request, "router", {"name": "route_by_intent"}, Stretch(request.clock_ms, end_ms))
    request.clock_ms = end_ms


def run_step(request: Request, step: Step) -> None:
    """A step of its own: it may be parallel, guessed, speculative, or answered elsewhere."""
    is_guessed = request.own_row.chance("guessed", step.guessed_share)
    if not step.parallel:
        earliest_ms = request.guess_ms if is_guessed else request.clock_ms
        request.step_start_ms = earliest_ms + request.row.lognormal("gap", GAP_MEDIAN_MS, 0.5)
    start_ms = request.step_start_ms
    network_ms = _network_ms(request, step.remote) if step.remote else (0.0, 0.0)
    duration_ms, extra = _duration_ms(request, step)
    end_ms = start_ms + duration_ms + sum(network_ms)
    if step.speculative:
        extra += SPECULATIVE
        if request.row.chance("cancelled", CANCELLED_SPECULATION_SHARE):
            end_ms = (start_ms + end_ms) / 2
            extra += CANCELLED
    else:
        request.guess_ms = end_ms
        request.clock_ms = max(request.clock_ms, end_ms)
    record(request, step.step, _step_facts(step), Stretch(start_ms, end_ms, extra))
    if step.remote:
        _record_remote(request, step.remote, *network_ms)
    if step.step == "guardrail" and request.perceived_ms is not None:
        request.perceived_ms = request.clock_ms  # the text is held back until it has passed


def speak(request: Request, step: Step) -> None:
    """Speech starts when the first sentence is there and is heard from its first audio on."""
    row = request.row
    first_token_ms = request.clock_ms if request.first_token_ms is None else request.first_token_ms
    start_ms = first_token_ms + row.lognormal("sentence", step.sentence_ms, 0.25)
    first_audio_ms = row.lognormal("first_audio", step.first_audio_ms, 0.25)
    end_ms = start_ms + first_audio_ms + row.lognormal("duration", step.median_ms, step.sigma)
    facts = _step_facts(step) | {"first_audio_ms": first_audio_ms}
    record(request, step.step, facts, Stretch(start_ms, end_ms))
    request.perceived_ms = start_ms + first_audio_ms
    request.clock_ms = max(request.clock_ms, end_ms)


def cold_ms(request: Request, step: Step) -> float:
    """How long the step waits for something to start up."""
    if not (request.is_cold and step.cold_ms):
        return 0.0
    return request.row.lognormal("cold", step.cold_ms, 0.3)


def decide(request: Request, step: Step) -> tuple[Attributes, bool]:
    """The key of what a step decides that repeats itself, and whether the answer was kept."""
    key = f"{step.name}-{int(step.decisions * request.row.uniform('decision') ** 2)}"
    known = request.world.decided
    is_kept = step.decided_ms > 0 and (request.visit.use_case.name, key) in known
    known.add((request.visit.use_case.name, key))
    return (("marketing.decision_key", key),), is_kept


def _duration_ms(request: Request, step: Step) -> tuple[float, Attributes]:
    """Without the network; and what the step says about it."""
    extra: Attributes = ()
    if step.decisions:
        extra, is_kept = decide(request, step)
        if is_kept:
            return step.decided_ms, extra
    duration_ms = _drawn_ms(request, step, "duration", "slow")
    if duration_ms > step.hedge_ms:
        second_ms = step.hedge_ms + _drawn_ms(request, step, "hedge", "hedge_slow")
        duration_ms = min(duration_ms, second_ms)
    if step.contention:
        duration_ms *= 1 + request.row.uniform("contention", 0.0, step.contention)
    waited_ms = cold_ms(request, step)
    return duration_ms + waited_ms, extra + COLD if waited_ms else extra


def _drawn_ms(request: Request, step: Step, name: str, slow: str) -> float:
    factor = step.slow_factor if request.row.chance(slow, step.slow_share) else 1.0
    factor *= request.visit.slowdown
    return factor * request.row.lognormal(name, step.median_ms, step.sigma)


def _network_ms(request: Request, service: str) -> tuple[float, float]:
    """Setting up a connection, and the round trip."""
    network = request.world.company.network
    is_near = network.homes.get(service, request.region) == request.region
    round_trip_ms = request.row.lognormal(
        "round_trip", network.local_ms if is_near else network.remote_ms, network.sigma
    )
    connects = request.row.chance("connects", network.connect_share)
    return connects * network.connect_round_trips * round_trip_ms, round_trip_ms


def _step_facts(step: Step) -> dict[str, Value]:
    facts: dict[str, Value] = {"name": step.name, "tool": step.name, "entity": step.name}
    if step.model:
        facts |= {"model": step.model, "embedding_model": step.model}
    return facts


def _record_remote(request: Request, service: str, connect_ms: float, round_trip_ms: float) -> None:
    """Adds the HTTP client and server spans under the step just recorded."""
    step, homes = request.spans[-1], request.world.company.network.homes
    client = step._replace(
        span_id=request.next_id(),
        parent_span_id=step.span_id,
        name="POST",
        kind=SPAN_KINDS["client"],
        attributes=(("server.address", service), *HTTP_OK),
        scope=HTTP_CLIENT,
    )
    server = client._replace(
        span_id=request.next_id(),
        parent_span_id=client.span_id,
        name="POST /v1/query",
        kind=SPAN_KINDS["server"],
        start_ns=client.start_ns + int((connect_ms + round_trip_ms / 2) * 1e6),
        end_ns=client.end_ns - int(round_trip_ms / 2 * 1e6),
        attributes=(("http.route", "/v1/query"), *HTTP_OK),
        resource=request.world.resource(
            service, request.environment, homes.get(service, request.region)
        ),
        scope=HTTP_SERVER,
    )
    request.spans += (client, server)
