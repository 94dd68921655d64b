"""OpenAI's chat completions: `POST /v1/chat/completions`."""

from tests.e2e.live.model_server.reply import ANSWER, TOOL_ARGUMENTS, Event, Reply


def whole(reply: Reply) -> Event:
    """The answer in one object."""
    said: Event = {"role": "assistant", "content": None if reply.tool else ANSWER}
    if reply.tool:
        said["tool_calls"] = [_tool_call(reply)]
    choice = {"index": 0, "message": said, "finish_reason": _finish(reply), "logprobs": None}
    return _head(reply, "chat.completion") | {"choices": [choice], "usage": _usage(reply)}


def stream(reply: Reply) -> tuple[list[Event], list[Event]]:
    """(events before the first token, those from it on): nothing comes before the first token."""
    first: Event = {"role": "assistant", "content": "" if reply.tool else None}
    deltas: list[Event] = (
        [first | {"tool_calls": [{"index": 0} | _tool_call(reply)]}]
        if reply.tool
        else [first | {"content": reply.words[0]}, *({"content": w} for w in reply.words[1:])]
    )
    head = _head(reply, "chat.completion.chunk")
    chunks = [
        head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    finish = {"index": 0, "delta": {}, "finish_reason": _finish(reply)}
    usage = head | {"choices": [], "usage": _usage(reply)}
    return [], [*chunks, head | {"choices": [finish]}, usage]


def _head(reply: Reply, kind: str) -> Event:
    return {
        "id": f"chatcmpl-{reply.number}",
        "object": kind,
        "created": 1_760_000_000,
        "model": reply.model,
    }


def _tool_call(reply: Reply) -> Event:
    call = {"name": reply.tool, "arguments": TOOL_ARGUMENTS}
    return {"id": f"call_{reply.number}", "type": "function", "function": call}


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.tool else "stop"


def _usage(reply: Reply) -> Event:
    return {
        "prompt_tokens": reply.input_tokens,
        "completion_tokens": reply.output_tokens,
        "total_tokens": reply.input_tokens + reply.output_tokens,
        "prompt_tokens_details": {"cached_tokens": reply.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
