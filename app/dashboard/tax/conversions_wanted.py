"""How to send conversions; shown while nobody can say what slow answers cost."""

import streamlit as st

from app.addresses import reachable
from app.dashboard import theme
from sql.settings import Settings

FROM_AN_AGENT = """\
from opentelemetry import trace

trace.get_current_span().add_event(
    "marketing.conversion",
    {
        "session.id": "s-1",
        "marketing.conversion.id": "order-1",
        "marketing.conversion.kind": "purchase",
        "marketing.conversion.value_usd": 84.5,
    },
)"""
FROM_A_SHOP = """\
curl http://{address}/v1/conversions -H 'Content-Type: application/json' \\
  -d '{{"conversion_id": "order-1", "session_id": "s-1",
       "occurred_at": "2026-03-01T12:05:00Z", "kind": "purchase", "revenue_usd": 84.5}}'"""
FROM_A_FILE = "latencytax import-conversions orders.csv"


def show(settings: Settings) -> None:
    """Draw the three ways in which conversions come."""
    theme.text(
        "Say what was sold, in any of three ways, with the session of the request it followed. "
        "Saying it twice changes nothing.",
        "lead",
    )
    st.markdown("**From your agent**: an event on any of its spans")
    st.code(FROM_AN_AGENT, "python", wrap_lines=True)
    st.markdown("**By HTTP**, one or a list")
    st.code(FROM_A_SHOP.format(address=reachable(settings.http_address)), "bash", wrap_lines=True)
    st.markdown("**From a file**: CSV, Parquet or JSON lines, as GA4, Shopify and Segment export")
    st.code(FROM_A_FILE, "bash", wrap_lines=True)
