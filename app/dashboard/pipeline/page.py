"""Pipeline: what is arriving, whether it is healthy, and what to do where it is not."""

from collections.abc import Callable
from functools import partial

import polars as pl
import streamlit as st

from app import queries
from app.dashboard import charts, data, exports, onboarding, terms, theme, wording
from app.dashboard.exports import Caption
from app.dashboard.pipeline import findings, tables
from sql.settings import Settings

COLUMNS = {"Spans": st.column_config.NumberColumn(format="localized")}


def show(snapshot: data.Snapshot, settings: Settings) -> None:
    """Draw the page."""
    health = data.load(snapshot, queries.pipeline_health)
    rate = data.load(snapshot, queries.pipeline_rate)
    senders = data.load(snapshot, queries.pipeline_senders)
    theme.text(findings.headline(health, senders), "headline")
    theme.text("Everything that arrives, whatever the filters say.", "note")
    with st.container(horizontal=True, gap="medium"):
        for label, figure in tables.figures(health).items():
            st.metric(label, figure, width=165, help=terms.PIPELINE.get(label))
    next_steps = findings.next_steps(health)
    if not next_steps.is_empty():
        exports.words(next_steps, "What to do next")
    if not rate.is_empty():
        exports.chart(
            partial(charts.spans_per_minute, rate),
            charts.spans_per_minute_text(rate),
            Caption("Spans per minute", "spans, square-root scale", _last_hour(rate)),
        )
    st.subheader("What is known", anchor=False)
    st.html(findings.coverage(health))
    who = tables.senders(senders, snapshot.version.minute)
    _section("Who is sending", who, "Nobody in the last 7 days.", exports.words)
    _section("Refused", tables.refused(health), "Nothing was refused.", exports.words)
    doubtful = tables.doubtful(health)
    _section("Kept, but doubtful", doubtful, "Nothing looks doubtful.", exports.words)
    _section("Taken out for privacy", tables.redacted(health), "Nothing so far.", exports.words)
    _section("Models without a price", tables.unpriced(health), "All have one.", _unpriced)
    _unread(data.load(snapshot, queries.pipeline_unmapped_keys))
    kept = tables.kept(data.load(snapshot, queries.stored), settings.retention)
    _section("What is kept", kept, "Nothing yet.", exports.words)
    with st.expander("Point another agent here"):
        onboarding.instructions(settings)


def _last_hour(rate: pl.DataFrame) -> str:
    minutes = rate["minute_at"]
    return wording.between(minutes[0], minutes[-1])


def _section(
    title: str, frame: pl.DataFrame, when_empty: str, draw: Callable[[pl.DataFrame, str], None]
) -> None:
    st.subheader(title, anchor=False)
    if frame.is_empty():
        theme.text(when_empty, "note")
    else:
        draw(frame, title)


def _grid(frame: pl.DataFrame, title: str) -> None:
    exports.grid(frame, title, COLUMNS)


def _unpriced(frame: pl.DataFrame, title: str) -> None:
    exports.words(frame, title)
    with st.expander("Give them a price in latencytax.toml"):
        st.code(tables.price_entries(frame["Model"].to_list()), "toml", wrap_lines=True)


def _unread(keys: pl.DataFrame) -> None:
    _section("Attributes that nothing reads yet", tables.unread(keys), "All are read.", _grid)
    if keys.is_empty():
        return
    with st.expander("Read them: the rows to add to sql/conventions.csv"):
        theme.text(terms.ROWS_TO_ADD, "note")
        st.code("\n".join(keys["csv_row"]), "text", wrap_lines=True)
