"""Traces that no program would send: times collide, clocks are off, spans are lost or repeated."""

from dataclasses import replace
from random import Random

from tests.sql.traced import TracedSpan

MICROSECOND = 1000
TICK = 500 * MICROSECOND
MISSING = 99
KINDS = (
    *("agent", "chain", "llm", "tool", "retrieval", "guardrail", "redaction", "router", "cache"),
    *("db", "http_client", "http_server", "other", "other", "other"),
)
SIDES = {"http_client": "client", "http_server": "server"}


def random_trace(random: Random) -> list[TracedSpan]:
    """In the order of arrival. A model call holds no other, since that would be the same one."""
    ids = range(1, random.randint(1, 9) + 1)
    has_turns = random.random() < 0.2
    spans = {number: _span(random, number, len(ids), has_turns=has_turns) for number in ids}
    for span in list(spans.values()):
        if span.kind == "llm" and _is_in_call(span, spans):
            spans[span.id] = replace(span, kind="tool")
    copies = [
        replace(span, end=span.end + random.randint(0, 2) * TICK)
        for span in spans.values()
        if random.random() < 0.1
    ]
    arriving = [*spans.values(), *copies]
    random.shuffle(arriving)
    return arriving


def _span(random: Random, number: int, spans: int, *, has_turns: bool) -> TracedSpan:
    kind = random.choice(KINDS)
    start = random.randint(0, 12) * TICK
    length = random.choice([0, 1, TICK, TICK - 1, *(ticks * TICK for ticks in range(2, 16))])
    return TracedSpan(
        number,
        _parent(random, number, spans),
        start,
        start + length,
        kind,
        SIDES.get(kind)
        or random.choice(["internal"] * 4 + ["client", "server", "producer", "consumer"]),
        random.choice(["app", "app", "crm"]),
        ttft=random.randint(1, length // TICK - 3) * TICK // 2
        if kind == "llm" and length > 4 * TICK and random.random() < 0.7
        else None,
        stream=random.random() < 0.5,
        first_audio=None,
        cancelled=random.random() < 0.07,
        async_=random.random() < 0.07,
        turn=has_turns and random.random() < 0.4,
        status="error" if random.random() < 0.1 else "",
    )


def _parent(random: Random, number: int, spans: int) -> int | None:
    """Mostly a span before it; now and then none, a lost one, any one."""
    chance = random.random()
    if chance < (0.7 if number == 1 else 0.08):
        return None
    if chance < (0.8 if number == 1 else 0.16):
        return MISSING
    return random.randint(1, spans if chance < 0.2 or number == 1 else number - 1)


def _is_in_call(span: TracedSpan, spans: dict[int, TracedSpan]) -> bool:
    seen = {span.id}
    while span.parent in spans and span.parent not in seen:
        span = spans[span.parent]
        seen.add(span.id)
        if span.kind in {"tool", "agent"}:
            return False
        if span.kind == "llm":
            return True
    return False
