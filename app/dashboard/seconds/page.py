"""Where the seconds go: which step the slow answers wait for."""

from functools import partial

import polars as pl
import streamlit as st

from app import queries
from app.dashboard import data, exports, links, terms, theme
from app.dashboard.exports import Caption
from app.dashboard.filters import Choices
from app.dashboard.seconds import chart as seconds_chart
from app.dashboard.seconds import words as seconds
from app.dashboard.seconds.table import table


def show(snapshot: data.Snapshot, chosen: Choices) -> None:
    """Draw the composition of latency by band, for one use case."""
    answer = st.container()
    wait, case = st.columns([3, 2], vertical_alignment="bottom")
    metric = wait.segmented_control(
        "Time",
        list(seconds.METRICS),
        default="perceived",
        format_func=seconds.METRICS.__getitem__,
        required=True,
        key="wait",
        bind="query-params",
    )
    cells = data.load(snapshot, queries.where_time_goes, chosen.filters, metric)
    if cells.is_empty():
        with answer:
            theme.text(f"No request has finished {chosen.period}.", "headline")
        return
    titles = dict(cells.select("use_case", "title").unique(maintain_order=True).iter_rows())
    use_case = case.selectbox(
        "Use case", list(titles), format_func=titles.__getitem__, key="of", bind="query-params"
    )
    bands = seconds.bands_of(cells, use_case)
    with answer:
        theme.text(seconds.headline(bands, titles[use_case], metric), "headline")
        theme.text(seconds.nobodys(bands), "lead")
    budget_ms = cells.filter(pl.col("use_case") == use_case)["budget_ms"][0]
    waited = f"{titles[use_case]}: {seconds.METRICS[metric].lower()}"
    exports.chart(
        partial(seconds_chart.composition, bands, budget_ms),
        seconds_chart.composition_text(bands),
        Caption(waited, "mean time of a request in each step", chosen.dates),
    )
    html = table(bands, _changes(snapshot, chosen, use_case, metric), links.kept_choices())
    exports.table(html, "Time in each step", cells.filter(pl.col("use_case") == use_case))
    with st.expander("What these words mean"):
        theme.explain(terms.STEPS)


def _changes(
    snapshot: data.Snapshot, chosen: Choices, use_case: str, metric: str
) -> pl.DataFrame | None:
    if not chosen.before:
        return None
    compared = data.load(snapshot, queries.where_time_went, chosen.filters, metric)
    return compared.filter(pl.col("use_case") == use_case)
