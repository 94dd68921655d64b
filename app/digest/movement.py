"""The budgets that changed clearly, largest first, each with the step that owns the change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from app.dashboard import steps, wording
from app.dashboard.board.changes import Change, Changes
from app.dashboard.budgets import Budget
from app.dashboard.seconds import words as seconds

MOST = 4
MEASURE = {"first_token": "perceived", "perceived": "perceived", "response": "response"}
"""The measure of step_of_change that goes with what a budget is about."""
SLOWEST = {"p95-99": "slowest 5 %", "p50-95": "slower half"}


@dataclass(frozen=True, slots=True)
class Movement:
    """One budget that got better or worse, and the step of its slow answers that did."""

    budget: Budget
    change: Change
    owner: dict[str, Any] | None
    """A row of step_of_change; None when the slow answers moved the other way."""

    @property
    def title(self) -> str:
        """``Live chat · first token got worse``."""
        return f"{self.budget.name} got {self.change.change}"

    @property
    def compliance(self) -> str:
        """``92 % in budget instead of 94.8 %``, as a sentence."""
        now, before = self.budget.compliance, self.change.compliance_before
        return f"{wording.share(now)} in budget instead of {wording.share(before)}."

    @property
    def step_sentence(self) -> str:
        """Which step the slow answers wait longer for; empty when none owns it."""
        if self.owner is None:
            return ""
        step, change_ms = self.owner["step"], self.owner["ms_change"]
        way = "longer" if change_ms > 0 else "less"
        return (
            f"Among its {SLOWEST[self.owner['band']]}, requests take "
            f"{wording.duration(abs(change_ms))} {way} on average. What moved most is "
            f"{seconds.WAITING.get(step, wording.inside(steps.words(step)))}: "
            f"{wording.duration(abs(self.owner['step_ms_change']))} {way}."
        )


def movements(
    budgets: Sequence[Budget], changes: Changes, owners: pl.DataFrame
) -> tuple[Movement, ...]:
    """The few largest that are clear."""
    ranked = {
        change.change_rank: Movement(budget, change, _owner(budget, change, owners))
        for budget in budgets
        if (change := changes[budget.use_case, budget.position]).change_rank is not None
    }
    return tuple(ranked[rank] for rank in sorted(ranked)[:MOST])


def _owner(budget: Budget, change: Change, owners: pl.DataFrame) -> dict[str, Any] | None:
    metric = MEASURE.get(budget.metric, "response")
    for owner in owners.filter(use_case=budget.use_case, metric=metric).iter_rows(named=True):
        if (owner["ms_change"] > 0) == (change.change == "worse"):
            return owner
    return None
