"""What the What-if page asks of the lake: (cursor, what is asked) -> polars frame or outcome.

Every meaning is in sql; here are only its names and the bound values.
"""

from datetime import datetime, timedelta

import polars as pl
from duckdb import DuckDBPyConnection

from app.queries import Filters, one_in, scope
from sql.what_if import Asked, Outcome, what_if

SPEEDS_OVER = timedelta(days=28)
"""From how far back the speeds of steps are taken."""

Chosen = tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
"""Levers with their parameters, in an order: what a cache can tell apart."""


def opportunities(cursor: DuckDBPyConnection, filters: Filters) -> pl.DataFrame:
    """One row per use case and lever: where most money, else most time, can be won, best first.

    Of very many requests, a part is looked at.
    """
    return cursor.execute(
        """
        select
            found.* replace (found.n::bigint as n, found.requests::bigint as requests),
            use_cases.title as use_case_title,
            levers.title,
            levers.description,
        from opportunities(
            $from_at, $to_at,
            $use_cases::varchar[], $channels::varchar[],
            $tiers::varchar[], $environments::varchar[], $one_in
        ) as found
        inner join use_cases on found.use_case = use_cases.name
        inner join levers on found.lever = levers.lever
        where found.requests > 0
        order by
            max(found.usd_week) over (partition by found.use_case) desc nulls last,
            max(found.compliance_gain * found.requests) over (partition by found.use_case) desc,
            found.use_case,
            array_position(['yes', 'unknown', 'no'], found.applies),
            found.verdict not in ('saves', 'hardly', 'slower'),
            found.usd_week desc nulls last,
            found.compliance_gain desc nulls last,
            found.saved_p95_ms desc nulls last,
            levers."position"
        """,
        {**scope(filters), "one_in": one_in(cursor, filters)},
    ).pl()


def replay(
    cursor: DuckDBPyConnection, filters: Filters, use_case: str, chosen: Chosen
) -> Outcome | None:
    """The levers pulled together in a sample; None for a use case without a budget."""
    asked = Asked(
        use_case,
        filters.from_at,
        filters.to_at,
        filters.channels or None,
        filters.tiers or None,
        filters.environments or None,
    )
    return what_if(cursor, asked, {lever: dict(values) for lever, values in chosen})


def promises(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row per use case and objective of whole requests, the budget of the tax first."""
    return cursor.execute(
        """
        select
            use_cases.name as use_case,
            use_cases.title,
            use_cases.channel,
            objectives.metric,
            objectives.threshold_ms,
            objectives.objective,
        from use_cases
        inner join objectives on use_cases.name = objectives.use_case and objectives.step is null
        order by use_cases.title, objectives."position"
        """
    ).pl()


def step_speed(cursor: DuckDBPyConnection, to_at: datetime) -> pl.DataFrame:
    """One row per step and tier: how long its calls took."""
    return cursor.execute(
        "from step_speed($from_at, $to_at)", {"from_at": to_at - SPEEDS_OVER, "to_at": to_at}
    ).pl()
