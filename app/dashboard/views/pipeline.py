"""Pipeline: what is arriving, how fresh it is, and what was refused."""

from collections.abc import Callable

import polars as pl
import streamlit as st

from app import queries
from app.dashboard import charts, data, tables, terms, theme
from app.dashboard.views import onboarding
from sql.settings import Settings

COLUMNS = {"Spans": st.column_config.NumberColumn(format="localized")}


def show(snapshot: data.Snapshot, settings: Settings) -> None:
    """Draw the page."""
    health = data.load(snapshot, queries.pipeline_health)
    rate = data.load(snapshot, queries.pipeline_rate)
    theme.text(tables.arriving(health), "headline")
    theme.text("Everything that arrives, whatever the filters say.", "note")
    with st.container(horizontal=True, gap="medium"):
        for label, figure in tables.figures(health).items():
            st.metric(label, figure, width=165, help=terms.PIPELINE.get(label))
    if not rate.is_empty():
        chart = charts.spans_per_minute(rate, theme.colours())
        st.altair_chart(chart, alt=charts.spans_per_minute_text(rate))
    senders = data.load(snapshot, queries.pipeline_senders)
    who = tables.senders(senders, snapshot.version.minute)
    _section("Who is sending", who, "Nobody in the last 7 days.", theme.table)
    _section("Refused", tables.refused(health), "Nothing was refused.", theme.table)
    _section("Kept, but doubtful", tables.doubtful(health), "Nothing looks doubtful.", theme.table)
    _section("What is known", tables.known(health), "Nothing is known yet.", theme.table)
    _section("Attributes that nothing reads yet", tables.unread(health), "All are read.", _grid)
    with st.expander("Point another agent here"):
        onboarding.instructions(settings)


def _section(
    title: str, frame: pl.DataFrame, when_empty: str, draw: Callable[[pl.DataFrame, str], None]
) -> None:
    st.subheader(title, anchor=False)
    if frame.is_empty():
        theme.text(when_empty, "note")
    else:
        draw(frame, title)


def _grid(frame: pl.DataFrame, title: str) -> None:
    st.dataframe(frame, column_config=COLUMNS, alt=title)
