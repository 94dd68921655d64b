"""The filter bar. Each widget is bound to the URL, so that every view is a link."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl
import streamlit as st

from app.dashboard import wording
from app.queries import Filters


@dataclass(frozen=True, slots=True)
class Range:
    """A period: its length, and what it is called."""

    length: timedelta
    bucket: timedelta
    """The step of a trend over it."""
    words: str
    before: str
    """The period of equal length before it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the reader has chosen in the filter bar."""

    filters: Filters
    period: str
    """The period in words."""
    before: str | None
    """The period to compare with in words; None when nothing is compared."""
    is_live: bool
    """Whether the page follows the lake."""

    @property
    def dates(self) -> str:
        """The period as it is told where "the last week" would mean another one tomorrow."""
        return wording.between(self.filters.from_at, self.filters.to_at)


RANGES = {
    "1h": Range(timedelta(hours=1), timedelta(minutes=2), "in the last hour", "the hour before"),
    "24h": Range(
        timedelta(hours=24), timedelta(hours=1), "in the last 24 hours", "the 24 hours before"
    ),
    "7d": Range(timedelta(days=7), timedelta(hours=6), "in the last 7 days", "the 7 days before"),
    "28d": Range(
        timedelta(days=28), timedelta(days=1), "in the last 28 days", "the 28 days before"
    ),
}
CUSTOM = "custom"
DEFAULT_RANGE = "7d"
FACETS = {
    "use_case": "Use case",
    "channel": "Channel",
    "tier": "Model tier",
    "environment": "Environment",
}


def sidebar(offered: pl.DataFrame, minute: datetime) -> Choices:
    """The reader's choices; a period that is relative ends with the running minute."""
    with st.sidebar:
        chosen = st.segmented_control(
            "Period",
            [*RANGES, CUSTOM],
            default=DEFAULT_RANGE,
            required=True,
            key="range",
            bind="query-params",
        )
        from_at, to_at, period = _period(chosen or DEFAULT_RANGE, minute)
        is_compared = st.toggle(
            "Compare with the period before", key="compare", bind="query-params"
        )
        picks = {facet: _pick(offered, facet) for facet in FACETS}
        is_live = st.toggle("Live: follow new data", value=True, key="live", bind="query-params")
    filters = Filters(
        from_at=from_at,
        to_at=to_at,
        bucket_seconds=int(period.bucket.total_seconds()),
        use_cases=picks["use_case"],
        channels=picks["channel"],
        tiers=picks["tier"],
        environments=picks["environment"],
    )
    return Choices(filters, period.words, period.before if is_compared else None, is_live)


def unfiltered(minute: datetime) -> Filters:
    """What is shown when the reader has chosen nothing."""
    end = minute + timedelta(minutes=1)
    relative = RANGES[DEFAULT_RANGE]
    return Filters(end - relative.length, end, int(relative.bucket.total_seconds()))


def _period(chosen: str, minute: datetime) -> tuple[datetime, datetime, Range]:
    end = minute + timedelta(minutes=1)
    if chosen != CUSTOM:
        relative = RANGES[chosen]
        start = end - relative.length
        # Custom begins with the period that was on screen. Streamlit shows it in the URL only
        # when it was set before the widgets first appear.
        st.session_state["from"], st.session_state["to"] = _naive(start), _naive(end)
        return start, end, relative
    from_at = _moment("From (UTC)", "from", end - RANGES[DEFAULT_RANGE].length)
    to_at = _moment("To (UTC)", "to", end)
    if from_at >= to_at:
        st.warning("The period ends before it begins: choose a later end.")
    words = f"between {wording.moment(from_at, end)} and {wording.moment(to_at, end)} UTC"
    length = to_at - from_at
    return from_at, to_at, Range(length, _bucket(length), words, "the period before")


def _moment(label: str, key: str, when_empty: datetime) -> datetime:
    # No default: what equals the default is left out of the URL.
    chosen = st.datetime_input(label, value=None, key=key, bind="query-params")
    return chosen.replace(tzinfo=UTC) if chosen else when_empty


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _bucket(length: timedelta) -> timedelta:
    fits = (relative.bucket for relative in RANGES.values() if length <= relative.length)
    return next(fits, timedelta(days=1))


def _pick(offered: pl.DataFrame, facet: str) -> tuple[str, ...]:
    of_facet = offered.filter(pl.col("facet") == facet)
    titles = dict(zip(of_facet["value"].to_list(), of_facet["title"].to_list(), strict=True))
    chosen = st.multiselect(
        FACETS[facet],
        list(titles),
        format_func=lambda value: titles.get(value, value),
        placeholder="All",
        key=facet,
        bind="query-params",
    )
    return tuple(sorted(chosen))
