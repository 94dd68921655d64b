"""How long a planned chain would take: its draws as bars, on both sides of the budget."""

from collections.abc import Iterator

import altair as alt
import numpy as np
import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.what_if.brief import COMES
from app.dashboard.what_if.lever_charts import TIME_AXIS
from app.pictures import TEXT_PX, AnyChart
from sql.briefs import Forecast

BARS = 60
HEIGHT_PX = 280
HEADROOM = 1.45
"""Space above the bars for the words."""
SHOWN = (0.001, 0.995)
"""What lies beyond these shares would only stretch the axis."""
SIDES = ("within budget", "late")


def draws(forecast: Forecast, colours: palette.Colours) -> AnyChart:
    """A bar for each stretch of time, as high as it is likely."""
    frame = bars(forecast)
    x = alt.X(
        "from_ms:Q",
        title=f"time to the {COMES[forecast.goal.metric]}",
        axis=alt.Axis(labelExpr=TIME_AXIS, tickCount=7, grid=False),
    ).scale(type="log", nice=False, domain=[frame["from_ms"][0], frame["to_ms"][-1]])
    shape = (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            x=x,
            x2="to_ms:Q",
            y=alt.Y("density:Q", axis=None).scale(domain=[0, HEADROOM]),
            y2=alt.datum(0),
            color=alt.Color("side:N", title=None)
            .scale(domain=list(SIDES), range=[colours["within"], colours["missed"]])
            .legend(orient="bottom", labelFontSize=TEXT_PX, symbolType="square"),
        )
    )
    return alt.layer(shape, *_lines(forecast, colours), height=HEIGHT_PX)


def draws_text(forecast: Forecast) -> str:
    """The same chart in words."""
    p50, p95 = forecast.percentiles(0.5, 0.95)
    return (
        f"Time to the {COMES[forecast.goal.metric]} of the planned chain: half within "
        f"{wording.duration(p50)}, 95 % within {wording.duration(p95)}; "
        f"{wording.share(forecast.met)} within the budget of "
        f"{wording.duration(forecast.goal.budget_ms)}"
    )


def bars(forecast: Forecast) -> pl.DataFrame:
    """from_ms, to_ms, density (of log time, at most 1), side; one bar ends where the budget is."""
    budget_ms = forecast.goal.budget_ms
    low, high = np.quantile(forecast.ms, SHOWN)
    low, high = max(min(low, budget_ms * 0.8), 1.0), max(high, budget_ms * 1.2)
    edges = np.unique([*np.geomspace(low, high, BARS + 1), budget_ms])
    counts, _ = np.histogram(forecast.ms, edges)
    density = counts / np.diff(np.log(edges))
    is_late = edges[:-1] >= budget_ms
    return pl.DataFrame(
        {
            "from_ms": edges[:-1],
            "to_ms": edges[1:],
            "density": density / max(density.max(), 1),
            "side": [SIDES[int(late)] for late in is_late],
        }
    )


def _lines(forecast: Forecast, colours: palette.Colours) -> Iterator[alt.Chart]:
    p50, p95 = forecast.percentiles(0.5, 0.95)
    marks = [("budget", forecast.goal.budget_ms, 0), ("p50", p50, 16), ("p95", p95, 32)]
    for name, ms, below_px in marks:
        words = f"{name} {wording.duration(ms)}"
        at = alt.Chart(pl.DataFrame({"ms": [ms], "label": [words]})).encode(x="ms:Q")
        is_budget = name == "budget"
        yield at.mark_rule(
            color=colours["ink"], strokeDash=[4, 3] if is_budget else [1, 2], opacity=0.8
        )
        label = at.mark_text(
            align="left", dx=5, baseline="top", color=colours["ink"], fontSize=TEXT_PX
        )
        yield label.encode(text="label:N", y=alt.value(below_px))
