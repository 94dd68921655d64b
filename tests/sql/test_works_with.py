"""What the capture of each library must give. `python -m tests.benchmarks.works_with` shows it."""

from pathlib import Path

import pytest

from tests.benchmarks.captures import Capture
from tests.benchmarks.works_with import CLOSE_RATIO, CORPUS, Row, Share, replay
from tests.sql.pipeline import Pipeline

HERE = Path(__file__).parent / "captures"
LIBRARIES = (
    "agent-framework", "google-adk", "haystack", "langfuse", "langsmith", "litellm-otel",
    "livekit", "logfire", "mastra", "mlflow", "node-auto-http", "oi-agno", "oi-anthropic",
    "oi-crewai", "oi-langchain", "oi-openai", "oi-openai-agents", "oi-pydantic-ai",
    "openai-v2-grpc", "openai-v2-latest-http", "openlit", "pipecat", "plain-otel", "pydantic-ai",
    "stacked", "strands-latest", "traceloop-langchain", "traceloop-old-openai",
    "traceloop-openai", "vercel-ai-proto", "web-sdk-json",
)  # fmt: skip
"""Each captured library; what it does not carry is no gap."""

FACTS = (
    "requests", "models", "input_tokens", "output_tokens", "tool_calls", "sessions", "streams",
    "first_tokens",
)  # fmt: skip

NO_USAGE = "streams that were abandoned, or not asked for it, come without usage"
NO_RESPONSES_API = "has no span for calls of the Responses API"
FIRST_EVENT = "counts the first event of a stream, which is no token: not believed"
OUTPUT_TOOL = "a structured answer is asked for as a tool that is never called"
GAPS: dict[str, dict[str, str]] = {
    "google-adk": {
        "output_tokens": "adds the thoughts that the server did not count",
        "tool_calls": "writes one more span for tools called side by side",
    },
    "haystack": {"input_tokens": NO_USAGE, "output_tokens": NO_USAGE},
    "langsmith": {"streams": "LangChain's calls do not say that they stream"},
    "logfire": {
        "tool_calls": "the application's own tools have no span",
        "sessions": "several in one trace, and one request",
        "streams": "told by a second span, when the stream has ended",
    },
    "oi-openai": {
        "input_tokens": NO_USAGE, "output_tokens": NO_USAGE, "first_tokens": FIRST_EVENT,
    },
    "oi-openai-agents": {
        "input_tokens": NO_USAGE, "output_tokens": NO_USAGE,
        "tool_calls": "handoffs are asked for as tools",
    },
    "oi-pydantic-ai": {"tool_calls": OUTPUT_TOOL},
    "openai-v2-grpc": {
        "calls": NO_RESPONSES_API, "input_tokens": NO_USAGE, "output_tokens": NO_USAGE,
    },
    "openai-v2-latest-http": {
        "calls": NO_RESPONSES_API, "input_tokens": NO_USAGE, "output_tokens": NO_USAGE,
    },
    "openlit": {"first_tokens": FIRST_EVENT},
    "plain-otel": {"input_tokens": NO_USAGE, "output_tokens": NO_USAGE},
    "pydantic-ai": {"tool_calls": OUTPUT_TOOL},
    "traceloop-old-openai": {
        "calls": NO_RESPONSES_API, "streams": NO_RESPONSES_API,
        "input_tokens": NO_USAGE, "output_tokens": NO_USAGE,
    },
    "traceloop-openai": {"input_tokens": NO_USAGE, "output_tokens": NO_USAGE},
    "vercel-ai-proto": {
        "input_tokens": NO_USAGE, "output_tokens": NO_USAGE,
        "streams": "loses the span of a stream that was aborted",
    },
}  # fmt: skip
"""What a library tells otherwise than the model server does, and why: no fault of the reading."""


@pytest.fixture(params=LIBRARIES)
def row(request: pytest.FixtureRequest, shared_pipeline: Pipeline) -> Row:
    folder = next(
        (at / request.param for at in (HERE, CORPUS) if (at / request.param).exists()), None
    )
    if folder is None:
        pytest.skip("this capture is only in the corpus, which is not beside this checkout")
    return replay(Capture(folder), shared_pipeline)


def test_library_fills_the_columns(row: Row) -> None:
    """All is stored, no text is kept, and every fact that is sent is as it was, but for GAPS.

    None of the applications has a fallback: releases and other names of a model are none.
    """
    assert row.spans.found == row.spans.true
    assert row.texts_kept == 0
    far = {fact for fact in FACTS if not _is_near(getattr(row, fact))}
    if row.calls.true and not row.calls.true <= row.calls.found <= row.calls.true + row.failed:
        far.add("calls")
    assert far == GAPS.get(row.library, {}).keys()
    assert row.other_models == 0


def _is_near(share: Share) -> bool:
    return share.true is None or abs(share.found - share.true) <= CLOSE_RATIO * share.true
