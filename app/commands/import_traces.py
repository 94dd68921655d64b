"""``import-traces``: files into the lake, through the door that live traffic takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from rich.console import Console
from rich.progress import Progress
from typer import echo

from app.commands.own_collector import own_collector, wait_until_caught_up
from app.running_collector import authorization, grpc_target, running_collector
from app.trace_files import UnreadableError, payloads
from collector import wire
from collector.errors import MalformedError
from collector.otlp_json import to_protobuf
from collector.signals import TRACES
from sql.settings import Settings

WHOLE_BYTES = 4 * 2**20
"""A larger request is sent in parts, far below what a door accepts."""
PART_SPANS = 2_000
ANSWER_WITHIN_S = 60.0
RETRY_FOR_S = 120.0
RETRY_EVERY_S = 2.0
NO_PROXY = (("grpc.enable_http_proxy", 0),)

Export = Callable[..., Any]


@dataclass(slots=True)
class Tally:
    """What happened to the spans of the files."""

    read: int = 0
    sent: int = 0
    refused: int = 0
    unreadable: int = 0
    """Files and requests that could not be understood, and so have no known number of spans."""


def import_traces(settings: Settings, files: list[Path]) -> int:
    """Send the files' spans, and return when rows and models are in the lake; 1 if any are not."""
    tally = Tally()
    with Progress(console=Console(stderr=True)) as progress, _door(settings) as export:
        task = progress.add_task("Importing", total=sum(path.stat().st_size for path in files))
        earlier_bytes = 0
        for path in files:
            for read_bytes, body, spans in _requests(path, tally):
                _send(export, path, body, spans, tally)
                progress.update(task, completed=earlier_bytes + read_bytes)
            earlier_bytes += path.stat().st_size
        progress.update(task, completed=earlier_bytes, description="Updating the models")
    echo(f"{tally.read:,} spans read, {tally.sent:,} sent, {tally.refused:,} refused")
    if tally.unreadable:
        echo(f"{tally.unreadable:,} not understood, see above", err=True)
    return 1 if tally.refused or tally.unreadable else 0


@contextmanager
def _door(settings: Settings) -> Iterator[Export]:
    """The gRPC door of the lake's collector, running or ours meanwhile; waits for the models."""
    with ExitStack() as open_:
        ours = open_.enter_context(own_collector(settings))
        target = f"127.0.0.1:{ours.grpc_port}" if ours else grpc_target(settings)
        channel = open_.enter_context(grpc.insecure_channel(target, NO_PROXY))
        yield channel.unary_unary(
            f"/{TRACES.service}/Export", response_deserializer=TRACES.response.FromString
        )
        wait_until_caught_up(ours or running_collector(settings))


def _requests(path: Path, tally: Tally) -> Iterator[tuple[int, bytes, int]]:
    """Bytes of the file read so far, a request in protobuf, its spans; says what it cannot read."""
    with path.open("rb") as file:
        try:
            for payload in payloads(file):
                try:
                    for body, spans in _parts(_protobuf(payload)):
                        yield file.tell(), body, spans
                except (DecodeError, MalformedError) as error:
                    tally.unreadable += 1
                    why = f": {error}" if isinstance(error, MalformedError) else ""
                    echo(f"{path}: not an OTLP trace request{why}", err=True)
        except UnreadableError as error:
            tally.unreadable += 1
            echo(f"{path}: {error}", err=True)


def _protobuf(payload: bytes) -> bytes:
    return to_protobuf(payload, TRACES.request) if payload.startswith(b"{") else payload


def _parts(body: bytes) -> Iterator[tuple[bytes, int]]:
    """The request and its number of spans; a large one by a few thousand spans at a time."""
    request = wire.parse(body)
    scopes = [
        (resource, scope) for resource in request.resource_spans for scope in resource.scope_spans
    ]
    if len(body) <= WHOLE_BYTES:
        yield body, sum(len(scope.spans) for _, scope in scopes)
        return
    for resource, scope in scopes:
        for start in range(0, len(scope.spans), PART_SPANS):
            part = type(request)()
            resource_part = part.resource_spans.add(schema_url=resource.schema_url)
            resource_part.resource.CopyFrom(resource.resource)
            scope_part = resource_part.scope_spans.add(schema_url=scope.schema_url)
            scope_part.scope.CopyFrom(scope.scope)
            scope_part.spans.extend(scope.spans[start : start + PART_SPANS])
            yield part.SerializeToString(), len(scope_part.spans)


def _send(export: Export, path: Path, body: bytes, spans: int, tally: Tally) -> None:
    """Send one request, and again while the collector is busy."""
    tally.read += spans
    deadline = time.monotonic() + RETRY_FOR_S
    while True:
        try:
            outcome = export(
                body, timeout=ANSWER_WITHIN_S, metadata=tuple(authorization().items())
            ).partial_success
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAVAILABLE and time.monotonic() < deadline:
                time.sleep(RETRY_EVERY_S)
                continue
            echo(f"{path}: {spans} spans refused: {error.details()}", err=True)
            tally.refused += spans
            return
        if outcome.error_message:
            echo(f"{path}: {outcome.error_message}", err=True)
        tally.refused += outcome.rejected_spans
        tally.sent += spans - outcome.rejected_spans
        return
