"""What the evidence together says of the curve: a mixture of normal distributions, in closed form.

The prior of the mean slope is a mixture (METHODS, latency tax 3.1), and so is that of the shape:
straight, bent, or a jump. Each pair of parts is one linear normal model; the pairs are weighted by
how well they foretell the evidence. A shape that no one thought of has its place in "bent".
"""

from dataclasses import dataclass

import numpy as np

from sql.tax.poisson import Floats

DRAWS = 4000
SEED = 1


@dataclass(frozen=True, slots=True)
class Slope:
    """One part of the prior of the mean slope, per unit of dose."""

    weight: float
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Shape:
    """One part of the prior of how the curve departs from a straight line."""

    weight: float
    bend_sd: float
    """Of each segment's slope around the mean slope, per unit of dose."""
    jump_sd: float
    """Of the jump at the budget."""


SLOPES = (Slope(0.55, 0.005, 0.004), Slope(0.35, 0.018, 0.015), Slope(0.10, 0.02, 0.06))
SHAPES = (
    Shape(0.2, 0.0005, 0.001),
    Shape(0.3, 0.005, 0.003),
    Shape(0.3, 0.02, 0.01),
    Shape(0.2, 0.005, 0.2),
)
STRAIGHT = (Shape(1.0, 0.0002, 0.001),)
"""Of the benchmarks alone: nobody published more than a slope."""
JUMPS = (
    Slope(0.55, 0.05, 0.04),
    Slope(0.32, 0.18, 0.15),
    Slope(0.08, 0.2, 0.6),
    Slope(0.05, 2.0, 1.5),
)
"""For deadlines: what being late at all loses, as much as a second over; or nearly everything."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Normal observations of the curve's columns: value = loading · losses + error."""

    values: Floats
    loadings: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the evidence, and how likely it is against the others."""

    weight: float
    evidence: Evidence | None


NO_EVIDENCE = Reading(1.0, None)


def stacked(*parts: Evidence) -> Evidence:
    """Independent evidence together."""
    size = sum(len(part.values) for part in parts)
    covariance = np.zeros((size, size))
    start = 0
    for part in parts:
        end = start + len(part.values)
        covariance[start:end, start:end] = part.covariance
        start = end
    return Evidence(
        np.concatenate([part.values for part in parts]),
        np.vstack([part.loadings for part in parts]),
        covariance,
    )


def draws(readings: list[Reading], columns: int, shapes: tuple[Shape, ...] = SHAPES) -> Floats:
    """Curves as likely as prior and evidence make them, a row each; the same at every call.

    `readings` are ways to read the evidence; none is the prior alone.
    """
    rng = np.random.default_rng(SEED)
    parts, logs = [], []
    for weight, mean, covariance in _prior(columns, shapes):
        for reading in readings or [NO_EVIDENCE]:
            *updated, log_likelihood = _updated(mean, covariance, reading.evidence)
            parts.append(updated)
            logs.append(np.log(weight * reading.weight) + log_likelihood)
    weights = np.exp(np.array(logs) - max(logs))
    counts = rng.multinomial(DRAWS, weights / weights.sum())
    rows = [
        rng.multivariate_normal(mean, covariance, count, method="eigh")
        for (mean, covariance), count in zip(parts, counts, strict=True)
    ]
    return np.concatenate(rows)


def _prior(columns: int, shapes: tuple[Shape, ...]) -> list[tuple[float, Floats, Floats]]:
    """Weight, mean and covariance of each part; a curve of one column is a deadline's jump."""
    if columns == 1:
        return [(j.weight, np.array([j.mean]), np.array([[j.sd**2]])) for j in JUMPS]
    straight = np.ones(columns)
    straight[0] = 0
    parts = []
    for slope in SLOPES:
        for shape in shapes:
            own = np.diag(np.where(straight > 0, shape.bend_sd**2, shape.jump_sd**2))
            covariance = slope.sd**2 * np.outer(straight, straight) + own
            parts.append((slope.weight * shape.weight, slope.mean * straight, covariance))
    return parts


def _updated(
    mean: Floats, covariance: Floats, evidence: Evidence | None
) -> tuple[Floats, Floats, float]:
    """Mean and covariance after the evidence, and the log of how well it was foretold."""
    if evidence is None:
        return mean, covariance, 0.0
    loadings = evidence.loadings
    foretold = loadings @ covariance @ loadings.T + evidence.covariance
    gain = np.linalg.solve(foretold, loadings @ covariance).T
    surprise = evidence.values - loadings @ mean
    left = covariance - gain @ loadings @ covariance
    log_likelihood = -0.5 * (
        surprise @ np.linalg.solve(foretold, surprise) + np.linalg.slogdet(foretold)[1]
    )
    return mean + gain @ surprise, (left + left.T) / 2, float(log_likelihood)
