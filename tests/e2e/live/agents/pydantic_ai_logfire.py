# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "logfire==5.2.0",
#     "openai==3.52.0",
#     "pydantic-ai-slim[openai]==2.68.0",
# ]
# ///
"""A Pydantic AI agent, instrumented by Logfire."""

import asyncio

import logfire
import shop
from pydantic_ai import Agent

logfire.configure(send_to_logfire=False, console=False)
logfire.instrument_pydantic_ai()
sent = shop.sent_spans()
agent = Agent(f"openai:{shop.MODEL}", name="adviser", tools=[shop.find_product])


async def main() -> None:
    first, second = shop.QUESTIONS
    async with agent.run_stream(first, conversation_id=shop.SESSION) as answer:
        async for _ in answer.stream_text():
            pass
    await agent.run(second, conversation_id=shop.SESSION)


asyncio.run(main())
sent.tell()
