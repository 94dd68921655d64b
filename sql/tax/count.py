"""Which sessions changed since they were last counted, and their days counted anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

COUNTS = {
    "tax_cells": "count.sql",
    "tax_step_cells": "count_steps.sql",
    "tax_paid_cells": "count_paid.sql",
}
"""What is counted of a day, and the file that says how."""
NEWEST = """
select
    greatest(
        (select max(snapshot_id) from lake.requests),
        (select max(snapshot_id) from lake.conversions)
    ) as through_snapshot,
    (
        select string_agg(capacity::varchar, ' ' order by capacity)
        from lake.reserved_capacity as capacity
    ) as reserved_capacity,
"""
CHANGED_DAYS = """
with counted as (
    select
        coalesce(max(through_snapshot), -1) as through_snapshot,
        any_value(reserved_capacity) as reserved_capacity,
    from lake.tax_counted
),

followed as (
    select requests.started_at
    from conversions
    inner join lake.requests as requests using (request_id)
    where
        conversions.conversion_id in (
            select reported.conversion_id
            from lake.conversions as reported, counted
            where reported.snapshot_id > counted.through_snapshot
        )
),

changed as (
    select distinct started_at::date as day
    from lake.requests as requests, counted
    where
        requests.snapshot_id > counted.through_snapshot
        or counted.reserved_capacity is distinct from $reserved_capacity
    union
    select distinct started_at::date as day
    from followed
    union
    select distinct tax_cells.hour::date as day
    from lake.tax_cells as tax_cells
    left join objectives on tax_cells.use_case = objectives.use_case and objectives."position" = 1
    where tax_cells.budget_ms is distinct from objectives.threshold_ms
)

select day
from changed
where day >= kept_from('requests')::date
order by day
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Days of which the cells are to be replaced."""

    days: list[date]
    cells: Mapping[str, pa.Table]
    """By the table that they go into."""
    through_snapshot: int | None
    reserved_capacity: str | None = None


def count_changed(con: duckdb.DuckDBPyConnection) -> Counted | None:
    """The cells of the days on which something changed; None when nothing did. Only reads."""
    con.execute("BEGIN")
    try:
        through = con.execute(NEWEST).fetchone() or (None, None)
        reserved_capacity = {"reserved_capacity": through[-1]}
        days = [row[0] for row in con.execute(CHANGED_DAYS, reserved_capacity).fetchall()]
        if not days:
            return None
        con.execute("SET VARIABLE tax_from = ?::timestamptz", [days[0]])
        con.execute("SET VARIABLE tax_to = ?::timestamptz", [days[-1] + timedelta(days=1)])
        con.execute("SET VARIABLE tax_days = ?::date[]", [days])
        con.execute(
            "CREATE OR REPLACE TEMP VIEW sessions_to_count AS "
            "FROM tax_sessions(getvariable('tax_from'), getvariable('tax_to')) "
            "WHERE list_contains(getvariable('tax_days'), day)"
        )
        return Counted(days, {table: count(con, table) for table in COUNTS}, *through)
    finally:
        con.execute("COMMIT")


def count(con: duckdb.DuckDBPyConnection, table: str) -> pa.Table:
    """The rows of one table, of the sessions that this session shows as `sessions_to_count`."""
    return con.execute((Path(__file__).parent / COUNTS[table]).read_text()).to_arrow_table()


def store_counted(con: duckdb.DuckDBPyConnection, counted: Counted) -> None:
    """Replace the cells of those days; inside the caller's transaction."""
    for table, rows in counted.cells.items():
        con.execute(
            f"DELETE FROM lake.{table} WHERE list_contains(?::date[], hour::date)", [counted.days]
        )
        con.register("cells_counted", rows)
        con.execute(f"INSERT INTO lake.{table} BY NAME FROM cells_counted")
        con.unregister("cells_counted")
    con.execute("DELETE FROM lake.tax_counted")
    con.execute(
        "INSERT INTO lake.tax_counted BY NAME SELECT now() AS counted_at, "
        "? AS through_snapshot, ? AS reserved_capacity",
        [counted.through_snapshot, counted.reserved_capacity],
    )
