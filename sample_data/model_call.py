"""A model call with what production does to it: rate limits, hangs, fallbacks, failures."""

from typing import NamedTuple

from sample_data.answer import Call, answer, call_facts, draft, pay, tier_mark, tokens_of
from sample_data.company import Model, Step
from sample_data.prices import Tokens
from sample_data.request import GAP_MEDIAN_MS, Request, Stretch, record
from sample_data.spans import Attributes, SimulatedEvent
from sample_data.steps import decide

REJECTION_MEDIAN_MS = 70.0
BACKOFF_MEDIAN_MS = 220.0
AGAIN: Attributes = (("marketing.retry", 1),)


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
    row, rates, models = request.row, request.visit.use_case.rates, request.world.company.models
    model = models[step.model] if step.model and not request.is_routed else request.model
    if step.speculative:
        draft(request, Call(step, model, model, model))
        return
    request.clock_ms += row.lognormal("gap", GAP_MEDIAN_MS, 0.5)
    request.guess_ms = request.clock_ms
    extra: Attributes = ()
    if step.decisions:
        extra, is_kept = decide(request, step)
        if is_kept:
            _recall(request, step, extra)
            return
    if row.chance("retry", rates.retry):
        rejected_ms = row.lognormal("rejection", REJECTION_MEDIAN_MS, 0.4)
        _fail(request, Call(step, model, model, model), rejected_ms, RATE_LIMITED)
        request.clock_ms += row.lognormal("backoff", BACKOFF_MEDIAN_MS, 0.5)
        extra += AGAIN
    call = Call(step, model, model, _serving(request, model), extra)
    if row.chance("timeout", rates.timeout):
        again = _hang(request, call)
        if again is None:
            request.outcome, request.error = "timeout", TIMED_OUT.error
            return
        call = again
    outage = request.world.outage(call.served, request.at_ns(request.clock_ms))
    if row.chance("error", rates.error + (outage.error_rate if outage else 0.0)):
        _fail(request, call, row.lognormal("failure", call.served.first_token_ms, 0.4), BROKEN)
        request.outcome, request.error = "error", BROKEN.error
        return
    answer(request, call)


def _serving(request: Request, model: Model) -> Model:
    """The model, or where its provider is too busy the one that a gateway puts in its place."""
    use_case, world = request.visit.use_case, request.world
    share = use_case.rates.shed * world.load(model, request.at_ns(request.clock_ms))
    if use_case.fallback in (None, model.name) or not request.row.chance("sheds", share):
        return model
    request.fallback_used = True
    return world.company.models[use_case.fallback]


def _hang(request: Request, call: Call) -> Call | None:
    """The call after one that got no answer in time; None when nobody else is asked."""
    use_case = request.visit.use_case
    prompt = tokens_of(request, call.step)._replace(output=0)
    _fail(request, call, use_case.timeout_ms, TIMED_OUT, prompt)
    if not use_case.retries_timeouts and use_case.fallback is None:
        return None
    pay(request, call, prompt, "retry")
    if use_case.retries_timeouts:
        return call._replace(extra=AGAIN)
    request.fallback_used = True
    fallback = request.world.company.models[str(use_case.fallback)]
    return call._replace(asked=fallback, served=fallback)


def _recall(request: Request, step: Step, extra: Attributes) -> None:
    """What the model decided before, from a cache."""
    start_ms, request.clock_ms = request.clock_ms, request.clock_ms + step.decided_ms
    record(
        request,
        "cache",
        {"name": step.name, "entity": step.name},
        Stretch(start_ms, request.clock_ms, extra),
    )


def _fail(
    request: Request,
    call: Call,
    duration_ms: float,
    failure: Failure,
    charged: Tokens | None = None,
) -> None:
    start_ms, end_ms = request.clock_ms, request.clock_ms + duration_ms
    error_type, _, message = failure.error.partition(": ")
    exception = SimulatedEvent(
        "exception",
        request.at_ns(end_ms),
        (("exception.type", error_type), ("exception.message", message)),
    )
    extra, facts = failure.attributes, call_facts(request, call)
    if charged:
        extra, facts = extra + tier_mark(request), facts | charged.facts
    stretch = Stretch(start_ms, end_ms, extra, failure.error, (exception,))
    record(request, call.step.step, facts, stretch)
    request.clock_ms = end_ms
