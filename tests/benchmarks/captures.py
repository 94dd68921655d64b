"""What real libraries sent, and what the model server that they called says really happened."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.otlp_json import to_protobuf

MODEL_CALLS = re.compile(r"chat|responses|messages|enerateContent")
PACKAGES = {
    "vercel": "ai",
    "web": "@opentelemetry/sdk-trace-web",
    "node": "@opentelemetry/auto-instrumentations-node",
    "traceloop": "traceloop-sdk",
    "openai": "opentelemetry-instrumentation-openai-v2",
    "stacked": "opentelemetry-instrumentation-openai-v2",
    "plain": "opentelemetry-instrumentation-fastapi",
}
"""Packages that do not bear the name of their capture."""

TURNS = {"livekit": 4, "pipecat": 3}
"""What the user said, in captures of one long trace with a conversation."""

NOT_A_LIBRARY = re.compile(
    r"opentelemetry-(api|sdk|exporter|proto|semantic|util-http|instrumentation$)|^openinference-"
    r"(instrumentation|semantic-conventions)$|^(httpx2?|requests|openai|redis|psycopg|fastapi|zod)$"
)


@dataclass(frozen=True)
class Capture:
    """A folder with `raw/` bodies, `truth.jsonl` and `meta.json`."""

    folder: Path

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Versions and observations."""
        meta: dict[str, Any] = json.loads((self.folder / "meta.json").read_text())
        return meta

    @cached_property
    def truth(self) -> list[dict[str, Any]]:
        """One entry for each call that the model server took, chat or not."""
        lines = (self.folder / "truth.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    @property
    def name(self) -> str:
        """The library and the way it was used."""
        return self.folder.name

    @property
    def version(self) -> str:
        """Of the instrumentation, as its scope says it, else of the package that bears its name."""
        versions, word = self.meta["versions"], self.name.removeprefix("oi-").split("-")[0]
        if PACKAGES.get(word) in versions:
            return f"{PACKAGES[word]} {versions[PACKAGES[word]]}"
        scopes = [scope.rpartition("@")[::2] for scope in self.meta["instrumentation_scopes"]]
        scopes.sort(key=lambda scope: "openinference" not in scope[0])
        packages = [pair for pair in versions.items() if not NOT_A_LIBRARY.search(pair[0])]
        found = [
            f"{name} {version}"
            for name, version in (*scopes, *packages)
            if word in name and version
        ]
        return found[0] if found else ", ".join(f"{name} {version}" for name, version in scopes)

    def bodies(self) -> Iterator[tuple[bytes, datetime]]:
        """(OTLP protobuf, time of receipt) of every request with spans, in order of arrival."""
        for file in sorted((self.folder / "raw").glob("*.traces.*")):
            if file.name.endswith(".side.json"):
                continue
            body = file.read_bytes()
            if file.suffix == ".gz":
                body = gzip.decompress(body)
            if ".json" in file.suffixes:
                body = to_protobuf(body, ExportTraceServiceRequest)
            yield body, self._received_at(file)

    def _received_at(self, file: Path) -> datetime:
        side = json.loads(file.with_name(file.name.removesuffix(".gz") + ".side.json").read_text())
        return datetime.fromtimestamp(side["recv_unix_ns"] / 1e9, tz=UTC)

    @property
    def model_calls(self) -> list[dict[str, Any]]:
        """Calls that generate text."""
        return [call for call in self.truth if MODEL_CALLS.search(call["kind"])]

    @property
    def answered(self) -> list[dict[str, Any]]:
        """Model calls that did not fail."""
        return [call for call in self.model_calls if call["status"] == 200]

    @property
    def requests(self) -> int:
        """Turns where the library marks them, else roots of traces but those of agents created."""
        if self.name in TURNS:
            return TURNS[self.name]
        observed = self.meta["observed"]
        roots: dict[str, int] = observed["roots_per_trace"]
        created: int = observed.get("step_kinds", {}).get("create_agent", 0)
        return sum(max(int(of_one), 1) * traces for of_one, traces in roots.items()) - created

    @property
    def tool_calls(self) -> int:
        """How many the model asked for."""
        return sum(len(call.get("tool_calls", ())) for call in self.answered)

    @property
    def models(self) -> set[str]:
        """Models that answered, as they were asked for."""
        return {call["model"] for call in self.answered}

    @cached_property
    def sessions(self) -> set[str]:
        """Sessions that the application named and the library sent."""
        sent = b"".join(body for body, _ in self.bodies())
        named = {*self.meta["ground_truth"]["session_ids"], *(f"web-sess-{n}" for n in range(4))}
        return {session for session in named if session.encode() in sent}

    @property
    def first_tokens_ms(self) -> list[float]:
        """Times to the first token that the library sent with streamed calls."""
        observed = self.meta["ttft_observations"]
        return [_in_ms(observation) for observation in observed if observation["streamed"]]

    def sends(self, kind: re.Pattern[str]) -> bool:
        """Whether keys or events of some kind are sent with anything but embeddings."""
        requests = (ExportTraceServiceRequest.FromString(body) for body, _ in self.bodies())
        spans = (
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
            if "embed" not in span.name
        )
        return any(
            kind.search(name)
            for span in spans
            for name in (*(pair.key for pair in span.attributes), *(e.name for e in span.events))
        )

    def tokens(self, direction: str) -> int:
        """`input` or `output` tokens of all answered calls."""
        return sum(call.get("usage", {}).get(direction, 0) for call in self.answered)


def _in_ms(observation: dict[str, Any]) -> float:
    is_ms = (
        "ms" in (observation["unit_hint"] or "")
        or observation["type"] == "int"
        or "msTo" in observation["key"]
    )
    return float(observation["reported"]) * (1 if is_ms else 1000)


def captures(corpus: Path) -> list[Capture]:
    """Every capture in a folder."""
    return [Capture(meta.parent) for meta in sorted(corpus.glob("*/meta.json"))]
