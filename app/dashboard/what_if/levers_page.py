"""Levers: what would make a use case quicker, and by how much."""

from functools import partial

import polars as pl
import streamlit as st

from app import what_if_queries
from app.dashboard import data, exports, theme
from app.dashboard.exports import Caption
from app.dashboard.filters import Choices
from app.dashboard.what_if import lever_charts, lever_choice, lever_money, lever_tables, levers
from app.dashboard.what_if.replays import replayed
from sql.what_if import Outcome


def show(snapshot: data.Snapshot, chosen: Choices) -> None:
    """Draw the levers of one use case: the sentence, the list, and a replay of those chosen."""
    found = data.load(snapshot, what_if_queries.opportunities, chosen.filters)
    if found.is_empty():
        theme.text(
            f"No request {chosen.period} has a budget: there is nothing to improve.", "headline"
        )
        return
    answer = st.container()
    titles = dict(
        found.select("use_case", "use_case_title").unique(maintain_order=True).iter_rows()
    )
    use_case = _use_case(titles)
    ranked = levers.opportunities_of(found, use_case)
    offered = [each for each in ranked if each.applies == "yes"]
    if offered:
        pulled = lever_choice.controls(offered)
        outcome = replayed(snapshot, chosen.filters, use_case, pulled, ranked[0].requests)
        if outcome and outcome.before.ms.size:
            with answer:
                theme.text(levers.headline(outcome, titles[use_case]), "headline")
                theme.text(lever_money.sentence(outcome), "lead")
            _replay(outcome, titles[use_case], chosen)
    else:
        with answer:
            theme.text(levers.nothing(titles[use_case]), "headline")
    theme.text(levers.list_note(ranked), "lead")
    exports.table(
        lever_tables.ranked(ranked), "Levers", found.filter(pl.col("use_case") == use_case)
    )
    with st.expander("How do we know: the money"):
        theme.explain(lever_money.PROOF)


def _use_case(titles: dict[str, str]) -> str:
    """The chosen one; the first while none is chosen, so that a link without one follows data."""
    first = next(iter(titles))
    picked = st.selectbox(
        "Use case",
        list(titles),
        index=None,
        placeholder=f"{titles[first]}: most to gain",
        format_func=lambda name: titles.get(name, name),
        key="of",
        bind="query-params",
        width=320,
    )
    return picked or first


def _replay(outcome: Outcome, title: str, chosen: Choices) -> None:
    exports.chart(
        partial(lever_charts.distribution, outcome),
        lever_charts.distribution_text(outcome),
        Caption(
            f"{title}: now and with the levers",
            f"share of requests by wait for {levers.WAIT[outcome.metric]}",
            chosen.dates,
        ),
    )
    exports.table(lever_tables.figures(outcome), "Before and after", _latencies(outcome))
    theme.text(levers.replay_note(outcome), "note")
    parts = pl.DataFrame(outcome.contributions)
    exports.table(lever_tables.contributions(outcome), "What each lever contributes", parts)


def _latencies(outcome: Outcome) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "which": which,
            "p50_ms": latency.p50,
            "p95_ms": latency.p95,
            "p99_ms": latency.p99,
            "compliance": latency.compliance,
            "compliance_low": latency.compliance_low,
            "compliance_high": latency.compliance_high,
        }
        for which, latency in (("now", outcome.before), ("with the levers", outcome.after))
    )
