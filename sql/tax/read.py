"""From the lake to the arrays that a fit reads: cells merged as far as the fits allow."""

import duckdb

from sql.tax.cells import Cells
from sql.tax.count import Counted
from sql.tax.experiment import is_of_delay

SUMS = (
    "sessions", "conversions", "dose", "ln_latency", "ln_tokens", "mobile", "failed", "priority",
)  # fmt: skip
ARMS = "select distinct arm from merged_cells where use_case = ? and arm is not null order by arm"
MERGED = f"""
with of_use_case as (
    select *
    from merged_cells
    where use_case = $use_case
),

models as (
    select list(distinct coalesce(asked_model, '')) as names
    from of_use_case
)

select
    (epoch(cells.hour) / 3600)::bigint as hour,
    list_position(models.names, coalesce(cells.asked_model, ''))::bigint as model,
    coalesce(list_position($arms::varchar[], cells.arm), 0)::bigint as arm,
    cells.half::bigint as half,
    cells.latency_bin::bigint as latency_bin,
    coalesce(cells.is_fallback, false)::bigint as fallback,
    {", ".join(f"coalesce(sum(cells.{name}), 0)::double as {name}" for name in SUMS)},
from of_use_case as cells
cross join models
group by
    cells.hour, cells.asked_model, cells.arm, cells.half, cells.latency_bin, cells.is_fallback,
    cells.token_octave, models.names
"""


def merge_with(con: duckdb.DuckDBPyConnection, counted: Counted) -> None:
    """Let this session read the lake's cells as they are once these days are stored."""
    con.execute("SET VARIABLE tax_days = ?::date[]", [counted.days])
    con.register("cells_counted", counted.cells["tax_cells"])
    con.execute(
        "CREATE OR REPLACE TEMP VIEW merged_cells AS "
        "FROM lake.tax_cells WHERE NOT list_contains(getvariable('tax_days'), hour::date) "
        "UNION ALL BY NAME FROM cells_counted"
    )


def cells_of(con: duckdb.DuckDBPyConnection, use_case: str) -> Cells:
    """All cells of a use case, of what `merge_with` made readable; none is an empty one.

    Arms count only where one of them is of delay.
    """
    arms = [row[0] for row in con.execute(ARMS, [use_case]).fetchall()]
    values = {"use_case": use_case, "arms": arms if is_of_delay(arms) else []}
    return Cells(**con.execute(MERGED, values).fetchnumpy())
