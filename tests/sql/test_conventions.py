"""What spans of each family say in our columns, and what of them is not believed."""

import csv

import pytest

from sql.readings import is_number, word_reader
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
    ("langfuse-sdk",
     {"langfuse.observation.usage_details": '{"input":9,"output":12,"output_reasoning":8}'},
     "call", {"output_tokens": 20, "reasoning_tokens": 8}),
    ("langfuse-sdk", {"langfuse.observation.level": "ERROR"}, "call", {"status": "error"}),
    ("livekit-agents", {"lk.function_tool.is_error": True}, "function_tool", {"status": "error"}),
    ("com.anthropic.claude_code.tracing",
     {"span.type": "llm_request", "model": "\x1b[32mclaude-opus-4-5\x1b[0m", "input_tokens": 3,
      "cache_read_tokens": 90, "output_tokens": 7, "ttft_ms": 250},
     "claude_code.llm_request",
     {"step": "llm", "model": "claude-opus-4-5", "input_tokens": 93, "output_tokens": 7,
      "ttft_ms": 250}),
    ("vllm.llm_engine",
     {"gen_ai.usage.prompt_tokens": 5, "gen_ai.latency.time_to_first_token": 0.25}, "llm_request",
     {"step": "llm", "input_tokens": 5, "ttft_ms": 250}),
    ("qdrant", {"db.system": "qdrant"}, "qdrant.search", {"step": "retrieval"}),
    ("psycopg", {"db.system": "postgresql"}, "SELECT", {"step": "db"}),
    ("bedrock", {"gen_ai.request.model": "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
                 "gen_ai.provider.name": "aws.bedrock"}, "chat",
     {"model": "claude-sonnet-4-5", "provider": "aws"}),
    ("any", {"gen_ai.provider.name": "gcp.gemini"}, "chat", {"provider": "google"}),
    ("any", {"gen_ai.response.finish_reasons": ["end_turn"]}, "chat", {"finish_reason": "stop"}),
    ("any", {"server.address": "https://api.openai.com/v1/"}, "chat",
     {"target": "api.openai.com"}),
    ("any", {"session.id": "[Scrubbed due to 'session']"}, "chat", {"session_id": None}),
    ("any", {"gen_ai.evaluation.score.value": 4.0}, "chat", {"quality": None}),
    ("any", {"openai.response.service_tier": "default"}, "chat", {"service_tier": "standard"}),
    ("shop", {}, "turn", {"step": "other", "tool": None}),
    ("traceloop.tracer", {"traceloop.span.kind": "agent", "traceloop.entity.name": "bids"},
     "bids.agent", {"step": "agent", "agent": "bids", "tool": None}),
    ("traceloop.tracer", {"traceloop.span.kind": "tool", "traceloop.entity.name": "find_product"},
     "find_product.tool", {"step": "tool", "agent": None, "tool": "find_product"}),
    ("traceloop.tracer",
     {"traceloop.span.kind": "workflow", "traceloop.workflow.name": "advice",
      "traceloop.entity.name": "advice"},
     "advice.workflow", {"step": "workflow", "agent": None, "workflow": "advice"}),
    ("lmnr", {"gen_ai.output.messages": '[{"finish_reason":"tool_calls","index":0}]'}, "chat",
     {"finish_reason": "tool_calls"}),
    ("any",
     {"gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Hi"}],'
                                '"finish_reason":"max_tokens"},{"finish_reason":"stop"}]'},
     "chat", {"finish_reason": "length"}),
    ("openinference.instrumentation.smolagents", {"openinference.span.kind": "LLM"},
     "OpenAIModel.generate_stream", {"streamed": True}),
    ("openinference.instrumentation.smolagents", {"openinference.span.kind": "LLM"},
     "OpenAIModel.generate", {"streamed": None}),
    ("openinference.instrumentation.llama_index", {"openinference.span.kind": "LLM"},
     "OpenAI.astream_chat", {"streamed": True}),
    ("langfuse-sdk", {"langfuse.observation.type": "generation",
                      "langfuse.observation.model.name": "gpt-4o-mini"}, "OpenAI-generation",
     {"model": "gpt-4o-mini", "provider": None}),
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
    ({"gen_ai.response.time_to_first_token": 0.25}, 250),
    ({"gen_ai.response.time_to_first_token": 250_000_000}, 250),
    ({"gen_ai.response.time_to_first_chunk": "0.25"}, 250),
    ({"gen_ai.response.time_to_first_chunk": 0}, None),
    ({"gen_ai.server.time_to_first_token": 1000}, None),
    ({"gen_ai.server.time_to_first_token": 999}, None),
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
    says_streamed = ttft_ms and "gen_ai.response.time_to_first_chunk" not in attributes
    assert streamed is (True if says_streamed else None)
    assert flag == (None if ttft_ms else "ttft_not_believable")


@pytest.mark.parametrize(
    "event",
    ["First Token Stream Event", "gen_ai.content.completion.chunk", "ai.stream.firstChunk"],
)
def test_first_token_is_the_first_event_of_its_name(pipeline: Pipeline, event: str) -> None:
    arrive(pipeline, span(events=((event, 200, {}), (event, 300, {}))))
    found = one(pipeline, "SELECT ttft_ms, ttft_source, ttft_kind FROM spans")
    assert found == (200, event, "first_chunk")


SHOWS_NOTHING = [
    '{"choices": [{"delta": {"content": "", "role": "assistant"}}]}',
    '{"choices": [{"delta": {"content": null, "reasoning_content": "The user wants"}}]}',
    '{"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm"}}',
    '{"type": "response.reasoning_summary_text.delta", "delta": "Let me see"}',
    '{"candidates": [{"content": {"parts": [{"text": "Hm", "thought": true}]}}]}',
]


@pytest.mark.parametrize("chunk", SHOWS_NOTHING)
def test_a_thought_is_not_the_first_visible_token(pipeline: Pipeline, chunk: str) -> None:
    said = '{"choices": [{"delta": {"content": "Sure."}}]}'
    events = tuple(
        (f"mlflow.chunk.item.{position}", 100.0 * (position + 1), {"mlflow.chunk.value": value})
        for position, value in enumerate((chunk, chunk, said, said))
    )
    arrive(pipeline, span(events=events))
    found = one(pipeline, "SELECT ttft_ms, ttft_kind, ttft_source FROM spans")
    assert found == (300, "first_visible", "mlflow.chunk.item.*")
    assert "Sure" not in str(pipeline.rows("SELECT events::varchar FROM spans"))


def test_every_fact_says_which_key_it_came_from(pipeline: Pipeline) -> None:
    attributes = {
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2025-08-07",
        "llm.token_count.prompt": 9,
    }
    arrive(pipeline, span(attributes=attributes, events=(("First Token Stream Event", 5, {}),)))
    trace_id = one(pipeline, "SELECT trace_id FROM spans")
    facts = dict(pipeline.rows("SELECT fact, key FROM fact_sources(?)", [trace_id]))
    assert facts == {
        "model": "gen_ai.response.model",
        "asked_model": "gen_ai.request.model",
        "input_tokens": "llm.token_count.prompt",
        "ttft_ms": "First Token Stream Event",
    }


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
        assert set(row["place"].split("|")) <= PLACES | {"conversion", "log"}
        if not row["column"].startswith("("):
            assert int(row["priority"]) > 0
            if not is_number(row["reading"]):
                word_reader(row["reading"])
    assert columns()["ttft_ms"] == "number"
