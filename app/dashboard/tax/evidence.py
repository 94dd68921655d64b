"""What the tax of one use case rests on: each piece of evidence, the checks, the sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from app import palette
from app.dashboard import cells, wording
from app.pictures import AnyChart

TEXT_PX = 13
EVIDENCE = {
    "within_hour": ("Slow against fast, same model and hour", "circle"),
    "provider": ("Hours in which one model was slow", "diamond"),
    "experiment": ("Randomised delays", "triangle-up"),
    "benchmark": ("Benchmarks alone", "square"),
    "result": ("Together", "circle"),
}
OUTCOMES = {
    "passed": ("within", "●", "Passed"),
    "failed": ("missed", "◆", "Failed"),
    "warning": ("at_risk", "▲", "Warning"),
    "not_made": ("quiet", "○", "Not made"),
}
CHECKS = {
    "placebo": ("Placebo", "Among answers all within the budget, slower should not sell less."),
    "agreement": ("Agreement", "The pieces of evidence should not contradict each other."),
    "future": ("Future latency", "The next hour’s slowness cannot explain this hour’s sales."),
    "incidents": ("Incidents", "Hours in which one model was slow, clear enough to be used."),
}
DECAYS = {
    "hinge": "Loss grows with each 100 ms over the budget",
    "deadline": "Deadline: what is late at all is lost",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of evidence: relative loss for each 100 ms over the budget."""

    evidence: str
    loss: float
    loss_low: float
    loss_high: float

    @property
    def words(self) -> str:
        """What it compares."""
        return EVIDENCE[self.evidence][0]


@dataclass(frozen=True, slots=True)
class Check:
    """A check that a fit went through."""

    check_name: str
    outcome: str


def chart(marks: Sequence[Mark], colours: palette.Colours) -> AnyChart:
    """A row for each piece of evidence: its mark and its interval."""
    rows = pl.DataFrame(
        {
            "name": mark.words,
            "loss": mark.loss,
            "low": mark.loss_low,
            "high": mark.loss_high,
            "figure": loss(mark.loss),
            "range": f"{loss(mark.loss_low)} to {loss(mark.loss_high)}",
        }
        for mark in marks
    )
    names = [mark.words for mark in marks]
    axis = alt.Axis(
        labelColor=colours["ink"], labelLimit=260, labelFontSize=TEXT_PX, ticks=False, domain=False
    )
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=axis),
        tooltip=[
            alt.Tooltip("name:N", title="Evidence"),
            alt.Tooltip("figure:N", title="Loss"),
            alt.Tooltip("range:N", title="90 % interval"),
        ],
    )
    percent = alt.Axis(format="~%", tickCount=6, domain=False)
    whiskers = base.mark_rule(strokeWidth=2, color=colours["quiet"]).encode(
        x=alt.X("low:Q", title=None, axis=percent), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=120, opacity=1).encode(
        x="loss:Q",
        color=alt.Color("name:N", legend=None).scale(
            domain=names,
            range=[colours["accent" if mark.evidence == "result" else "ink"] for mark in marks],
        ),
        shape=alt.Shape("name:N", legend=None).scale(
            domain=names, range=[EVIDENCE[mark.evidence][1] for mark in marks]
        ),
    )
    zero = alt.Chart(pl.DataFrame({"loss": [0.0]})).mark_rule(color=colours["ink"])
    return alt.layer(zero.encode(x="loss:Q"), whiskers, points, height=alt.Step(30))


def chart_text(marks: Sequence[Mark]) -> str:
    """The same chart in words."""
    return "Loss by evidence, with 90 % intervals. " + "; ".join(
        f"{mark.words}: {loss(mark.loss)} ({loss(mark.loss_low)} to {loss(mark.loss_high)})"
        for mark in marks
    )


def loss(ratio: float) -> str:
    """``0.7 %``, ``−1.2 %``: a loss with its sign."""
    return f"{'−' if round(ratio, 3) < 0 else ''}{abs(ratio):.1%}".replace(
        "%", "\N{NO-BREAK SPACE}%"
    )


def checks(found: Sequence[Check]) -> str:
    """What a fit was checked against, and how that ended."""
    rows = (
        (cells.heading(*CHECKS[check.check_name]), cells.chip(*OUTCOMES[check.outcome]))
        for check in found
    )
    return cells.table("Checks", ("Check", "Outcome"), rows)


def facts(fit: Mapping[str, Any]) -> dict[str, str]:
    """What a fit rests on, in words; a row of tax_fits."""
    needed = fit["conversions_needed"]
    told = {
        "Verdict": fit["reason"],
        "Sample": (
            f"{wording.plural(fit['conversions'], 'conversion')} of "
            f"{wording.plural(fit['sessions'], 'session')}, {wording.share(fit['late_ratio'])} of "
            f"them over {wording.duration(fit['budget_ms'])}"
        ),
        "From your data": wording.share(fit["data_share"]),
        "Shape": DECAYS.get(fit["decay"], fit["decay"]),
    }
    if fit["cure"]:
        told["Cure"] = fit["cure"]
    if needed:
        told["Needed"] = f"about {wording.plural(needed, 'conversion')}, as things are"
    return told
