"""What the capture of each library must give. `python -m tests.benchmarks.works_with` shows it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks.captures import Capture
from tests.benchmarks.works_with import CORPUS, Row, replay
from tests.sql.pipeline import Pipeline

HERE = Path(__file__).parent / "captures"


@dataclass(frozen=True, slots=True)
class Expected:
    """Found as numbers; calls and tokens that a library does not report are its own affair."""

    requests: int
    calls: int
    input_tokens: int
    output_tokens: int
    sessions: int = 4
    tools: int = 0
    streams: int = 0
    first_tokens: int = 0


EXPECTED = {
    "agent-framework": Expected(9, 17, 2006, 377, sessions=0, tools=2),
    "google-adk": Expected(8, 16, 2279, 502, tools=3),
    "haystack": Expected(8, 8, 919, 185, sessions=0, tools=1),
    "langfuse": Expected(10, 15, 2050, 364, tools=2, streams=7, first_tokens=7),
    "langsmith": Expected(12, 20, 2800, 533, tools=4, streams=4),
    "litellm-otel": Expected(17, 13, 1359, 329, sessions=0, streams=4),
    "livekit": Expected(4, 7, 1152, 146, sessions=1, tools=1, streams=6, first_tokens=3),
    "logfire": Expected(3, 18, 2336, 407, sessions=1, tools=2, streams=4, first_tokens=4),
    "mastra": Expected(4, 7, 690, 130, sessions=3, tools=1),
    "mlflow": Expected(5, 9, 1024, 204, sessions=0, tools=1, streams=4, first_tokens=4),
    "node-auto-http": Expected(5, 7, 624, 174, sessions=0),
    "oi-agno": Expected(5, 9, 1037, 196, sessions=5, tools=2),
    "oi-anthropic": Expected(11, 11, 1392, 267, streams=4, first_tokens=4),
    "oi-crewai": Expected(4, 0, 0, 0, tools=1),
    "oi-langchain": Expected(8, 12, 1776, 329, tools=3),
    "oi-openai": Expected(10, 14, 1522, 332, streams=7, first_tokens=6),
    "oi-openai-agents": Expected(8, 15, 1559, 246, sessions=0, tools=1),
    "oi-pydantic-ai": Expected(6, 10, 1134, 203, sessions=6, tools=2, streams=4, first_tokens=4),
    "openai-v2-grpc": Expected(9, 15, 1624, 376, sessions=5),
    "openai-v2-latest-http": Expected(9, 15, 1624, 376, sessions=5),
    "openlit": Expected(10, 14, 1660, 396, streams=6, first_tokens=4),
    "pipecat": Expected(3, 12, 2726, 278, sessions=1, streams=12, first_tokens=12),
    "plain-otel": Expected(9, 9, 858, 238),
    "pydantic-ai": Expected(6, 10, 1134, 203, sessions=6, tools=2, streams=4, first_tokens=4),
    "stacked": Expected(13, 9, 1306, 236, sessions=0, streams=4, first_tokens=4),
    "strands-latest": Expected(5, 9, 1031, 187, tools=2, streams=8, first_tokens=6),
    "traceloop-langchain": Expected(5, 12, 1776, 329, tools=3),
    "traceloop-old-openai": Expected(9, 15, 1624, 376, tools=1, streams=6, first_tokens=6),
    "traceloop-openai": Expected(10, 17, 1840, 440, tools=1, streams=7, first_tokens=6),
    "vercel-ai-proto": Expected(11, 11, 1081, 199, tools=2, streams=4, first_tokens=4),
    "web-sdk-json": Expected(4, 0, 0, 0),
}


@pytest.fixture(params=EXPECTED)
def row(request: pytest.FixtureRequest, shared_pipeline: Pipeline) -> Row:
    folder = next(
        (at / request.param for at in (HERE, CORPUS) if (at / request.param).exists()), None
    )
    if folder is None:
        pytest.skip("this capture is only in the corpus, which is not beside this checkout")
    return replay(Capture(folder), shared_pipeline)


def test_library_fills_the_columns(row: Row) -> None:
    """Spans stored, calls and tokens counted once, streams and first tokens known, no text kept."""
    found = Expected(
        row.requests,
        row.calls,
        row.input_found,
        row.output_found,
        row.sessions,
        row.tools,
        row.streams_found,
        row.first_tokens,
    )
    assert found == EXPECTED[row.library]
    assert row.stored == row.sent
    assert row.texts_kept == 0
