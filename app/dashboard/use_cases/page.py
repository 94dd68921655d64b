"""Use cases: does one keep its budget, how long does the budget last, and when is it slow."""

from dataclasses import dataclass, replace
from functools import partial

import polars as pl
import streamlit as st

from app import queries, use_case_queries
from app.dashboard import cells, data, exports, links, theme, wording
from app.dashboard.budgets import Budget, budgets_of
from app.dashboard.exports import Caption
from app.dashboard.filters import Choices
from app.dashboard.request_table import request_table
from app.dashboard.request_words import requests_of
from app.dashboard.traces import page as traces
from app.dashboard.use_cases import charts, conversion_chart, conversions, tables, words
from app.dashboard.use_cases import week as use_case_week
from app.dashboard.use_cases.proof import PROOFS
from app.retention_words import cut_short
from app.use_case_queries import Question


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader looks at: an objective of a use case, over a period."""

    snapshot: data.Snapshot
    chosen: Choices
    budget: Budget
    question: Question

    def rows(self, figure: str) -> pl.DataFrame:
        """What the lake says."""
        return data.load(self.snapshot, use_case_queries.ask, figure, self.question)

    def caption(self, what: str, unit: str) -> Caption:
        """What a chart of the period says once it stands alone."""
        return Caption(f"{self.budget.title}: {what}", unit, self.chosen.dates)

    def prove(self, what: str, sample: str, *figures: str) -> None:
        """How we know, beneath a figure, for whoever asks."""
        with st.expander(f"How do we know: {what}"):
            for figure in figures:
                theme.explain({"Sample": sample} | PROOFS[figure])
                st.code(use_case_queries.as_typed(figure, self.question), language="sql")


def show(snapshot: data.Snapshot, chosen: Choices) -> None:
    """Draw one use case, and one of its objectives."""
    st.html(f"<style>{cells.STYLE_SHEET}{traces.STYLE_SHEET}</style>")
    answer = st.container()
    case, objective = st.columns([2, 3], vertical_alignment="bottom")
    with case:
        budgets = _of_case(budgets_of(data.load(snapshot, queries.board, chosen.filters)))
    with objective:
        budget = _objective(budgets)
    filters = replace(chosen.filters, use_cases=(budget.use_case,))
    asked = Asked(snapshot, chosen, budget, Question(filters, budget.latency, budget.position))
    _promises(asked, budgets)
    _burning(asked, budgets, answer)
    _latency(asked)
    _converting(asked)
    _slowest(asked)


def _of_case(budgets: list[Budget]) -> list[Budget]:
    titles = {budget.use_case: budget.title for budget in budgets}
    use_case = st.selectbox(
        "Use case", list(titles), format_func=titles.__getitem__, key="of", bind="query-params"
    )
    return [budget for budget in budgets if budget.use_case == use_case]


def _objective(budgets: list[Budget]) -> Budget:
    if len(budgets) == 1:
        return budgets[0]
    by_name = {tables.name(budget): budget for budget in budgets}
    chosen = st.segmented_control(
        "Objective",
        list(by_name),
        default=next(iter(by_name)),
        required=True,
        key="objective",
        bind="query-params",
    )
    return by_name.get(chosen, budgets[0])


def _promises(asked: Asked, budgets: list[Budget]) -> None:
    now = asked.snapshot.version.minute
    html = tables.objectives(budgets, asked.rows("percentiles"), now)
    exports.table(html, "Objectives", pl.DataFrame(budgets))
    left = data.load(asked.snapshot, queries.objectives_cut_short, asked.question.filters)
    for told in cut_short(left):
        theme.text(told, "note")
    sample = f"The requests of {asked.budget.title} {asked.chosen.period}; the table counts them."
    asked.prove("budgets and percentiles", sample, "objectives", "percentiles")


def _burning(
    asked: Asked, budgets: list[Budget], answer: st.delta_generator.DeltaGenerator
) -> None:
    now = asked.snapshot.version.minute
    hours, burns = asked.rows("burn_down"), words.burns_of(asked.rows("burn_rates"))
    with answer:
        gone_at = words.gone_at(hours)
        theme.text(words.headline(asked.budget, gone_at, asked.chosen.period, now), "headline")
        mine = [burn for burn in burns if burn.position == asked.budget.position]
        if told := words.alarm(mine):
            theme.text(told, "lead")
    st.subheader("How long the error budget lasts", anchor=False)
    if hours.height:
        exports.chart(
            partial(charts.burn_down, hours, asked.budget, now),
            charts.burn_down_text(hours, asked.budget, now),
            Caption(
                f"{asked.budget.title}: error budget left",
                "share of the error budget",
                wording.between(hours["hour"][0], hours["hour"][-1]),
            ),
        )
    theme.text("How fast it burns: 1 × lasts exactly its window.", "note")
    exports.table(tables.burn_rates(budgets, burns), "Burn rates", asked.rows("burn_rates"))
    theme.text("In budget so far, in UTC, and what is left.", "note")
    so_far = asked.rows("so_far")
    exports.table(tables.so_far(budgets, so_far), "In budget so far", so_far)
    sample = f"{_count(hours['total'])} of the window."
    asked.prove("error budget", sample, "burn_down", "burn_rates", "so_far")


def _latency(asked: Asked) -> None:
    buckets, week = asked.rows("trend"), asked.rows("week")
    if buckets.is_empty():
        theme.text(f"No request has finished {asked.chosen.period}.", "note")
        return
    sample = f"{_count(buckets['n'])}."
    st.subheader("Latency against the budget", anchor=False)
    bucket_seconds = asked.question.filters.bucket_seconds
    exports.chart(
        partial(charts.trend, buckets, bucket_seconds, asked.budget),
        charts.trend_text(buckets, asked.budget),
        asked.caption("latency against the budget", "p50, p95 and p99 of the wait"),
    )
    asked.prove("latency over time", sample, "trend")
    st.subheader("When it is slow", anchor=False)
    exports.chart(
        partial(use_case_week.week, week, asked.budget),
        use_case_week.week_text(week, asked.budget),
        asked.caption("when it is slow", "p95 of the wait"),
    )
    theme.text(words.peak_words(asked.rows("peak"), asked.budget), "lead")
    asked.prove("hours of the week", sample, "week", "peak")


def _converting(asked: Asked) -> None:
    bins, fit = asked.rows("conversions"), conversions.fit_of(asked.rows("fit"))
    st.subheader("Conversion by latency", anchor=False)
    if fit is None or not fit.conversions:
        theme.text(
            f"No conversion of {wording.inside(asked.budget.title)} is recorded: send them as "
            "marketing.conversion, by HTTP or from a file (README, Conversions).",
            "note",
        )
        return
    theme.text(conversions.answer(fit), "lead")
    drawn = conversions.drawn(bins)
    if drawn.height:
        exports.chart(
            partial(conversion_chart.conversion, drawn, fit),
            conversion_chart.conversion_text(drawn, fit),
            Caption(
                f"{asked.budget.title}: conversion by latency",
                "share of sessions that convert",
                "all time",
            ),
        )
    theme.text(conversions.NOT_THE_TAX, "note")
    theme.text(conversions.grounds(fit), "note")
    sample = f"{wording.plural(fit.sessions, 'session')} with a known wait, of all time."
    asked.prove("conversion by latency", sample, "conversions", "fit")


def _slowest(asked: Asked) -> None:
    rows = asked.rows("slowest")
    if rows.is_empty():
        return
    st.subheader("Slowest requests", anchor=False)
    table = request_table(requests_of(rows), links.kept_choices(), asked.snapshot.version.minute)
    exports.table(table, "Slowest requests", rows)
    asked.prove("slowest requests", f"The requests {asked.chosen.period}.", "slowest")


def _count(requests: pl.Series) -> str:
    return wording.plural(int(requests.sum()), "request")
