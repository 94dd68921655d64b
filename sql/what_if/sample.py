"""Requests of the lake made ready to be replayed, with what each lever would change about them.

The spans of the requests are read back and go through the steps that made the requests
(`sql/steps.py`), up to the cuts: which spans a lever touches is defined there and nowhere else.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from sql.lake import SEARCH_PATH
from sql.levers import Chosen, settings_of
from sql.steps import HOT, assemble
from sql.what_if.replay import Moment, Request, Span, prepare

QUERIES = Path(__file__).parent
LATE_NS = 1_000_000
"""A child that ends this long after its parent was not waited for (METHODS, critical path 2.2)."""

AROUND = timedelta(minutes=1)
"""How far beyond its requests the spans of a trace are looked for."""

Period = tuple[datetime, datetime]


class Move(NamedTuple):
    """What a lever does to one span; savings are None where nothing tells."""

    lever: str
    row: int
    kind: str
    """shorten, drop, start_with or start_after."""
    other_row: int | None
    is_reached: bool
    saved_ms: float | None
    perceived_saved_ms: float | None


@dataclass(frozen=True, slots=True)
class Sampled:
    """One request as it was, and the moves that the levers make in it."""

    request_id: str
    outcome: str
    ttft_ms: float | None
    perceived_ms: float
    duration_ms: float
    request: Request
    moves: tuple[Move, ...]
    touching: frozenset[str]
    """Levers that apply, or may."""
    doubtful: frozenset[str]
    """Levers of which nothing tells whether they apply."""


def read_requests(
    con: duckdb.DuckDBPyConnection, request_ids: Sequence[str], period: Period, chosen: Chosen
) -> list[Sampled]:
    """Those of the requests that are in the lake; what is usual is measured over the period."""
    with con.cursor() as cursor:
        cursor.execute(f"{SEARCH_PATH}; SET TimeZone = 'UTC'")
        _take(cursor, request_ids)
        assemble(cursor)
        requests = cursor.execute(query_text("requests")).fetchall()
        spans = _by_request(cursor.execute(query_text("spans")))
        cursor.execute(query_text("span_cuts"))
        values = [*period, list(chosen), settings_of(chosen)]
        moves = _by_request(cursor.execute(query_text("moves"), values))
    return [
        _sampled(row, spans[row[0]], moves.get(row[0], [])) for row in requests if row[0] in spans
    ]


def _take(cursor: duckdb.DuckDBPyConnection, request_ids: Sequence[str]) -> None:
    """The spans of the requests' traces, in `taken`: read hour by hour, as they lie in the lake."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE wanted (request_id varchar)")
    cursor.execute("INSERT INTO wanted SELECT unnest(?::varchar[])", [list(request_ids)])
    cursor.execute(query_text("traces"))
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE taken AS SELECT {HOT}, "
        "started_at + to_microseconds((duration_ms * 1000)::bigint) AS ended_at "
        "FROM lake.spans LIMIT 0"
    )
    stretches = "SELECT stretch, min(hour), max(to_at) FROM traces GROUP BY stretch"
    for stretch, from_at, to_at in cursor.execute(stretches).fetchall():
        cursor.execute(
            f"INSERT INTO taken BY NAME SELECT {HOT}, "
            "started_at + to_microseconds((duration_ms * 1000)::bigint) AS ended_at "
            "FROM lake.spans AS spans "
            "WHERE started_at >= $2 - $4 AND started_at <= $3 + $4 "
            "AND trace_id IN (SELECT trace_id FROM traces WHERE stretch = $1)",
            [stretch, from_at, to_at, AROUND],
        )


def _by_request(result: duckdb.DuckDBPyConnection) -> dict[int, list[tuple[Any, ...]]]:
    """Rows by their first column, in order, without it."""
    groups = groupby(result.fetchall(), key=itemgetter(0))
    return {request: [row[1:] for row in rows] for request, rows in groups}


def _sampled(
    facts: tuple[Any, ...], spans: list[tuple[Any, ...]], moves: list[tuple[Any, ...]]
) -> Sampled:
    _, request_id, outcome, ttft_ms, perceived_ms, duration_ms, of, row = facts
    moment = Moment(of, round(perceived_ms * 1e6), row)
    waited_for = _waited_for(spans)
    known = {span.row for span in waited_for}
    own = tuple(move for move in map(Move._make, moves) if move.row in known)
    return Sampled(
        request_id,
        outcome,
        ttft_ms,
        perceived_ms,
        duration_ms,
        prepare(waited_for, moment),
        own,
        frozenset(move.lever for move in own),
        frozenset(move.lever for move in own if None in {move.saved_ms, move.perceived_saved_ms}),
    )


class _Row(NamedTuple):
    """A span on its sender's clock."""

    row: int
    above: int | None
    start_ns: int
    end_ns: int
    first_token_ns: int | None
    is_speech: bool
    is_answer: bool
    is_other_clock: bool


def _waited_for(rows: list[tuple[Any, ...]]) -> list[Span]:
    """The spans that were waited for, on the request's clock (METHODS, critical path 2.2)."""
    below: dict[int | None, list[_Row]] = defaultdict(list)
    for row in map(_Row._make, rows):
        below[row.above].append(row)
    root = below[None][0]
    spans = [Span(*root[:6])]
    skews_ns = [0]
    for span, skew_ns in zip(spans, skews_ns, strict=False):
        for child in below[span.row]:
            late_ns = _skew_ns(child, span, skew_ns)
            start_ns, end_ns = child.start_ns + late_ns, child.end_ns + late_ns
            if _is_within(span, start_ns, end_ns, is_answer=child.is_answer):
                spans.append(Span(*child[:2], start_ns, end_ns, *child[4:6]))
                skews_ns.append(late_ns)
    return spans


def _skew_ns(child: _Row, above: Span, above_skew_ns: int) -> int:
    """By how much the child's clock is behind that of the request."""
    if not child.is_other_clock:
        return above_skew_ns
    spare_ns = (above.end_ns - above.start_ns) - (child.end_ns - child.start_ns)
    if not child.is_answer or (child.start_ns >= above.start_ns and child.end_ns <= above.end_ns):
        return 0
    if spare_ns < 0:
        return max(0, above.start_ns - child.start_ns)
    return above.start_ns + spare_ns // 2 - child.start_ns


def _is_within(above: Span, start_ns: int, end_ns: int, *, is_answer: bool) -> bool:
    return (is_answer or end_ns <= above.end_ns + LATE_NS) and max(start_ns, above.start_ns) < min(
        end_ns, above.end_ns
    )


@cache
def query_text(name: str) -> str:
    """A query of this folder."""
    return (QUERIES / f"{name}.sql").read_text()
