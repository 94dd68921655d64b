"""OpenAI's responses: `POST /v1/responses`."""

from collections.abc import Iterator

from tests.e2e.live.model_server.reply import ANSWER, TOOL_ARGUMENTS, Event, Reply


def whole(reply: Reply) -> Event:
    """The answer in one object."""
    return _response(reply, "completed", [_output_item(reply)]) | {"usage": _usage(reply)}


def stream(reply: Reply) -> tuple[list[Event], list[Event]]:
    """(events before the first token, those from it on): `response.created` comes at once."""
    created = {"type": "response.created", "response": _response(reply, "in_progress", [])}
    item = _output_item(reply)
    empty: Event = {"arguments": ""} if reply.tool else {"content": []}
    opened = item | {"status": "in_progress"} | empty
    events = [
        {"type": "response.output_item.added", "output_index": 0, "item": opened},
        *_deltas(reply, item),
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole(reply)},
    ]
    numbered = [{"sequence_number": n} | event for n, event in enumerate([created, *events])]
    return numbered[:1], numbered[1:]


def _deltas(reply: Reply, item: Event) -> Iterator[Event]:
    where = {"item_id": item["id"], "output_index": 0}
    if reply.tool:
        kind = "response.function_call_arguments"
        yield {"type": f"{kind}.delta", "delta": TOOL_ARGUMENTS} | where
        done = {"type": f"{kind}.done", "arguments": TOOL_ARGUMENTS, "name": reply.tool}
        yield done | where
        return
    where["content_index"] = 0
    empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    yield {"type": "response.content_part.added", "part": empty} | where
    for word in reply.words:
        yield {"type": "response.output_text.delta", "delta": word, "logprobs": []} | where
    yield {"type": "response.output_text.done", "text": ANSWER, "logprobs": []} | where
    yield {"type": "response.content_part.done", "part": item["content"][0]} | where


def _output_item(reply: Reply) -> Event:
    if reply.tool:
        return {
            "id": f"fc_{reply.number}",
            "type": "function_call",
            "status": "completed",
            "call_id": f"call_{reply.number}",
            "name": reply.tool,
            "arguments": TOOL_ARGUMENTS,
        }
    text = {"type": "output_text", "text": ANSWER, "annotations": [], "logprobs": []}
    return {
        "id": f"msg_{reply.number}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [text],
    }


def _response(reply: Reply, status: str, output: list[Event]) -> Event:
    return {
        "id": f"resp_{reply.number}",
        "object": "response",
        "created_at": 1_760_000_000,
        "status": status,
        "model": reply.model,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def _usage(reply: Reply) -> Event:
    return {
        "input_tokens": reply.input_tokens,
        "input_tokens_details": {"cached_tokens": reply.cached_tokens},
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": reply.input_tokens + reply.output_tokens,
    }
