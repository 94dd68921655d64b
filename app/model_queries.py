"""What the Models & tiers page asks of the lake, in words that a reader can paste.

Every meaning is in sql/models; here are only its names and the bound values.
"""

import polars as pl
from duckdb import DuckDBPyConnection

from app import bound
from app.queries import Filters, scope

FIGURES = {
    "fits": """\
with tiers as (
    select tier, any_value(title) as tier_title, min(typical_low_ms) as tier_ms
    from model_tiers
    group by tier
)

select fits.*, use_cases.title, tiers.tier_title, tiers.tier_ms
from model_fit_period(
    $from_at, $to_at,
    $use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]
) as fits
inner join use_cases on fits.use_case = use_cases.name
left join tiers on fits.tier = tiers.tier
order by sum(requests) over (partition by use_case) desc, use_case, requests desc, model""",
    "prices": """\
select prices.*, use_cases.title
from price_of_speed(
    $from_at, $to_at,
    $use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]
) as prices
inner join use_cases on prices.use_case = use_cases.name
order by use_case, model, service_tier != 'standard', service_tier""",
    "tasks": """\
select tasks.*, use_cases.title
from task_tiers($from_at, $to_at, $use_cases::varchar[]) as tasks
inner join use_cases on tasks.use_case = use_cases.name
order by use_case, clock desc, first_turn_smaller_ms, first_turn_larger_ms""",
}
"""The SQL behind each figure of the page; names with a dollar are bound."""


def ask(cursor: DuckDBPyConnection, figure: str, filters: Filters) -> pl.DataFrame:
    """The rows of a figure; columns as in its model."""
    return bound.run(cursor, FIGURES[figure], scope(filters))


def as_typed(figure: str, filters: Filters) -> str:
    """The same query with its values in place."""
    return bound.as_typed(FIGURES[figure], scope(filters))
