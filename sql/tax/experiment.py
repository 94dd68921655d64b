"""E: sessions that were delayed at random against those that were not, as they were assigned.

An arm counts as one of delay when its name says so; other arms, of prompts or models, change more
than speed and are left alone.
"""

import numpy as np

from sql.tax import poisson
from sql.tax.cells import Cells
from sql.tax.curve import Curve
from sql.tax.provider import STRONG_F, Experiment, dose_of, first_stage, worst_se

NAMES_OF_DELAY = ("delay", "hold", "slow", "latency")


def is_of_delay(arms: list[str]) -> bool:
    """Whether one of these arms was slowed on purpose, so that the others are its comparison."""
    return any(name in arm.lower() for arm in arms for name in NAMES_OF_DELAY)


def randomised_experiment(cells: Cells, curve: Curve) -> Experiment | None:
    """The loss by assigned delay; None without arms, or where they hardly differ in speed."""
    cells = cells.kept(cells.arm > 0)
    arms = np.unique(cells.arm)
    if len(arms) < 2:  # noqa: PLR2004 one against another
        return None
    strata = cells.strata()
    basis = curve.basis(cells.mean(cells.dose), cells.latency_bin)
    dose = basis @ dose_of(curve)
    assigned = (cells.arm[:, None] == arms[1:]).astype(float)
    slopes, _, _ = first_stage(dose, assigned, cells.sessions, strata)
    added = assigned @ slopes
    (share, *_), variance, _ = first_stage(dose, added[:, None], cells.sessions, strata)
    if share**2 / variance < STRONG_F:
        return None
    loading = [
        first_stage(column, added[:, None], cells.sessions, strata)[0][0] for column in basis.T
    ]
    regressors = np.column_stack([-added, cells.covariates()])
    found = poisson.fit(cells.conversions, cells.sessions, regressors, strata)
    if found is None or found.se(0) >= worst_se(curve):
        return None
    return Experiment(
        float(found.coefficients[0]), found.se(0), np.array(loading), float(share**2 / variance)
    )
