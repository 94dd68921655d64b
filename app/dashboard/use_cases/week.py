"""The hours of the week in which a use case is slow, and the text a screen reader speaks."""

import altair as alt
import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.budgets import Budget
from app.dashboard.use_cases.charts import DURATION

CELL_PX = 26
PALE = 0.25
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def week(cells: pl.DataFrame, budget: Budget, colours: palette.Colours) -> alt.Chart:
    """p95 by weekday and hour of the day; pale cells have too few requests to be sure."""
    few = pl.lit(", too few to be sure")
    shown = cells.with_columns(
        day=pl.col("weekday").replace_strict(dict(enumerate(WEEKDAYS, 1)), return_dtype=pl.String),
        time=pl.col("p95").map_elements(wording.duration, return_dtype=pl.String),
        requests=pl.format("{}{}", "n", pl.when("is_sure").then(pl.lit("")).otherwise(few)),
    )
    threshold_ms = budget.threshold_ms
    scale = alt.Scale(
        type="linear",
        domain=[0, threshold_ms, 2 * threshold_ms],
        range=[colours["within"], colours["at_risk"], colours["missed"]],
        interpolate="rgb",
        clamp=True,
    )
    legend = alt.Legend(
        title=f"p95; yellow is {wording.duration(threshold_ms)}; faint: few requests",
        orient="top",
        labelExpr=DURATION,
        values=[0, threshold_ms, 2 * threshold_ms],
        gradientLength=240,
        titleLimit=400,
        titleFontWeight="normal",
    )
    chart: alt.Chart = (
        alt.Chart(shown, height=alt.Step(CELL_PX))
        .mark_rect(cornerRadius=2, stroke=colours["paper"], strokeWidth=2)
        .encode(
            x=alt.X(
                "hour_of_day:O",
                title="hour of the day (UTC)",
                axis=alt.Axis(labelAngle=0, labelOverlap="greedy", ticks=False, domain=False),
            ).scale(domain=list(range(24))),
            y=alt.Y("day:O", title=None, axis=alt.Axis(ticks=False, domain=False)).scale(
                domain=list(WEEKDAYS)
            ),
            color=alt.Color("p95:Q", scale=scale, legend=legend),
            opacity=alt.condition("datum.is_sure", alt.value(1), alt.value(PALE)),
            tooltip=[
                "day:O",
                alt.Tooltip("hour_of_day:O", title="hour (UTC)"),
                alt.Tooltip("time:N", title="p95"),
                "requests:N",
            ],
        )
    )
    return chart


def week_text(cells: pl.DataFrame, budget: Budget) -> str:
    """The same chart in words."""
    sure = cells.filter("is_sure")
    title = f"p95 of {budget.name} by weekday and hour of the day"
    if sure.is_empty():
        return f"{title}: no hour of the week has enough requests to be sure"
    slowest = sure.top_k(1, by="p95").row(0, named=True)
    over = sure.filter(pl.col("p95") > budget.threshold_ms).height
    return (
        f"{title}: over {wording.duration(budget.threshold_ms)} in {over} of {sure.height} hours "
        f"with enough requests; slowest {WEEKDAYS[slowest['weekday'] - 1]} "
        f"{slowest['hour_of_day']:02}:00 UTC, {wording.duration(slowest['p95'])} "
        f"of {wording.plural(slowest['n'], 'request')}"
    )
