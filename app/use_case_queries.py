"""What the Use cases page asks of the lake, in words that a reader can paste.

Every meaning is in sql/models; here are only its names and the bound values.
"""

from dataclasses import dataclass

import polars as pl
from duckdb import DuckDBPyConnection

from app import bound
from app.queries import Filters, scope

_CHOSEN = "$use_cases::varchar[], $channels::varchar[], $tiers::varchar[], $environments::varchar[]"
_PERIOD = f"""
    $from_at, $to_at,
    {_CHOSEN}"""
FIGURES = {
    "objectives": f"from slo_board({_PERIOD}\n)",
    "so_far": """\
from slo_compliance($to_at)
where is_chosen($use_cases::varchar[], use_case) and (period != 'day' or day = $to_at::date)""",
    "percentiles": f"from latency_percentiles_interval({_PERIOD}\n)",
    "burn_rates": """\
from slo_burn($to_at)
where is_chosen($use_cases::varchar[], use_case)
order by "position", long_minutes""",
    "burn_down": f"""\
from slo_burn_down(
    $to_at,
    {_CHOSEN}
)
where "position" = $position""",
    "trend": f"""\
from latency_trend(
    $from_at, $to_at, $bucket_seconds,
    {_CHOSEN}
)
where metric = $metric""",
    "week": f"from latency_week({_PERIOD}\n)\nwhere metric = $metric",
    "peak": f"from latency_peak({_PERIOD}\n)\nwhere metric = $metric",
    "slowest": f"""\
from request_list({_PERIOD},
    null, null
)
order by
    if(starts_with($metric, 'response'), duration_ms, perceived_ms) desc nulls last,
    started_at desc
limit 5""",
    "conversions": """\
from dose_response
where is_chosen($use_cases::varchar[], use_case)
order by latency_bin""",
    "fit": "from tax_fits\nwhere is_chosen($use_cases::varchar[], use_case)",
}
"""The SQL behind each figure of the page; names with a dollar are bound."""


@dataclass(frozen=True, slots=True)
class Question:
    """One objective of one use case."""

    filters: Filters
    """The period, the one use case, and the reader's other choices."""
    metric: str
    """As in latency_percentiles: of the request, or of one step of it."""
    position: int


def ask(cursor: DuckDBPyConnection, figure: str, question: Question) -> pl.DataFrame:
    """The rows of a figure; columns as in its model."""
    return bound.run(cursor, FIGURES[figure], _values(question))


def as_typed(figure: str, question: Question) -> str:
    """The same query with its values in place."""
    return bound.as_typed(FIGURES[figure], _values(question))


def _values(question: Question) -> bound.Values:
    return {
        **scope(question.filters),
        "bucket_seconds": question.filters.bucket_seconds,
        "metric": question.metric,
        "position": question.position,
    }
