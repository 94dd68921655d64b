"""The agent libraries that are run, each by a small program, and what they do not tell.

A program in Python names the versions it needs in its first lines; those in JavaScript share
agents/node/package.json.
"""

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Literal

AGENTS = Path(__file__).with_name("agents")


class Fact(Enum):
    """What a library may leave out, in the version that is run."""

    CACHED_TOKENS = auto()
    FIRST_TOKENS = auto()
    RESOURCE = auto()  # it does not send OTEL_RESOURCE_ATTRIBUTES
    STREAMS = auto()  # which calls were streamed
    STREAMED_TOKENS = auto()
    TOOLS = auto()


@dataclass(frozen=True, slots=True)
class Library:
    """A program, the door it sends to by default, and what cannot be known from it."""

    program: str
    door: Literal["grpc", "http"]
    silent_on: frozenset[Fact]

    @property
    def path(self) -> Path:
        """The program."""
        return AGENTS / self.program


def _library(program: str, door: Literal["grpc", "http"], *silent_on: Fact) -> Library:
    return Library(program, door, frozenset(silent_on))


_PLAIN_CALLS = (Fact.CACHED_TOKENS, Fact.FIRST_TOKENS, Fact.STREAMS, Fact.TOOLS)

LIBRARIES = (
    _library("openai_official.py", "grpc", *_PLAIN_CALLS),
    _library("anthropic_sdk.py", "http", Fact.TOOLS),
    _library("traceloop_anthropic.py", "http"),
    _library("pydantic_ai_logfire.py", "http"),
    _library("langfuse_openai.py", "http"),
    _library("laminar_openai.py", "grpc", Fact.RESOURCE),
    _library("openai_agents_openinference.py", "http", Fact.FIRST_TOKENS, Fact.STREAMS),
    _library("strands_agent.py", "http"),
    _library("node/vercel_ai.js", "http"),
    _library("node/langfuse.js", "http"),
    _library("node/openai_official.js", "http", *_PLAIN_CALLS),
    _library(
        "node/openai_openinference.js",
        "http",
        Fact.FIRST_TOKENS,
        Fact.STREAMED_TOKENS,
        Fact.TOOLS,
    ),
)
