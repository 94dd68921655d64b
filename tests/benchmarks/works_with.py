"""What we understand of real agent libraries: `python -m tests.benchmarks.works_with [FOLDER]`.

Replays captured requests through the collector's own path into a lake and compares requests and
spans with what the model server saw. docs/works_with.md holds this table.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.benchmarks.captures import Capture, captures
from tests.sql.pipeline import Pipeline, settings_of

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"
CLOSE_MS = 30.0
CLOSE_RATIO = 0.05

SPOKEN = re.compile(
    r"\[(ttft|itl|fail\d+|parallel|float|notool|drop)\b|[Tt]rail.runner|marketing (voice )?agent "
    r"|member discount|ships tomorrow|express shipping|exact.match|for Dana|running shoes"
)
"""Words of the captured prompts, answers, tool arguments and documents."""


@dataclass(frozen=True, slots=True)
class Row:
    """One library: found against true."""

    library: str
    version: str
    sent: int
    stored: int
    requests: int
    calls: int
    answered: int
    failed: int
    models: str
    input_found: int
    input_true: int
    output_found: int
    output_true: int
    tools: int
    sessions: int
    streams_found: int
    streams: int
    first_tokens: int
    first_token_error_ms: float | None
    texts_kept: int


def replay(capture: Capture, pipeline: Pipeline) -> Row:
    """The row of a capture, by way of a lake that is emptied first."""
    pipeline.empty(pipeline.settings)
    bodies, times = zip(*capture.bodies(), strict=True)
    pipeline.arrive(bodies, at=max(times))
    pipeline.assemble(max(times))
    return _row(capture, pipeline.con, sum(map(_span_count, bodies)))


def _row(capture: Capture, con: duckdb.DuckDBPyConnection, sent: int) -> Row:
    stored, tools, kept = _one(
        con,
        """SELECT count(*), count(DISTINCT tool) FILTER (WHERE step = 'tool'),
        count(*) FILTER (WHERE regexp_matches(spans::varchar, ?)) FROM lake.spans AS spans""",
        [SPOKEN.pattern],
    )
    requests, calls, inputs, outputs, sessions, models = _one(
        con,
        """SELECT count(*), sum(llm_calls), sum(input_tokens), sum(output_tokens),
        count(DISTINCT session_id),
        array_to_string(list_sort(list_distinct(flatten(list(models)))), ' ')
        FROM lake.requests""",
    )
    streams = [call for call in capture.answered if call["stream"]]
    seen = [_first_token(con, call) for call in streams]
    errors = [error for _, error in seen if error is not None]
    close = [
        error is not None and error <= max(CLOSE_MS, CLOSE_RATIO * _true_ttft_ms(call))
        for call, (_, error) in zip(streams, seen, strict=True)
    ]
    return Row(
        capture.name, capture.version, sent, stored, requests,
        calls or 0, len(capture.answered), len(capture.model_calls) - len(capture.answered),
        models or "–",
        int(inputs or 0), capture.tokens("input"), int(outputs or 0), capture.tokens("output"),
        tools, sessions, sum(streamed for streamed, _ in seen), len(streams),
        sum(close), max(errors, default=None), kept,
    )  # fmt: skip


def _first_token(con: duckdb.DuckDBPyConnection, call: dict[str, Any]) -> tuple[bool, float | None]:
    """(known as streamed, error of the first token in ms) of the spans around a streamed call."""
    streamed, error_ms = _one(
        con,
        """SELECT bool_or(streamed), min(abs(epoch_us(started_at) / 1e3 + ttft_ms - $first))
        FROM lake.spans WHERE step = 'llm' AND epoch_us(started_at) / 1e3 <= $received + 2
        AND epoch_us(started_at) / 1e3 > $received - 2000
        AND epoch_us(started_at) / 1e3 + duration_ms >= $received""",
        {"received": call["t_recv"] / 1e6, "first": call["t_first"] / 1e6},
    )
    return bool(streamed), error_ms


def _true_ttft_ms(call: dict[str, Any]) -> float:
    return float(call["t_first"] - call["t_recv"]) / 1e6


def _span_count(body: bytes) -> int:
    request = ExportTraceServiceRequest.FromString(body)
    return sum(len(s.spans) for r in request.resource_spans for s in r.scope_spans)


def _one(
    con: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] | dict[str, Any] = ()
) -> Any:
    return con.execute(query, values or None).fetchone()


HEADINGS = (
    "library | version | spans stored/sent | requests | model calls found/true (+failed) | models "
    "| input tokens found/true | output tokens | tools | sessions | streams found/true "
    "| first tokens within 30 ms | furthest [ms] | texts kept"
)


def cells(row: Row) -> list[str]:
    """A row as it is printed."""
    error = row.first_token_error_ms
    return [
        row.library, row.version, f"{row.stored}/{row.sent}", f"{row.requests}",
        f"{row.calls}/{row.answered}" + (f" (+{row.failed})" if row.failed else ""), row.models,
        f"{row.input_found}/{row.input_true}", f"{row.output_found}/{row.output_true}",
        f"{row.tools}", f"{row.sessions}", f"{row.streams_found}/{row.streams}",
        f"{row.first_tokens}/{row.streams}", "–" if error is None else f"{error:.0f}",
        f"{row.texts_kept}",
    ]  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Print one table for all captures in a folder."""
    folders = [Path(argument) for argument in arguments]
    sys.stdout.write(f"| {HEADINGS} |\n{'|---' * len(HEADINGS.split('|'))}|\n")
    with TemporaryDirectory() as folder, Pipeline(settings_of(Path(folder) / "lake")) as pipeline:
        for capture in captures(folders[0] if folders else CORPUS):
            sys.stdout.write(f"| {' | '.join(cells(replay(capture, pipeline)))} |\n")


if __name__ == "__main__":
    main(sys.argv[1:])
