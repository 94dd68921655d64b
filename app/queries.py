"""What the front ends ask of the lake: (cursor, Filters) -> polars frame.

Every meaning is in sql/models; here are only its names and the bound values.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

from sql.retention import kept

Value = datetime | int | str | list[str] | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader wants to see; an empty choice means everything."""

    from_at: datetime
    to_at: datetime
    bucket_seconds: int
    use_cases: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


def board(cursor: DuckDBPyConnection, filters: Filters) -> pl.DataFrame:
    """One row per use case and objective, busiest first."""
    return _frame(
        cursor,
        """
        from slo_board(
            $from_at, $to_at,
            $use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]
        )
        """,
        scope(filters),
    )


def changes(cursor: DuckDBPyConnection, filters: Filters) -> pl.DataFrame:
    """One row per use case and objective: the period against the one before it."""
    return _frame(
        cursor,
        """
        from slo_board_compared(
            $from_at, $to_at,
            $use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]
        )
        """,
        scope(filters),
    )


def trend(cursor: DuckDBPyConnection, filters: Filters) -> pl.DataFrame:
    """One row per use case, objective and time bucket, oldest first."""
    return _frame(
        cursor,
        """
        select *
        from slo_trend(
            $from_at, $to_at, $bucket_seconds,
            $use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]
        )
        order by bucket_at
        """,
        {**scope(filters), "bucket_seconds": filters.bucket_seconds},
    )


def where_time_goes(cursor: DuckDBPyConnection, filters: Filters, metric: str) -> pl.DataFrame:
    """One row per use case, band and step; the use case with most requests first."""
    return _frame(
        cursor,
        """
        select
            cells.*,
            use_cases.title,
            (
                select first(threshold_ms order by metric = 'response', "position")
                from objectives
                where
                    objectives.use_case = cells.use_case
                    and objectives.step is null
                    and ($metric = 'perceived' or objectives.metric = 'response')
            ) as budget_ms,
        from where_time_goes(
            $from_at, $to_at,
            $use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]
        ) as cells
        inner join use_cases on cells.use_case = use_cases.name
        where metric = $metric
        order by max(n) over (partition by use_case) desc, use_case
        """,
        {**scope(filters), "metric": metric},
    )


def where_time_went(cursor: DuckDBPyConnection, filters: Filters, metric: str) -> pl.DataFrame:
    """One row per use case, band and step: the period against the one before it."""
    return _frame(
        cursor,
        """
        from where_time_goes_compared(
            $from_at, $to_at,
            $use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]
        )
        where metric = $metric
        """,
        {**scope(filters), "metric": metric},
    )


def choices(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per value that a filter offers: facet, value, title."""
    return _frame(
        cursor,
        """
        select 'use_case' as facet, name as value, title from use_cases
        union all by name
        select distinct facet, value, value as title
        from (unpivot (from requests select channel, tier, environment)
              on channel, tier, environment into name facet value value)
        order by facet, title
        """,
    )


def arrivals(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row: whether any span is stored, and when the newest were loaded."""
    return _frame(
        cursor,
        """
        select
            exists (from spans) as has_spans,
            (select max(loaded_at) from ingest_log) as loaded_at,
        """,
    )


def pipeline_health(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per topic and subject, largest value first; freshness is as of now."""
    return _frame(cursor, "from pipeline_health order by topic, value desc, subject")


def pipeline_rate(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per minute of the last hour: how many spans were loaded."""
    return _frame(cursor, "from pipeline_rate")


def pipeline_senders(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per service and environment, the latest heard first."""
    return _frame(cursor, "from pipeline_senders order by last_seen_at desc, service, environment")


def pipeline_unmapped_keys(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per attribute key that nothing reads, those whose name tells what they are first."""
    query = "from pipeline_unmapped_keys order by column_name is null, spans desc, key"
    return _frame(cursor, query)


def stored(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per kind: how much is kept, and since when; columns as in sql.retention.Kept."""
    return pl.DataFrame([asdict(each) for each in kept(cursor)])


def objectives_cut_short(cursor: DuckDBPyConnection, filters: Filters) -> pl.DataFrame:
    """One row per objective that is not counted as far back as it is asked for."""
    values = {name: scope(filters)[name] for name in ("from_at", "to_at", "use_cases")}
    query = "from objectives_cut_short($from_at, $to_at, $use_cases::varchar[]) order by all"
    return _frame(cursor, query, values)


def digests(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per digest that was due, the newest fifty, newest first."""
    return _frame(cursor, "from digests order by scheduled_at desc, recipient_number limit 50")


def alerts(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per alert, those that last first, then the newest; a hundred of them."""
    query = "from alerts order by closed_at is null desc, opened_at desc, use_case limit 100"
    return _frame(cursor, query)


def alert_states(cursor: DuckDBPyConnection, as_of: datetime) -> pl.DataFrame:
    """One row per alert that there can be."""
    query = "from alert_states($as_of) order by use_case, position, kind"
    return _frame(cursor, query, {"as_of": as_of})


def scope(filters: Filters) -> dict[str, Value]:
    """The filters as the macros' parameters; an empty choice is null and lets all through."""
    return {
        "from_at": filters.from_at,
        "to_at": filters.to_at,
        "use_cases": list(filters.use_cases) or None,
        "channels": list(filters.channels) or None,
        "tiers": list(filters.tiers) or None,
        "environments": list(filters.environments) or None,
    }


def one_in(cursor: DuckDBPyConnection, filters: Filters) -> int:
    """One in how many requests are looked at for levers."""
    values = {name: scope(filters)[name] for name in ("from_at", "to_at", "use_cases")}
    query = "select levers_one_in($from_at, $to_at, $use_cases::varchar[])"
    [(found,)] = cursor.execute(query, values).fetchall()
    return int(found)


def _frame(
    cursor: DuckDBPyConnection, query: str, values: Mapping[str, Value] | None = None
) -> pl.DataFrame:
    return cursor.execute(query, values or {}).pl()
