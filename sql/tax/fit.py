"""The evidence weighed against itself and the benchmarks: a curve with its interval."""

from dataclasses import dataclass

import numpy as np

from sql.tax.evidence import Gathered
from sql.tax.poisson import Floats
from sql.tax.posterior import SHAPES, STRAIGHT, Evidence, Reading, Shape, draws, stacked
from sql.tax.provider import Experiment
from sql.tax.within_hour import Placebo, WithinHour

CONFOUNDINGS = ((0.5, 0.08), (0.3, 0.25), (0.2, 0.8))
"""Weight and standard deviation of what may lean on the comparison, in ln rate per ln latency."""
CARRIES_OVER = ((0.7, 0.15), (0.3, 0.6))
"""Weight and standard deviation of how far what the placebo shows within the budget may be off
above it, as a share of what it shows. Experiments that agree or not tell which it is."""
NEVER_KNOWN = 0.01
"""The standard deviation of what no placebo shows, however many sessions there are."""
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

    evidence: Gathered
    posterior: Interval
    prior: Interval
    confounding: float
    """What confounding may add to the slope of the comparison: one standard deviation."""


def estimate(found: Gathered, shapes: tuple[Shape, ...] = SHAPES) -> Estimate:
    """The curve of a use case, if it has one of these shapes."""
    within, columns = found.within_hour, found.curve.columns
    posterior = draws(_readings(within, found.experiments), columns, shapes)
    return Estimate(
        evidence=found,
        posterior=_interval(posterior, found),
        prior=_interval(draws([], columns, STRAIGHT), found),
        confounding=_spread(within) * abs(float(found.weights @ within.leaning)) if within else 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Leaning:
    """One belief in how confounded the comparison is, with what the placebo makes of it."""

    weight: float
    """How likely it was, times how well it foretold the placebo."""
    mean: float
    variance: float


def _readings(within: WithinHour | None, experiments: list[Experiment]) -> list[Reading]:
    """The evidence, read with little, some and strong confounding of the comparison."""
    certain = [_of_experiment(each) for each in experiments]
    if within is None:
        return [Reading(1.0, stacked(*certain))] if certain else []
    readings = []
    for each in _leanings(within.placebo):
        covariance = within.covariance + each.variance * np.outer(within.leaning, within.leaning)
        losses = within.losses - each.mean * within.leaning
        part = Evidence(losses, np.eye(len(losses)), covariance)
        readings.append(Reading(each.weight, stacked(part, *certain)))
    return readings


def _of_experiment(found: Experiment) -> Evidence:
    return Evidence(np.array([found.slope]), found.loading[None, :], np.array([[found.se**2]]))


def _leanings(placebo: Placebo | None) -> list[_Leaning]:
    if placebo is None:
        return [_Leaning(weight, 0.0, sd**2) for weight, sd in CONFOUNDINGS]
    return [
        _leaned(weight * share, sd, off, placebo)
        for weight, sd in CONFOUNDINGS
        for share, off in CARRIES_OVER
    ]


def _leaned(weight: float, sd: float, off: float, placebo: Placebo) -> _Leaning:
    seen = sd**2 + placebo.se**2
    mean = placebo.slope * sd**2 / seen
    variance = sd**2 * placebo.se**2 / seen + (off * mean) ** 2 + NEVER_KNOWN**2
    likelihood = float(np.exp(-0.5 * placebo.slope**2 / seen) / np.sqrt(seen))
    return _Leaning(weight * likelihood, mean, variance)


def _spread(within: WithinHour) -> float:
    """Standard deviation of the confounding around what is taken off for it."""
    leanings = _leanings(within.placebo)
    weights = np.array([each.weight for each in leanings])
    means = np.array([each.mean for each in leanings])
    variances = np.array([each.variance for each in leanings])
    weights = weights / weights.sum()
    return float(np.sqrt(weights @ (variances + (means - weights @ means) ** 2)))


def _interval(losses: Floats, found: Gathered) -> Interval:
    effects = losses @ found.basis.T
    order = np.argsort(np.expm1(effects) @ found.concerned)
    return Interval(
        np.array([_near(effects[order], share) for share in LOW_MIDDLE_HIGH]),
        np.array([_near((losses @ found.weights)[order], share) for share in LOW_MIDDLE_HIGH]),
    )


def _near(ordered: Floats, share: float) -> Floats:
    """The mean of the draws around a percentile."""
    middle, width = int(share * len(ordered)), int(BAND * len(ordered))
    return np.asarray(ordered[middle - width : middle + width].mean(0))
