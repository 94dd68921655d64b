"""A planned chain in sentences and tables; all text is escaped."""

from collections.abc import Sequence

import polars as pl

from app.dashboard import steps, wording
from app.dashboard.cells import chip, heading, table
from app.dashboard.what_if.brief_choice import Brief
from sql.briefs import Forecast, Metric, Part
from sql.chains import Trade

CAVEATS = (
    "Calls are drawn independently of each other, so hours in which everything is slow at once are "
    "not foreseen; failures and cold starts are not counted. Measured are the last 28 days, of all "
    "use cases. A and C are the articles “the 4-second budget” and “the new bottleneck”."
)
WORTH_SAYING = 0.005
"""A smaller share within budget reads as none."""
COMES: dict[Metric, str] = {"perceived": "first word or sound", "response": "whole answer"}
VERDICTS = {
    "fits": ("within", "●", "Within budget"),
    "too close": ("at_risk", "▲", "Too close to call"),
    "does not fit": ("missed", "◆", "Over budget"),
}
KEPT = {
    "budget": "best model, full agentic behaviour and deep retrieval",
    "best model": "full agentic behaviour and deep retrieval on a lighter model",
    "full agentic behaviour": "best model and deep retrieval, without rounds of tools",
    "deep retrieval": "best model and full agentic behaviour, with one search",
}


def headline(brief: Brief, forecast: Forecast) -> str:
    """The sentence that answers: whether the chain keeps its budget."""
    goal = forecast.goal
    fits = {"fits": "fits", "too close": "is too close to call", "does not fit": "does not fit"}
    return (
        f"This chain {fits[forecast.verdict]}: {wording.share(forecast.met)} of "
        f"{wording.inside(brief.title)} requests would have their {COMES[goal.metric]} within "
        f"{wording.duration(goal.budget_ms)}; {wording.share(goal.objective)} are due."
    )


def where_it_breaks(forecast: Forecast) -> str:
    """Which step owns the time over the budget."""
    owner = forecast.owner
    if owner.late_ms is None:
        return "In no draw was it late."
    start = "Its weakest step is" if forecast.verdict == "fits" else "It breaks at"
    return (
        f"{start} {_inside(owner)}: in requests that are late it takes "
        f"{wording.duration(owner.late_ms)} of {wording.duration(forecast.late_ms)}. If it took no "
        f"time, {wording.share(owner.met_without)} would be within budget."
    )


def evidence(forecast: Forecast) -> str:
    """On how much of it anything was measured."""
    guessed = sum(part.measured is None for part in forecast.parts)
    interval = wording.interval(forecast.met_low, forecast.met_high)
    if not guessed:
        return (
            f"Every step rests on calls that you have measured; the share within budget lies in "
            f"{interval} 9 times out of 10."
        )
    all_steps = wording.plural(len(forecast.parts), "step")
    rest = "rests" if guessed == 1 else "rest"
    return (
        f"{guessed} of {all_steps} {rest} on industry figures, not on calls that you have "
        f"measured: the interval of {interval} knows nothing of their error."
    )


def steps_table(forecast: Forecast) -> str:
    """A row for each step: how long it takes, what it costs, and what that rests on."""
    heads = ("Step", "Half within", "95 % within", "When late", "In budget without it")
    rows = [*map(_part, forecast.parts), *(_whole(forecast, metric) for metric in COMES)]
    return table("Steps of the chain", heads, rows)


def steps_rows(forecast: Forecast) -> pl.DataFrame:
    """The same in figures."""
    return pl.DataFrame(
        {
            "step": part.link.title,
            "p50_ms": part.p50_ms,
            "p95_ms": part.p95_ms,
            "late_ms": part.late_ms,
            "met_without": part.met_without,
            "rests_on": rests_on(part),
        }
        for part in forecast.parts
    )


def trade_headline(outcomes: Sequence[tuple[Trade, Forecast]]) -> str:
    """Which three of the four wishes fit."""
    (_, everything), *others = outcomes
    if everything.verdict == "fits":
        return "All four fit: the best model, full agentic behaviour, deep retrieval, the budget."
    fitting = [trade.given_up for trade, forecast in others if forecast.verdict == "fits"]
    start = "Best model, full agentic behaviour, deep retrieval, under budget: pick three. "
    if fitting:
        return f"{start}It fits if you give up the {' or the '.join(fitting)}."
    best, forecast = max(others, key=lambda other: other[1].met)
    if forecast.met < WORTH_SAYING:
        return f"{start}Here no three of them fit."
    return (
        f"{start}Here giving up one is not enough: without the {best.given_up} "
        f"{wording.share(forecast.met)} would be within budget."
    )


def trade_table(outcomes: Sequence[tuple[Trade, Forecast]]) -> str:
    """A row for each wish given up: what is left, and whether it fits."""
    heads = ("Give up the …", "", "Within budget", "p50", "p95")
    return table("Which three of the four fit", heads, (_trade(*each) for each in outcomes))


def trade_rows(outcomes: Sequence[tuple[Trade, Forecast]]) -> pl.DataFrame:
    """The same in figures."""
    return pl.DataFrame(
        {
            "given_up": trade.given_up,
            "verdict": forecast.verdict,
            "met": forecast.met,
            "met_low": forecast.met_low,
            "met_high": forecast.met_high,
        }
        for trade, forecast in outcomes
    )


def rests_on(part: Part) -> str:
    """What a step's figures come from."""
    if part.measured is None:
        return f"industry figure, not measured ({part.source})"
    return f"measured, {wording.plural(part.measured, 'call')}"


def _part(part: Part) -> tuple[str, ...]:
    swatch = f'<span class="lt-swatch" style="background:{steps.variable(part.link.step)}"></span>'
    return (
        f"{swatch} {heading(part.link.title, rests_on(part))}",
        wording.duration(part.p50_ms),
        wording.duration(part.p95_ms),
        wording.duration(part.late_ms),
        wording.share(part.met_without),
    )


def _whole(forecast: Forecast, metric: Metric) -> tuple[str, ...]:
    p50, p95 = map(wording.duration, forecast.percentiles(0.5, 0.95, metric=metric))
    return (heading(f"Until the {COMES[metric]}"), p50, p95, wording.UNKNOWN, wording.UNKNOWN)


def _trade(trade: Trade, forecast: Forecast) -> tuple[str, ...]:
    interval = wording.interval(forecast.met_low, forecast.met_high)
    p50, p95 = forecast.percentiles(0.5, 0.95)
    return (
        heading(trade.given_up.capitalize(), f"Left: {KEPT[trade.given_up]}"),
        chip(*VERDICTS[forecast.verdict]),
        f"{wording.share(forecast.met)}<small>{interval}</small>",
        wording.duration(p50),
        wording.duration(p95),
    )


def _inside(part: Part) -> str:
    return f"“{part.link.title}”"
