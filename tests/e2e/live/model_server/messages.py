"""Anthropic's messages: `POST /v1/messages`."""

import json

from tests.e2e.live.model_server.reply import ANSWER, TOOL_ARGUMENTS, Event, Reply


def whole(reply: Reply) -> Event:
    """The answer in one object."""
    text = {"type": "text", "text": ANSWER}
    called = {**_opened_tool_use(reply), "input": json.loads(TOOL_ARGUMENTS)}
    return _message(reply, [called if reply.tool else text]) | {
        "stop_reason": _stop_reason(reply),
        "usage": _usage(reply, reply.output_tokens),
    }


def stream(reply: Reply) -> tuple[list[Event], list[Event]]:
    """(events before the first token, those from it on): `message_start` comes at once."""
    opened = _opened_tool_use(reply) if reply.tool else {"type": "text", "text": ""}
    deltas: list[Event] = (
        [{"type": "input_json_delta", "partial_json": TOOL_ARGUMENTS}]
        if reply.tool
        else [{"type": "text_delta", "text": word} for word in reply.words]
    )
    start = _message(reply, []) | {"stop_reason": None, "usage": _usage(reply, 1)}
    end = {"stop_reason": _stop_reason(reply), "stop_sequence": None}
    return [{"type": "message_start", "message": start}], [
        {"type": "content_block_start", "index": 0, "content_block": opened},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": reply.output_tokens}},
        {"type": "message_stop"},
    ]


def _message(reply: Reply, content: list[Event]) -> Event:
    return {
        "id": f"msg_{reply.number}",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": content,
        "stop_sequence": None,
    }


def _opened_tool_use(reply: Reply) -> Event:
    return {"type": "tool_use", "id": f"toolu_{reply.number}", "name": reply.tool, "input": {}}


def _stop_reason(reply: Reply) -> str:
    return "tool_use" if reply.tool else "end_turn"


def _usage(reply: Reply, output_tokens: int) -> Event:
    """Anthropic counts what it read from its cache apart from the input."""
    return {
        "input_tokens": reply.input_tokens - reply.cached_tokens,
        "cache_read_input_tokens": reply.cached_tokens,
        "cache_creation_input_tokens": 0,
        "output_tokens": output_tokens,
    }
