"""What the model says to a request, whatever format the request has."""

import json
from dataclasses import dataclass
from typing import Any

MARKER = "Annegret-Larkspur"
ANSWER = f"Yes, {MARKER}, the trail boots are in stock and ship tomorrow"
TOOL_ARGUMENTS = json.dumps({"product": f"trail boots for {MARKER}"})

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says: it calls a tool, or answers."""

    number: int
    asked_model: str
    tool: str | None
    input_tokens: int
    cached_tokens: int = 16

    @property
    def model(self) -> str:
        """Named with its release, as model servers do."""
        return f"{self.asked_model}-2025-08-07"

    @property
    def words(self) -> list[str]:
        """The answer, as it is streamed."""
        return [f"{word} " for word in ANSWER.split()]

    @property
    def output_tokens(self) -> int:
        """As the model server counts them."""
        return 7 if self.tool else len(self.words)


def reply_to(body: Event, number: int) -> Reply:
    """A request that offers tools is answered with a call of the first, until it has its result."""
    turns: list[Event] = body.get("messages") or _items(body["input"])
    offered = body.get("tools") or []
    tool = _tool_name(offered[0]) if offered and not _has_tool_result(turns) else None
    return Reply(number, body["model"], tool, 40 + 10 * len(turns))


def _items(sent: str | list[Event]) -> list[Event]:
    return [{"role": "user", "content": sent}] if isinstance(sent, str) else sent


def _tool_name(offered: Event) -> str:
    return str(offered.get("function", offered)["name"])


def _has_tool_result(turns: list[Event]) -> bool:
    marks = ('"tool_call_id"', '"tool_result"', '"function_call_output"')
    return any(mark in json.dumps(turns) for mark in marks)
