"""Charts of the latency tax. Each comes with the text a screen reader speaks."""

import altair as alt
import polars as pl

from app import palette
from app.dashboard import steps, wording
from app.dashboard.tax.rows import ALL, Piece, Tax
from app.pictures import AnyChart

HEIGHT_PX = 220
BAR_PX = 40
TEXT_PX = 13
HOUR_S = 3600
BUCKETS = {3600: "hour", 21_600: "6 hours", 86_400: "day"}
PARTS = {
    "unknown": ("No path recorded", "#8d97a3", "#5d6874"),
    "fallback_quality": ("Fallback’s lower quality", "#7a1f4d", "#d477a3"),
    "speed_premium": ("Paid for speed", "#5c4a12", "#c9b458"),
}
"""What is no step of a wait: its words, and its colours in light and dark."""
USD = "(datum.value < 0 ? '−$' : '$') + format(abs(datum.value), '~s')"


def trend(buckets: pl.DataFrame, bucket_seconds: int, colours: palette.Colours) -> AnyChart:
    """The tax by bucket with its interval; dashed is the period before."""
    form = (
        "%H:%M" if bucket_seconds < HOUR_S else "%a %H:%M" if bucket_seconds == HOUR_S else "%-d %b"
    )
    times = alt.Axis(format=form, tickCount=6, grid=False, labelFlush=True, labelOverlap="greedy")
    money = alt.Axis(labelExpr=USD, tickCount=5, domain=False)
    base = alt.Chart(_in_words(buckets)).encode(
        x=alt.X("bucket_at:T", title=None, axis=times, scale=alt.Scale(type="utc", padding=6))
    )
    tooltip = [
        alt.Tooltip("utcyearmonthdatehoursminutes(bucket_at):T", title="From (UTC)"),
        alt.Tooltip("figure:N", title="Cost"),
        alt.Tooltip("range:N", title="90 % interval"),
        alt.Tooltip("earlier:N", title="Period before"),
        alt.Tooltip("n:Q", title="Conversions", format=",d"),
    ]
    band = base.mark_area(opacity=0.16, color=colours["accent"]).encode(
        y=alt.Y("usd_low:Q", title=None, axis=money), y2="usd_high:Q"
    )
    earlier = base.mark_line(color=colours["quiet"], strokeWidth=1.5, strokeDash=[4, 3])
    dots = alt.OverlayMarkDef(color=colours["accent"], size=24)
    line = base.mark_line(color=colours["accent"], strokeWidth=2.5, point=dots)
    zero = alt.Chart(pl.DataFrame({"usd": [0.0]})).mark_rule(color=colours["quiet"])
    return alt.layer(
        band,
        zero.encode(y="usd:Q"),
        earlier.encode(y="usd_before:Q"),
        line.encode(y="usd:Q", tooltip=tooltip),
        height=HEIGHT_PX,
    )


def trend_note(buckets: pl.DataFrame, bucket_seconds: int) -> str:
    """What the lines of the trend are."""
    width = BUCKETS.get(max(bucket_seconds, HOUR_S), "bucket")
    dashed = "" if buckets["usd_before"].is_null().all() else "; dashed: the period before"
    return f"US dollars per {width}; shaded: the 90 % interval of each{dashed}."


def _in_words(buckets: pl.DataFrame) -> pl.DataFrame:
    return buckets.with_columns(
        figure=_usd("usd"),
        earlier=_usd("usd_before"),
        range=pl.struct("usd_low", "usd_high").map_elements(
            lambda ends: wording.usd_interval(ends["usd_low"], ends["usd_high"]),
            return_dtype=pl.String,
        ),
    )


def trend_text(buckets: pl.DataFrame) -> str:
    """The same chart in words."""
    known = buckets.drop_nulls("usd")
    highest = known.top_k(1, by="usd").row(0, named=True)
    interval = wording.usd_interval(highest["usd_low"], highest["usd_high"])
    return (
        f"What slow answers cost over time, in {wording.plural(known.height, 'bucket')}: most in "
        f"that from {highest['bucket_at']:%-d %B %H:%M} UTC, {wording.usd(highest['usd'])} "
        f"({interval}); at last {wording.usd(known['usd'][-1])}"
    )


def composition(tax: Tax, colours: palette.Colours) -> AnyChart:
    """A bar for each use case with a measured tax, made of the steps that it waited for."""
    pieces, used = _of_bars(tax), steps_of(tax)
    names = alt.Axis(
        labelColor=colours["ink"], labelPadding=8, labelFontSize=TEXT_PX, ticks=False,
        domain=False, labelLimit=180,
    )  # fmt: skip
    rows = pl.DataFrame(
        {
            "case": tax.title(piece.use_case),
            "step": step_words(piece.step),
            "order": used.index(piece.step),
            "usd": piece.usd,
            "figure": wording.usd(piece.usd),
            "range": wording.usd_interval(piece.usd_low, piece.usd_high),
            "share": wording.share(piece.share_of_case),
        }
        for piece in pieces
    )
    bars = alt.Chart(rows).mark_bar(size=BAR_PX * 0.55)
    chart = bars.encode(
        y=alt.Y("case:N", title=None, sort=None, axis=names),
        x=alt.X("sum(usd):Q", title=None, axis=alt.Axis(labelExpr=USD, tickCount=6, domain=False)),
        order="order:Q",
        color=alt.Color("step:N", legend=None).scale(
            domain=[step_words(step) for step in used],
            range=[_colour(step, colours) for step in used],
        ),
        tooltip=[
            alt.Tooltip("case:N", title="Use case"),
            alt.Tooltip("step:N", title="Waits for"),
            alt.Tooltip("figure:N", title="Cost"),
            alt.Tooltip("range:N", title="90 % interval"),
            alt.Tooltip("share:N", title="Of the use case"),
        ],
    )
    totals = pl.DataFrame(
        {"case": tax.title(whole.use_case), "usd": whole.usd, "figure": wording.usd(whole.usd)}
        for whole in tax.listed()
        if whole.usd
    )
    ends = alt.Chart(totals).mark_text(align="left", dx=6, fontSize=TEXT_PX, color=colours["ink"])
    return alt.layer(
        chart,
        ends.encode(y=alt.Y("case:N", sort=None), x="usd:Q", text="figure:N"),
        height=alt.Step(BAR_PX),
    )


def composition_text(tax: Tax) -> str:
    """The same chart in words."""
    pieces = _of_bars(tax)

    def case(whole: Piece) -> str:
        of_case = [piece for piece in pieces if piece.use_case == whole.use_case]
        largest = sorted(of_case, key=lambda piece: -abs(piece.usd or 0))[:3]
        parts = ", ".join(f"{step_words(p.step)} {wording.usd(p.usd)}" for p in largest)
        return f"{tax.title(whole.use_case)} {wording.usd(whole.usd)}: {parts}"

    return "Cost by use case and step. " + "; ".join(map(case, tax.listed()))


def step_words(step: str) -> str:
    """What a piece of the tax is called."""
    return PARTS[step][0] if step in PARTS else steps.words(step)


def steps_of(tax: Tax) -> list[str]:
    """What the bars are made of, in the order in which they are stacked."""
    found = {piece.step for piece in _of_bars(tax)}
    return [step for step in (*steps.STEPS, *PARTS) if step in found]


def variable(step: str) -> str:
    """The colour of a piece of the tax as CSS writes it."""
    if step not in PARTS:
        return steps.variable(step)
    _, light, dark = PARTS[step]
    return f"light-dark({light},{dark})"


def _colour(step: str, colours: palette.Colours) -> str:
    if step not in PARTS:
        return steps.colour(step, colours)
    return PARTS[step][2 if colours is palette.DARK else 1]


def _of_bars(tax: Tax) -> list[Piece]:
    order = [whole.use_case for whole in tax.listed() if whole.usd]
    pieces = [
        piece
        for piece in tax.pieces
        if piece.basis == "measured" and piece.tier == ALL and piece.step != ALL and piece.usd
        and piece.use_case in order
    ]  # fmt: skip
    return sorted(pieces, key=lambda piece: order.index(piece.use_case))


def _usd(column: str) -> pl.Expr:
    return pl.col(column).map_elements(wording.usd, return_dtype=pl.String)
