"""W: sessions of the same model in the same hour, slow against fast (METHODS, latency tax 2.2)."""

from dataclasses import dataclass

import numpy as np

from sql.tax import poisson
from sql.tax.cells import Cells
from sql.tax.curve import FIRST_LATE_BIN, Curve
from sql.tax.poisson import Floats, Ints

SLOPE_OF_LATENCY = 0
ENOUGH_CONVERSIONS = 30
PASSES_BELOW = 2.58


@dataclass(frozen=True, slots=True)
class Placebo:
    """N: whether slower goes with fewer conversions where every answer was in time (2.4)."""

    slope: float
    """Change of the log rate with ln latency."""
    se: float

    @property
    def z(self) -> float:
        """The slope in standard errors."""
        return self.slope / self.se

    @property
    def is_passed(self) -> bool:
        """Whether what is in time shows no pattern."""
        return abs(self.z) < PASSES_BELOW


@dataclass(frozen=True, slots=True)
class Difference:
    """A log of a ratio of rates."""

    value: float
    se: float


@dataclass(frozen=True, slots=True)
class WithinHour:
    """What slow sessions lost against fast ones, and how far that may be confounded."""

    losses: Floats
    """Log rate lost, a value a column of the curve."""
    covariance: Floats
    leaning: Floats
    """What a confounder with slope 1 in ln latency would add to the losses."""
    placebo: Placebo | None
    """None where too few conversions were in time."""
    fallback: Difference | None
    """What a fallback lost against the model that was asked; None where none answered."""
    fallback_unadjusted: Difference | None
    """The same, adjusted for speed alone."""


def compare(cells: Cells, curve: Curve) -> WithinHour | None:
    """The comparison; None when no stratum holds conversions."""
    strata, covariates = cells.strata(), cells.covariates()
    basis = curve.basis(cells.mean(cells.dose), cells.latency_bin)
    regressors = np.column_stack([-basis, covariates])
    adjusted = poisson.fit(cells.conversions, cells.sessions, regressors, strata)
    if adjusted is None:
        return None
    columns = curve.columns
    fallback = unadjusted = None
    if np.ptp(cells.fallback) > 0:
        fallback = _last(adjusted)
        plain = np.column_stack([-basis, cells.fallback])
        unadjusted = _last(poisson.fit(cells.conversions, cells.sessions, plain, strata))
    return WithinHour(
        losses=adjusted.coefficients[:columns],
        covariance=adjusted.covariance[:columns, :columns],
        leaning=_leaning(cells, basis, covariates, strata),
        placebo=_placebo(cells, covariates, strata),
        fallback=fallback,
        fallback_unadjusted=unadjusted,
    )


def _last(found: poisson.Fit | None) -> Difference | None:
    """Of the last regressor, what it takes off."""
    return None if found is None else Difference(-float(found.coefficients[-1]), found.se(-1))


def _placebo(cells: Cells, covariates: Floats, strata: Ints) -> Placebo | None:
    in_time = cells.latency_bin < FIRST_LATE_BIN
    if cells.conversions[in_time].sum() < ENOUGH_CONVERSIONS:
        return None
    regressors = np.column_stack([cells.mean(cells.ln_latency), covariates])[in_time]
    found = poisson.fit(
        cells.conversions[in_time], cells.sessions[in_time], regressors, strata[in_time]
    )
    if found is None:
        return None
    return Placebo(float(found.coefficients[SLOPE_OF_LATENCY]), found.se(SLOPE_OF_LATENCY))


def _leaning(cells: Cells, basis: Floats, covariates: Floats, strata: Ints) -> Floats:
    """Slopes of -ln latency on the curve's columns and the covariates, within strata."""
    columns = np.column_stack([basis, covariates, -cells.mean(cells.ln_latency)])
    weights = cells.sessions
    totals = np.bincount(strata, weights)
    means = [np.bincount(strata, weights * column) / totals for column in columns.T]
    centred = columns - np.column_stack(means)[strata]
    regressors, response = centred[:, :-1], centred[:, -1]
    weighted = regressors * weights[:, None]
    ridge = 1e-9 * weights.sum() * np.eye(regressors.shape[1])
    slopes = np.linalg.solve(regressors.T @ weighted + ridge, weighted.T @ response)
    return np.asarray(slopes[: basis.shape[1]])
