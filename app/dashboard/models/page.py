"""Models & tiers: which model is quick enough for which use case, and what speed costs."""

from collections.abc import Sequence
from functools import partial

import polars as pl
import streamlit as st

from app import model_queries
from app.dashboard import cells, data, exports, theme, wording
from app.dashboard.exports import Caption
from app.dashboard.filters import Choices
from app.dashboard.models import charts, tables
from app.dashboard.models import prices as model_prices
from app.dashboard.models import rows as words
from app.dashboard.models.proof import PROOFS
from app.dashboard.models.rows import Fit
from app.dashboard.models.tasks import answer, comparison_table, comparisons_of

WORTHS: tuple[charts.Worth, ...] = ("cost", "quality")


def show(snapshot: data.Snapshot, chosen: Choices) -> None:
    """Draw what fits where, then the models of one use case, then call time against task time."""
    st.html(f"<style>{cells.STYLE_SHEET}{tables.STYLE_SHEET}</style>")
    fits = words.fits_of(data.load(snapshot, model_queries.ask, "fits", chosen.filters))
    if not fits:
        _nothing(chosen)
        return
    theme.text(words.headline(fits, chosen.period), "headline")
    if told := words.one_for_all(fits):
        theme.text(told, "lead")
    exports.table(tables.matrix(fits), "What fits where", pl.DataFrame(fits))
    sample = f"{wording.plural(sum(fit.requests for fit in fits), 'request')} {chosen.period}."
    _prove("what fits where", "fits", sample, chosen)
    _one_use_case(fits, chosen)
    _tasks(snapshot, chosen)
    _prices(snapshot, chosen)


def _nothing(chosen: Choices) -> None:
    theme.text(f"No request has asked a model {chosen.period}.", "headline")
    theme.text(
        "This page needs spans of model calls (gen_ai.operation.name, gen_ai.request.model) in "
        "requests whose use case is known (marketing.use_case). The Pipeline page says what "
        "arrives.",
        "lead",
    )


def _one_use_case(fits: Sequence[Fit], chosen: Choices) -> None:
    cases = words.by_use_case(fits)
    better = words.better_ones(fits)
    use_case = st.selectbox(
        "Use case",
        list(cases),
        index=list(cases).index(better[0].use_case) if better else 0,
        format_func=lambda case: cases[case][0].title,
        key="of",
        bind="query-params",
    )
    models = cases[use_case]
    st.subheader("Latency against cost and quality", anchor=False)
    theme.text(models[0].recommendation, "lead")
    _charts(models, chosen)
    theme.text(f"Budget: {models[0].budget}.", "note")
    exports.table(tables.models_table(models), "Models of a use case", pl.DataFrame(models))
    st.subheader("The average against the peak", anchor=False)
    for told in filter(None, map(words.peak, models)):
        theme.text(told, "lead")


def _charts(models: Sequence[Fit], chosen: Choices) -> None:
    shown = [(worth, charts.known(models, worth)) for worth in WORTHS]
    shown = [(worth, points) for worth, points in shown if points]
    for column, (worth, points) in zip(st.columns(max(len(shown), 1)), shown, strict=False):
        with column:
            title = f"{models[0].title}: latency against {worth}"
            exports.chart(
                partial(charts.against, points, worth),
                charts.against_text(points, worth),
                Caption(title, f"p50 to p95; {charts.TITLES[worth]}", chosen.dates),
            )
    if not shown:
        theme.text("Neither cost nor quality of these models is known: nothing to draw.", "note")


def _tasks(snapshot: data.Snapshot, chosen: Choices) -> None:
    comparisons = comparisons_of(data.load(snapshot, model_queries.ask, "tasks", chosen.filters))
    st.subheader("One call against the whole task", anchor=False)
    if not comparisons:
        theme.text(
            "No use case has begun tasks of the same intent with models of two tiers: send "
            "session.id (or marketing.task_id) and marketing.intent to see whether a smaller "
            "model saves time.",
            "note",
        )
        return
    theme.text(answer(comparisons), "lead")
    title = "Call time against task time"
    exports.table(comparison_table(comparisons), title, pl.DataFrame(comparisons))
    sample = f"The tasks that began {chosen.period}; the table counts them."
    _prove("call time against task time", "tasks", sample, chosen)


def _prices(snapshot: data.Snapshot, chosen: Choices) -> None:
    prices = model_prices.prices_of(
        data.load(snapshot, model_queries.ask, "prices", chosen.filters)
    )
    st.subheader("Price of speed", anchor=False)
    if not prices:
        theme.text(
            "Each model is called at one price tier only, as far as its spans say: send the tier "
            "(priority, flex, a latency agreement) to see what paying more buys.",
            "note",
        )
        return
    theme.text(model_prices.answer(prices), "lead")
    exports.table(model_prices.price_table(prices), "Price of speed", pl.DataFrame(prices))
    _prove(
        "price of speed", "prices", f"The requests {chosen.period}; the table counts them.", chosen
    )


def _prove(what: str, figure: str, sample: str, chosen: Choices) -> None:
    with st.expander(f"How do we know: {what}"):
        theme.explain({"Sample": sample} | PROOFS[figure])
        st.code(model_queries.as_typed(figure, chosen.filters), language="sql")
