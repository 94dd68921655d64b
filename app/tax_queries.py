"""What the Latency tax page asks of the lake, in words that a reader can paste.

Every meaning is in sql/models; here are only its names and the bound values.
"""

import polars as pl
from duckdb import DuckDBPyConnection

from app import bound
from app.queries import Filters, one_in, scope

_CHOSEN = "$use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]"
_PERIOD = f"""
    $from_at, $to_at,
    {_CHOSEN}"""
_OF_CASES = "where is_chosen($use_cases::varchar[], use_case)"
FIGURES = {
    "total": f"from latency_tax_total({_PERIOD}\n)",
    "cases": f"""\
from latency_tax_period({_PERIOD}
) as period
inner join use_cases on period.use_case = use_cases.name
left join tax_fits on period.use_case = tax_fits.use_case
select period.*, use_cases.title, tax_fits.cure
order by abs(usd) desc nulls last, abs(lost_conversions) desc nulls last, use_case""",
    "compared": f"from latency_tax_compared({_PERIOD}\n)",
    "trend": f"""\
from latency_tax_trend(
    $from_at, $to_at, $bucket_seconds,
    {_CHOSEN}
)""",
    "split": f"from latency_tax_split({_PERIOD}\n)",
    "peak": f"from latency_tax_peak({_PERIOD}\n)",
    "old_budgets": """\
from tax_by_old_budgets($from_at, $to_at, $use_cases::varchar[])
order by all""",
    "evidence": f"from tax_evidence\n{_OF_CASES}",
    "checks": f"from tax_checks\n{_OF_CASES}",
    "fits": f"from tax_fits\n{_OF_CASES}",
    "moves": f"""\
from best_moves({_PERIOD}, $one_in
) as moves
inner join use_cases on moves.use_case = use_cases.name
inner join levers on moves.lever = levers.lever
select moves.*, use_cases.title as use_case_title, levers.title
where move_rank <= 3
order by move_rank""",
}
"""The SQL behind each figure of the page; names with a dollar are bound."""


def ask(cursor: DuckDBPyConnection, figure: str, filters: Filters) -> pl.DataFrame:
    """The rows of a figure; columns as in its model."""
    values = _values(filters)
    if "$one_in" in FIGURES[figure]:
        values = {**values, "one_in": one_in(cursor, filters)}
    return bound.run(cursor, FIGURES[figure], values)


def as_typed(figure: str, filters: Filters) -> str:
    """The same query with its values in place."""
    return bound.as_typed(FIGURES[figure], _values(filters))


def has_conversions(cursor: DuckDBPyConnection) -> pl.DataFrame:
    """One row: whether any conversion was ever reported."""
    return cursor.execute("select exists (from lake.conversions) as has_conversions").pl()


def _values(filters: Filters) -> bound.Values:
    """With all requests looked at for levers; the page may look at a part."""
    return {**scope(filters), "bucket_seconds": filters.bucket_seconds, "one_in": 1}
