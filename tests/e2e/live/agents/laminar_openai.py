# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "lmnr[openai]==0.8.2",
#     "openai==3.52.0",
# ]
# ///
"""The OpenAI client with Laminar."""

import json
import os
from typing import Any

import shop
from lmnr import Laminar, observe
from openai import OpenAI

host, port = os.environ["LMNR_GRPC_ADDRESS"].split(":")
Laminar.initialize(project_api_key="none", base_url=f"http://{host}", grpc_port=int(port))
sent = shop.sent_spans()
client = OpenAI()
find_product = observe(name=shop.TOOL, span_type="TOOL")(shop.find_product)


@observe(name="advice", session_id=shop.SESSION, user_id=shop.USER)
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
    answer(question, stream=stream)
sent.tell()
