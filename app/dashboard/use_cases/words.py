"""One use case and one of its objectives, in words: is it kept, how long does its budget last."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

import polars as pl

from app.dashboard import wording
from app.dashboard.budgets import Budget
from app.palette import SEVERITIES

_BUDGETS = {
    "first_token": "first-token budget",
    "perceived": "first-word budget",
    "response": "response budget",
}
SUBJECTS = {
    "first_token": "The first token",
    "perceived": "The first word or sound",
    "response": "The whole answer",
}
WINDOWS = {60: "the last hour", 360: "the last 6 hours", 4320: "the last 3 days"}
_HOUR_MIN = 60
_DAY_MIN = 1440


@dataclass(frozen=True, slots=True)
class Burn:
    """How fast an error budget burns over a window; rates are times the allowed pace."""

    position: int
    severity: str
    long_minutes: int
    burn_threshold: float
    bad: int
    total: int
    burn: float | None
    burn_low: float | None
    burn_high: float | None
    state: str

    @property
    def window(self) -> str:
        """``the last 6 hours``."""
        hours = self.long_minutes // _HOUR_MIN
        days = self.long_minutes // _DAY_MIN
        unlisted = f"the last {wording.plural(days, 'day') if days else f'{hours} hours'}"
        return WINDOWS.get(self.long_minutes, unlisted)

    @property
    def words(self) -> str:
        """``Burning 16 times too fast``, ``too few requests to tell``, ``no requests``."""
        match self.state:
            case "burning":
                return f"burning {times(self.burn)} times too fast"
            case "too_few":
                return "too few requests to tell"
            case "no_data":
                return "no requests"
        return self._pace

    @property
    def _pace(self) -> str:
        if self.burn_low is not None and self.burn_low > 1:
            return "faster than allowed"
        if self.burn_high is not None and self.burn_high < 1:
            return "slower than allowed"
        return "about the allowed pace"


def burns_of(rows: pl.DataFrame) -> list[Burn]:
    """The rows of slo_burn, in their order."""
    columns = [field.name for field in fields(Burn)]
    return [Burn(**row) for row in rows.select(columns).iter_rows(named=True)]


def times(rate: float | None) -> str:
    """``16``, ``1.4``, ``0.2``: how often the allowed pace."""
    if rate is None:
        return wording.UNKNOWN
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}".removesuffix(".0")  # noqa: PLR2004 - two digits


def headline(budget: Budget, gone_at: datetime | None, period: str, now: datetime) -> str:
    """The sentence that answers: what share was in budget, what is promised, what is left."""
    if budget.state == "no_data":
        return f"No request of {wording.inside(budget.title)} {period}."
    kept, due = wording.share(budget.compliance), wording.share(budget.objective)
    promised = (
        f"too few to tell whether the promised {due} are kept"
        if budget.state == "too_few"
        else f"{due} are promised"
    )
    kind = f"{budget.sli} budget" if budget.step else _BUDGETS.get(budget.metric, "budget")
    return (
        f"{budget.title} keeps its {kind} for {kept} of requests "
        f"{period}, {promised}{_lasting(budget, gone_at, now)}."
    )


def gone_at(burn_down: pl.DataFrame) -> datetime | None:
    """The hour in which the error budget was used up; None while some is left."""
    hours = burn_down.filter(pl.col("budget_left") < 0)["hour"]
    return None if hours.is_empty() else hours[0]


def _lasting(budget: Budget, gone: datetime | None, now: datetime) -> str:
    of_window = f"the error budget of {wording.plural(budget.window_days, 'day')}"
    if budget.budget_left is None:
        return ""
    if budget.budget_left < 0:
        when = f" on {wording.day_and_hour(gone, now)}" if gone else ""
        return f"; {of_window} was gone{when}"
    if budget.is_running_out and budget.exhausted_at:
        when = wording.day_and_hour(budget.exhausted_at, now)
        return f"; at this pace {of_window} is gone on {when}"
    return f"; {wording.share(budget.budget_left)} of {of_window} is left"


def alarm(burns: Iterable[Burn]) -> str | None:
    """The most urgent thing to be told about how fast the budget burns; None when nothing is."""
    burning = [burn for burn in burns if burn.state == "burning"]
    if not burning:
        return None
    worst = min(burning, key=lambda burn: (burn.severity != "page", burn.long_minutes))
    return f"{worst.words.capitalize()} in {worst.window}: {SEVERITIES[worst.severity][2].lower()}."


def peak_words(peak: pl.DataFrame, budget: Budget) -> str:
    """The average over all hours against p95 of the busiest hours."""
    by_hours = {row["hours"]: row for row in peak.iter_rows(named=True)}
    every, busiest = by_hours["all"], by_hours["busiest"]
    from_hour = every["from_hour"]
    if not every["mean_ms"]:
        return f"None of {wording.plural(every['n'], 'request')} waited for it."
    subject = budget.sli.capitalize() if budget.step else SUBJECTS.get(budget.metric, "It")
    return (
        f"{subject} takes {wording.duration(every['mean_ms'])} on average and "
        f"{wording.duration(every['p95'])} at p95. In the busiest three hours, "
        f"{from_hour:02}:00–{(from_hour + 3) % 24:02}:00 UTC, p95 is "
        f"{wording.duration(busiest['p95'])}: {times(busiest['p95'] / every['mean_ms'])} times "
        f"that average{_hidden(every['mean_ms'], busiest['p95'], budget)} "
        f"({wording.count(every['n'])} requests, {wording.count(busiest['n'])} of them then)."
    )


def _hidden(mean_ms: float, peak_p95: float, budget: Budget) -> str:
    if mean_ms <= budget.threshold_ms < peak_p95:
        return f". The average is within {wording.duration(budget.threshold_ms)}, the peak is not"
    return ""
