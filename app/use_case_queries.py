"""What the Use cases page asks of the lake, in words that a reader can paste.

Every meaning is in sql/models; here are only its names and the bound values.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

from app.queries import Filters

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
}
"""The SQL behind each figure of the page; names with a dollar are bound."""

Value = datetime | int | str | list[str] | None


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
    query = FIGURES[figure]
    asked = set(_NAMES.findall(query))
    values = {name: value for name, value in _values(question).items() if name in asked}
    return cursor.execute(query, values).pl()


def as_typed(figure: str, question: Question) -> str:
    """The same query with its values in place, to be read and pasted; what runs is `ask`."""
    values = _values(question)
    return _NAMES.sub(lambda name: _literal(values[name[1]]), FIGURES[figure])


_NAMES = re.compile(r"\$(\w+)")


def _values(question: Question) -> Mapping[str, Value]:
    filters = question.filters
    return {
        "from_at": filters.from_at,
        "to_at": filters.to_at,
        "bucket_seconds": filters.bucket_seconds,
        "use_cases": list(filters.use_cases) or None,
        "channels": list(filters.channels) or None,
        "tiers": list(filters.tiers) or None,
        "environments": list(filters.environments) or None,
        "metric": question.metric,
        "position": question.position,
    }


def _literal(value: Value) -> str:
    match value:
        case None:
            return "null"
        case datetime():
            return f"timestamptz '{value.isoformat(sep=' ')}'"
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return str(value)
