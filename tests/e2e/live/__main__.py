"""Prints docs/works_with_live.md's table: `uv run python -m tests.e2e.live`.

Runs every library as the test does, and compares what the collector found with what happened.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.e2e.live.conversation import Conversation, converse
from tests.e2e.live.found import call_spans, request_rows, span_ids, tool_rows, wait_until_assembled
from tests.e2e.live.install import command
from tests.e2e.live.libraries import AGENTS, LIBRARIES, Library
from tests.e2e.processes import CollectorProcess

HEADINGS = (
    "program | versions | sent by | spans stored/sent | requests | model calls found/true "
    "| input tokens | output tokens | cached tokens | tools | sessions | streams "
    "| first tokens, furthest [ms]"
)
BESIDES = re.compile(r"opentelemetry-(sdk|exporter)|@opentelemetry/(api|sdk|exporter)|httpx|zod")


def versions(library: Library) -> str:
    """The libraries that the program names, without what every program uses."""
    program = library.path.read_text(encoding="utf-8")
    pins = re.findall(r'"([^"\s]+)==([^"]+)"', program)
    if library.path.suffix == ".js":
        package = json.loads((AGENTS / "node" / "package.json").read_bytes())
        pins = [pin for pin in package["dependencies"].items() if f'"{pin[0]}"' in program]
    return ", ".join(f"{name} {version}" for name, version in pins if not BESIDES.match(name))


def cells(collector: CollectorProcess, asked: Conversation) -> Iterator[str]:
    """A library's row."""
    yield asked.library.program
    yield versions(asked.library)
    yield {"grpc": "gRPC", "http": "HTTP"}[asked.library.door]
    yield f"{len(span_ids(collector, asked))}/{len(asked.sent)}"
    kinds = ("input_tokens", "output_tokens", "cached_tokens")
    requests = request_rows(collector, asked, f"llm_calls, {', '.join(kinds)}, session_id")
    yield f"{len(requests)}/{len(asked.turns)}"
    calls, *tokens, sessions = zip(*requests, strict=True)
    yield f"{sum(calls)}/{len(asked.calls)}"
    for kind, found in zip(kinds, tokens, strict=True):
        true = sum(getattr(call.reply, kind) for call in asked.calls)
        yield f"{sum(each or 0 for each in found)}/{true}"
    yield f"{len(tool_rows(collector, asked))}/{sum(bool(each.reply.tool) for each in asked.calls)}"
    yield f"{len(set(sessions) - {None})}/1"
    streams = [call for call in asked.calls if call.streamed]
    spans = [call_spans(collector, asked, call) for call in streams]
    yield f"{sum(any(flag for flag, _ in each) for each in spans)}/{len(streams)}"
    errors = [
        abs(at - call.first_token_at) * 1e3
        for call, each in zip(streams, spans, strict=True)
        for _, at in each
        if at is not None
    ]
    yield f"{len(errors)}/{len(streams)}, {max(errors):.0f}" if errors else f"0/{len(streams)}"


def main() -> None:
    """Print a row for each library."""
    sys.stdout.write(f"| {HEADINGS} |\n{'|---' * len(HEADINGS.split('|'))}|\n")
    with TemporaryDirectory() as folder, CollectorProcess(Path(folder) / "lake") as collector:
        for library in LIBRARIES:
            asked = converse(library, command(library), collector)
            wait_until_assembled(collector, [asked])
            sys.stdout.write(f"| {' | '.join(cells(collector, asked))} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
