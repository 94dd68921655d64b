"""Replays, kept until the hour turns or many more requests have come."""

from dataclasses import replace
from datetime import datetime
from math import log1p

import streamlit as st
from duckdb import DuckDBPyConnection

from app import what_if_queries
from app.dashboard.data import Snapshot
from app.queries import Filters
from app.what_if_queries import Chosen
from sql.what_if import Outcome

STEPS = 20
"""A replay is done again when requests have grown by a twentieth."""

Version = tuple[str, Filters, int]


def replayed(
    snapshot: Snapshot, filters: Filters, use_case: str, chosen: Chosen, requests: int
) -> Outcome | None:
    """The levers pulled together in a sample; `requests` are how many the period has."""
    hours = replace(filters, from_at=_hour(filters.from_at), to_at=_hour(filters.to_at))
    version = (snapshot.version.lake, hours, round(STEPS * log1p(requests)))
    return _kept(snapshot.cursor, filters, version, use_case, chosen)


@st.cache_data(max_entries=64, show_spinner="Playing requests again…")
def _kept(
    _cursor: DuckDBPyConnection,
    _filters: Filters,
    version: Version,  # noqa: ARG001 - part of the cache's key
    use_case: str,
    chosen: Chosen,
) -> Outcome | None:
    return what_if_queries.replay(_cursor, _filters, use_case, chosen)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
