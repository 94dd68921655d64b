"""Charts of a use case over time. Each comes with the text a screen reader speaks."""

from datetime import datetime

import altair as alt
import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.budgets import Budget
from app.pictures import AnyChart

HEIGHT_PX = 260
HOUR_S = 3600
TEXT_PX = 13
LINES = {
    "p50": ("quiet", 1.5, [1, 0], 8),
    "p95": ("ink", 2.5, [1, 0], 0),
    "p99": ("quiet", 1.5, [4, 3], -8),
}
"""Colour, width and dash of each percentile, and how far below its end its name is written."""
DURATION = "datum.value < 1000 ? datum.value + ' ms' : datum.value / 1000 + ' s'"
TICKS_MS = [step * 10**power for power in range(6) for step in (1, 2, 5)]


def burn_down(
    hours: pl.DataFrame, budget: Budget, now: datetime, colours: palette.Colours
) -> AnyChart:
    """What is left of the error budget by hour; dashed is the way to zero at today's pace."""
    colour = colours[palette.STATE_COLOURS[budget.lasting]]
    time = alt.X("hour:T", title=None, axis=_days(), scale=alt.Scale(type="utc"))
    percent = alt.Axis(format="%", tickCount=5, domain=False)
    share = alt.Y("budget_left:Q", title="error budget left", axis=percent)
    left = alt.Chart(hours.select("hour", "budget_left", "good", "total")).encode(
        x=time,
        y=share,
        tooltip=[
            alt.Tooltip("utcyearmonthdatehours(hour):T", title="UTC"),
            alt.Tooltip("budget_left:Q", title="Left", format=".0%"),
            alt.Tooltip("good:Q", title="In time", format=",d"),
            alt.Tooltip("total:Q", title="Requests", format=",d"),
        ],
    )
    line = left.mark_line(color=colour, strokeWidth=2, interpolate="step-after")
    zero = alt.Chart(pl.DataFrame({"budget_left": [0.0], "label": ["budget gone"]})).encode(y=share)
    layers = [
        zero.mark_rule(color=colours["ink"], strokeDash=[4, 3]),
        _gone(zero, budget, colours),
        line,
        *_projection(hours, budget, now, colour),
    ]
    return alt.layer(*layers, height=HEIGHT_PX)


def _gone(zero: alt.Chart, budget: Budget, colours: palette.Colours) -> alt.Chart:
    """The words at the zero line, at the end where the budget's own line is far from it."""
    is_gone = budget.lasting == "missed"
    words = zero.mark_text(
        align="right" if is_gone else "left",
        baseline="bottom",
        dx=-4 if is_gone else 4,
        dy=-4,
        color=colours["ink"],
        fontSize=TEXT_PX,
    )
    label: alt.Chart = words.encode(text="label:N", x=alt.value("width" if is_gone else 0))
    return label


def _projection(hours: pl.DataFrame, budget: Budget, now: datetime, colour: str) -> list[alt.Chart]:
    if not budget.is_running_out or budget.exhausted_at is None:
        return []
    words = f"gone {wording.day_and_hour(budget.exhausted_at, now)}"
    ends = pl.DataFrame(
        {
            "hour": [hours["hour"][-1], budget.exhausted_at],
            "budget_left": [budget.budget_left, 0.0],
            "label": ["", words],
        }
    )
    way = alt.Chart(ends).encode(x="hour:T", y="budget_left:Q")
    label = way.mark_text(align="right", baseline="bottom", dx=-4, dy=-10, fontSize=TEXT_PX)
    return [
        way.mark_line(color=colour, strokeWidth=2, strokeDash=[5, 4]),
        label.encode(text="label:N", color=alt.value(colour)),
    ]


def burn_down_text(hours: pl.DataFrame, budget: Budget, now: datetime) -> str:
    """The same chart in words."""
    first, last = hours.row(0, named=True), hours.row(-1, named=True)
    lowest = wording.share(hours.select(pl.min("budget_left")).item())
    return (
        f"Error budget of {budget.name} from {wording.moment(first['hour'], now)} to "
        f"{wording.moment(last['hour'], now)} UTC, by hour: from 100 % down to {lowest}. "
        f"{budget.left(now).capitalize()}"
    )


def trend(
    buckets: pl.DataFrame, bucket_seconds: int, budget: Budget, colours: palette.Colours
) -> AnyChart:
    """Percentiles over time; the labelled line is the budget. Buckets without requests are gaps."""
    axis = _times(_form(bucket_seconds))
    time = alt.X("bucket_at:T", title=None, axis=axis, scale=alt.Scale(type="utc", padding=8))
    latency = alt.Axis(labelExpr=DURATION, values=TICKS_MS, domain=False)
    lines = [
        alt.Chart(_long(buckets, bucket_seconds, name))
        .mark_line(
            color=colours[colour],
            strokeWidth=width,
            strokeDash=dash,
            point=alt.OverlayMarkDef(color=colours[colour], size=12),
        )
        .encode(
            x=time,
            y=alt.Y("ms:Q", title=None, axis=latency, scale=alt.Scale(type="log")),
            tooltip=[
                alt.Tooltip("utcyearmonthdatehoursminutes(bucket_at):T", title="UTC"),
                "percentile:N",
                "time:N",
                alt.Tooltip("n:Q", title="Requests", format=",d"),
            ],
        )
        for name, (colour, width, dash, _) in LINES.items()
    ]
    ends = _last(buckets)
    labels = [
        alt.Chart(ends.filter(percentile=name))
        .mark_text(align="left", dx=6, dy=below, fontSize=TEXT_PX, color=colours["ink"])
        .encode(x="bucket_at:T", y="ms:Q", text="percentile:N")
        for name, (_, _, _, below) in LINES.items()
    ]
    return alt.layer(*lines, *labels, *_budget_line(budget, colours), height=HEIGHT_PX)


def trend_text(buckets: pl.DataFrame, budget: Budget) -> str:
    """The same chart in words."""
    last = buckets.row(-1, named=True)
    lowest, highest = buckets.select(pl.min("p95"), high=pl.max("p95")).row(0)
    return (
        f"{budget.name} over time against its budget of {wording.duration(budget.threshold_ms)}: "
        f"p95 from {wording.duration(lowest)} to {wording.duration(highest)}, "
        f"at last p50 {wording.duration(last['p50'])}, p95 {wording.duration(last['p95'])}, "
        f"p99 {wording.duration(last['p99'])} of {wording.plural(last['n'], 'request')}"
    )


def _days() -> alt.Axis:
    return _times("%-d %b")


def _times(form: str) -> alt.Axis:
    return alt.Axis(format=form, tickCount=6, grid=False, labelFlush=True, labelOverlap="greedy")


def _form(bucket_seconds: int) -> str:
    """How a time axis reads that has such buckets."""
    if bucket_seconds < HOUR_S:
        return "%H:%M"
    return "%a %H:%M" if bucket_seconds == HOUR_S else "%-d %b"


def _long(buckets: pl.DataFrame, bucket_seconds: int, name: str) -> pl.DataFrame:
    filled = buckets.sort("bucket_at").upsample("bucket_at", every=f"{bucket_seconds}s")
    return filled.select(
        "bucket_at",
        "n",
        percentile=pl.lit(name),
        ms=pl.col(name).replace(0.0, None),  # the scale has no zero
        time=pl.col(name).map_elements(wording.duration, return_dtype=pl.String),
    )


def _last(buckets: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (known["bucket_at"][-1], known[name][-1], name)
            for name in LINES
            if not (known := buckets.filter(pl.col(name) > 0)).is_empty()
        ],
        {"bucket_at": buckets.schema["bucket_at"], "ms": pl.Float64, "percentile": pl.String},
        orient="row",
    )


def _budget_line(budget: Budget, colours: palette.Colours) -> tuple[alt.Chart, alt.Chart]:
    words = f"budget {wording.duration(budget.threshold_ms)}"
    at = alt.Chart(pl.DataFrame({"ms": [budget.threshold_ms], "label": [words]})).encode(y="ms:Q")
    line = at.mark_rule(color=colours["missed"], strokeDash=[4, 3])
    label = at.mark_text(
        align="left", baseline="bottom", dx=4, dy=-3, color=colours["missed"], fontSize=TEXT_PX
    )
    return line, label.encode(text="label:N", x=alt.value(0))
