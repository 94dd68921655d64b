"""All that the cells of one use case tell of its curve, before it is weighed."""

from dataclasses import dataclass

import numpy as np

from sql.tax.cells import Cells
from sql.tax.curve import BIN_EDGES, Curve, curve_for, doses
from sql.tax.experiment import randomised_experiment
from sql.tax.poisson import Floats
from sql.tax.provider import Experiment, future_z, natural_experiment
from sql.tax.within_hour import WithinHour, compare

CONFLICT_Z = 1.96


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found, and the traffic that a curve is applied to."""

    curve: Curve
    within_hour: WithinHour | None
    provider: Experiment | None
    experiment: Experiment | None
    future_z: float | None
    basis: Floats
    """The curve's columns at the mean dose of each latency bin."""
    concerned: Floats
    """Conversions in each latency bin; sessions where late ones have none."""
    weights: Floats
    """With which the losses of the curve's columns make a slope per unit of dose."""

    @property
    def experiments(self) -> list[Experiment]:
        """What does not rest on comparing slow with fast sessions."""
        return [each for each in (self.provider, self.experiment) if each]

    @property
    def within_slope(self) -> tuple[float, float] | None:
        """The comparison's own slope and standard error."""
        if self.within_hour is None:
            return None
        variance = self.weights @ self.within_hour.covariance @ self.weights
        return float(self.weights @ self.within_hour.losses), float(np.sqrt(variance))

    @property
    def is_conflict(self) -> bool:
        """Whether the comparison and an experiment differ by more than chance allows."""
        within = self.within_hour
        return within is not None and any(_is_apart(within, each) for each in self.experiments)


def gather(cells: Cells, budget_ms: float, *, is_deadline: bool) -> Gathered:
    """The evidence of a use case that has cells."""
    curve = curve_for(budget_ms, cells.by_bin(cells.conversions), is_deadline=is_deadline)
    bins = np.arange(len(BIN_EDGES) + 1)
    sessions = cells.by_bin(cells.sessions)
    dose = np.where(
        sessions > 0, cells.by_bin(cells.dose) / np.maximum(sessions, 1), doses(budget_ms)
    )
    basis, units = curve.basis(dose, bins), curve.units(dose, bins)
    candidates = (cells.by_bin(cells.conversions), sessions, np.ones(len(bins)))
    concerned = next(each for each in candidates if each @ units > 0)
    return Gathered(
        curve=curve,
        within_hour=compare(cells.undelayed(), curve),
        provider=natural_experiment(cells, curve),
        experiment=randomised_experiment(cells, curve),
        future_z=future_z(cells),
        basis=basis,
        concerned=concerned,
        weights=basis.T @ concerned / (concerned @ units),
    )


def _is_apart(within: WithinHour, experiment: Experiment) -> bool:
    apart = float(experiment.loading @ within.losses) - experiment.slope
    variance = float(experiment.loading @ within.covariance @ experiment.loading) + experiment.se**2
    return abs(apart) > CONFLICT_Z * float(np.sqrt(variance))
