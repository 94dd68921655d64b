# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "anthropic==2.11.0",
#     "opentelemetry-exporter-otlp-proto-http==1.45.1",
#     "opentelemetry-sdk==1.45.1",
# ]
# ///
"""The Anthropic client, which makes spans of its own; the session is on the app's span."""

from typing import Any

import shop
from anthropic import Anthropic
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
sent = shop.sent_spans()
client = Anthropic()
TOOL = {"name": shop.TOOL, "description": shop.DESCRIPTION, "input_schema": shop.PARAMETERS}


def answer(question: str, *, stream: bool) -> None:
    said: list[Any] = [{"role": "user", "content": question}]
    options: Any = {"model": shop.CLAUDE, "max_tokens": 200, "tools": [TOOL]}
    asked = client.messages.create(messages=said, **options)
    results = [
        {"type": "tool_result", "tool_use_id": part.id, "content": shop.find_product(**part.input)}
        for part in asked.content
        if part.type == "tool_use"
    ]
    said += [{"role": "assistant", "content": asked.content}, {"role": "user", "content": results}]
    if not stream:
        client.messages.create(messages=said, **options)
        return
    with client.messages.stream(messages=said, **options) as words:
        for _ in words.text_stream:
            pass


tracer = trace.get_tracer("shop")
for question, stream in zip(shop.QUESTIONS, (True, False), strict=True):
    attributes = {"session.id": shop.SESSION, "user.id": shop.USER}
    with tracer.start_as_current_span("turn", attributes=attributes):
        answer(question, stream=stream)
sent.tell()
