"""How the list of requests is chosen and sorted. Each widget is bound to the URL."""

from collections.abc import Mapping

import streamlit as st

from app.dashboard.request_words import OUTCOMES
from app.queries import Filters
from app.trace_queries import ORDERS, PAGE_ROWS, Listing

ORDER_WORDS = {
    "slowest": "Slowest response",
    "waited": "Longest wait for a first word or sound",
    "over_budget": "Furthest over budget",
    "newest": "Newest",
    "costliest": "Costliest",
    "largest": "Most spans",
}
FURTHEST_PAGE = 200
"""Nobody reads on from here: a narrower period or an id finds more."""


def controls(filters: Filters) -> Listing:
    """The reader's choices, but for the page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.selectbox(
            "Sort by",
            list(ORDER_WORDS),
            format_func=ORDER_WORDS.__getitem__,
            key="sort",
            bind="query-params",
            width=320,
        )
        outcomes = st.multiselect(
            "Outcome",
            list(OUTCOMES),
            format_func=lambda outcome: OUTCOMES.get(outcome, outcome),
            placeholder="All",
            key="outcome",
            bind="query-params",
            width=260,
        )
        searched = st.text_input(
            "Find by id",
            placeholder="Request, trace, session or user",
            key="find",
            bind="query-params",
            width=320,
        )
    return Listing(filters, tuple(sorted(outcomes)), searched.strip(), order)


def pages(requests: int) -> int:
    """How many pages the list has."""
    return min(max(1, -(-requests // PAGE_ROWS)), FURTHEST_PAGE)


def from_url(filters: Filters, chosen: Mapping[str, list[str]]) -> Listing:
    """The same choices as the URL has them, while a trace is open in place of the list."""
    orders = {words: order for order, words in ORDER_WORDS.items()}
    outcomes = {words: outcome for outcome, words in OUTCOMES.items()}
    order, searched, page = (_last(chosen, name) for name in ("sort", "find", "page"))
    return Listing(
        filters,
        tuple(sorted(outcomes[words] for words in chosen.get("outcome", []) if words in outcomes)),
        searched.strip(),
        orders.get(order, next(iter(ORDERS))),
        min(max(1, int(page)), FURTHEST_PAGE) if page.isdecimal() else 1,
    )


def _last(chosen: Mapping[str, list[str]], name: str) -> str:
    return (chosen.get(name) or [""])[-1]
