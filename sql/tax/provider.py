"""B: hours in which one model was slow and the others were not (METHODS, latency tax 2.3).

How slow the other random half of a model's hour was is the instrument: it tells incidents, and
nothing of the questions that this half asked.
"""

from dataclasses import dataclass

import numpy as np

from sql.tax import poisson
from sql.tax.cells import Cells, numbered
from sql.tax.curve import Curve
from sql.tax.halves import Halves, halved, usual_hours
from sql.tax.poisson import Floats, Ints

PASSES = 3
"""Of estimating the slope, at which the doses of an hour act as one."""
NO_SLOPE = 1e-6
STRONG_F = 10.0
WORST_SE = 0.1
"""Per 100 ms; an estimate with a larger error tells nothing."""
UNITS_OF_A_JUMP = 10
"""Being late at all is weighed like a second too late (METHODS, latency tax 2.5)."""
WIDENED_BY = 1.1
"""Over 30 data sets of a million sessions its spread was 8 to 10 % above its error (METHODS)."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A slope that an experiment tells, natural or randomised."""

    slope: float
    """Log rate lost per unit of dose that the experiment added."""
    se: float
    loading: Floats
    """How that dose is spread over the curve's columns."""
    strength: float
    """F of the first stage."""


def natural_experiment(cells: Cells, curve: Curve) -> Experiment | None:
    """The loss in the hours of incidents; None without any that is strong enough."""
    found = None
    for _ in range(PASSES):
        found = _estimated(cells, curve, found.slope if found else 0.0)
        if found is None:
            break
    return found


def _estimated(cells: Cells, curve: Curve, slope: float) -> Experiment | None:
    halves = halved(cells)
    if halves is None or len(np.unique(halves.model)) < 2:  # noqa: PLR2004 one against another
        return None
    controls = np.column_stack([usual_hours(halves), halves.covariates()])
    columns = curve.basis(halves.cells.mean(halves.cells.dose), halves.cells.latency_bin)
    dose = _acting(halves, columns @ dose_of(curve), slope)
    instrumented = np.column_stack([_ln_latency(halves)[halves.partner], controls])
    slopes, variance, fitted = first_stage(dose, instrumented, halves.sessions, halves.hours)
    if not variance > 0:  # one half's slowness says nothing of the other's
        return None
    strength = slopes[0] ** 2 / variance
    if strength < STRONG_F:
        return None
    loading = [
        first_stage(_acting(halves, column, slope), instrumented, halves.sessions, halves.hours)[0]
        for column in columns.T
    ]
    found = poisson.fit(
        halves.conversions, halves.sessions, np.column_stack([-fitted, controls]), halves.hours
    )
    if found is None or found.se(0) * WIDENED_BY >= worst_se(curve):
        return None
    return Experiment(
        slope=float(found.coefficients[0]),
        se=found.se(0) * WIDENED_BY,
        loading=np.array([each[0] / slopes[0] for each in loading]),
        strength=float(strength),
    )


def future_z(cells: Cells) -> float | None:
    """How far the next hour's slowness "explains" this hour's conversions, in standard errors.

    It cannot cause them: a large value says that slow times differ in other ways. None when no
    model has conversions in hours that follow each other.
    """
    halves = halved(cells)
    if halves is None:
        return None
    key = halves.hour * (halves.model.max() + 1) + halves.model
    following = key + halves.model.max() + 1
    keys, positions = np.unique(key, return_index=True)
    found = np.searchsorted(keys, following).clip(max=len(keys) - 1)
    has_next = keys[found] == following
    if not has_next.any() or not halves.conversions[has_next].any():
        return None
    other = _ln_latency(halves)[halves.partner]
    regressors = np.column_stack(
        [other[positions[found]], other, usual_hours(halves), halves.covariates()]
    )
    fit = poisson.fit(
        halves.conversions[has_next],
        halves.sessions[has_next],
        regressors[has_next],
        numbered(halves.hour[has_next]),
    )
    return None if fit is None else float(fit.coefficients[0] / fit.se(0))


def worst_se(curve: Curve) -> float:
    """The largest error at which an estimate of such a curve still tells something."""
    return WORST_SE * (UNITS_OF_A_JUMP if curve.is_deadline else 1)


def dose_of(curve: Curve) -> Floats:
    """Weights that make the dose of the curve's columns; of a deadline, being late is the dose."""
    return np.append(float(curve.is_deadline), np.ones(len(curve.knots)))


def _ln_latency(halves: Halves) -> Floats:
    return halves.summed(halves.cells.ln_latency) / halves.sessions


def _acting(halves: Halves, doses: Floats, slope: float) -> Floats:
    """The one dose of each half that loses at this slope what its doses together lose."""
    if abs(slope) < NO_SLOPE:
        return halves.mean(doses)
    return np.asarray(-np.log(halves.mean(np.exp(-slope * doses))) / slope)


def first_stage(
    response: Floats, regressors: Floats, weights: Floats, hours: Ints
) -> tuple[Floats, float, Floats]:
    """Slopes within hours, the variance of the first by hour, and the fitted response."""
    totals = np.bincount(hours, weights)
    columns = np.column_stack([regressors, response])
    means = np.column_stack([np.bincount(hours, weights * c) / totals for c in columns.T])
    centred = columns - means[hours]
    within, target = centred[:, :-1], centred[:, -1]
    weighted = within * weights[:, None]
    inverse = np.linalg.inv(weighted.T @ within + 1e-6 * np.eye(within.shape[1]))
    slopes = inverse @ (weighted.T @ target)
    residuals = weights * (target - within @ slopes)
    influence = np.bincount(hours, (within @ inverse[0]) * residuals)
    return slopes, float((influence**2).sum()), regressors @ slopes
