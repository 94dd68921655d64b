"""The budget brief: a chain planned, and its budget tried, before it is built."""

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from app import what_if_queries
from app.dashboard import data, exports, links, theme
from app.dashboard.exports import Caption
from app.dashboard.what_if import brief, brief_chart, brief_choice
from app.dashboard.what_if.brief_document import document
from sql.briefs import Forecast, forecast
from sql.chains import Trade, trades
from sql.settings import Settings
from sql.step_speeds import Speeds, speeds


def show(snapshot: data.Snapshot, settings: Settings) -> None:
    """Draw the forecast of the chosen chain, where it breaks, and the trade of four wishes."""
    answer = st.container()
    chosen = brief_choice.controls(data.load(snapshot, what_if_queries.promises), settings.tiers)
    measured = data.load(snapshot, what_if_queries.step_speed, snapshot.version.minute)
    known = speeds(measured, settings.tiers)
    result = forecast(chosen.plan, known, chosen.goal)
    with answer:
        theme.text(brief.headline(chosen, result), "headline")
        theme.text(brief.where_it_breaks(result), "lead")
        theme.text(brief.evidence(result), "lead")
    exports.chart(
        partial(brief_chart.draws, result),
        brief_chart.draws_text(result),
        Caption(
            f"{chosen.title}: a chain planned",
            f"requests by time to the {brief.COMES[result.goal.metric]}",
            "forecast from the last 28 days",
        ),
    )
    exports.table(brief.steps_table(result), "Steps of the chain", brief.steps_rows(result))
    outcomes = _outcomes(chosen, known)
    theme.text(brief.trade_headline(outcomes), "lead")
    trade = brief.trade_rows(outcomes)
    exports.table(brief.trade_table(outcomes), "Which three of the four fit", trade)
    st.download_button(
        "Download this brief",
        document(chosen, result, outcomes, _link(), snapshot.version.minute),
        f"latency brief {chosen.title}.html",
        "text/html",
        on_click="ignore",
    )
    theme.text(brief.CAVEATS, "note")
    theme.text("The address of this page holds every choice: share it as it is.", "note")


def _outcomes(chosen: brief_choice.Brief, known: Speeds) -> list[tuple[Trade, Forecast]]:
    wishes = trades(chosen.plan, chosen.best_tier, chosen.light_tier)
    return [(wish, forecast(wish.plan, known, chosen.goal)) for wish in wishes]


def _link() -> str:
    return f"{st.context.url or ''}?{urlencode(links.kept_choices())}"
