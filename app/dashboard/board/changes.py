"""How budgets changed against the period before, and what is said about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import polars as pl

from app.dashboard import wording
from app.dashboard.budgets import Budget


@dataclass(frozen=True, slots=True)
class Change:
    """A budget against the period before; None is unknown."""

    use_case: str
    position: int
    compliance_before: float | None
    compliance_change: float | None
    p95_change: float | None
    change: str | None
    """better, worse or unclear; None when there is nothing to compare with."""
    change_rank: int | None


Changes = Mapping[tuple[str, int], Change]


def changes_of(compared: pl.DataFrame) -> Changes:
    """The changes by use case and position of the budget."""
    columns = [field.name for field in fields(Change)]
    changes = (Change(**row) for row in compared.select(columns).iter_rows(named=True))
    return {(change.use_case, change.position): change for change in changes}


def change_headline(budgets: Iterable[Budget], changes: Changes, before: str) -> str:
    """The sentence that answers: what changed most."""
    of_budgets = [(budget, changes[budget.use_case, budget.position]) for budget in budgets]
    if all(change.change is None for _, change in of_budgets):
        return f"There is nothing to compare with in {before}."
    largest = [(budget, change) for budget, change in of_budgets if change.change_rank == 1]
    if not largest:
        return f"No budget was kept clearly better or worse than in {before}."
    budget, change = largest[0]
    return (
        f"Changed most against {before}: {wording.inside(budget.name)} got {change.change}, "
        f"{wording.share(budget.compliance)} in budget instead of "
        f"{wording.share(change.compliance_before)}."
    )
