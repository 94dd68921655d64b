"""Conversion by latency: what was recorded, the fitted curve, and the text of the chart."""

import altair as alt
import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.use_cases.charts import DURATION, HEIGHT_PX
from app.dashboard.use_cases.conversions import Fit
from app.pictures import TEXT_PX, AnyChart

OPEN_END = 1.5
"""The last bin has no end: it is drawn up to so many times its beginning."""


def conversion(bins: pl.DataFrame, fit: Fit, colours: palette.Colours) -> AnyChart:
    """A bar for the interval of each latency bin with a tick at its rate; the band is the curve."""
    ticks = sorted({*bins["from_ms"].to_list(), fit.budget_ms})
    latency = alt.Axis(labelExpr=DURATION, values=ticks, labelOverlap="greedy", grid=False)
    base = alt.Chart(_bins(bins)).encode(
        x=alt.X("from_ms:Q", title="longest wait of a session", axis=latency).scale(
            type="symlog", constant=fit.budget_ms / 4, nice=False
        ),
        x2="to_ms:Q",
        tooltip=["wait:N", "rate:N", "range:N", "fit:N", "sessions:N"],
    )
    share = alt.Axis(format="%", tickCount=5, domain=False)
    rate = alt.Y("conversion_rate:Q", title="sessions that convert", axis=share)
    curve = colours["missed"] if fit.is_of_data else colours["quiet"]
    dash = [1, 0] if fit.is_of_data else [4, 3]
    layers = (
        base.mark_rect(color=colours["quiet"], opacity=0.22).encode(y="rate_low:Q", y2="rate_high"),
        base.mark_rect(color=curve, opacity=0.16).encode(y="fitted_low:Q", y2="fitted_high"),
        base.mark_rule(color=colours["ink"], strokeWidth=2).encode(y=rate),
        base.mark_rule(color=curve, strokeWidth=2, strokeDash=dash).encode(y="fitted:Q"),
        *_labels(bins, fit, curve, colours),
    )
    return alt.layer(*layers, height=HEIGHT_PX)


def conversion_text(bins: pl.DataFrame, fit: Fit) -> str:
    """The same chart in words."""
    rows = "; ".join(
        f"{row['wait']} {row['rate']} ({row['range']}), {fit.curve} {row['fit']}"
        for row in _bins(bins).iter_rows(named=True)
    )
    return f"Share of sessions that convert, by their longest wait: {rows}"


def _bins(bins: pl.DataFrame) -> pl.DataFrame:
    told = pl.DataFrame(
        {
            "wait": wording.durations(row["from_ms"], row["to_ms"]),
            "rate": wording.share(row["conversion_rate"]),
            "range": wording.interval(row["rate_low"], row["rate_high"]),
            "fit": wording.share(row["fitted"]),
        }
        for row in bins.iter_rows(named=True)
    )
    figures = ("from_ms", "conversion_rate", "rate_low", "rate_high", "fitted")
    return bins.select(
        *figures,
        "fitted_low",
        "fitted_high",
        "sessions",
        to_ms=pl.col("to_ms").fill_null(pl.col("from_ms") * OPEN_END),
    ).hstack(told)


def _labels(bins: pl.DataFrame, fit: Fit, curve: str, colours: palette.Colours) -> list[alt.Chart]:
    """The budget, and what each line is, at the end where it is last drawn."""
    budget = pl.DataFrame(
        {"ms": [fit.budget_ms], "label": [f"budget {wording.duration(fit.budget_ms)}"]}
    )
    last = bins.row(-1, named=True)
    lines = pl.DataFrame(
        {
            "ms": [last["from_ms"]] * 2,
            "rate": [last["conversion_rate"], last["fitted"]],
            "label": ["recorded", fit.curve],
            "colour": [colours["ink"], curve],
        }
    )
    at_budget = alt.Chart(budget).encode(x="ms:Q")
    names = alt.Chart(lines).mark_text(align="right", baseline="bottom", dy=-4, fontSize=TEXT_PX)
    words = at_budget.mark_text(
        align="left", baseline="top", dx=4, color=colours["ink"], fontSize=TEXT_PX
    )
    return [
        at_budget.mark_rule(color=colours["ink"], strokeDash=[4, 3]),
        words.encode(text="label:N", y=alt.value(0)),
        names.encode(x="ms:Q", y="rate:Q", text="label:N", color=alt.Color("colour:N", scale=None)),
    ]
