# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "anthropic==2.11.0",
#     "httpx==0.28.1",
#     "traceloop-sdk==0.62.4",
# ]
# ///
"""OpenLLMetry around the Anthropic client, which tells of the same calls by itself."""

from typing import Any

import shop
from anthropic import Anthropic
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import tool, workflow

Traceloop.init(app_name="traceloop_anthropic")
sent = shop.sent_spans()
client = Anthropic()
TOOL = {"name": shop.TOOL, "description": shop.DESCRIPTION, "input_schema": shop.PARAMETERS}
find_product = tool(name=shop.TOOL)(shop.find_product)


@workflow(name="advice")
def answer(question: str, *, stream: bool) -> None:
    Traceloop.set_association_properties({"session_id": shop.SESSION, "user_id": shop.USER})
    said: list[Any] = [{"role": "user", "content": question}]
    options: Any = {"model": shop.CLAUDE, "max_tokens": 200, "tools": [TOOL]}
    asked = client.messages.create(messages=said, **options)
    results = [
        {"type": "tool_result", "tool_use_id": part.id, "content": find_product(**part.input)}
        for part in asked.content
        if part.type == "tool_use"
    ]
    said += [{"role": "assistant", "content": asked.content}, {"role": "user", "content": results}]
    answered = client.messages.create(messages=said, stream=stream, **options)
    for _ in answered:
        pass


for question, stream in zip(shop.QUESTIONS, (True, False), strict=True):
    answer(question, stream=stream)
sent.tell()
