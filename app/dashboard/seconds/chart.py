"""The composition of latency by percentile band: a stacked bar each."""

from collections.abc import Sequence

import altair as alt
import polars as pl

from app import palette
from app.dashboard import steps, wording
from app.dashboard.seconds.words import BANDS, Band
from app.pictures import AnyChart

BAR_PX = 44


def composition(
    bands: Sequence[Band], budget_ms: float | None, colours: palette.Colours
) -> AnyChart:
    """A bar for each band, made of its steps; the line is the budget."""
    used = [step for step in steps.STEPS if any(step in band.ms for band in bands)]
    names = alt.Axis(
        labelColor=colours["ink"], labelPadding=8, labelFontSize=13, ticks=False, domain=False
    )
    time = alt.Axis(
        labelExpr="datum.value < 1000 ? datum.value + ' ms' : datum.value / 1000 + ' s'",
        tickCount=6,
        domain=False,
    )
    y = alt.Y("band:N", title=None, sort=None, axis=names)
    bars = (
        alt.Chart(_pieces(bands))
        .mark_bar(size=BAR_PX * 0.6)
        .encode(
            y=y,
            x=alt.X("from_ms:Q", title="mean time of a request", axis=time),
            x2="to_ms:Q",
            color=alt.Color("step:N", title=None)
            .scale(
                domain=[steps.words(step) for step in used],
                range=[steps.colour(step, colours) for step in used],
            )
            .legend(orient="bottom", columns=4, labelFontSize=13, symbolType="square"),
            tooltip=["band:N", "step:N", "time:N", "share:N", "requests:N"],
        )
    )
    totals = (
        alt.Chart(_totals(bands))
        .mark_text(align="left", dx=6, fontSize=13, color=colours["ink"])
        .encode(y=y, x="total_ms:Q", text="total:N")
    )
    return alt.layer(bars, totals, *_budget(budget_ms, colours), height=alt.Step(BAR_PX))


def composition_text(bands: Sequence[Band]) -> str:
    """The same chart in words."""
    return "Mean time of a request by step. " + "; ".join(
        f"{BANDS[band.name]}, {wording.duration(band.total_ms)}: "
        + ", ".join(
            f"{steps.words(step)} {wording.duration(ms)}"
            for step, ms in sorted(band.ms.items(), key=lambda item: -item[1])[:4]
        )
        for band in bands
    )


def _pieces(bands: Sequence[Band]) -> pl.DataFrame:
    rows = []
    for band in bands:
        at_ms = 0.0
        for step, ms in band.ms.items():
            rows.append(
                {
                    "band": BANDS[band.name],
                    "step": steps.words(step),
                    "from_ms": at_ms,
                    "to_ms": at_ms + ms,
                    "time": wording.duration(ms),
                    "share": wording.share(band.share(step)),
                    "requests": wording.count(band.n),
                }
            )
            at_ms += ms
    return pl.DataFrame(rows)


def _totals(bands: Sequence[Band]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "band": BANDS[band.name],
            "total_ms": band.total_ms,
            "total": wording.duration(band.total_ms),
        }
        for band in bands
    )


def _budget(budget_ms: float | None, colours: palette.Colours) -> list[alt.Chart]:
    if budget_ms is None:
        return []
    words = f"budget {wording.duration(budget_ms)}"
    at = alt.Chart(pl.DataFrame({"ms": [budget_ms], "label": [words]})).encode(x="ms:Q")
    line = at.mark_rule(color=colours["ink"], strokeDash=[4, 3])
    label = at.mark_text(baseline="bottom", dy=-4, color=colours["ink"], fontSize=13)
    return [line, label.encode(text="label:N", y=alt.value(0))]
