"""A model call that several spans tell of counts once, with what each of them knows."""

from tests.sql.pipeline import Pipeline
from tests.sql.spans import Attributes, arrive, one, span

CALL: Attributes = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}
TOKENS: Attributes = {
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 10,
    "gen_ai.usage.cost": 0.5,
}
COUNTED = "SELECT llm_calls, input_tokens, output_tokens, cost_usd FROM requests"


def test_an_instrumentation_around_another(pipeline: Pipeline) -> None:
    """The outer span ends early, the inner ones have the tokens and the first token."""
    stream: Attributes = {"gen_ai.request.stream": True}
    first_token: Attributes = {"gen_ai.response.time_to_first_chunk": 0.2}
    arrive(
        pipeline,
        span("1", scope="traceloop", ms=50, attributes=CALL | stream),
        span("2", parent="1", scope="official", at_ms=5, ms=900, attributes=CALL | TOKENS),
        span(
            "3",
            parent="2",
            scope="openinference",
            at_ms=10,
            ms=890,
            attributes=CALL | TOKENS | first_token,
        ),
        span("4", parent="3", scope="httpx", at_ms=11, ms=30, attributes={"http.method": "POST"}),
    )  # fmt: skip
    assert one(pipeline, COUNTED) == (1, 100, 10, 0.5)
    assert one(pipeline, "SELECT ttft_ms, models FROM requests") == (210, ["gpt-4o-mini"])


def test_two_instrumentations_side_by_side(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", name="workflow"),
        span("2", parent="1", scope="traceloop", at_ms=5, ms=800, attributes=CALL | TOKENS),
        span("3", parent="1", scope="com.anthropic.sdk", at_ms=8, ms=790, attributes=CALL | TOKENS),
    )
    assert one(pipeline, COUNTED) == (1, 100, 10, 0.5)


def test_parallel_calls_of_one_library_stay_two(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", name="workflow"),
        span("2", parent="1", at_ms=5, ms=800, attributes=CALL | TOKENS),
        span("3", parent="1", at_ms=5, ms=800, attributes=CALL | TOKENS),
    )
    assert one(pipeline, COUNTED) == (2, 200, 20, 1.0)


def test_parallel_calls_told_twice_stay_two(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", name="workflow"),
        *(
            span(f"{scope}{call}", parent="1", scope=f"scope {scope}", at_ms=10 * call + scope,
                 ms=800, attributes=CALL | TOKENS)
            for scope in (2, 3)
            for call in (1, 2)
        ),
    )  # fmt: skip
    assert one(pipeline, COUNTED) == (2, 200, 20, 1.0)


def test_two_instrumentations_in_a_trace_each(pipeline: Pipeline) -> None:
    """The span that knows the session stays the call and learns the first token of the other."""
    first_token: Attributes = {"gen_ai.response.time_to_first_chunk": 0.2}
    other = span(
        "2", scope="com.anthropic.sdk", at_ms=2, ms=796, attributes=CALL | TOKENS | first_token
    )
    other["spans"][0]["traceId"] = "b".zfill(32)
    session: Attributes = {"session.id": "s-1"}
    arrive(
        pipeline,
        span("1", scope="openinference", ms=800, attributes=CALL | TOKENS | session),
        other,
    )
    assert one(
        pipeline, "SELECT sum(llm_calls), sum(input_tokens), sum(cost_usd) FROM requests"
    ) == (1, 100, 0.5)
    assert one(pipeline, "SELECT ttft_ms FROM requests WHERE session_id = 's-1'") == 202


def test_a_call_with_several_steps_is_its_steps(pipeline: Pipeline) -> None:
    """Tokens are those of the outer span when the steps have none."""
    arrive(
        pipeline,
        span("1", attributes=CALL | TOKENS),
        span("2", parent="1", at_ms=5, ms=400, attributes=CALL),
        span("3", parent="1", at_ms=500, ms=400, attributes=CALL),
    )
    assert one(pipeline, COUNTED) == (2, 100, 10, 0.5)


def test_the_sum_around_several_calls_is_not_added(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", attributes=CALL | TOKENS | {"gen_ai.usage.input_tokens": 200}),
        span("2", parent="1", at_ms=5, ms=400, attributes=CALL | TOKENS),
        span("3", parent="1", at_ms=500, ms=400, attributes=CALL | TOKENS),
    )
    assert one(pipeline, COUNTED) == (2, 200, 20, 1.0)


def test_a_call_made_by_a_tool_is_a_call_of_its_own(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", attributes=CALL | TOKENS),
        span(
            "2", parent="1", at_ms=5, ms=400, attributes={"gen_ai.operation.name": "execute_tool"}
        ),
        span("3", parent="2", at_ms=9, ms=300, attributes=CALL | TOKENS),
    )
    assert one(pipeline, COUNTED) == (2, 200, 20, 1.0)


def test_a_stream_reported_when_it_has_ended(pipeline: Pipeline) -> None:
    """The first span ends when the stream opens; a second without length has the tokens."""
    arrive(
        pipeline,
        span("1", name="workflow"),
        span("2", parent="1", at_ms=5, ms=30, attributes=CALL),
        span("3", parent="1", at_ms=600, ms=0, attributes=CALL | TOKENS),
    )
    assert one(pipeline, COUNTED) == (1, 100, 10, 0.5)


def test_an_agent_that_repeats_the_sum_of_its_calls(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", attributes=TOKENS | {"gen_ai.operation.name": "invoke_agent"}),
        span("2", parent="1", at_ms=5, ms=400, attributes=CALL | TOKENS),
    )
    assert one(pipeline, COUNTED) == (1, 100, 10, 0.5)


def test_an_agent_that_alone_knows_the_tokens(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", attributes=TOKENS | {"gen_ai.operation.name": "invoke_agent"}),
        span("2", parent="1", at_ms=5, ms=400, attributes=CALL),
    )
    assert one(pipeline, "SELECT llm_calls, input_tokens FROM requests") == (1, 100)


def test_turns_inherit_the_session_of_the_conversation(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span("1", scope="pipecat.turn", name="conversation", attributes={"session.id": "s-1"}),
        *(
            span(str(turn), parent="1", scope="pipecat.turn", name="turn", at_ms=100 * turn, ms=90)
            for turn in (2, 3)
        ),
    )
    assert pipeline.rows("SELECT session_id FROM requests") == [("s-1",), ("s-1",)]
