"""Signing in: who looks at the dashboard, where the settings want to know."""

import streamlit as st

from app.access import Role, role_of
from app.dashboard import theme
from sql.settings import Settings


def role(settings: Settings) -> Role | None:
    """What the reader may do; None when the way in, or out, has been drawn instead."""
    if settings.login is None:
        return "sql"
    if not st.user.is_logged_in:
        theme.text("Sign in to see what slow answers cost", "headline")
        st.button("Sign in", on_click=st.login, type="primary")
        return None
    found = role_of(settings.login, st.user.to_dict())
    if found is None:
        theme.text("This account may not look at Latency Tax", "headline")
        theme.text("Ask whoever runs it to name you, or your group, under [login].", "note")
    st.sidebar.button("Sign out", on_click=st.logout)
    return found
