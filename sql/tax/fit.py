"""One use case: evidence, curve and interval."""

from dataclasses import dataclass

import numpy as np

from sql.tax.cells import Cells
from sql.tax.curve import BIN_EDGES, Curve, curve_for, doses
from sql.tax.experiment import randomised_experiment
from sql.tax.poisson import Floats
from sql.tax.posterior import STRAIGHT, Evidence, Reading, draws, stacked
from sql.tax.provider import Experiment, future_z, natural_experiment
from sql.tax.within_hour import Placebo, WithinHour, compare

CONFOUNDINGS = ((0.5, 0.05), (0.3, 0.2), (0.2, 0.8))
"""Weight and standard deviation of what may lean on the comparison, in ln rate per ln latency."""
TRUST = 0.7
"""How much of what the placebo shows within the budget is held to go on above it."""
DOUBT = 0.5
"""The standard deviation of that, as a share of what the placebo shows."""
CONFLICT_Z = 1.96
LOW_MIDDLE_HIGH = (0.05, 0.5, 0.95)
BAND = 0.02
"""Draws this near a percentile are averaged to the curve that stands for it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A curve at both ends and in the middle of the 90 % interval of what was lost."""

    effects: Floats
    """Log of the rate without loss over the rate as served: three rows, a column a latency bin."""
    slopes: Floats
    """Relative loss per 100 ms over budget of the conversions concerned, three values."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the data says of one use case, and what the benchmarks alone would say."""

    curve: Curve
    within_hour: WithinHour | None
    provider: Experiment | None
    experiment: Experiment | None
    future_z: float | None
    posterior: Interval
    prior: Interval
    weights: Floats
    """With which the losses of the curve's columns make a slope per unit of dose."""
    confounding: float
    """What confounding may add to that slope of the comparison: one standard deviation."""

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
        return any(
            self.within_hour is not None and _is_apart(self.within_hour, experiment)
            for experiment in (self.provider, self.experiment)
            if experiment
        )


def estimate(cells: Cells, budget_ms: float, *, is_deadline: bool) -> Estimate:
    """The curve of a use case from its cells."""
    curve = curve_for(budget_ms, cells.by_bin(cells.conversions), is_deadline=is_deadline)
    within = compare(cells, curve)
    provider = natural_experiment(cells, curve)
    experiment = randomised_experiment(cells, curve)
    certain = [_of_experiment(each) for each in (provider, experiment) if each]
    bins = np.arange(len(BIN_EDGES) + 1)
    sessions = cells.by_bin(cells.sessions)
    dose = np.where(
        sessions > 0, cells.by_bin(cells.dose) / np.maximum(sessions, 1), doses(budget_ms)
    )
    basis, units = curve.basis(dose, bins), curve.units(dose, bins)
    candidates = (cells.by_bin(cells.conversions), sessions, np.ones(len(bins)))
    concerned = next(each for each in candidates if each @ units > 0)
    weights = basis.T @ concerned / (concerned @ units)
    posterior = draws(_readings(within, certain), curve.columns)
    return Estimate(
        curve=curve,
        within_hour=within,
        provider=provider,
        experiment=experiment,
        future_z=future_z(cells, curve),
        posterior=_interval(posterior, basis, concerned, weights),
        prior=_interval(draws([], curve.columns, STRAIGHT), basis, concerned, weights),
        weights=weights,
        confounding=_spread(within) * abs(float(weights @ within.leaning)) if within else 0.0,
    )


def _of_experiment(found: Experiment) -> Evidence:
    return Evidence(np.array([found.slope]), found.loading[None, :], np.array([[found.se**2]]))


def _readings(within: WithinHour | None, certain: list[Evidence]) -> list[Reading]:
    """The evidence, read with little, some and strong confounding of the comparison."""
    if within is None:
        return [Reading(1.0, stacked(*certain))] if certain else []
    readings = []
    for weight, sd in CONFOUNDINGS:
        likelihood, mean, variance = _leaned(sd, within.placebo)
        covariance = within.covariance + variance * np.outer(within.leaning, within.leaning)
        losses = within.losses - mean * within.leaning
        part = Evidence(losses, np.eye(len(losses)), covariance)
        readings.append(Reading(weight * likelihood, stacked(part, *certain)))
    return readings


def _leaned(sd: float, placebo: Placebo | None) -> tuple[float, float, float]:
    """How likely such confounding made the placebo, and its mean and variance given that."""
    if placebo is None:
        return 1.0, 0.0, sd**2
    seen = sd**2 + placebo.se**2
    mean = placebo.slope * sd**2 / seen
    variance = sd**2 * placebo.se**2 / seen + (DOUBT * mean) ** 2
    return float(np.exp(-0.5 * placebo.slope**2 / seen) / np.sqrt(seen)), TRUST * mean, variance


def _spread(within: WithinHour) -> float:
    """Standard deviation of the confounding around what is taken off for it."""
    parts = [(weight, *_leaned(sd, within.placebo)) for weight, sd in CONFOUNDINGS]
    weights = np.array([weight * likelihood for weight, likelihood, _, _ in parts])
    means, variances = (np.array([part[column] for part in parts]) for column in (2, 3))
    weights = weights / weights.sum()
    mean = weights @ means
    return float(np.sqrt(weights @ (variances + (means - mean) ** 2)))


def _is_apart(within: WithinHour, experiment: Experiment) -> bool:
    apart = float(experiment.loading @ within.losses) - experiment.slope
    variance = float(experiment.loading @ within.covariance @ experiment.loading) + experiment.se**2
    return abs(apart) > CONFLICT_Z * float(np.sqrt(variance))


def _interval(losses: Floats, basis: Floats, concerned: Floats, weights: Floats) -> Interval:
    effects = losses @ basis.T
    order = np.argsort(np.expm1(effects) @ concerned)
    return Interval(
        np.array([_near(effects[order], share) for share in LOW_MIDDLE_HIGH]),
        np.array([_near((losses @ weights)[order], share) for share in LOW_MIDDLE_HIGH]),
    )


def _near(ordered: Floats, share: float) -> Floats:
    """The mean of the draws around a percentile."""
    middle, width = int(share * len(ordered)), int(BAND * len(ordered))
    return np.asarray(ordered[middle - width : middle + width].mean(0))
