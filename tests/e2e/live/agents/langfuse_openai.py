# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "langfuse==5.0.4",
#     "openai==3.52.0",
# ]
# ///
"""The OpenAI client in Langfuse's wrapper."""

import json
from typing import Any

import shop
from langfuse import get_client, observe, propagate_attributes
from langfuse.openai import OpenAI

langfuse = get_client()
sent = shop.sent_spans()
client = OpenAI()
find_product = observe(name=shop.TOOL, as_type="tool")(shop.find_product)


@observe(name="advice", as_type="agent")
def answer(question: str, *, stream: bool) -> None:
    said: list[Any] = [{"role": "user", "content": question}]
    asked = client.chat.completions.create(
        model=shop.MODEL, messages=said, tools=[shop.CHAT_TOOL]
    ).choices[0]
    for call in asked.message.tool_calls or []:
        found = find_product(**json.loads(call.function.arguments))
        said += [asked.message, {"role": "tool", "tool_call_id": call.id, "content": found}]
    options: Any = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    for _ in client.chat.completions.create(model=shop.MODEL, messages=said, **options):
        pass


for question, stream in zip(shop.QUESTIONS, (True, False), strict=True):
    with propagate_attributes(session_id=shop.SESSION, user_id=shop.USER):
        answer(question, stream=stream)
sent.tell()
