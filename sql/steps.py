"""The steps of `assemble/`: from spans of some traces to requests, critical paths and cuts.

They work on temporary tables of the session, the first of which is `taken`.
"""

from functools import cache
from pathlib import Path

import duckdb

from sql.deep_walk import DEEPEST, walk_deep_requests

FOLDER = Path(__file__).parent / "assemble"

HOT = (
    "* EXCLUDE (status_message, ttft_source, target, attributes, resource, events, flag, "
    "reasoning_tokens, cache_write_tokens, workflow, ttft_kind)"
)
"""What requests are made of: all columns of `spans` but these."""

COUNTED_ONCE = ("5_told_apart", "5_twins", "6_nested")
REQUESTS = (
    "6_attempts",
    "6_priced",
    "6_tangled",
    "7_summed",
    "7_assembled",
    "7_left_out",
    "7_speed_calls",
)
PATHS = ("8_path_spans", "8_visits")
CUTS = (
    "8_cuts_calls",
    "8_cuts_of_models",
    "8_cuts_of_order",
    "8_cuts_of_attempts",
    "8_cuts_of_steps",
)


def run_step(con: duckdb.DuckDBPyConnection, name: str) -> None:
    """One step of `assemble/`."""
    con.execute(_sql(name))


def assemble(con: duckdb.DuckDBPyConnection) -> None:
    """From `taken` to `assembled`, `visits` and `cuts`."""
    run_step(con, "5_copies")
    if con.execute("SELECT 1 FROM lake.span_facts LIMIT 1").fetchone():
        run_step(con, "5_logged")
    for step in COUNTED_ONCE:
        run_step(con, step)
    if con.execute("SELECT 1 FROM nested LIMIT 1").fetchone():
        run_step(con, "6_merged")
        run_step(con, "6_counted_once")
    con.execute("SET VARIABLE deepest = ?", [DEEPEST])
    for step in REQUESTS:
        run_step(con, step)
    if con.execute("SELECT 1 FROM speed_calls LIMIT 1").fetchone():
        run_step(con, "7_speed_costs")
    for step in PATHS:
        run_step(con, step)
    walk_deep_requests(con)
    for step in CUTS:
        run_step(con, step)


@cache
def _sql(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text()
