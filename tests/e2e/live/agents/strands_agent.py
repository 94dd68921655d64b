# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "strands-agents[openai,otel]==1.62.0",
# ]
# ///
"""A Strands agent, which streams by itself."""

import shop
from strands import Agent, tool
from strands.models.openai import OpenAIModel
from strands.telemetry import StrandsTelemetry

StrandsTelemetry().setup_otlp_exporter()
sent = shop.sent_spans()

for question in shop.QUESTIONS:
    agent = Agent(
        name="adviser",
        model=OpenAIModel(model_id=shop.MODEL),
        tools=[tool(shop.find_product)],
        callback_handler=None,
        trace_attributes={"session.id": shop.SESSION, "user.id": shop.USER},
    )
    agent(question)
sent.tell()
