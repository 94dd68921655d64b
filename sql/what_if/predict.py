"""What levers would save requests, one by one."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

import duckdb
import polars as pl

from sql.lake import SEARCH_PATH
from sql.levers import Chosen, settings_of
from sql.what_if.changes import applies, play
from sql.what_if.sample import Period, Sampled, read_requests

COLUMNS = {
    "request_id": pl.String,
    "applies": pl.String,
    "saved_ms": pl.Float64,
    "perceived_saved_ms": pl.Float64,
}


def predicted_savings(
    con: duckdb.DuckDBPyConnection,
    levers: Chosen,
    request_ids: Sequence[str],
    method: Literal["first_order", "replay"],
) -> pl.DataFrame:
    """What the levers would save each of the requests that are in the lake.

    In the first order the savings of several levers are added up; the replay pulls them together.

    Returns:
        request_id, applies (yes, no or unknown), saved_ms, perceived_saved_ms: 0 where it is no,
        null where it is unknown.

    Raises:
        LeverError: no such lever or parameter, or a value out of its range.
    """
    period = _period(con, request_ids)
    if period is None:
        return pl.DataFrame(schema=COLUMNS)
    if method == "first_order":
        return _first_order(con, levers, request_ids, period)
    sampled = read_requests(con, request_ids, period, levers)
    rows = [_replayed(one, levers) for one in sampled]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def _replayed(sampled: Sampled, levers: Collection[str]) -> tuple[object, ...]:
    answers = {applies(sampled, lever) for lever in levers}
    if "yes" not in answers:
        nothing = None if "unknown" in answers else 0.0
        return sampled.request_id, min(answers, key=("unknown", "no").index), nothing, nothing
    duration_ns, perceived_ns = play(sampled, levers)
    return (
        sampled.request_id,
        "yes",
        sampled.duration_ms - duration_ns / 1e6,
        sampled.perceived_ms - perceived_ns / 1e6,
    )


def _period(con: duckdb.DuckDBPyConnection, request_ids: Sequence[str]) -> Period | None:
    """From the first to just after the last of the requests."""
    query = "SELECT min(started_at), max(started_at) FROM lake.requests WHERE request_id IN ?"
    first_at, last_at = con.cursor().execute(query, [list(request_ids)]).fetchone() or (None, None)
    if not isinstance(first_at, datetime) or not isinstance(last_at, datetime):
        return None
    return first_at, last_at + timedelta(microseconds=1)


def _first_order(
    con: duckdb.DuckDBPyConnection, levers: Chosen, request_ids: Sequence[str], period: Period
) -> pl.DataFrame:
    with con.cursor() as cursor:
        cursor.execute(f"{SEARCH_PATH}; SET TimeZone = 'UTC'")
        return cursor.execute(
            """
            WITH savings AS (
                SELECT
                    request_id,
                    sum(saved_ms) AS saved_ms,
                    sum(perceived_saved_ms) AS perceived_saved_ms
                FROM request_savings($1, $2, null, null, null, null, $3)
                WHERE list_contains($4, lever)
                GROUP BY request_id
            )
            SELECT
                request_id,
                CASE
                    WHEN savings.request_id IS NULL THEN 'no'
                    WHEN saved_ms IS NULL OR perceived_saved_ms IS NULL THEN 'unknown'
                    ELSE 'yes'
                END AS applies,
                CASE WHEN savings.request_id IS NULL THEN 0 ELSE saved_ms END AS saved_ms,
                CASE WHEN savings.request_id IS NULL THEN 0 ELSE perceived_saved_ms END
                    AS perceived_saved_ms,
            FROM lake.requests AS requests
            LEFT JOIN savings USING (request_id)
            WHERE request_id IN $5
            """,
            [*period, settings_of(levers), list(levers), list(request_ids)],
        ).pl()
