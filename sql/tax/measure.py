"""A use case as a row of `tax_fits`: estimate, verdict and what it rests on."""

from datetime import UTC, datetime, timedelta

import numpy as np

from sql.settings import UseCase
from sql.tax.cells import Cells
from sql.tax.evidence import Gathered, gather
from sql.tax.fallback import USUAL_SD, FallbackFound, fallback_effect
from sql.tax.fit import Estimate, Interval, estimate
from sql.tax.verdict import MEASURED_FROM, OF_FALLBACKS, Facts, verdict
from sql.tax.within_hour import Difference

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Z90_WIDTH = 3.29
"""A 90 % interval of a normal distribution in standard deviations."""
TYPICALLY_NEEDED = 16_000
"""Conversions, for a loss of 1 % per 100 ms (METHODS, latency tax 8)."""
DATA_ENDS = ("measured", "blended")

FALLBACK_COLUMNS = tuple(
    f"fallback_{name}"
    for name in (
        *("verdict", "reason", "cure", "effect_low", "effect", "effect_high"),
        *("within", "within_se", "confounding", "provider", "provider_se", "data_share"),
    )
)

Row = dict[str, object]


def measured(cells: Cells, use_case: UseCase, fitted_at: datetime) -> Row:
    """The row of a use case that has cells."""
    is_deadline = use_case.decay == "deadline"
    budget_ms = use_case.objectives[0].threshold_ms
    found = estimate(gather(cells, budget_ms, is_deadline=is_deadline))
    fallback = fallback_effect(cells, found.evidence.within_hour, found.posterior.effects[1])
    data_sd, prior_sd = _data_sd(found), _sd(found.prior)
    facts = _facts(cells, found, data_share=1 / (1 + (data_sd / prior_sd) ** 2), prior_sd=prior_sd)
    finding = verdict(facts)
    shown = found.posterior if finding.verdict in DATA_ENDS else found.prior
    return {
        "use_case": use_case.name,
        "fitted_at": fitted_at,
        "from_at": EPOCH + timedelta(hours=int(cells.hour.min())),
        "to_at": EPOCH + timedelta(hours=int(cells.hour.max()) + 1),
        "verdict": finding.verdict,
        "reason": finding.reason,
        "cure": finding.cure,
        "conversions_needed": _needed(facts, data_sd),
        "sessions": int(cells.sessions.sum()),
        "conversions": facts.conversions,
        "late_ratio": facts.late / float(cells.sessions.sum()),
        "budget_ms": budget_ms,
        "decay": use_case.decay,
        **_shown(shown),
        **_evidence(found.evidence, found.prior, found.confounding),
        "data_share": facts.data_share,
        **_of_fallback(found, fallback),
    }


def _facts(cells: Cells, found: Estimate, *, data_share: float, prior_sd: float) -> Facts:
    evidence = found.evidence
    placebo = evidence.within_hour.placebo if evidence.within_hour else None
    return Facts(
        conversions=int(cells.conversions.sum()),
        late=int(cells.sessions[cells.is_late].sum()),
        placebo_passed=placebo.is_passed if placebo else None,
        provider_se=evidence.provider.se if evidence.provider else None,
        has_experiment=evidence.experiment is not None,
        data_share=data_share,
        prior_sd=prior_sd,
        future_z=evidence.future_z,
    )


def _of_fallback(found: Estimate, fallback: FallbackFound | None) -> Row:
    """Verdict and effect of fallbacks; the effect stays unknown where the data does not tell it."""
    if fallback is None:
        return dict.fromkeys(FALLBACK_COLUMNS)
    within = found.evidence.within_hour
    facts = Facts(
        conversions=fallback.conversions,
        late=fallback.sessions,
        placebo_passed=within.placebo.is_passed if within and within.placebo else None,
        provider_se=fallback.provider.se if fallback.provider else None,
        has_experiment=False,
        data_share=fallback.data_share,
        prior_sd=USUAL_SD,
    )
    finding = verdict(facts, OF_FALLBACKS)
    ends = (fallback.low, fallback.middle, fallback.high)
    values = (
        *(finding.verdict, finding.reason, finding.cure),
        *(ends if finding.verdict in DATA_ENDS else (None, None, None)),
        *_pair(fallback.within),
        fallback.confounding,
        *_pair(fallback.provider),
        fallback.data_share,
    )
    return dict(zip(FALLBACK_COLUMNS, values, strict=True))


def _pair(told: Difference | None) -> tuple[float | None, float | None]:
    return (told.value, told.se) if told else (None, None)


def _data_sd(found: Estimate) -> float:
    """Standard error of the slope by the data alone; infinite where nothing tells."""
    errors = [each.se for each in found.evidence.experiments]
    if found.evidence.within_slope:
        errors.append(float(np.hypot(found.evidence.within_slope[1], found.confounding)))
    return float(sum(error**-2 for error in errors) ** -0.5) if errors else float("inf")


def _sd(interval: Interval) -> float:
    return float(interval.slopes[2] - interval.slopes[0]) / Z90_WIDTH


def _needed(facts: Facts, data_sd: float) -> int | None:
    """Conversions at which the data would weigh enough, if its error falls with their root."""
    if facts.data_share >= MEASURED_FROM:
        return None
    if not np.isfinite(data_sd) or not facts.conversions:
        return TYPICALLY_NEEDED
    wanted = facts.prior_sd**2 * (1 / MEASURED_FROM - 1)
    return int(np.ceil(facts.conversions * data_sd**2 / wanted))


def _shown(interval: Interval) -> Row:
    names = ("low", "", "high")
    parts = [f"_{name}" if name else "" for name in names]
    slopes = {f"slope{p}": float(s) for p, s in zip(parts, interval.slopes, strict=True)}
    effects = {f"effects{p}": e.tolist() for p, e in zip(parts, interval.effects, strict=True)}
    return slopes | effects


def _evidence(found: Gathered, prior: Interval, confounding: float) -> Row:
    within = found.within_slope or (None, None)
    placebo = found.within_hour.placebo if found.within_hour else None
    return {
        "within_hour": within[0],
        "within_hour_se": within[1],
        "confounding": confounding if found.within_hour else None,
        "provider": found.provider.slope if found.provider else None,
        "provider_se": found.provider.se if found.provider else None,
        "provider_f": found.provider.strength if found.provider else None,
        "experiment": found.experiment.slope if found.experiment else None,
        "experiment_se": found.experiment.se if found.experiment else None,
        "benchmark": float(prior.slopes[1]),
        "benchmark_low": float(prior.slopes[0]),
        "benchmark_high": float(prior.slopes[2]),
        "placebo_z": placebo.z if placebo else None,
        "future_z": found.future_z,
        "is_conflict": found.is_conflict,
    }
