"""Charts: frames in, Altair out. Each comes with the text a screen reader speaks."""

from collections import Counter
from collections.abc import Sequence

import altair as alt
import polars as pl

from app.dashboard import theme, wording
from app.dashboard.budgets import Budget, State

AnyChart = alt.LayerChart | alt.FacetChart
ROW_PX = 26
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
STATES: tuple[State, ...] = ("within", "at_risk", "missed", "too_few")
SHAPES = ("circle", "triangle-up", "diamond", "square")


def percentiles_to_budget(budgets: Sequence[Budget], colours: theme.Colours) -> AnyChart:
    """The p95 of each budget as a multiple of it, joined to the p50; one line is the budget."""
    objectives = Counter(budget.use_case for budget in budgets)
    frame = pl.DataFrame(
        {
            "name": budget.name if objectives[budget.use_case] > 1 else budget.title,
            "p50": budget.p50_to_budget_ratio,
            "p95": budget.p95_to_budget_ratio,
            "figure": wording.duration(budget.p95),
            "budget": wording.duration(budget.threshold_ms),
            "verdict": theme.STATE_WORDS[budget.state],
            "requests": wording.count(budget.n),
        }
        for budget in budgets
        if budget.p95_to_budget_ratio
    )
    words = [theme.STATE_WORDS[state] for state in STATES]
    colour = alt.Color("verdict:N", legend=None).scale(
        domain=words, range=[colours[theme.STATE_COLOURS[state]] for state in STATES]
    )
    x = alt.X("p95:Q", title="p50 to p95, × budget")
    rows = alt.Chart(frame).encode(
        y=alt.Y("name:N", title=None, sort=None).axis(
            labelLimit=170,
            labelColor=colours["ink"],
            labelFlush=False,
            labelPadding=8,
            ticks=False,
            domain=False,
            grid=False,
        ),
        color=colour,
        tooltip=[
            alt.Tooltip("name:N", title="Budget"),
            alt.Tooltip("figure:N", title="p95"),
            alt.Tooltip("budget:N", title="Within"),
            alt.Tooltip("verdict:N", title="Verdict"),
            alt.Tooltip("requests:N", title="Requests"),
        ],
    )
    scaled = x.scale(type="log", nice=False, padding=52).axis(
        values=TICKS, labelExpr="format(datum.value, '~g') + ' ×'", domain=False
    )
    reach = rows.mark_rule(strokeWidth=2, opacity=0.45).encode(x=scaled, x2="p50:Q")
    points = rows.mark_point(filled=True, size=110, opacity=1).encode(
        x=scaled,
        shape=alt.Shape("verdict:N", legend=None).scale(domain=words, range=list(SHAPES)),
    )
    figures = rows.encode(x=scaled, text="figure:N", color=alt.value(colours["ink"]))
    halo = figures.mark_text(
        align="left", dx=10, fontSize=13, stroke=colours["paper"], strokeWidth=5
    )
    words_beside = figures.mark_text(align="left", dx=10, fontSize=13)
    return alt.layer(
        *_budget_line(colours), reach, halo, words_beside, points, height=alt.Step(ROW_PX)
    )


def percentiles_to_budget_text(budgets: Sequence[Budget]) -> str:
    """The same chart in words."""
    rows = (
        f"{budget.name}: p95 {wording.duration(budget.p95)} against "
        f"{wording.duration(budget.threshold_ms)}, {theme.STATE_WORDS[budget.state].lower()}"
        for budget in budgets
    )
    return "p95 of each budget as a multiple of it. " + "; ".join(rows)


def _budget_line(colours: theme.Colours) -> tuple[alt.Chart, alt.Chart]:
    at_budget = alt.Chart(pl.DataFrame({"ratio": [1.0], "label": ["budget"]})).encode(x="ratio:Q")
    line = at_budget.mark_rule(color=colours["ink"], strokeDash=[4, 3])
    label = at_budget.mark_text(baseline="bottom", dy=-4, fontSize=13, color=colours["ink"])
    return line, label.encode(text="label:N", y=alt.value(0))
