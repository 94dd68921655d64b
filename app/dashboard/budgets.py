"""One budget of the SLO board, and what is said about it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

import polars as pl

from app.dashboard import steps, wording
from app.palette import State

_LATENESS = {
    "first_token": "answers its first token in",
    "perceived": "is first heard or read after",
    "response": "responds in",
}
_BEFORE = {"perceived": " before the first word"}


@dataclass(frozen=True, slots=True)
class Budget:
    """A row of the board; ratios 0..1, None is unknown."""

    use_case: str
    title: str
    metric: str
    step: str | None
    """The one step, or group of steps, that it is about; None is the whole request."""
    latency: str
    """What the percentiles that belong to it are called."""
    position: int
    threshold_ms: float
    objective: float
    window_days: int
    unknown: int | None
    compliance: float | None
    compliance_low: float | None
    compliance_high: float | None
    budget_left: float | None
    exhausted_at: datetime | None
    is_running_out: bool
    verdict: str
    n: int | None
    p50: float | None
    p95: float | None
    p99: float | None
    due_percentile: str
    due_ms: float | None
    due_to_budget_ratio: float | None
    p50_to_budget_ratio: float | None

    @property
    def state(self) -> State:
        """The verdict, with the warning that a budget still kept is about to run out."""
        match self.verdict:
            case "met":
                return "at_risk" if self.lasting != "within" else "within"
            case "missed":
                return "missed"
            case "too_few":
                return "too_few"
            case _:
                return "no_data"

    @property
    def lasting(self) -> State:
        """The state of the error budget over the objective's own window."""
        if self.budget_left is not None and self.budget_left < 0:
            return "missed"
        return "at_risk" if self.is_running_out else "within"

    @property
    def sli(self) -> str:
        """What is measured: ``first token``, ``tool time``, ``tool time before the first word``."""
        if self.step is not None:
            return f"{wording.inside(steps.words(self.step))} time{_BEFORE.get(self.metric, '')}"
        return wording.SLI_WORDS.get(self.metric, self.metric)

    @property
    def name(self) -> str:
        """``Live chat · first token``."""
        return f"{self.title} · {self.sli}"

    @property
    def promise(self) -> str:
        """``First token within 500 ms for 95 %``."""
        within = f"within {wording.duration(self.threshold_ms)} for {wording.share(self.objective)}"
        return f"{self.sli.capitalize()} {within}"

    @property
    def due_figure(self) -> str:
        """The percentile that the objective is about: ``1.4 s``, or ``54 ms at p50``."""
        figure = wording.duration(self.due_ms)
        return figure if self.due_percentile == "p95" else f"{figure} at {self.due_percentile}"

    def left(self, now: datetime) -> str:
        """How much of the error budget is left, and until when it lasts at this pace."""
        if self.budget_left is None:
            return wording.UNKNOWN
        if self.budget_left < 0:
            return f"overspent by {wording.share(-self.budget_left)}"
        left = f"{wording.share(self.budget_left)} left"
        if self.exhausted_at is None or not self.is_running_out:
            return left
        return f"{left}; at this pace gone on {wording.day_and_hour(self.exhausted_at, now)}"


def budgets_of(board: pl.DataFrame) -> list[Budget]:
    """The rows of the board, in its order."""
    columns = [field.name for field in fields(Budget)]
    return [Budget(**row) for row in board.select(columns).iter_rows(named=True)]


def headline(budgets: Iterable[Budget], period: str) -> str:
    """The sentence that answers: how many budgets were missed, and the worst of them."""
    asked = [budget for budget in budgets if budget.state != "no_data"]
    judged = [budget for budget in asked if budget.state != "too_few"]
    missed = [budget for budget in judged if budget.state == "missed"]
    if not judged:
        return f"No budget has enough requests {period} to be judged."
    undecided = _undecided(len(asked) - len(judged))
    if not missed:
        kept = "The one budget was" if len(asked) == 1 else _some(len(judged), len(asked))
        return f"{kept} kept {period}{undecided}{_warning(judged)}."
    counted = f"{_some(len(missed), len(asked))} missed {period}{undecided}"
    return f"{counted}; {_shortfall(min(missed, key=_left))}."


def _some(number: int, asked: int) -> str:
    if number == asked > 1:
        return f"All {asked} budgets were"
    return f"{number} of {wording.plural(asked, 'budget')} {'was' if number == 1 else 'were'}"


def _undecided(number: int) -> str:
    return f", {number} {'is' if number == 1 else 'are'} undecided" if number else ""


def _left(budget: Budget) -> float:
    return 0.0 if budget.budget_left is None else budget.budget_left


def _warning(judged: list[Budget]) -> str:
    at_risk = [budget for budget in judged if budget.state == "at_risk"]
    if not at_risk:
        return ""
    return f"; at this pace {wording.inside(min(at_risk, key=_left).title)} runs out of its own"


def _shortfall(budget: Budget) -> str:
    title, threshold = wording.inside(budget.title), wording.duration(budget.threshold_ms)
    if budget.due_ms is not None and budget.due_ms > budget.threshold_ms:
        late = f"{title} {_lateness(budget)} {wording.duration(budget.due_ms)}"
        return f"{late} at {budget.due_percentile} against a budget of {threshold}"
    kept, due = wording.share(budget.compliance), wording.share(budget.objective)
    of_step = f" of {budget.sli}" if budget.step else ""
    return f"{title} kept to {threshold}{of_step} for {kept} of its requests, {due} are due"


def _lateness(budget: Budget) -> str:
    if budget.step is not None:
        return f"has a {budget.sli} of"
    return _LATENESS.get(budget.metric, "takes")
