"""What every program here has in common: two questions of one session, and a tool.

A program asks the first question with streaming and the second without. Each takes two model
calls: the model calls the tool, and answers when it has the result.
"""

import sys

from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

MODEL = "gpt-4o-mini"
CLAUDE = "claude-sonnet-4-5"
SESSION = "session-4711"
USER = "customer-42"
QUESTIONS = (
    "Annegret-Larkspur asks: do you have the trail boots?",
    "And Annegret-Larkspur wants to know when they ship",
)
TOOL = "find_product"
DESCRIPTION = "Looks a product up."
PARAMETERS = {
    "type": "object",
    "properties": {"product": {"type": "string"}},
    "required": ["product"],
    "additionalProperties": False,
}
CHAT_TOOL = {
    "type": "function",
    "function": {"name": TOOL, "description": DESCRIPTION, "parameters": PARAMETERS},
}


def find_product(product: str) -> str:
    """Looks a product up.

    Args:
        product: what the customer calls it
    """
    return f"{product}: 12 left"


class SentSpans(SpanProcessor):
    """Notes the spans that the library hands to its exporter."""

    def __init__(self) -> None:
        """None yet."""
        self.lines: list[str] = []

    def on_end(self, span: ReadableSpan) -> None:
        """Another one."""
        if span.context.trace_flags.sampled:
            self.lines.append(f"sent {span.context.trace_id:032x} {span.context.span_id:016x}\n")

    def tell(self) -> None:
        """At the end of a program, for the test."""
        sys.stdout.writelines(self.lines)


def sent_spans() -> SentSpans:
    """Notes what the library's own tracer provider, by now the global one, sends."""
    sent = SentSpans()
    provider = trace.get_tracer_provider()
    provider = getattr(provider, "provider", provider)  # logfire wraps the provider
    assert isinstance(provider, TracerProvider)
    provider.add_span_processor(sent)
    return sent
