"""What a model answers, and what that costs: calls that race for it, and drafts made on a guess."""

from typing import NamedTuple

from sample_data.company import Model, Step
from sample_data.prices import RESERVED, STANDARD, Tokens
from sample_data.request import Request, Stretch, record
from sample_data.spans import Attributes, SimulatedEvent, Value
from sample_data.steps import CANCELLED, CANCELLED_SPECULATION_SHARE, COLD, SPECULATIVE, cold_ms

CACHED_PREFIX_TOKENS = 1024
CACHE_SAVING = (0.3, 0.5)  # of the time to first token
PROMPT_SHARE = 0.01
PROMPT_TEXT = "SAMPLE PROMPT TEXT"
EVALUATED_SHARE = 0.25  # of the answers that no visitor judges
QUALITY_SPREAD = 0.08


class Call(NamedTuple):
    """A model call: which model was wanted, was asked, serves; what its span says beyond facts."""

    step: Step
    wanted: Model
    asked: Model
    served: Model
    extra: Attributes = ()


def answer(request: Request, call: Call) -> None:
    """The answer, until its last token or until the visitor leaves."""
    step, start_ms, tokens = call.step, request.clock_ms, tokens_of(request, call.step)
    call, first_ms = _first_token(request, call, tokens)
    decode_ms = tokens.output * call.served.token_ms * _slowdown(request, call.served)
    request.unspared_tokens = 0
    extra = call.extra + _marks(request, call)
    if step.is_final:
        extra += _evaluated(request, call.served)
        if request.row.chance("abandon", request.visit.use_case.rates.abandon):
            decode_ms *= request.row.uniform("abandoned_at")
            request.outcome = "cancelled"
            extra += CANCELLED
    facts = _answer_facts(request, call, tokens)
    events: tuple[SimulatedEvent, ...] = ()
    if request.visit.use_case.streamed:
        facts["first_token_ms"] = first_ms
        events = _chunk_events(request, start_ms + first_ms, decode_ms)
        if step.is_final:
            request.first_token_ms = request.perceived_ms = start_ms + first_ms
    pay(request, call, tokens)
    request.clock_ms = start_ms + first_ms + decode_ms
    record(request, step.step, facts, Stretch(start_ms, request.clock_ms, extra, "", events))


def draft(request: Request, call: Call) -> None:
    """An answer that may never be asked for, beside what goes on; many are cancelled half-way."""
    step, start_ms, tokens = call.step, request.clock_ms, tokens_of(request, call.step)
    duration_ms = _first_token_ms(request, call.served, tokens, "first_token")
    duration_ms += tokens.output * call.served.token_ms * _slowdown(request, call.served)
    extra = SPECULATIVE + _marks(request, call)
    is_cancelled = request.row.chance("cancelled", CANCELLED_SPECULATION_SHARE)
    if is_cancelled:
        duration_ms, tokens = duration_ms / 2, tokens._replace(output=tokens.output // 2)
        extra += CANCELLED
    pay(request, call, tokens, "speculative" if is_cancelled else None)
    facts = _answer_facts(request, call, tokens)
    record(request, step.step, facts, Stretch(start_ms, start_ms + duration_ms, extra))


def tokens_of(request: Request, step: Step) -> Tokens:
    """What the step's call reads and writes."""
    row = request.row
    prompt_tokens = row.lognormal("input_tokens", step.input_tokens, 0.25)
    read = int(prompt_tokens) + request.unspared_tokens
    written = max(1, int(row.lognormal("output_tokens", step.output_tokens, 0.35)))
    cached_share = request.visit.use_case.cached_share
    is_cached = read >= CACHED_PREFIX_TOKENS and row.chance("cached", cached_share)
    return Tokens(read, CACHED_PREFIX_TOKENS if is_cached else 0, written)


def call_facts(request: Request, call: Call) -> dict[str, Value]:
    """Who was asked; a library without a word for who served tells that instead."""
    told = call.asked if request.dialect.tells_who_served else call.served
    return {
        "name": call.step.name,
        "entity": call.step.name,
        "provider": call.served.provider,
        "model": told.name,
        "streamed": request.visit.use_case.streamed,
    }


def pay(request: Request, call: Call, tokens: Tokens, wasted_on: str | None = None) -> None:
    """Notes what was paid for speed: all of a call that was no use, else what its tier adds.

    A fallback costs less than what was wanted; that is counted against it.
    """
    prices, tier = request.world.prices, request.service_tier or STANDARD
    cost_usd = prices[call.served.name, tier].cost_usd(tokens)
    standard_usd = prices[call.served.name, STANDARD].cost_usd(tokens)
    if wasted_on:
        request.paid_for_speed[wasted_on] += cost_usd
        return
    if tier == RESERVED:
        request.reserved_model = call.served.name
    elif tier != STANDARD:
        request.paid_for_speed["premium"] += cost_usd - standard_usd
    if call.wanted != call.served:
        wanted_usd = prices[call.wanted.name, STANDARD].cost_usd(tokens)
        request.paid_for_speed["fallback_saving"] += standard_usd - wanted_usd


def tier_mark(request: Request) -> Attributes:
    """What the call is paid for."""
    return (("marketing.service_tier", request.service_tier),) if request.service_tier else ()


def _first_token(request: Request, call: Call, tokens: Tokens) -> tuple[Call, float]:
    """When it is there, in ms after the call; and the call with what it says about that."""
    waited_ms = cold_ms(request, call.step)
    drawn = "routed_first_token" if request.is_routed else "first_token"
    first_ms = _first_token_ms(request, call.served, tokens, drawn)
    if waited_ms:
        call = call._replace(extra=call.extra + COLD)
    if not request.row.chance("hedged", request.visit.use_case.rates.hedged):
        return call, waited_ms + first_ms
    call = call._replace(extra=(*call.extra, ("marketing.hedge_group", f"{call.step.name}-race")))
    second_ms = _first_token_ms(request, call.served, tokens, "hedge_first_token")
    won_ms = waited_ms + min(first_ms, second_ms)
    _lose(request, call, won_ms, tokens._replace(output=0))
    return call, won_ms


def _lose(request: Request, call: Call, after_ms: float, tokens: Tokens) -> None:
    """The call of a race that was slower: cancelled when the other's first token is there."""
    start_ms, extra = request.clock_ms, call.extra + _marks(request, call) + CANCELLED
    pay(request, call, tokens, "hedge")
    facts = call_facts(request, call) | tokens.facts
    record(request, call.step.step, facts, Stretch(start_ms, start_ms + after_ms, extra))


def _slowdown(request: Request, model: Model) -> float:
    at_ns = request.at_ns(request.clock_ms)
    felt = request.world.slowdown(model, at_ns, request.service_tier)
    return request.visit.slowdown * felt


def _first_token_ms(request: Request, model: Model, tokens: Tokens, drawn: str) -> float:
    """Of a model that is up, at this hour."""
    median_ms = model.first_token_ms + tokens.input * model.prompt_token_ms
    if tokens.cached:
        median_ms *= 1 - request.row.uniform("cache_saving", *CACHE_SAVING)
    slowdown = _slowdown(request, model)
    return slowdown * request.row.lognormal(drawn, median_ms, model.first_token_sigma)


def _answer_facts(request: Request, call: Call, tokens: Tokens) -> dict[str, Value]:
    facts = call_facts(request, call) | tokens.facts
    facts |= {"response_model": call.served.name, "finish_reason": "stop"}
    if request.row.chance("prompt", PROMPT_SHARE):
        facts["prompt"] = PROMPT_TEXT
    return facts


def _marks(request: Request, call: Call) -> Attributes:
    marks: list[tuple[str, Value]] = []
    if call.served.provider == "self_hosted":
        marks.append(("marketing.tier", call.served.tier))
    marks += tier_mark(request)
    if request.fallback_used:
        marks.append(("marketing.fallback", True))
    steps = request.visit.use_case.steps
    if call.step.is_final and any(not other.is_final for other in steps):
        marks.append(("marketing.final", True))
    return tuple(marks)


def _evaluated(request: Request, model: Model) -> Attributes:
    """What an evaluator makes of an answer of the model, where no visitor says."""
    row = request.row
    if request.visit.is_answered is not None or not row.chance("evaluated", EVALUATED_SHARE):
        return ()
    quality = row.uniform("quality", model.quality - QUALITY_SPREAD, model.quality + QUALITY_SPREAD)
    return (("marketing.quality", round(min(quality, 1.0), 3)),)


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
