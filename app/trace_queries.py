"""What the Traces page asks of the lake: (cursor, what is asked) -> polars frame.

Every meaning is in sql/models; here are only its names and the bound values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
from duckdb import DuckDBPyConnection

from app.queries import Filters, scope

PAGE_ROWS = 50
AROUND = timedelta(hours=1)
"""How far from its request a span is looked for: whole files outside are not read."""
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
ORDERS = {
    "slowest": "duration_ms",
    "waited": "perceived_ms",
    "over_budget": "over_budget_ms",
    "newest": "started_at",
    "costliest": "cost_usd",
    "largest": "spans",
}
"""The column that each order looks at, the greatest value first."""

Value = datetime | int | str | list[str] | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Which requests are listed, and in what order."""

    filters: Filters
    outcomes: tuple[str, ...] = ()
    """Empty for all."""
    searched: str = ""
    """An id; requests are then looked for at any time, whatever the filters say."""
    order: str = "slowest"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Located:
    """A request, and the period in which its spans are."""

    request_id: str
    from_at: datetime
    to_at: datetime


def located(request_id: str, started_at: datetime, duration_ms: float) -> Located:
    """Where the spans of a request are."""
    ended_at = started_at + timedelta(milliseconds=duration_ms)
    return Located(request_id, started_at - AROUND, ended_at + AROUND)


def page_of_requests(cursor: DuckDBPyConnection, listing: Listing) -> pl.DataFrame:
    """One page of the list, in its order; columns as in request_list."""
    query = f"""
        from {_LISTED}
        order by {ORDERS[listing.order]} desc nulls last, started_at desc
        limit {PAGE_ROWS} offset $skipped
        """
    skipped = (listing.page - 1) * PAGE_ROWS
    return _frame(cursor, query, {**_scope(listing), "skipped": skipped})


def totals(cursor: DuckDBPyConnection, listing: Listing) -> pl.DataFrame:
    """One row: how many requests are listed, and the longest response of them [ms]."""
    query = f"select count(*) as requests, max(duration_ms) as slowest_ms from {_LISTED}"  # noqa: S608 - our own names
    return _frame(cursor, query, _scope(listing))


def request(cursor: DuckDBPyConnection, request_id: str) -> pl.DataFrame:
    """The request, columns as in request_list; no row when there is none."""
    listing = Listing(Filters(*EVER, bucket_seconds=0), searched=request_id)
    query = f"from {_LISTED} where request_id = $searched"
    return _frame(cursor, query, _scope(listing))


def objectives(cursor: DuckDBPyConnection, use_case: str) -> pl.DataFrame:
    """What the use case owes for a whole request: metric and threshold_ms, the budget first."""
    query = """
        select metric, threshold_ms
        from objectives
        where use_case = $use_case and step is null
        order by "position"
        """
    return _frame(cursor, query, {"use_case": use_case})


def spans(cursor: DuckDBPyConnection, of: Located) -> pl.DataFrame:
    """The request's spans, in the order of the waterfall; columns as in trace_spans."""
    query = 'from trace_spans($request_id, $from_at, $to_at) order by "position"'
    return _frame(cursor, query, _bounds(of))


def path(cursor: DuckDBPyConnection, of: Located) -> pl.DataFrame:
    """The pieces of the request's critical path; columns as in request_path."""
    return _frame(cursor, "from request_path($request_id, $from_at, $to_at)", _bounds(of))


def composition(cursor: DuckDBPyConnection, of: Located) -> pl.DataFrame:
    """What the request was waited for, by step; columns as in request_composition."""
    return _frame(cursor, "from request_composition($request_id, $from_at, $to_at)", _bounds(of))


def span(cursor: DuckDBPyConnection, of: Located, span_id: str) -> pl.DataFrame:
    """One span with its attributes, resource and events; columns as in span_details."""
    query = "from span_details($request_id, $span_id, $from_at, $to_at)"
    return _frame(cursor, query, {**_bounds(of), "span_id": span_id})


_LISTED = """
    request_list(
        $from_at, $to_at, $use_cases::varchar[], $channels::varchar[], $tiers::varchar[],
        $environments::varchar[], $outcomes::varchar[], $searched::varchar
    )
    """


def _scope(listing: Listing) -> dict[str, Value]:
    filters = listing.filters
    if listing.searched:
        filters = Filters(*EVER, bucket_seconds=filters.bucket_seconds)
    return {
        **scope(filters),
        "outcomes": list(listing.outcomes) or None,
        "searched": listing.searched or None,
    }


def _bounds(of: Located) -> dict[str, Value]:
    return {"request_id": of.request_id, "from_at": of.from_at, "to_at": of.to_at}


def _frame(cursor: DuckDBPyConnection, query: str, values: Mapping[str, Value]) -> pl.DataFrame:
    return cursor.execute(query, values).pl()
