"""What we understand of real agent libraries: `python -m tests.benchmarks.works_with [FOLDER]`.

Replays captured requests through the collector's own path into a lake and compares requests and
spans with what the model server saw. With `--markdown` the table is printed as it stands in docs.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.arrivals import arrivals
from collector.loader import SHAPE
from sql.lake import open_writer, transaction
from sql.refresh import Assembly
from sql.settings import load_settings
from tests.benchmarks.captures import Capture, captures

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"
CLOSE_MS = 30.0
CLOSE_RATIO = 0.05

SPOKEN = re.compile(
    r"\[(ttft|itl|fail\d+|parallel|float|notool|drop)\b|[Tt]rail.runner|marketing (voice )?agent "
    r"|member discount|ships tomorrow|express shipping|exact.match|for Dana|running shoes|in size 42"
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


def replay(capture: Capture, lake: Path) -> Row:
    """The row of a capture, by way of a new lake."""
    settings = load_settings(None, lake=str(lake), environ={})
    bodies = list(capture.bodies())
    with open_writer(settings) as con:
        assembly = Assembly(con, "replay")
        arrived = arrivals([body for body, _ in bodies], [at for _, at in bodies], settings)
        con.register("arriving", arrived.spans)
        con.execute(f"CREATE TEMP VIEW shaped AS {SHAPE.read_text()}")
        with transaction(con):
            con.execute("INSERT INTO lake.spans BY NAME FROM shaped")
        assembly.wait("shaped")
        assembly.run(datetime.now(UTC), timedelta(0))
        return _row(capture, con, sum(_span_count(body) for body, _ in bodies))


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
        count(DISTINCT session_id), array_to_string(list_sort(list_distinct(flatten(list(models)))), ' ')
        FROM lake.requests""",
    )
    streams = [call for call in capture.answered if call["stream"]]
    seen = [_first_token(con, call) for call in streams]
    errors = [error for _, error in seen if error is not None]
    return Row(
        capture.name, capture.version, sent, stored, requests,
        calls or 0, len(capture.answered), len(capture.model_calls) - len(capture.answered),
        models or "–",
        int(inputs or 0), capture.tokens("input"), int(outputs or 0), capture.tokens("output"),
        tools, sessions, sum(streamed for streamed, _ in seen), len(streams),
        sum(error <= CLOSE_MS for error in errors), max(errors, default=None), kept,
    )  # fmt: skip


def _first_token(
    con: duckdb.DuckDBPyConnection, call: dict[str, Any]
) -> tuple[bool, float | None]:
    """(known as streamed, error of the first token in ms) of the spans around a streamed call."""
    streamed, first_at_ms = _one(
        con,
        """SELECT bool_or(streamed), min(abs(epoch_us(started_at) / 1e3 + ttft_ms - $first))
        FROM lake.spans WHERE step = 'llm' AND epoch_us(started_at) / 1e3 <= $received + 2
        AND epoch_us(started_at) / 1e3 > $received - 2000
        AND epoch_us(started_at) / 1e3 + duration_ms >= $received""",
        {"received": call["t_recv"] / 1e6, "first": call["t_first"] / 1e6},
    )
    ttft_ms = (call["t_first"] - call["t_recv"]) / 1e6
    return bool(streamed), first_at_ms and max(0.0, first_at_ms - CLOSE_RATIO * ttft_ms)


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
    folders = [Path(argument) for argument in arguments if not argument.startswith("--")]
    print(f"| {HEADINGS} |")
    print("|---" * len(HEADINGS.split("|")) + "|")
    for capture in captures(folders[0] if folders else CORPUS):
        with TemporaryDirectory() as folder:
            row = replay(capture, Path(folder) / "lake")
        print(f"| {' | '.join(cells(row))} |")


if __name__ == "__main__":
    main(sys.argv[1:])
