"""To which requests levers apply and what they save: worked examples from OTLP on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sql.what_if import Asked, what_if
from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import Pipeline


def unstreamed(number: int, intent: str) -> list[TestSpan]:
    """A chat answered at once after a second, though others of its model are streamed."""
    trace = f"{number + 1:x}"
    chat = {"openinference.span.kind": "AGENT", "marketing.use_case": "support_agent"}
    call = {
        "openinference.span.kind": "LLM",
        "marketing.intent": intent,
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.stream": "false",
        "gen_ai.usage.input_tokens": "500",
        "gen_ai.usage.output_tokens": "50",
    }
    return [
        TestSpan(trace, "1", "", 0, 1000, status="ok", attributes=chat),
        TestSpan(trace, "2", "1", 0, 1000, status="ok", attributes=call),
    ]


def test_streaming_gains_the_same_in_both_where_nothing_is_streamed_yet(
    shared_pipeline: Pipeline,
) -> None:
    """Without a first token the wait is the whole answer: 1,000 ms, and then 300."""
    pipeline = shared_pipeline
    pipeline.empty(pipeline.settings)
    streamed = {"gen_ai.request.stream": "true", "gen_ai.response.time_to_first_chunk": "0.3"}
    elsewhere = [
        replace(
            span,
            attributes={
                **span.attributes,
                **(streamed if span.parent else {"marketing.use_case": "lead_gen"}),
            },
        )
        for number in range(100, 140)
        for span in unstreamed(number, "order")
    ]
    pipeline.arrive([otlp([*elsewhere, *(s for n in range(40) for s in unstreamed(n, "order"))])])
    pipeline.assemble()
    period = (START - timedelta(hours=1), START + timedelta(hours=1))
    outcome = what_if(pipeline.con, Asked("support_agent", *period), {"stream": {}})
    ((before, after, p50_saved),) = pipeline.rows(
        "SELECT compliance_before, compliance_after, saved_p50_ms "
        "FROM opportunities(?, ?, ['support_agent'], null, null, null) WHERE lever = 'stream'",
        period,
    )
    assert (before, after) == (0.0, 1.0)
    assert p50_saved == pytest.approx(700, rel=0.05)
    assert outcome is not None
    assert (outcome.before.compliance, outcome.after.compliance) == (0.0, 1.0)
    assert (outcome.before.p50 or 0) - (outcome.after.p50 or 0) == pytest.approx(700, rel=0.01)
    assert outcome.money.verdict == "no_conversions"


def chats(intent: str | None, model: str, length_ms: float, first: int) -> list[TestSpan]:
    """Thirty chats of one intent, answered by one model; half of it waits for the first token."""
    known = {
        "gen_ai.request.model": model,
        "gen_ai.request.stream": "true",
        "gen_ai.response.time_to_first_chunk": f"{length_ms / 2000}",
    }
    return [
        replace(
            span,
            end_ms=length_ms,
            attributes={
                key: value
                for key, value in {**span.attributes, **(known if span.parent else {})}.items()
                if intent or key != "marketing.intent"
            },
        )
        for number in range(first, first + 30)
        for span in unstreamed(number, intent or "")
    ]


def routed(pipeline: Pipeline, *spans: TestSpan) -> tuple[str, int, float | None]:
    """What the lever fast_tier would do to support: applies, n and saved_ms."""
    pipeline.empty(pipeline.settings)
    pipeline.arrive([otlp(spans)])
    pipeline.assemble()
    ((applies, n, saved_ms),) = pipeline.rows(
        "SELECT applies, n, saved_ms FROM opportunities(?, ?, ['support_agent'], null, null, null) "
        "WHERE lever = 'fast_tier'",
        (START - timedelta(hours=1), START + timedelta(hours=1)),
    )
    return applies, int(n), saved_ms


def test_simple_requests_go_from_the_large_model_to_the_next_smaller_one(
    shared_pipeline: Pipeline,
) -> None:
    """500 ms to the first token become 200 and 40 to decide; who has the small model keeps it."""
    found = routed(
        shared_pipeline,
        *chats("faq", "gpt-4o", 1000, 0),
        *chats("faq", "gpt-4o-mini", 400, 100),
        *chats("order", "llama-3.2-1b-instruct", 100, 200),
    )
    assert found == ("yes", 30, pytest.approx(500 - 200 - 40, rel=0.05))


def test_without_an_intent_nothing_tells_what_could_be_routed(shared_pipeline: Pipeline) -> None:
    found = routed(
        shared_pipeline, *chats(None, "gpt-4o", 1000, 0), *chats("order", "gpt-4o-mini", 400, 100)
    )
    assert found == ("unknown", 0, None)
