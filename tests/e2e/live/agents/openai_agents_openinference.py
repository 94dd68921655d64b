# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "openai-agents==0.24.0",
#     "openinference-instrumentation-openai-agents==2.6.0",
#     "opentelemetry-exporter-otlp-proto-http==1.45.1",
#     "opentelemetry-sdk==1.45.1",
# ]
# ///
"""An agent of OpenAI's Agents SDK over the Responses interface, with OpenInference."""

import asyncio

import shop
from agents import Agent, Runner, function_tool
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
OpenAIAgentsInstrumentor().instrument()
sent = shop.sent_spans()
agent = Agent(name="adviser", model=shop.MODEL, tools=[function_tool(shop.find_product)])


async def main() -> None:
    first, second = shop.QUESTIONS
    async for _ in Runner.run_streamed(agent, first).stream_events():
        pass
    await Runner.run(agent, second)


with using_attributes(session_id=shop.SESSION, user_id=shop.USER):
    asyncio.run(main())
sent.tell()
