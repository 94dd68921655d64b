"""B: hours in which one model was slow and the others were not (METHODS, latency tax 2.3).

Each model's hour is split in random halves. How slow the other half was is the instrument: it tells
incidents, and nothing of the questions that this half asked.
"""

from dataclasses import dataclass

import numpy as np

from sql.tax import poisson
from sql.tax.cells import Cells, numbered
from sql.tax.curve import Curve
from sql.tax.poisson import Floats, Ints

HOURS_A_DAY = 24
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


@dataclass(frozen=True, slots=True)
class Halves:
    """One row for each half of each model's hour."""

    hour: Ints
    model: Ints
    sessions: Floats
    conversions: Floats
    dose: Floats
    """The one dose that would lose what the half's doses together lose."""
    basis: Floats
    """The curve's columns, likewise."""
    covariates: Floats
    other_ln_latency: Floats


def natural_experiment(cells: Cells, curve: Curve) -> Experiment | None:
    """The loss in the hours of incidents; None without any that is strong enough."""
    found = None
    for _ in range(PASSES):
        found = _estimated(cells, curve, found.slope if found else 0.0)
        if found is None:
            break
    return found


def _estimated(cells: Cells, curve: Curve, slope: float) -> Experiment | None:
    halves = _halves(cells, curve, slope)
    if halves is None or len(np.unique(halves.model)) < 2:  # noqa: PLR2004 one against another
        return None
    hours, controls = numbered(halves.hour), _controls(halves)
    dose = halves.dose
    instrumented = np.column_stack([halves.other_ln_latency, controls])
    slopes, variance, fitted = first_stage(dose, instrumented, halves.sessions, hours)
    if not variance > 0:  # one half's slowness says nothing of the other's
        return None
    strength = slopes[0] ** 2 / variance
    if strength < STRONG_F:
        return None
    loading = [
        first_stage(column, instrumented, halves.sessions, hours)[0][0] / slopes[0]
        for column in halves.basis.T
    ]
    found = poisson.fit(
        halves.conversions, halves.sessions, np.column_stack([-fitted, controls]), hours
    )
    if found is None or found.se(0) * WIDENED_BY >= worst_se(curve):
        return None
    return Experiment(
        float(found.coefficients[0]), found.se(0) * WIDENED_BY, np.array(loading), float(strength)
    )


def future_z(cells: Cells, curve: Curve) -> float | None:
    """How far the next hour's slowness "explains" this hour's conversions, in standard errors.

    It cannot cause them: a large value says that slow times differ in other ways. None when no
    model has conversions in hours that follow each other.
    """
    halves = _halves(cells, curve)
    if halves is None:
        return None
    key = halves.hour * (halves.model.max() + 1) + halves.model
    following = key + halves.model.max() + 1
    keys, positions = np.unique(key, return_index=True)
    found = np.searchsorted(keys, following).clip(max=len(keys) - 1)
    has_next = keys[found] == following
    if not has_next.any() or not halves.conversions[has_next].any():
        return None
    next_ln_latency = halves.other_ln_latency[positions[found]]
    regressors = np.column_stack([next_ln_latency, halves.other_ln_latency, _controls(halves)])
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


def _halves(cells: Cells, curve: Curve, slope: float = 0.0) -> Halves | None:
    """Rows of which the other half has sessions too, with the dose that acts at such a slope."""
    models = int(cells.model.max()) + 1
    keys, group = np.unique(
        (cells.hour * models + cells.model) * 2 + cells.half, return_inverse=True
    )
    partner = np.searchsorted(keys, keys ^ 1).clip(max=len(keys) - 1)
    paired = keys[partner] == keys ^ 1
    if not paired.any():
        return None
    sessions = np.bincount(group, cells.sessions)

    def mean(per_session: Floats) -> Floats:
        means: Floats = np.bincount(group, per_session * cells.sessions) / sessions
        return np.asarray(means[paired])

    def acting(doses: Floats) -> Floats:
        if abs(slope) < NO_SLOPE:
            return mean(doses)
        return np.asarray(-np.log(mean(np.exp(-slope * doses))) / slope)

    ln_latency = np.bincount(group, cells.ln_latency) / sessions
    basis = curve.basis(cells.mean(cells.dose), cells.latency_bin)
    return Halves(
        hour=keys[paired] // (2 * models),
        model=keys[paired] // 2 % models,
        sessions=sessions[paired],
        conversions=np.bincount(group, cells.conversions)[paired],
        dose=acting(basis @ dose_of(curve)),
        basis=np.column_stack([acting(column) for column in basis.T]),
        covariates=np.column_stack([mean(column) for column in cells.covariates().T]),
        other_ln_latency=ln_latency[partner][paired],
    )


def _controls(halves: Halves) -> Floats:
    """What models are like at each hour of the day, and the covariates."""
    usual = numbered(halves.model * HOURS_A_DAY + halves.hour % HOURS_A_DAY)
    dummies = np.eye(int(usual.max()) + 1)[usual]
    return np.column_stack([dummies, halves.covariates])


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
