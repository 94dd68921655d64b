"""Digest: who gets one, how the next looks, and what became of each."""

from base64 import b64encode
from datetime import datetime

import streamlit as st
from duckdb import DuckDBPyConnection

from app import queries
from app.dashboard import cells, data, exports, theme
from app.dashboard.digests import dispatches
from app.digest.making import make
from app.digest.schedule import runs
from sql.mail_settings import Recipient
from sql.settings import Settings

EVERYBODY = Recipient("everybody@example.com")
PREVIEW_PX = 760
EXAMPLE = """\
dashboard_url = "https://latency.example.com"

[smtp]
host = "smtp.example.com"        # the password: LATENCYTAX_SMTP_PASSWORD
sender = "latency@example.com"
username = "latency"

[[recipient]]
address = "ada@example.com"
schedule = "0 8 * * 1"           # as cron has it: Mondays at 8
time_zone = "Europe/Berlin"
"""


def show(snapshot: data.Snapshot, settings: Settings) -> None:
    """Draw the page."""
    st.html(f"<style>{cells.STYLE_SHEET}</style>")
    now = snapshot.version.minute
    history = dispatches.dispatched(data.load(snapshot, queries.digests))
    theme.text(dispatches.headline(settings.recipients, history, now), "headline")
    if settings.recipients:
        titles = {use_case.name: use_case.title for use_case in settings.use_cases}
        html = dispatches.recipients_table(settings.recipients, titles, now)
        exports.table(html, "Recipients", dispatches.recipients_figures(settings.recipients, now))
    with st.expander("Who gets one: latencytax.toml", expanded=not settings.recipients):
        st.code(EXAMPLE, "toml")
    _preview(snapshot, settings, now)
    _history(history, now)


def _preview(snapshot: data.Snapshot, settings: Settings, now: datetime) -> None:
    st.subheader("Preview", anchor=False)
    of_name = dispatches.named(settings.recipients or (EVERYBODY,))
    whose = next(iter(of_name))
    if len(of_name) > 1:
        whose = st.selectbox("Whose", list(of_name), key="whose", bind="query-params")
    hour = now.replace(minute=0)
    subject, html = _made(snapshot.cursor, settings, of_name[whose], hour)
    theme.text(f"Subject: {subject}", "lead")
    # A data URL has an origin of its own: nothing in the mail reaches this page.
    source = f"data:text/html;charset=utf-8;base64,{b64encode(html.encode()).decode()}"
    st.iframe(source, height=PREVIEW_PX, alt="The digest that was due last, as its mail looks")


@st.cache_data(max_entries=16, show_spinner="Making the digest")
def _made(
    _cursor: DuckDBPyConnection, settings: Settings, recipient: Recipient, hour: datetime
) -> tuple[str, str]:
    """Subject and HTML; its period is over, so once an hour is often enough."""
    with _cursor.cursor() as cursor:
        made = make(cursor, settings, recipient, next(runs(recipient, hour)))
    images = {
        (picture.name, mode): b64encode(png).decode()
        for picture in made.pictures
        for mode, png in (("light", picture.light), ("dark", picture.dark))
    }
    html = made.html(lambda name, mode: f"data:image/png;base64,{images[name, mode]}")
    return made.digest.subject, html


def _history(history: list[dispatches.Dispatched], now: datetime) -> None:
    st.subheader("So far", anchor=False)
    if not history:
        theme.text("None was due yet.", "note")
        return
    exports.table(
        dispatches.history_table(history, now), "Digests so far", dispatches.figures(history)
    )
    read = [each for each in history if each.body]
    if read:
        with st.expander("Read one"):
            chosen = st.selectbox("Which", read, format_func=dispatches.label)
            st.code(chosen.body or "", "text", wrap_lines=True)
