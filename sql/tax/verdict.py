"""What may be said of a use case, why, and what would let us say more (METHODS, latency tax 4)."""

from dataclasses import dataclass
from typing import Literal

FEWEST_CONVERSIONS = 100
BLENDED_FROM = 0.3
MEASURED_FROM = 0.7
FUTURE_WARNS_FROM = 2.58
TOO_WIDE = 1.5
"""An experiment with an error beyond this multiple of the prior's does not settle what fails."""

Verdict = Literal["measured", "blended", "insufficient_data", "not_identifiable"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the verdict looks at."""

    conversions: int
    late: int
    """Sessions concerned: over the budget, or answered by a fallback."""
    placebo_passed: bool | None
    """None where too few conversions were in time to tell."""
    provider_se: float | None
    """Of the provider experiment; None without one."""
    has_experiment: bool
    """Whether sessions were delayed at random."""
    data_share: float
    """How much of the result is data, 0..1."""
    prior_sd: float
    future_z: float | None = None
    """What the next hour's slowness "explains", in standard errors."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict with its reason and what would cure it; texts are for people."""

    verdict: Verdict
    reason: str
    cure: str | None


@dataclass(frozen=True, slots=True)
class Wording:
    """How the findings of one part of the tax are put."""

    few: str
    wait: str
    nothing: str
    confounded: str
    cure: str
    prior: str
    """What stands in for data."""


OF_SPEED = Wording(
    few="Not enough conversions yet ({conversions:,}). Benchmark range, not your data.",
    wait="Wait for more conversions, or import past ones.",
    nothing="Every answer was within the budget: nothing was lost.",
    confounded="Slow sessions differ from fast ones in ways your data does not record."
    " We cannot separate the two. Benchmark only.",
    cure="Delay a random 1–5 % of sessions by a fixed time and send marketing.experiment.arm"
    " ('delayed' and 'as_is'), or route sessions between providers at random.",
    prior="benchmark",
)
OF_FALLBACKS = Wording(
    few="Not enough conversions after fallbacks yet ({conversions:,}) to say what they cost.",
    wait="Wait for more conversions, or import past ones.",
    nothing="No fallback answered: nothing was lost.",
    confounded="Sessions that fell back differ from others in ways your data does not record."
    " We cannot separate the two.",
    cure="Switch fallbacks off for one model in hours chosen at random.",
    prior="the expectation that they cost nothing",
)


def verdict(facts: Facts, wording: Wording = OF_SPEED) -> Finding:
    """The first rule that holds."""
    few = wording.few.format(conversions=facts.conversions)
    if facts.conversions < FEWEST_CONVERSIONS:
        return Finding("insufficient_data", few, wording.wait)
    if not facts.late:
        return Finding("measured", wording.nothing, None)
    if _is_confounded(facts):
        return Finding("not_identifiable", wording.confounded, wording.cure)
    if facts.data_share < BLENDED_FROM:
        return Finding("insufficient_data", few, wording.cure)
    if facts.data_share < MEASURED_FROM:
        shares = f"{100 * facts.data_share:.0f} % from your data, the rest {wording.prior}"
        return Finding("blended", f"{shares}; {_checked(facts)}.{_warned(facts)}", wording.cure)
    return Finding("measured", f"From your data; {_checked(facts)}.{_warned(facts)}", None)


def _is_confounded(facts: Facts) -> bool:
    """Whether nothing but the comparison of slow with fast is there, and that cannot be trusted."""
    if facts.has_experiment or facts.placebo_passed:
        return False
    if facts.provider_se is None:
        return True
    return facts.placebo_passed is False and facts.provider_se > TOO_WIDE * facts.prior_sd


def _checked(facts: Facts) -> str:
    checks = {
        "randomised delays": facts.has_experiment,
        "provider incidents": facts.provider_se is not None,
        "a placebo check": facts.placebo_passed is True,
    }
    return "checked against " + " and ".join(name for name, is_there in checks.items() if is_there)


def _warned(facts: Facts) -> str:
    if abs(facts.future_z or 0.0) < FUTURE_WARNS_FROM:
        return ""
    return (
        " Warning: how slow the next hour is goes with this hour's conversions, which it cannot"
        " cause; slow times differ in other ways too."
    )
