"""Runs a program against a model server of its own and a collector, and tells what it did."""

import os
import subprocess
from dataclasses import dataclass

from tests.e2e.live.install import node_modules
from tests.e2e.live.libraries import Fact, Library
from tests.e2e.live.model_server.server import Call, serving
from tests.e2e.processes import CollectorProcess

USE_CASE = "product_advice"
ENDS_WITHIN_S = 90

SpanId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """The spans that a program sent, (trace id, span id), and the model calls it really made."""

    library: Library
    sent: tuple[SpanId, ...]
    calls: tuple[Call, ...]

    @property
    def traces(self) -> list[str]:
        """Ids of its traces."""
        return sorted({trace_id for trace_id, _ in self.sent})

    @property
    def turns(self) -> list[tuple[Call, ...]]:
        """The calls of the first question, which was streamed, and of the second."""
        return [self.calls[:2], self.calls[2:]]

    def tokens(self, kind: str) -> list[int | None]:
        """`input_tokens`, `output_tokens` or `cached_tokens` of each turn, as far as told."""
        silent_on = self.library.silent_on
        if kind == "cached_tokens" and Fact.CACHED_TOKENS in silent_on:
            return [None, None]
        told = [
            [call for call in turn if not (call.streamed and Fact.STREAMED_TOKENS in silent_on)]
            for turn in self.turns
        ]
        return [sum(getattr(call.reply, kind) for call in calls) for calls in told]


def converse(library: Library, command: list[str], collector: CollectorProcess) -> Conversation:
    """Runs the program by its command to its end."""
    with serving() as model:
        ended = subprocess.run(
            command,
            env=_environment(library, model.url, collector),
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN_S,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    sent = (line.split() for line in ended.stdout.splitlines() if line.startswith("sent "))
    calls = sorted(model.calls, key=lambda call: call.received_at)
    return Conversation(library, tuple((trace, span) for _, trace, span in sent), tuple(calls))


def _environment(library: Library, model: str, collector: CollectorProcess) -> dict[str, str]:
    """All that tells a program where to call and where to send; nothing else is configured."""
    grpc = collector.settings.grpc_address
    variables = {
        "ANTHROPIC_API_KEY": "none",
        "ANTHROPIC_BASE_URL": model,
        "LANGFUSE_BASE_URL": collector.http_url,
        "LANGFUSE_PUBLIC_KEY": "none",
        "LANGFUSE_SECRET_KEY": "none",
        "LMNR_GRPC_ADDRESS": grpc,
        "NO_PROXY": "127.0.0.1",
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": f"{model}/v1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": (
            f"http://{grpc}" if library.door == "grpc" else collector.http_url
        ),
        "OTEL_RESOURCE_ATTRIBUTES": f"marketing.use_case={USE_CASE}",
        "OTEL_SERVICE_NAME": library.path.stem,
        "TRACELOOP_API_KEY": "none",
        "TRACELOOP_BASE_URL": collector.http_url,
        "TRACELOOP_TELEMETRY": "false",
    }
    if library.path.suffix == ".js":
        variables["NODE_PATH"] = str(node_modules())
    return {name: os.environ[name] for name in ("HOME", "PATH")} | variables
