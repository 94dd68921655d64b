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
    at_budget = alt.Chart(budget).encode(x="ms:Q")
    words = at_budget.mark_text(
        align="left", baseline="top", dx=4, color=colours["ink"], fontSize=TEXT_PX
    )
    return [
        at_budget.mark_rule(color=colours["ink"], strokeDash=[4, 3]),
        words.encode(text="label:N", y=alt.value(0)),
        *_names(bins, fit, curve, colours),
    ]


def _names(bins: pl.DataFrame, fit: Fit, curve: str, colours: palette.Colours) -> list[alt.Chart]:
    """What each line is, above the upper and below the lower one, at their ends."""
    last = _bins(bins).row(-1, named=True)
    lines = [
        (last["conversion_rate"] or 0, "recorded", colours["ink"]),
        (last["fitted"] or 0, fit.curve, curve),
    ]
    ends = pl.DataFrame(sorted(lines), ["rate", "label", "colour"], orient="row").with_columns(
        ms=pl.lit(last["to_ms"]), is_above=pl.Series([False, True])
    )
    at = alt.Chart(ends).encode(
        x="ms:Q", y="rate:Q", text="label:N", color=alt.Color("colour:N", scale=None)
    )
    below = at.mark_text(align="right", fontSize=TEXT_PX, dx=-4, baseline="top", dy=5)
    above = at.mark_text(align="right", fontSize=TEXT_PX, dx=-4, baseline="bottom", dy=-4)
    return [
        below.transform_filter("!datum.is_above"),
        above.transform_filter("datum.is_above"),
    ]
