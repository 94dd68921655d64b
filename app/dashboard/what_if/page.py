"""What if: levers pulled on recorded requests, and chains planned before they are built."""

import streamlit as st

from app.dashboard import cells, data
from app.dashboard.filters import Choices
from app.dashboard.what_if import brief_page as brief
from app.dashboard.what_if import levers_page as levers
from sql.settings import Settings

SECTIONS = {"levers": "Make it quicker", "brief": "Plan a new chain"}


def show(snapshot: data.Snapshot, chosen: Choices, settings: Settings) -> None:
    """Draw the section that the URL names."""
    st.html(f"<style>{cells.STYLE_SHEET}</style>")
    section = st.segmented_control(
        "Section",
        list(SECTIONS),
        default="levers",
        format_func=SECTIONS.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="section",
        bind="query-params",
    )
    if section == "brief":
        brief.show(snapshot, settings)
    else:
        levers.show(snapshot, chosen)
