"""A model call with what production does to it: rate limits, hangs, fallbacks, failures."""

from typing import NamedTuple

from sample_data.company import Model, Step
from sample_data.request import GAP_MEDIAN_MS, Request, Stretch, record
from sample_data.spans import Attributes, SimulatedEvent, Value
from sample_data.steps import COLD, cold_ms, decide

REJECTION_MEDIAN_MS = 70.0
BACKOFF_MEDIAN_MS = 220.0
CACHED_PREFIX_TOKENS = 1024
CACHE_SAVING = (0.3, 0.5)  # of the time to first token
PROMPT_SHARE = 0.01
PROMPT_TEXT = "SAMPLE PROMPT TEXT"


class Failure(NamedTuple):
    """How a failed call reads."""

    error: str
    http_status: int

    @property
    def attributes(self) -> Attributes:
        """What instrumentations add to a failed call."""
        return (
            ("error.type", self.error.partition(":")[0]),
            ("http.response.status_code", self.http_status),
        )


RATE_LIMITED = Failure("RateLimitError: 429 Too Many Requests", 429)
TIMED_OUT = Failure("TimeoutError: no answer within the time limit", 504)
BROKEN = Failure("InternalServerError: 500 the model stopped", 500)


def call_model(request: Request, step: Step) -> None:
    """One model step to its answer, or to the failure that ends the request."""
    row, use_case, models = request.row, request.visit.use_case, request.world.company.models
    rates = use_case.rates
    model = models[step.model] if step.model and not request.is_routed else request.model
    request.clock_ms += row.lognormal("gap", GAP_MEDIAN_MS, 0.5)
    request.guess_ms = request.clock_ms
    extra: Attributes = ()
    if step.decisions:
        extra, is_kept = decide(request, step)
        if is_kept:
            _recall(request, step, extra)
            return
    if row.chance("retry", rates.retry):
        _fail(
            request, step, model, row.lognormal("rejection", REJECTION_MEDIAN_MS, 0.4), RATE_LIMITED
        )
        request.clock_ms += row.lognormal("backoff", BACKOFF_MEDIAN_MS, 0.5)
        extra += (("marketing.retry", 1),)
    if row.chance("timeout", rates.timeout):
        _fail(request, step, model, use_case.timeout_ms, TIMED_OUT)
        if use_case.fallback is None:
            request.outcome, request.error = "timeout", TIMED_OUT.error
            return
        model, request.fallback_used = models[use_case.fallback], True
    outage = request.world.outage(model, request.at_ns(request.clock_ms))
    if row.chance("error", rates.error + (outage.error_rate if outage else 0.0)):
        _fail(request, step, model, row.lognormal("failure", model.first_token_ms, 0.4), BROKEN)
        request.outcome, request.error = "error", BROKEN.error
        return
    _answer(request, step, model, extra)


def _recall(request: Request, step: Step, extra: Attributes) -> None:
    """What the model decided before, from a cache."""
    start_ms, request.clock_ms = request.clock_ms, request.clock_ms + step.decided_ms
    record(
        request,
        "cache",
        {"name": step.name, "entity": step.name},
        Stretch(start_ms, request.clock_ms, extra),
    )


def _fail(request: Request, step: Step, model: Model, duration_ms: float, failure: Failure) -> None:
    start_ms, end_ms = request.clock_ms, request.clock_ms + duration_ms
    error_type, _, message = failure.error.partition(": ")
    exception = SimulatedEvent(
        "exception",
        request.at_ns(end_ms),
        (("exception.type", error_type), ("exception.message", message)),
    )
    stretch = Stretch(start_ms, end_ms, failure.attributes, failure.error, (exception,))
    record(request, step.step, _model_facts(request, step, model), stretch)
    request.clock_ms = end_ms


def _answer(request: Request, step: Step, model: Model, extra: Attributes) -> None:
    row, use_case, start_ms = request.row, request.visit.use_case, request.clock_ms
    slowdown = request.world.slowdown(model, request.at_ns(start_ms), request.service_tier)
    prompt_tokens = row.lognormal("input_tokens", step.input_tokens, 0.25)
    input_tokens = int(prompt_tokens) + request.unspared_tokens
    output_tokens = max(1, int(row.lognormal("output_tokens", step.output_tokens, 0.35)))
    cached = input_tokens >= CACHED_PREFIX_TOKENS and row.chance("cached", use_case.cached_share)
    waited_ms = cold_ms(request, step)
    first_ms = waited_ms + _first_token_ms(request, model, input_tokens, cached=cached) * slowdown
    decode_ms = output_tokens * model.token_ms * slowdown
    extra += _marks(request, step, model) + (COLD if waited_ms else ())
    request.unspared_tokens = 0
    if step.is_final and row.chance("abandon", use_case.rates.abandon):
        decode_ms *= row.uniform("abandoned_at")
        request.outcome = "cancelled"
        extra += (("marketing.cancelled", True),)
    request.clock_ms = start_ms + first_ms + decode_ms
    facts = _model_facts(request, step, model) | {
        "response_model": model.name,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "cached_tokens": CACHED_PREFIX_TOKENS if cached else 0,
        "finish_reason": "stop",
    }
    if row.chance("prompt", PROMPT_SHARE):
        facts["prompt"] = PROMPT_TEXT
    events: tuple[SimulatedEvent, ...] = ()
    if use_case.streamed:
        facts["first_token_ms"] = first_ms
        events = _chunk_events(request, start_ms + first_ms, decode_ms)
        if step.is_final:
            request.first_token_ms = request.perceived_ms = start_ms + first_ms
    record(request, step.step, facts, Stretch(start_ms, request.clock_ms, extra, "", events))


def _first_token_ms(request: Request, model: Model, input_tokens: int, *, cached: bool) -> float:
    """In the quietest hour, from a model that is up."""
    median_ms = model.first_token_ms + input_tokens * model.prompt_token_ms
    if cached:
        median_ms *= 1 - request.row.uniform("cache_saving", *CACHE_SAVING)
    drawn = "routed_first_token" if request.is_routed else "first_token"
    return request.row.lognormal(drawn, median_ms, model.first_token_sigma)


def _model_facts(request: Request, step: Step, model: Model) -> dict[str, Value]:
    return {
        "name": step.name,
        "entity": step.name,
        "provider": model.provider,
        "model": model.name,
        "streamed": request.visit.use_case.streamed,
    }


def _marks(request: Request, step: Step, model: Model) -> Attributes:
    marks: list[tuple[str, Value]] = []
    if model.provider == "self_hosted":
        marks.append(("marketing.tier", model.tier))
    if request.service_tier:
        marks.append(("marketing.service_tier", request.service_tier))
    if request.fallback_used:
        marks.append(("marketing.fallback", True))
    if step.is_final and any(not other.is_final for other in request.visit.use_case.steps):
        marks.append(("marketing.final", True))
    return tuple(marks)


def _chunk_events(
    request: Request, first_ms: float, decode_ms: float
) -> tuple[SimulatedEvent, ...]:
    dialect = request.dialect
    if dialect.first_token_event is None:
        return ()
    return tuple(
        SimulatedEvent(
            dialect.first_token_event,
            request.at_ns(first_ms + decode_ms * chunk / dialect.chunk_events),
        )
        for chunk in range(dialect.chunk_events)
    )
