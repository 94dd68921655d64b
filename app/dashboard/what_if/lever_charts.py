"""The distribution of latencies before and after levers are pulled, against the budget."""

import altair as alt
import numpy as np
import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.what_if.levers import WAIT
from app.pictures import TEXT_PX, AnyChart
from sql.what_if import Outcome
from sql.what_if.outcome import Latency

NOW, THEN = "now", "with the levers"
POINTS = 200
HEIGHT_PX = 360
LABEL_AT = 0.05
"""Where the budget is named, above the axis: there the lines have gone by."""
SHOWN = (0.005, 0.99)
"""What lies beyond these shares would only stretch the axis."""
TIME_AXIS = "datum.value < 1000 ? datum.value + ' ms' : datum.value / 1000 + ' s'"


def distribution(outcome: Outcome, colours: palette.Colours) -> AnyChart:
    """How many requests are done within each time, now and then; dots are p50, p95 and p99."""
    both = [(NOW, outcome.before), (THEN, outcome.after)]
    x = alt.X(
        "ms:Q",
        title=f"wait for {WAIT[outcome.metric]}",
        axis=alt.Axis(labelExpr=TIME_AXIS, tickCount=7, grid=False),
    ).scale(type="log", nice=False, domain=_span(outcome))
    y = alt.Y(
        "share:Q",
        title="requests done within it",
        axis=alt.Axis(format="%", tickCount=5, domain=False),
    ).scale(domain=[0, 1])
    colour = (
        alt.Color("which:N", title=None)
        .scale(domain=[NOW, THEN], range=[colours["quiet"], colours["within"]])
        .legend(orient="bottom", symbolType="stroke", symbolStrokeWidth=3, labelFontSize=TEXT_PX)
    )
    lines = (
        alt.Chart(pl.concat(_curve(name, latency, outcome.n) for name, latency in both))
        .mark_line(strokeWidth=2.5, clip=True)
        .encode(x=x, y=y, color=colour, order="share:Q")
    )
    marks = alt.Chart(pl.concat(_marks(name, each, outcome.n) for name, each in both)).encode(
        x=x, y=y, color=colour, tooltip=["which:N", "label:N", "time:N"]
    )
    dots = marks.mark_point(filled=True, size=70, opacity=1, clip=True)
    words = _words(marks, colours)
    return alt.layer(lines, dots, *words, *_budget(outcome, colours), height=HEIGHT_PX)


def distribution_text(outcome: Outcome) -> str:
    """The same chart in words."""
    told = "; ".join(
        f"{name}: p50 {wording.duration(each.p50)}, p95 {wording.duration(each.p95)}, "
        f"p99 {wording.duration(each.p99)}, {wording.share(each.compliance)} within budget"
        for name, each in ((NOW, outcome.before), (THEN, outcome.after))
    )
    return (
        f"Share of requests done within each time, against a budget of "
        f"{wording.duration(outcome.budget_ms)}. {told}"
    )


def _words(marks: alt.Chart, colours: palette.Colours) -> list[alt.Chart]:
    """The times of the dots: those of now to the right and below, the others left and above."""
    now, then = (marks.transform_filter(alt.datum.which == name) for name in (NOW, THEN))
    paper = colours["paper"]
    words = [
        now.mark_text(align="left", dx=8, dy=12, stroke=paper, strokeWidth=4),
        now.mark_text(align="left", dx=8, dy=12),
        then.mark_text(align="right", dx=-8, dy=-8, stroke=paper, strokeWidth=4),
        then.mark_text(align="right", dx=-8, dy=-8),
    ]
    return [each.encode(text="figure:N", size=alt.value(TEXT_PX)) for each in words]


def _curve(name: str, latency: Latency, n: int) -> pl.DataFrame:
    shares = np.linspace(*SHOWN, POINTS)
    return pl.DataFrame(
        {
            "which": [name] * POINTS,
            "ms": np.quantile(latency.ms, shares, method="inverted_cdf"),
            "share": shares * latency.ms.size / n,
        }
    )


def _marks(name: str, latency: Latency, n: int) -> pl.DataFrame:
    known = [(0.5, latency.p50), (0.95, latency.p95), (0.99, latency.p99)]
    rows = [(f"p{share * 100:.0f}", share, ms) for share, ms in known if ms is not None]
    return pl.DataFrame(
        {
            "which": [name] * len(rows),
            "label": [label for label, _, _ in rows],
            "ms": [ms for _, _, ms in rows],
            "share": [share * latency.ms.size / n for _, share, _ in rows],
            "time": [wording.duration(ms) for _, _, ms in rows],
            "figure": [f"{label} {wording.duration(ms)}" for label, _, ms in rows],
        }
    )


def _span(outcome: Outcome) -> list[float]:
    ends = [np.quantile(each.ms, SHOWN) for each in (outcome.before, outcome.after)]
    low = min(low for low, _ in ends)
    high = max(*(high for _, high in ends), outcome.budget_ms)
    return [max(float(low), 1.0), float(high) * 1.8]


def _budget(outcome: Outcome, colours: palette.Colours) -> list[alt.Chart]:
    words = f"budget {wording.duration(outcome.budget_ms)}"
    at = alt.Chart(
        pl.DataFrame({"ms": [outcome.budget_ms], "label": [words], "share": [LABEL_AT]})
    ).encode(x="ms:Q")
    line = at.mark_rule(color=colours["ink"], strokeDash=[4, 3])
    label = at.mark_text(align="left", dx=6, color=colours["ink"], fontSize=TEXT_PX)
    return [line, label.encode(text="label:N", y="share:Q")]
