"""Tables of the Use cases page: objectives, what is left of their budgets, how fast they burn."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

import polars as pl

from app.dashboard import theme, wording
from app.dashboard.budgets import Budget
from app.dashboard.cells import chip, heading, table
from app.dashboard.use_cases.words import Burn, times
from app.palette import SEVERITIES

PERCENTILES = ("p50", "p95", "p99")
PERIODS = {"day": "Today", "week": "This week", "month": "This month", "window": "Rolling window"}


def name(budget: Budget) -> str:
    """``First token 500 ms``: an objective among those of its use case, fit for a URL."""
    spaced = wording.duration(budget.threshold_ms).replace("\N{NO-BREAK SPACE}", " ")
    return f"{budget.sli.capitalize()} {spaced}"


def objectives(budgets: Iterable[Budget], percentiles: pl.DataFrame, now: datetime) -> str:
    """A row for each objective: verdict, compliance, budget left, percentiles with intervals."""
    heads = ("Objective", "Verdict", "In budget", "Error budget", *PERCENTILES, "Requests")
    return table("Objectives", heads, (_objective(each, percentiles, now) for each in budgets))


def _objective(budget: Budget, percentiles: pl.DataFrame, now: datetime) -> Sequence[str]:
    of_metric = {
        each["percentile"]: each
        for each in percentiles.filter(pl.col("metric") == budget.latency).iter_rows(named=True)
    }
    return (
        heading(budget.promise),
        theme.chip(budget.state),
        _share(budget.compliance, budget.compliance_low, budget.compliance_high),
        f"{budget.left(now)}{_small(_of(budget))}",
        *(_percentile(of_metric.get(each)) for each in PERCENTILES),
        f"{wording.count(budget.n)}{_small(_unknown(budget))}",
    )


def _of(budget: Budget) -> str:
    return f"of {wording.plural(budget.window_days, 'day')}"


def _unknown(budget: Budget) -> str:
    return f"+ {wording.count(budget.unknown)} unknown" if budget.unknown else ""


def _percentile(known: dict[str, float | None] | None) -> str:
    if known is None:
        return f"{wording.UNKNOWN}{_small('too few requests')}"
    ends = wording.durations(known["low_ms"], known["high_ms"])
    return f"{wording.duration(known['ms'])}{_small(ends)}"


def so_far(budgets: Iterable[Budget], periods: pl.DataFrame) -> str:
    """A row for each objective: today, the calendar week and month, and the rolling window."""
    heads = ("Objective", *PERIODS.values())
    return table("So far", heads, (_so_far(each, periods) for each in budgets))


def _so_far(budget: Budget, periods: pl.DataFrame) -> Sequence[str]:
    mine = periods.filter(position=budget.position)
    by_period = {each["period"]: each for each in mine.iter_rows(named=True)}
    return heading(budget.promise), *(_period(by_period.get(period)) for period in PERIODS)


def _period(found: dict[str, float | None] | None) -> str:
    if found is None or not found["total"]:
        return f"{wording.UNKNOWN}{_small('no requests')}"
    left = found["budget_left"] or 0
    words = f"{wording.share(left)} left" if left >= 0 else f"overspent by {wording.share(-left)}"
    kept = _share(found["compliance"], found["compliance_low"], found["compliance_high"])
    requests = f"{wording.count(found['total'])} requests"
    return f"{kept}{_small(words)}{_small(requests)}"


def burn_rates(budgets: Iterable[Budget], burns: Sequence[Burn]) -> str:
    """A row for each objective, a column for each window: how fast the budget burns."""
    windows = dict.fromkeys(burn.window for burn in burns)
    heads = ("Objective", *(_title(window) for window in windows))
    return table("Burn rates", heads, (_burns(each, burns) for each in budgets))


def _burns(budget: Budget, burns: Sequence[Burn]) -> Sequence[str]:
    mine = (burn for burn in burns if burn.position == budget.position)
    return heading(budget.promise), *map(_burn, mine)


def _title(window: str) -> str:
    return window.removeprefix("the ").capitalize()


def _burn(burn: Burn) -> str:
    words = escape(burn.words.capitalize())
    if burn.state == "burning":
        words = f"{chip(*SEVERITIES[burn.severity])}<br>{words}"
    if burn.burn is None:
        return words
    rate = f"{times(burn.burn)} × ({times(burn.burn_low)}–{times(burn.burn_high)})"
    late = f"{wording.count(burn.bad)} of {wording.count(burn.total)} late"
    told = f"{SEVERITIES[burn.severity][2].lower()} from {times(burn.burn_threshold)} ×"
    return f"{words}{_small(f'{rate}, {late}')}{_small(told)}"


def _share(middle: float | None, low: float | None, high: float | None) -> str:
    return f"{wording.share(middle)}{_small(wording.interval(low, high))}"


def _small(words: str) -> str:
    return f"<small>{escape(words)}</small>" if words else ""
