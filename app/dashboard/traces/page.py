"""Traces: the requests of the period, sorted and searched; one opens as a waterfall."""

from dataclasses import replace

import streamlit as st

from app import trace_queries
from app.dashboard import data, exports, links, theme, wording
from app.dashboard.filters import Choices
from app.dashboard.request_table import request_table
from app.dashboard.request_words import requests_of
from app.dashboard.safe_text import shown
from app.dashboard.traces import listing
from app.dashboard.traces import one as trace
from app.trace_queries import Listing

SEARCH_LENGTH = 60


def show(snapshot: data.Snapshot, chosen: Choices) -> None:
    """Draw the list, or the trace that the URL names."""
    st.html(f"<style>{STYLE_SHEET}</style>")
    request_id = st.query_params.get("request")
    if request_id:
        trace.show(snapshot, chosen, request_id)
    else:
        _list(snapshot, chosen)


def _list(snapshot: data.Snapshot, chosen: Choices) -> None:
    headline = st.container()
    asked = listing.controls(chosen.filters)
    totals = data.load(snapshot, trace_queries.totals, asked).row(0, named=True)
    pages = listing.pages(totals["requests"])
    with headline:
        theme.text(_headline(totals["requests"], totals["slowest_ms"], asked, chosen), "headline")
    if not totals["requests"]:
        return
    rows = st.container()
    page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    found = data.load(snapshot, trace_queries.page_of_requests, replace(asked, page=page))
    with rows:
        table = request_table(requests_of(found), links.kept_choices(), snapshot.version.minute)
        exports.table(table, "Requests", found)


def _headline(requests: int, slowest_ms: float | None, asked: Listing, chosen: Choices) -> str:
    counted = wording.plural(requests, "request")
    if asked.searched:
        belongs = "belongs" if requests == 1 else "belong"
        return f"{counted} {belongs} to “{shown(asked.searched, SEARCH_LENGTH)}”, at any time."
    if not requests:
        return f"No requests {chosen.period} with these choices."
    return f"{counted} {chosen.period}; the slowest took {wording.duration(slowest_ms)}."


STYLE_SHEET = """
.lt-requests tbody tr { position: relative; }
.lt-requests tbody tr:hover, .lt-requests tbody tr:focus-within {
  background: color-mix(in srgb, var(--lt-line) 35%, transparent); }
.lt-requests a { color: inherit; font-weight: 600; text-decoration: none; }
.lt-requests a::after { content: ""; position: absolute; inset: 0; }
.lt-requests a:focus-visible::after { outline: 2px solid var(--st-primary-color, currentColor); }
.lt-requests td { white-space: nowrap; }
.lt-board.lt-requests th:nth-child(4) { min-width: 0; }
.lt-requests td:first-child, .lt-requests .lt-model { white-space: normal;
  overflow-wrap: anywhere; }
.lt-steps { display: flex; height: 22px; border-radius: 4px; overflow: hidden; gap: 1px; }
.lt-steps span { min-width: 2px; }
.lt-legend { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin-top: .6rem;
  font-size: .875rem; }
.lt-legend span { white-space: nowrap; }
.lt-legend i { display: inline-block; width: 10px; height: 10px; border-radius: 2px;
  margin-right: .4rem; }
.lt-legend b { font-weight: 600; }
.lt-legend small { color: var(--lt-quiet); font-size: .875rem; }
.lt-where { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; font-size: .9375rem; }
.lt-where a { color: var(--st-link-color, inherit); text-decoration: none; font-weight: 600; }
.lt-where a:hover { text-decoration: underline; }
.lt-where span { color: var(--lt-quiet); }
"""
