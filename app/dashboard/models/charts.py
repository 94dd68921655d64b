"""Latency of a use case's models against their cost and quality, and the text of each chart."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import altair as alt
import polars as pl

from app import palette
from app.dashboard import wording
from app.dashboard.charts import SHAPES
from app.dashboard.models.rows import Fit
from app.dashboard.models.tables import NAME_LENGTH, VERDICTS
from app.dashboard.safe_text import shown
from app.dashboard.use_cases.charts import DURATION
from app.pictures import TEXT_PX, AnyChart

Worth = Literal["cost", "quality"]
HEIGHT_PX = 260
CLOSE = 0.08
"""Of what the axis shows: names of points that are closer would stand on each other."""
TICKS_MS = [step * 10**power for power in range(6) for step in (1, 1.5, 2, 3, 4, 5, 6, 8)]
TITLES: dict[Worth, str] = {
    "cost": "cost of a month",
    "quality": "mean quality",
}
FORMATS: dict[Worth, str] = {"cost": "$,.2~s", "quality": ".0%"}
WORDS = [words for _, _, words in VERDICTS.values()]


def known(models: Sequence[Fit], worth: Worth) -> list[Fit]:
    """The models whose latency and worth are known."""
    return [fit for fit in models if fit.p95 is not None and _worth(fit, worth) is not None]


def against(models: Sequence[Fit], worth: Worth, colours: palette.Colours) -> AnyChart:
    """A point for each model at its p95, with the way from its p50; the line is the budget."""
    domain = [colours[colour] for colour, _, _ in VERDICTS.values()]
    latency = alt.Axis(labelExpr=DURATION, values=TICKS_MS, domain=False, labelOverlap="greedy")
    base = alt.Chart(_points(models, worth)).encode(
        x=alt.X("p95:Q", title="p50 to p95", axis=latency).scale(
            type="log", nice=False, padding=64
        ),
        y=alt.Y(
            "worth:Q",
            title=TITLES[worth],
            axis=alt.Axis(format=FORMATS[worth], tickCount=4, domain=False),
        ).scale(zero=_from_zero(worth), padding=24, nice=False),
        color=alt.Color("verdict:N", legend=None).scale(domain=WORDS, range=domain),
        tooltip=["model:N", "verdict:N", "latency:N", "said:N", "requests:N"],
    )
    points = base.mark_point(filled=True, size=110, opacity=1).encode(
        shape=alt.Shape("verdict:N", legend=None).scale(domain=WORDS, range=list(SHAPES))
    )
    above = base.mark_text(baseline="bottom", dy=-9, fontSize=TEXT_PX, limit=220)
    below = base.mark_text(baseline="top", dy=9, fontSize=TEXT_PX, limit=220)
    ink, paper = alt.value(colours["ink"]), alt.value(colours["paper"])
    layers = (
        *_budget(models[0].threshold_ms, colours),
        base.mark_rule(strokeWidth=2, opacity=0.45).encode(x2="p50:Q"),
        points,
        *(
            words.transform_filter(which).encode(text="model:N", color=ink, **halo)
            for words, which in ((above, "!datum.is_below"), (below, "datum.is_below"))
            for halo in ({"stroke": paper, "strokeWidth": alt.value(4)}, {})
        ),
    )
    return alt.layer(*layers, height=HEIGHT_PX)


def against_text(models: Sequence[Fit], worth: Worth) -> str:
    """The same chart in words."""
    rows = "; ".join(
        f"{fit.model} {wording.duration(fit.p95)}, {_said(fit, worth)}, "
        f"{VERDICTS[fit.verdict][2].lower()}"
        for fit in models
    )
    budget = wording.duration(models[0].threshold_ms)
    return f"p95 of each model against {TITLES[worth]}, budget {budget}: {rows}"


def _named_below(models: Sequence[Fit], worth: Worth) -> set[str]:
    """Of two models that are worth about the same, the name of one goes below its point."""
    by_worth = sorted((_worth(fit, worth) or 0.0, fit.model) for fit in models)
    bottom = 0.0 if _from_zero(worth) else by_worth[0][0]
    close = CLOSE * (by_worth[-1][0] - bottom)
    below: set[str] = set()
    for (lower, one), (higher, other) in pairwise(by_worth):
        if higher - lower <= close and one not in below:
            below.add(other)
    return below


def _from_zero(worth: Worth) -> bool:
    """Whether the axis begins at zero: money adds up, ratings differ by little."""
    return worth == "cost"


def _points(models: Sequence[Fit], worth: Worth) -> pl.DataFrame:
    below = _named_below(models, worth)
    return pl.DataFrame(
        {
            "model": shown(fit.model, NAME_LENGTH),
            "p50": fit.p50,
            "p95": fit.p95,
            "worth": _worth(fit, worth),
            "verdict": VERDICTS[fit.verdict][2],
            "latency": f"{wording.duration(fit.p50)} to {wording.duration(fit.p95)}",
            "said": _said(fit, worth),
            "requests": wording.count(fit.n),
            "is_below": fit.model in below,
        }
        for fit in models
    )


def _worth(fit: Fit, worth: Worth) -> float | None:
    return fit.usd_month if worth == "cost" else fit.quality


def _said(fit: Fit, worth: Worth) -> str:
    if worth == "cost":
        return f"{wording.usd(fit.usd_month)} a month"
    return f"rated {wording.share(fit.quality)}"


def _budget(threshold_ms: float, colours: palette.Colours) -> tuple[alt.Chart, alt.Chart]:
    words = f"budget {wording.duration(threshold_ms)}"
    at = alt.Chart(pl.DataFrame({"ms": [threshold_ms], "label": [words]})).encode(x="ms:Q")
    line = at.mark_rule(color=colours["ink"], strokeDash=[4, 3])
    label = at.mark_text(
        align="left", baseline="bottom", dx=4, dy=-2, color=colours["ink"], fontSize=TEXT_PX
    )
    return line, label.encode(text="label:N", y=alt.value("height"))
