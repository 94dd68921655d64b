# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "openai==2.54.0",
#     "opentelemetry-exporter-otlp-proto-grpc==1.45.1",
#     "opentelemetry-instrumentation-openai-v2==2.4b0",
#     "opentelemetry-sdk==1.45.1",
#     "opentelemetry-util-genai==0.4b0",
# ]
# ///
"""The OpenAI client with OpenTelemetry's own instrumentation; the session is on the app's span."""

import json
from typing import Any

import shop
from openai import OpenAI
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
OpenAIInstrumentor().instrument()
sent = shop.sent_spans()
client = OpenAI()


def answer(question: str, *, stream: bool) -> None:
    said: list[Any] = [{"role": "user", "content": question}]
    asked = client.chat.completions.create(
        model=shop.MODEL, messages=said, tools=[shop.CHAT_TOOL]
    ).choices[0]
    for call in asked.message.tool_calls or []:
        found = shop.find_product(**json.loads(call.function.arguments))
        said += [asked.message, {"role": "tool", "tool_call_id": call.id, "content": found}]
    options: Any = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    answered = client.chat.completions.create(model=shop.MODEL, messages=said, **options)
    for _ in answered:
        pass


tracer = trace.get_tracer("shop")
for question, stream in zip(shop.QUESTIONS, (True, False), strict=True):
    attributes = {"session.id": shop.SESSION, "enduser.id": shop.USER}
    with tracer.start_as_current_span("turn", attributes=attributes):
        answer(question, stream=stream)
sent.tell()
