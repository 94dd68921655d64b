"""What spans of each family say in our columns, and what of them is not believed."""

import csv

import pytest

from sql.readings import FACTORS, word_reader
from sql.rules import FILE, PLACES, columns
from tests.sql.pipeline import Pipeline
from tests.sql.spans import Attributes, arrive, one, span

FACTS: list[tuple[str, Attributes, str, Attributes]] = [
    ("any", {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai.chat"}, "span",
     {"step": "llm", "provider": "openai"}),
    ("any", {"gen_ai.request.model": "openai/gpt-4o-mini-2025-08-07"}, "span",
     {"model": "gpt-4o-mini"}),
    ("any", {"gen_ai.usage.input_tokens": "12", "gen_ai.usage.output_tokens": 3.0}, "span",
     {"input_tokens": 12, "output_tokens": 3}),
    ("lmnr.tracer", {"lmnr.span.type": "LLM"}, "openai.embeddings", {"step": "embedding"}),
    ("langsmith", {"langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings"},
     "VectorStoreRetriever", {"step": "retrieval"}),
    ("openinference.instrumentation.google_adk",
     {"openinference.span.kind": "LLM", "gen_ai.operation.name": "generate_content"},
     "invoke_agent shop", {"step": "agent"}),
    ("openinference.instrumentation.openai_agents", {"openinference.span.kind": "TOOL"},
     "handoff to bids", {"step": "router"}),
    ("traceai_openai", {"gen_ai.span.kind": "LLM"}, "chat", {"step": "llm"}),
    ("mlflow.tracing.provider", {"mlflow.spanType": '"TOOL"'}, "get_product",
     {"step": "tool", "tool": "get_product"}),
    ("mlflow.tracing.provider",
     {"mlflow.chat.tokenUsage": '{"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}'},
     "call", {"input_tokens": 9, "output_tokens": 4}),
    ("langfuse-sdk",
     {"langfuse.observation.usage_details": '{"input":43,"output":12,"input_cached_tokens":64}'},
     "call", {"input_tokens": 107, "cached_tokens": 64, "output_tokens": 12}),
    ("langfuse-sdk",
     {"langfuse.observation.usage_details": '{"prompt_tokens":107,"completion_tokens":12}'},
     "call", {"input_tokens": 107, "output_tokens": 12}),
    ("openlit.instrumentation.anthropic",
     {"gen_ai.usage.input_tokens": 37, "gen_ai.usage.cache_read.input_tokens": 64}, "chat",
     {"input_tokens": 101, "cached_tokens": 64}),
    ("langsmith", {"gen_ai.usage.input_token_details": "{'audio': 0, 'cache_read': 64}"}, "call",
     {"cached_tokens": 64}),
    ("any", {"gen_ai.conversation.id": "resp_00a1"}, "chat", {"session_id": None}),
    ("any", {"metadata": '{"session_id": "s-1", "user_id": "u-1"}'}, "chain",
     {"session_id": "s-1", "user_id": "u-1"}),
    ("litellm", {"llm.is_streaming": "False"}, "litellm_request", {"streamed": False}),
    ("any", {"gen_ai.response.finish_reasons": '["stop"]'}, "chat", {"finish_reason": "stop"}),
    ("any", {"gen_ai.response.finish_reason": "FinishReason.STOP"}, "chat",
     {"finish_reason": "stop"}),
    ("livekit-agents", {}, "agent_turn", {"step": "agent", "is_turn": True}),
    ("any", {"gen_ai.provider.name": "127.0.0.1:9100"}, "chat", {"provider": None}),
    ("any", {"gen_ai.usage.cost": 0}, "chat", {"cost_usd": None}),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "attributes", "name", "expected"), FACTS)
def test_a_family_fills_our_columns(
    pipeline: Pipeline, scope: str, attributes: Attributes, name: str, expected: Attributes
) -> None:
    arrive(pipeline, span(scope=scope, name=name, attributes=attributes))
    found = pipeline.frame("FROM spans").row(0, named=True)
    assert {column: found[column] for column in expected} == expected


TTFT: list[tuple[Attributes, float | None]] = [
    ({"gen_ai.response.time_to_first_chunk": 0.25}, 250),
    ({"gen_ai.server.time_to_first_token": 250}, 250),
    ({"gen_ai.server.time_to_first_token": 0.25}, 250),
    ({"ai.response.msToFirstChunk": 250.0}, 250),
    ({"langfuse.observation.completion_start_time": '"2026-01-05T10:00:00.250Z"'}, 250),
    ({"gen_ai.response.time_to_first_chunk": 0}, None),
    ({"gen_ai.response.time_to_first_chunk": -0.1}, None),
    ({"gen_ai.response.time_to_first_chunk": 1.5}, None),
    ({"gen_ai.response.time_to_first_chunk": 1.0}, None),
]


@pytest.mark.parametrize(("attributes", "ttft_ms"), TTFT)
def test_first_token_is_read_in_every_unit_and_doubted(
    pipeline: Pipeline, attributes: Attributes, ttft_ms: float | None
) -> None:
    arrive(pipeline, span(attributes={"gen_ai.operation.name": "chat"} | attributes))
    found, streamed, flag = one(pipeline, "SELECT ttft_ms, streamed, flag FROM spans")
    assert found == pytest.approx(ttft_ms) if ttft_ms else found is None
    assert streamed is (True if ttft_ms else None)
    assert flag == (None if ttft_ms else "ttft_not_believable")


@pytest.mark.parametrize(
    "event",
    ["First Token Stream Event", "gen_ai.content.completion.chunk", "mlflow.chunk.item.0"],
)
def test_first_token_is_the_first_event_of_its_name(pipeline: Pipeline, event: str) -> None:
    arrive(pipeline, span(events=((event, 200, {}), (event, 300, {}))))
    assert one(pipeline, "SELECT ttft_ms, ttft_source FROM spans") == (200, event)


def test_a_first_event_that_is_no_token_is_not_believed(pipeline: Pipeline) -> None:
    scope = "openinference.instrumentation.openai"
    event = ("First Token Stream Event", 14.0, {})
    arrive(pipeline, span(scope=scope, name="Response", events=(event,)))
    assert one(pipeline, "SELECT ttft_ms, flag FROM spans") == (None, "ttft_not_believable")


def test_unary_calls_have_no_first_token(pipeline: Pipeline) -> None:
    attributes = {"gen_ai.request.stream": False, "gen_ai.server.time_to_first_token": 0.9}
    arrive(pipeline, span(attributes=attributes))
    assert one(pipeline, "SELECT ttft_ms, flag FROM spans") == (None, None)


def test_the_error_of_an_exception_event_is_known(pipeline: Pipeline) -> None:
    arrive(pipeline, span(events=(("exception", 5, {"exception.type": "TimeoutError"}),)))
    assert one(pipeline, "SELECT error_type FROM spans") == "TimeoutError"


def test_every_rule_can_be_read() -> None:
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [(row["key"], row["place"], row["column"], row["scope"]) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert row["source"], f"{row['key']} needs a source"
        assert set(row["place"].split("|")) <= PLACES | {"conversion"}
        if not row["column"].startswith("("):
            assert int(row["priority"]) > 0
            if row["reading"] not in {*FACTORS, "s_or_int_ms", "at", "event"}:
                word_reader(row["reading"])
    assert columns()["ttft_ms"] == "number"
