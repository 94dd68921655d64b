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
CLOSE_RATIO = 0.05
"""How near to what was sent a first token, and to the truth any figure, has to be."""

STREAMING = re.compile(r"stream|chunk|ttf|time_to_first|first_token|completion_start|First Token")
"""Keys by which a library would tell of a stream."""

SPOKEN = re.compile(
    r"\[(ttft|itl|fail\d+|parallel|float|notool|drop)\b|[Tt]rail.runner|marketing (voice )?agent "
    r"|member discount|ships tomorrow|express shipping|exact.match|for Dana|running shoes"
)
"""Words of the captured prompts, answers, tool arguments and documents."""


NOT_SENT = "–"
"""Stands where the library does not carry the fact."""


@dataclass(frozen=True, slots=True)
class Share:
    """What was found of what is there; `true` is None where the library does not carry it."""

    found: int
    true: int | None

    def __str__(self) -> str:
        """As the table has it."""
        return NOT_SENT if self.true is None else f"{self.found}/{self.true}"


@dataclass(frozen=True, slots=True)
class Row:
    """One library: found against true."""

    library: str
    version: str
    spans: Share
    requests: Share
    calls: Share
    failed: int
    models: Share
    input_tokens: Share
    output_tokens: Share
    tool_calls: Share
    sessions: Share
    streams: Share
    first_tokens: Share
    not_believed: int
    first_token_error_ms: float | None
    texts_kept: int
    other_models: int
    """Requests that are said to have been answered by another model than was asked for."""


def replay(capture: Capture, pipeline: Pipeline) -> Row:
    """The row of a capture, by way of a lake that is emptied first."""
    pipeline.empty(pipeline.settings)
    bodies, times = zip(*capture.bodies(), strict=True)
    pipeline.arrive(bodies, at=max(times))
    pipeline.assemble(max(times))
    return _row(capture, pipeline.con, sum(map(_span_count, bodies)))


def _row(capture: Capture, con: duckdb.DuckDBPyConnection, sent: int) -> Row:
    stored, kept, doubted, tool_calls = _one(
        con,
        """SELECT count(*), count(*) FILTER (WHERE regexp_matches(spans::varchar, ?)),
        count(*) FILTER (WHERE flag = 'ttft_not_believable'),
        count(tool) FILTER (WHERE step = 'tool') FROM lake.spans AS spans""",
        [SPOKEN.pattern],
    )
    requests, calls, inputs, outputs, other_models, sessions, models = _one(
        con,
        """SELECT count(*), sum(llm_calls), sum(input_tokens), sum(output_tokens),
        count(*) FILTER (WHERE fallback OR asked_model != model),
        coalesce(list(DISTINCT session_id) FILTER (WHERE session_id IS NOT NULL), []),
        list_distinct(flatten(list(models))) FROM lake.requests""",
    )
    streams = [call for call in capture.answered if call["stream"]]
    seen = [_first_token(con, call) for call in streams]
    read = [_is_read(con, reported_ms) for reported_ms in capture.first_tokens_ms]
    tells_calls = bool(calls)
    return Row(
        library=capture.name,
        version=capture.version,
        spans=Share(stored, sent),
        requests=Share(requests, capture.requests),
        calls=Share(calls or 0, len(capture.answered) if tells_calls else None),
        failed=len(capture.model_calls) - len(capture.answered),
        models=Share(len(capture.models & set(models)), len(capture.models) if models else None),
        input_tokens=Share(int(inputs or 0), capture.tokens("input") if tells_calls else None),
        output_tokens=Share(int(outputs or 0), capture.tokens("output") if tells_calls else None),
        tool_calls=Share(tool_calls, capture.tool_calls if tool_calls else None),
        sessions=Share(len(capture.sessions & set(sessions)), len(capture.sessions) or None),
        streams=Share(
            sum(streamed for streamed, _ in seen),
            len(streams) if capture.sends(STREAMING) else None,
        ),
        first_tokens=Share(sum(read), len(read) or None),
        not_believed=doubted,
        first_token_error_ms=max((e for _, e in seen if e is not None), default=None),
        texts_kept=kept,
        other_models=other_models,
    )


def _is_read(con: duckdb.DuckDBPyConnection, reported_ms: float) -> bool:
    """Whether a span has the first token that the library sent."""
    (found,) = _one(
        con,
        "SELECT count(*) FROM lake.spans WHERE abs(ttft_ms - $sent) <= $ratio * $sent",
        {"sent": reported_ms, "ratio": CLOSE_RATIO},
    )
    return bool(found)


def _first_token(con: duckdb.DuckDBPyConnection, call: dict[str, Any]) -> tuple[bool, float | None]:
    """(known as streamed, error of the first token in ms) of the spans around a streamed call."""
    streamed, error_ms = _one(
        con,
        """SELECT bool_or(streamed), min(abs(epoch_us(started_at) / 1e3 + ttft_ms - $first))
        FROM lake.spans WHERE epoch_us(started_at) / 1e3 <= $received + 2
        AND epoch_us(started_at) / 1e3 > $received - 2000
        AND epoch_us(started_at) / 1e3 + duration_ms >= $received""",
        {"received": call["t_recv"] / 1e6, "first": call["t_first"] / 1e6},
    )
    return bool(streamed), error_ms


def _span_count(body: bytes) -> int:
    request = ExportTraceServiceRequest.FromString(body)
    return sum(len(s.spans) for r in request.resource_spans for s in r.scope_spans)


def _one(
    con: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] | dict[str, Any] = ()
) -> Any:
    return con.execute(query, values or None).fetchone()


HEADINGS = (
    "library | version | spans | requests | model calls (+failed) | models | input tokens "
    "| output tokens | tool calls | sessions | streams | first tokens | not believed "
    "| furthest [ms] | texts kept"
)


def cells(row: Row) -> list[str]:
    """A row as it is printed."""
    error_ms = row.first_token_error_ms
    return [
        row.library, row.version, f"{row.spans}", f"{row.requests}",
        f"{row.calls}" + (f" (+{row.failed})" if row.failed else ""), f"{row.models}",
        f"{row.input_tokens}", f"{row.output_tokens}", f"{row.tool_calls}", f"{row.sessions}",
        f"{row.streams}", f"{row.first_tokens}", f"{row.not_believed or ''}",
        NOT_SENT if error_ms is None else f"{error_ms:.0f}", f"{row.texts_kept}",
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
