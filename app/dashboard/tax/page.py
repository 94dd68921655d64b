"""Latency tax: what slow answers cost, of what that is made, and how we know."""

from functools import partial

import polars as pl
import streamlit as st

from app import queries, tax_queries
from app.dashboard import cells, data, exports, links, theme
from app.dashboard.budgets import budgets_of
from app.dashboard.exports import Caption
from app.dashboard.filters import Choices
from app.dashboard.tax import charts as tax_charts
from app.dashboard.tax import conversions_wanted, words
from app.dashboard.tax import evidence as tax_evidence
from app.dashboard.tax import moves as tax_moves
from app.dashboard.tax import tables as tax_tables
from app.dashboard.tax.proof import PROOFS
from app.dashboard.tax.rows import Case, Change, Peak, Piece, Tax, Total, read
from app.queries import Filters
from app.retention_words import old_budgets
from sql.settings import Settings


def show(snapshot: data.Snapshot, chosen: Choices, settings: Settings) -> None:
    """Draw the home page: the sentence, the figure, what proves it, and what to do."""
    st.html(f"<style>{cells.STYLE_SHEET}{tax_tables.STYLE_SHEET}</style>")
    tax = tax_of(snapshot, chosen.filters)
    theme.text(words.headline(tax, chosen.period), "headline")
    if told := words.lead(tax):
        theme.text(told, "lead")
    total = tax.total()
    if total:
        _measured(snapshot, chosen, tax, total)
    if not tax.has_conversions:
        conversions_wanted.show(settings)
    _budgets(snapshot, chosen)
    moves = st.container()
    _refused(tax)
    _evidence(snapshot, chosen, tax)
    _prove(chosen, tax)
    with moves:
        _moves(snapshot, chosen)


def tax_of(snapshot: data.Snapshot, chosen: Filters) -> Tax:
    """All that the models say of the period."""
    rows = {
        figure: data.load(snapshot, tax_queries.ask, figure, chosen)
        for figure in ("total", "cases", "split", "peak", "compared")
    }
    return Tax(
        totals=read(Total, rows["total"]),
        cases=read(Case, rows["cases"]),
        pieces=read(Piece, rows["split"]),
        peaks=read(Peak, rows["peak"]),
        change=read(Change, rows["compared"])[0],
        has_conversions=data.load(snapshot, tax_queries.has_conversions)["has_conversions"].item(),
    )


def _measured(snapshot: data.Snapshot, chosen: Choices, tax: Tax, total: Total) -> None:
    if tax.losses:
        told = [words.rests_on(tax.losses)]
        if against := words.against(tax.change, chosen.before or "the period before"):
            told.append(against)
        st.html(tax_tables.figure(total, tax.losses, told, is_shown=tax.is_shown))
    st.html(tax_tables.parts(tax))
    buckets = data.load(snapshot, tax_queries.ask, "trend", chosen.filters)
    if not buckets.drop_nulls("usd").is_empty():
        st.subheader("Over time", anchor=False)
        bucket_seconds = chosen.filters.bucket_seconds
        theme.text(tax_charts.trend_note(buckets, bucket_seconds), "note")
        exports.chart(
            partial(tax_charts.trend, buckets, bucket_seconds),
            tax_charts.trend_text(buckets),
            Caption("Latency tax over time", "US dollars", chosen.dates),
        )
    st.subheader("What it is made of", anchor=False)
    if any(piece.usd for piece in tax.measured()):
        exports.chart(
            partial(tax_charts.composition, tax),
            tax_charts.composition_text(tax),
            Caption("What the latency tax is made of", "US dollars", chosen.dates),
        )
        st.html(tax_tables.legend(tax))
    html = tax_tables.made_of(tax, links.kept_choices())
    exports.table(html, "Latency tax by use case, tier and step", pl.DataFrame(tax.pieces))
    for sentence in old_budgets(
        data.load(snapshot, tax_queries.ask, "old_budgets", chosen.filters)
    ):
        theme.text(sentence, "note")


def _budgets(snapshot: data.Snapshot, chosen: Choices) -> None:
    board = budgets_of(data.load(snapshot, queries.board, chosen.filters))
    busy = [each for each in board if each.state != "no_data" and each.position == 1]
    if busy:
        st.subheader("Budgets", anchor=False)
        st.html(tax_tables.compact_board(busy, snapshot.version.minute, links.kept_choices()))
        st.html(tax_tables.to_board(links.kept_choices()))


def _moves(snapshot: data.Snapshot, chosen: Choices) -> None:
    found = read(tax_moves.Move, data.load(snapshot, tax_queries.ask, "moves", chosen.filters))
    if found:
        st.subheader("The best next moves", anchor=False)
        html = tax_moves.table(found, links.kept_choices())
        exports.table(html, "The best next moves", pl.DataFrame(found))


def _refused(tax: Tax) -> None:
    benchmark = tax.total("benchmark")
    if benchmark is None:
        return
    st.subheader("Industry benchmark, not your data", anchor=False)
    theme.text(
        "What others found slowness to cost, applied to your traffic: together "
        f"{words.interval(benchmark)}. It is in no figure above.",
        "lead",
    )
    refused = tax.refused()
    exports.table(tax_tables.refused(refused), "Industry benchmarks", pl.DataFrame(refused))
    for cure in dict.fromkeys(case.cure for case in tax.refused() if case.cure):
        theme.text(f"What lets us say more: {cure}", "note")


def _evidence(snapshot: data.Snapshot, chosen: Choices, tax: Tax) -> None:
    titles = {case.use_case: case.title for case in tax.cases if case.n}
    if not titles:
        return
    with st.expander("How do we know: the evidence for a use case"):
        use_case = st.selectbox(
            "Evidence for", list(titles), format_func=titles.__getitem__, key="proof", width=320
        )
        of_case = pl.col("use_case") == use_case
        evidence = data.load(snapshot, tax_queries.ask, "evidence", chosen.filters).filter(of_case)
        marks = read(tax_evidence.Mark, evidence)
        exports.chart(
            partial(tax_evidence.chart, marks),
            tax_evidence.chart_text(marks),
            Caption(
                f"{titles[use_case]}: loss by evidence",
                "conversions lost for each 100 ms over the budget",
                chosen.dates,
            ),
        )
        checks = data.load(snapshot, tax_queries.ask, "checks", chosen.filters).filter(of_case)
        exports.table(tax_evidence.checks(read(tax_evidence.Check, checks)), "Checks", checks)
        fit = data.load(snapshot, tax_queries.ask, "fits", chosen.filters).filter(of_case)
        if fit.height:  # sessions are counted some moments before their curve is found
            theme.explain(tax_evidence.facts(fit.row(0, named=True)))
        for figure in ("evidence", "checks", "fits"):
            _sql(figure, chosen)


def _prove(chosen: Choices, tax: Tax) -> None:
    total = tax.total()
    sample = words.rests_on(tax.losses or total) if total else "No use case is measured."
    for what, figures in {
        "the sum and its parts": ("total", "cases", "compared"),
        "over time": ("trend",),
        "what it is made of": ("split", "peak"),
        "the next moves": ("moves",),
    }.items():
        with st.expander(f"How do we know: {what}"):
            theme.explain({"Sample": sample})
            for figure in figures:
                _sql(figure, chosen)


def _sql(figure: str, chosen: Choices) -> None:
    theme.explain(PROOFS[figure])
    st.code(tax_queries.as_typed(figure, chosen.filters), language="sql")
