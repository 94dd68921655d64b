from collections import defaultdict
from datetime import UTC, datetime
from itertools import islice

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from sample_data.answer import PROMPT_TEXT
from sample_data.company_file import load_company
from sample_data.otlp import batches, export_request
from sample_data.spans import SimulatedTrace
from sample_data.traffic import history

UNTIL = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)
DIALECT_KEYS = {
    "genai": {"gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.usage.input_tokens"},
    "openinference": {"openinference.span.kind", "llm.model_name", "llm.token_count.prompt"},
    "traceloop": {"traceloop.span.kind", "gen_ai.system", "llm.usage.total_tokens"},
    "vercel": {"ai.operationId", "ai.model.id", "ai.usage.promptTokens"},
    "pipecat": {"metrics.ttfb", "turn.number", "gen_ai.operation.name"},
}


def _attributes(span: Span) -> dict[str, AnyValue]:
    return {attribute.key: attribute.value for attribute in span.attributes}


def _spans(traces: list[SimulatedTrace]) -> list[Span]:
    request = export_request(traces)
    return [s for r in request.resource_spans for scope in r.scope_spans for s in scope.spans]


def test_same_seed_same_bytes() -> None:
    first, again, other = (
        [
            batch.request.SerializeToString(deterministic=True)
            for batch in islice(batches(history(days=1, until=UNTIL, seed=seed).traces), 4)
        ]
        for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_batches_hold_whole_traces_of_about_2000_spans(two_days: list[SimulatedTrace]) -> None:
    sent = list(batches(two_days))
    assert sum(batch.spans for batch in sent) == sum(len(trace.spans) for trace in two_days)
    assert sum(batch.traces for batch in sent) == len(two_days)
    assert all(2000 <= batch.spans < 2020 for batch in sent[:-1])


def test_each_use_case_speaks_its_dialect(two_days: list[SimulatedTrace]) -> None:
    keys: dict[str, set[str]] = defaultdict(set)
    for trace in two_days:
        keys[trace.use_case].update(key for span in trace.spans for key, _ in span.attributes)
    for use_case in load_company().use_cases:
        assert keys[use_case.name] >= DIALECT_KEYS[use_case.dialect], use_case.name


def test_units_of_the_first_token_are_those_of_the_library(two_days: list[SimulatedTrace]) -> None:
    spans = [(span, _attributes(span)) for span in _spans(two_days)]
    seconds = [a["gen_ai.response.time_to_first_chunk"].double_value
               for _, a in spans if "gen_ai.response.time_to_first_chunk" in a]  # fmt: skip
    milliseconds = [a["ai.response.msToFirstChunk"].double_value
                    for _, a in spans if "ai.response.msToFirstChunk" in a]  # fmt: skip
    assert 0.05 < sum(seconds) / len(seconds) < 5
    assert 50 < sum(milliseconds) / len(milliseconds) < 5000
    names = {event.name for span, _ in spans for event in span.events}
    assert names >= {
        "First Token Stream Event",
        "llm.content.completion.chunk",
        "ai.stream.firstChunk",
    }


def test_finish_reasons_are_an_array_and_flags_are_flags(two_days: list[SimulatedTrace]) -> None:
    chat = next(
        a
        for a in map(_attributes, _spans(two_days))
        if {"gen_ai.response.finish_reasons", "gen_ai.request.stream"} <= a.keys()
    )
    assert chat["gen_ai.response.finish_reasons"].array_value.values[0].string_value == "stop"
    assert chat["gen_ai.request.stream"].WhichOneof("value") == "bool_value"
    assert chat["gen_ai.usage.input_tokens"].WhichOneof("value") == "int_value"


def test_prompts_are_rare_fake_and_only_where_the_library_sends_them(
    two_days: list[SimulatedTrace],
) -> None:
    spans = [dict(span.attributes) for trace in two_days for span in trace.spans]
    with_prompt = [s for s in spans if PROMPT_TEXT in s.values()]
    assert 0 < len(with_prompt) < 0.01 * len(spans)
    keys = {key for s in with_prompt for key, value in s.items() if value == PROMPT_TEXT}
    assert keys == {"gen_ai.input.messages", "input.value"}


def test_failed_calls_say_so(two_days: list[SimulatedTrace]) -> None:
    failed = [span for span in _spans(two_days) if span.status.code == 2]
    messages = {span.status.message.partition(":")[0] for span in failed}
    assert messages == {"RateLimitError", "TimeoutError", "InternalServerError"}
    assert len(failed) / len(_spans(two_days)) == pytest.approx(0.003, abs=0.003)
