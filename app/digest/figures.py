"""What a digest asks of the lake; every meaning is in sql/models, here are names and values."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from duckdb import DuckDBPyConnection

from app.digest.schedule import Run
from sql.mail_settings import Recipient

PERIOD = "$from_at, $to_at, $use_cases::varchar[]"
QUERIES = {
    "board": f"from slo_board({PERIOD}, null, null, null)",
    "changes": f"from slo_board_compared({PERIOD}, null, null, null)",
    "owners": f"from step_of_change({PERIOD})",
    "steps": f"from where_time_goes_compared({PERIOD}, null, null, null)",
    "taxes": f"""
        from latency_tax_told({PERIOD}, $per_usd)
        order by use_case is not null, money desc nulls last, title
    """,
    "moves": """
        select moves.*, use_cases.title as use_case_title, levers.title,
        from best_moves(
            $from_at, $to_at, $use_cases::varchar[], per_usd := $per_usd
        ) as moves
        inner join use_cases on moves.use_case = use_cases.name
        inner join levers using (lever)
        where move_rank <= 3
        order by move_rank
    """,
    "health": "from pipeline_health($scheduled_at) order by topic, value desc, subject",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """One frame for each query; columns as in its model."""

    board: pl.DataFrame
    changes: pl.DataFrame
    owners: pl.DataFrame
    steps: pl.DataFrame
    taxes: pl.DataFrame
    moves: pl.DataFrame
    health: pl.DataFrame


def figures(cursor: DuckDBPyConnection, recipient: Recipient, run: Run) -> Figures:
    """All that the recipient is told of the run's period, from one snapshot of the lake."""
    values = {
        "from_at": run.from_at,
        "to_at": run.to_at,
        "scheduled_at": run.scheduled_at,
        "use_cases": list(recipient.use_cases) or None,
        "per_usd": recipient.currency.per_usd,
    }
    cursor.begin()
    try:
        return Figures(**{name: _frame(cursor, query, values) for name, query in QUERIES.items()})
    finally:
        cursor.rollback()


def _frame(cursor: DuckDBPyConnection, query: str, values: Mapping[str, object]) -> pl.DataFrame:
    asked = {name: value for name, value in values.items() if f"${name}" in query}
    return cursor.execute(query, asked).pl()
