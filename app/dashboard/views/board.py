"""Budgets: which were kept, by how much, and how long they last."""

import streamlit as st

from app import queries
from app.dashboard import charts, data, rows, theme
from app.dashboard.budgets import Budget, budgets_of, headline
from app.queries import Filters


def show(snapshot: data.Snapshot, filters: Filters, period: str) -> None:
    """Draw the SLO board."""
    board = data.load(snapshot, queries.board, filters)
    trend = data.load(snapshot, queries.trend, filters)
    budgets = budgets_of(board)
    busy = [budget for budget in budgets if budget.state != "no_data"]
    silent = [budget for budget in budgets if budget.state == "no_data"]

    theme.text(headline(budgets, period), "headline")
    if busy:
        st.altair_chart(
            charts.percentiles_to_budget(busy, theme.colours()),
            alt=charts.percentiles_to_budget_text(busy),
        )
        st.html(rows.board_table(busy, trend, snapshot.version.minute))
        theme.text("Ranges are 90 % intervals; a verdict needs the whole of its range.", "note")
    if silent:
        theme.text(_silence(silent, period), "note")
    with st.expander("Every figure"):
        st.dataframe(board, alt="Every budget with its counts, compliance and percentiles")


def _silence(silent: list[Budget], period: str) -> str:
    titles = dict.fromkeys(budget.title for budget in silent)
    return f"No requests {period}: {', '.join(titles)}."
