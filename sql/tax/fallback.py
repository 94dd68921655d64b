"""What a lower-quality fallback costs, whatever its speed (METHODS, latency tax 5).

The comparison of sessions that a fallback answered with others of the same asked model and hour is
made together with that of slow and fast ones. Hours in which one model fell back more often than
others are the experiment: how often one random half did is the instrument for the other half.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from sql.tax import poisson
from sql.tax.cells import Cells
from sql.tax.halves import halved, usual_hours
from sql.tax.poisson import Floats
from sql.tax.provider import STRONG_F, WIDENED_BY, first_stage
from sql.tax.within_hour import Difference, WithinHour

USUAL_SD = 0.15
"""Of the log of the rate that a fallback loses; the mean is nothing."""
PRIOR = ((0.7, USUAL_SD), (0.2, 0.4), (0.1, 1.0))
"""Weight and standard deviation of usual, bad and useless fallbacks: few are, but data that says so
must not be pulled back to the usual ones."""
LOGS = np.linspace(-4.0, 4.0, 8001)
LOW_MIDDLE_HIGH = (0.05, 0.5, 0.95)
UNADJUSTED_SHARE = 0.5
LEAST_CONFOUNDING = 0.02
"""What adjusting moved, times the share, stands for what nothing recorded could adjust for."""
WORST_SE = 0.3


@dataclass(frozen=True, slots=True)
class FallbackFound:
    """Logs of the rate without fallback over the rate as served, and what they rest on."""

    sessions: int
    conversions: int
    low: float
    middle: float
    high: float
    within: Difference | None
    confounding: float | None
    """What confounding may add to `within`: one standard deviation."""
    provider: Difference | None
    data_share: float
    """The weight of the data in the mean of the posterior, 0..1."""


def fallback_effect(
    cells: Cells, within: WithinHour | None, effects: Floats
) -> FallbackFound | None:
    """The interval; None where fallbacks never answered, or always.

    `effects` are those of slowness, by latency bin.
    """
    answered = cells.fallback > 0
    if not answered.any() or answered.all():
        return None
    compared = within.fallback if within else None
    provider = _of_incidents(cells, effects)
    confounding = _confounding(within) if within else None
    known = [(provider.value, provider.se)] if provider else []
    if compared and confounding is not None and within and _is_placebo_passed(within):
        known.append((compared.value, float(np.hypot(compared.se, confounding))))
    (low, middle, high), data_share = _weighed(known)
    return FallbackFound(
        sessions=int(cells.sessions[answered].sum()),
        conversions=int(cells.conversions[answered].sum()),
        low=low,
        middle=middle,
        high=high,
        within=compared,
        confounding=confounding,
        provider=provider,
        data_share=data_share,
    )


def _weighed(known: list[tuple[float, float]]) -> tuple[Floats, float]:
    """Ends and middle of what values with these errors leave of the prior, and the data's share."""
    told = sum(se**-2 for _, se in known)
    value = sum(value * se**-2 for value, se in known) / told if known else 0.0
    weights, sds = np.array(PRIOR).T
    foretold = sds**2 + 1 / told if known else np.ones(len(sds))
    weights = weights * np.exp(-0.5 * value**2 / foretold) / np.sqrt(foretold)
    weights = weights / weights.sum()
    precisions = told + sds**-2
    shares = told / precisions
    cumulated = ndtr((LOGS[:, None] - shares * value) * np.sqrt(precisions)) @ weights
    return np.interp(LOW_MIDDLE_HIGH, cumulated, LOGS), float(weights @ shares)


def _is_placebo_passed(within: WithinHour) -> bool:
    return within.placebo is not None and within.placebo.is_passed


def _confounding(within: WithinHour) -> float | None:
    if within.fallback is None or within.fallback_unadjusted is None:
        return None
    moved = abs(within.fallback_unadjusted.value - within.fallback.value)
    return max(UNADJUSTED_SHARE * moved, LEAST_CONFOUNDING)


def _of_incidents(cells: Cells, effects: Floats) -> Difference | None:
    """The effect by hours in which one model fell back; None without any that are clear."""
    halves = halved(cells)
    if halves is None or len(np.unique(halves.model)) < 2:  # noqa: PLR2004 one against another
        return None
    cells = halves.cells
    as_quick = halves.summed(cells.sessions * np.exp(-effects[cells.latency_bin]))
    share = halves.mean(cells.fallback.astype(np.float64))
    controls = np.column_stack([usual_hours(halves), halves.covariates()[:, :-1]])
    instrumented = np.column_stack([share[halves.partner], controls])
    slopes, variance, fitted = first_stage(share, instrumented, halves.sessions, halves.hours)
    if not variance > 0 or slopes[0] ** 2 / variance < STRONG_F:
        return None
    regressors = np.column_stack([-fitted, controls])
    found = poisson.fit(halves.conversions, as_quick, regressors, halves.hours)
    if found is None or found.se(0) * WIDENED_BY >= WORST_SE:
        return None
    return Difference(float(found.coefficients[0]), found.se(0) * WIDENED_BY)
