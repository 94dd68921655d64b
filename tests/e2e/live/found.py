"""What the lake holds of a conversation."""

from collections.abc import Sequence
from typing import Any

from tests.e2e.live.conversation import Conversation, SpanId
from tests.e2e.live.model_server.server import Call
from tests.e2e.processes import CollectorProcess, wait_until


def wait_until_assembled(collector: CollectorProcess, held: Sequence[Conversation]) -> None:
    """Returns when all that was sent has become requests."""
    traces = [trace_id for asked in held for trace_id in asked.traces]
    sent = sum(len(asked.sent) for asked in held)
    summed = "select sum(spans) from requests where list_contains(?, trace_id)"
    wait_until(lambda: (collector.value(summed, traces) or 0) >= sent)


def span_ids(collector: CollectorProcess, asked: Conversation) -> list[SpanId]:
    """Of all spans of its traces, repeated ones repeatedly."""
    query = "select trace_id, span_id from spans where list_contains(?, trace_id)"
    return [(trace_id, span_id) for trace_id, span_id in collector.rows(query, asked.traces)]


def tool_rows(collector: CollectorProcess, asked: Conversation) -> list[Any]:
    """The tool of each of its tool spans."""
    query = "select tool from spans where step = 'tool' and list_contains(?, trace_id)"
    return collector.rows(query, asked.traces)


def request_rows(collector: CollectorProcess, asked: Conversation, columns: str) -> list[Any]:
    """These columns of its requests, in the order of its questions."""
    query = f"select {columns} from requests where list_contains(?, trace_id) order by started_at"
    return collector.rows(query, asked.traces)


def call_spans(collector: CollectorProcess, asked: Conversation, call: Call) -> list[Any]:
    """(streamed, when the first token came [s]) by each span of a call."""
    query = """
        with timed as (
            select
                streamed,
                epoch_us(started_at) / 1e6 as from_s,
                from_s + duration_ms / 1e3 as to_s,
                from_s + ttft_ms / 1e3 as first_token_s
            from spans
            where step = 'llm' and list_contains(?, trace_id)
        )

        select streamed, first_token_s from timed where ? between from_s and to_s
    """
    return collector.rows(query, asked.traces, call.first_token_at)
