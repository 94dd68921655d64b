"""Poisson regression with an own level for every stratum (METHODS, latency tax 2.2).

The levels are profiled out, so thousands of strata cost nothing and bias nothing, and the
coefficients are differences of log rates: ratios of rates that need no rare events.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 30
CONVERGED = 1e-7
RIDGE_SD = 5.0
"""A coefficient's prior is N(0, this): keeps what no row tells about finite."""
LARGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients with their covariance, and the part of it that the strata's scores explain."""

    coefficients: Floats
    covariance: Floats
    """Of the likelihood, widened where scores vary more between strata than it says."""

    def se(self, position: int) -> float:
        """Standard error of one coefficient."""
        return float(np.sqrt(self.covariance[position, position]))


def fit(events: Floats, exposure: Floats, regressors: Floats, strata: Ints) -> Fit | None:
    """Log rate = level of the stratum + regressors · coefficients; None when no stratum tells.

    `events` and `exposure` have a value a row, `regressors` a column a coefficient, `strata` the
    number of each row's stratum. Strata without events tell nothing and are left out.
    """
    in_stratum: Floats = np.bincount(strata, events).astype(np.float64)
    told = in_stratum[strata] > 0
    events, exposure, regressors = events[told], exposure[told], regressors[told]
    kept, numbers = np.unique(strata[told], return_inverse=True)
    strata = numbers.astype(np.int64)
    if not len(kept):
        return None
    totals = in_stratum[kept]
    columns = regressors.shape[1]
    ridge = np.eye(columns) / RIDGE_SD**2
    coefficients = np.zeros(columns)
    for _ in range(ROUNDS):
        expected = _expected(coefficients, exposure, regressors, strata, totals)
        gradient = regressors.T @ (events - expected) - ridge @ coefficients
        information = _information(expected, regressors, strata, totals) + ridge
        step = np.linalg.solve(information, gradient)
        step *= min(1.0, LARGEST_STEP / max(float(np.abs(step).max()), 1e-12))
        coefficients = coefficients + step
        if np.abs(step).max() < CONVERGED:
            break
    expected = _expected(coefficients, exposure, regressors, strata, totals)
    information = _information(expected, regressors, strata, totals) + ridge
    inverse = np.asarray(np.linalg.inv(information), np.float64)
    scores = _sums(regressors * (events - expected)[:, None], strata, len(totals))
    return Fit(coefficients, _widened(inverse, inverse @ (scores.T @ scores) @ inverse))


def _expected(
    coefficients: Floats, exposure: Floats, regressors: Floats, strata: Ints, totals: Floats
) -> Floats:
    linear = regressors @ coefficients
    relative = exposure * np.exp(linear - linear.max())
    return np.asarray(relative * (totals / np.bincount(strata, relative, len(totals)))[strata])


def _information(expected: Floats, regressors: Floats, strata: Ints, totals: Floats) -> Floats:
    weighted = regressors * expected[:, None]
    means = _sums(weighted, strata, len(totals))
    return np.asarray(regressors.T @ weighted - means.T @ (means / totals[:, None]))


def _sums(columns: Floats, strata: Ints, count: int) -> Floats:
    return np.column_stack([np.bincount(strata, column, count) for column in columns.T])


def _widened(inverse: Floats, sandwich: Floats) -> Floats:
    """The likelihood's covariance, coefficient by coefficient at least as wide as the sandwich."""
    factors = np.sqrt(np.maximum(1.0, np.diag(sandwich) / np.diag(inverse)))
    return np.asarray(inverse * np.outer(factors, factors))
