"""Budgets: which were kept, by how much, and how long they last."""

from functools import partial

import polars as pl
import streamlit as st

from app import queries
from app.dashboard import charts, data, exports, terms, theme
from app.dashboard.board import rows
from app.dashboard.board.changes import Changes, change_headline, changes_of
from app.dashboard.budgets import Budget, budgets_of, headline
from app.dashboard.exports import Caption
from app.dashboard.filters import Choices
from app.retention_words import cut_short


def show(snapshot: data.Snapshot, chosen: Choices) -> None:
    """Draw the SLO board."""
    board = data.load(snapshot, queries.board, chosen.filters)
    budgets = budgets_of(board)
    busy = [budget for budget in budgets if budget.state != "no_data"]
    silent = [budget for budget in budgets if budget.state == "no_data"]

    theme.text(headline(budgets, chosen.period), "headline")
    for told in cut_short(data.load(snapshot, queries.objectives_cut_short, chosen.filters)):
        theme.text(told, "note")
    if busy:
        _prove(busy, snapshot, chosen)
    if silent:
        theme.text(_silence(silent, chosen.period), "note")
    with st.expander("Every figure"):
        exports.grid(board, "Every budget with its counts, compliance and percentiles")


def _prove(busy: list[Budget], snapshot: data.Snapshot, chosen: Choices) -> None:
    changes: Changes = {}
    if chosen.before:
        changes = changes_of(data.load(snapshot, queries.changes, chosen.filters))
        theme.text(change_headline(busy, changes, chosen.before), "lead")
    exports.chart(
        partial(charts.percentiles_to_budget, busy),
        charts.percentiles_to_budget_text(busy),
        Caption("Percentiles against their budgets", "multiples of the budget", chosen.dates),
    )
    trend = data.load(snapshot, queries.trend, chosen.filters)
    html = rows.board_table(busy, changes, trend, snapshot.version.minute)
    exports.table(html, "Budgets", pl.DataFrame(busy))
    with st.expander("What these words mean"):
        theme.explain(terms.BOARD | (terms.COMPARED if changes else {}))


def _silence(silent: list[Budget], period: str) -> str:
    titles = dict.fromkeys(budget.title for budget in silent)
    return f"No requests {period}: {', '.join(titles)}."
