"""Models and tiers in words: which model is quick enough for which use case."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Literal

import polars as pl

from app.dashboard import wording

Verdict = Literal["fits", "fits_at_median_only", "too_slow", "too_few_data"]
MISSES = ("fits_at_median_only", "too_slow")


@dataclass(frozen=True, slots=True)
class Fit:
    """A model in a use case: a row of model_fit_period; ratios 0..1, None is unknown."""

    use_case: str
    title: str
    model: str
    tier: str | None
    tier_title: str | None
    tier_ms: float | None
    provider: str | None
    metric: str
    threshold_ms: float
    objective: float
    requests: int
    n: int
    p50: float | None
    p50_low: float | None
    p50_high: float | None
    p95: float | None
    p95_low: float | None
    p95_high: float | None
    p99: float | None
    p99_low: float | None
    p99_high: float | None
    mean_ms: float | None
    from_hour: int
    n_peak: int
    peak_p95: float | None
    peak_to_mean: float | None
    total: int
    compliance: float | None
    compliance_low: float | None
    compliance_high: float | None
    rated: int
    quality: float | None
    quality_low: float | None
    quality_high: float | None
    priced: int
    usd_per_request: float | None
    usd_per_1k_tokens: float | None
    usd_month: float | None
    tasks: int
    resolved: float | None
    resolved_low: float | None
    resolved_high: float | None
    turns: float | None
    verdict: Verdict
    is_recommended: bool
    recommendation: str

    @property
    def budget(self) -> str:
        """``first token within 500 ms for 95 %``."""
        sli = wording.SLI_WORDS.get(self.metric, self.metric)
        within = wording.duration(self.threshold_ms)
        return f"{sli} within {within} for {wording.share(self.objective)}"


def fits_of(rows: pl.DataFrame) -> list[Fit]:
    """The rows of model_fit_period, the busiest use case first, and in it the busiest model."""
    columns = [field.name for field in fields(Fit)]
    return [Fit(**row) for row in rows.select(columns).iter_rows(named=True)]


def by_use_case(fits: Iterable[Fit]) -> dict[str, list[Fit]]:
    """The models of each use case, in their order."""
    cases: dict[str, list[Fit]] = {}
    for fit in fits:
        cases.setdefault(fit.use_case, []).append(fit)
    return cases


def headline(fits: Sequence[Fit], period: str) -> str:
    """The sentence that answers: how many use cases ask a model that is too slow for them."""
    cases = by_use_case(fits)
    usual = [models[0] for models in cases.values() if models[0].verdict != "too_few_data"]
    if not usual:
        return f"No model has enough requests {period} to be judged."
    slow = [fit for fit in usual if fit.verdict in MISSES]
    of_all = f"{len(usual)} use case{'' if len(usual) == 1 else 's'} that can be judged"
    if not slow:
        return f"The model that is asked most keeps the budget in all {of_all} {period}."
    missed = f"In {len(slow)} of {of_all}, the model that is asked most misses the budget {period}"
    better = better_ones(fits)
    if not better:
        return f"{missed}."
    title = wording.inside(better[0].title)
    return f"{missed}; {better[0].model} would keep that of {title}."


def better_ones(fits: Iterable[Fit]) -> list[Fit]:
    """The models that would keep a budget which the one that is asked most misses."""
    return [
        fit
        for usual, *others in by_use_case(fits).values()
        if usual.verdict in MISSES
        for fit in others
        if fit.is_recommended
    ]


def one_for_all(fits: Iterable[Fit]) -> str | None:
    """The model that most use cases ask first and that is too slow for some; None without one."""
    usual = [models[0] for models in by_use_case(fits).values()]
    counts = Counter(fit.model for fit in usual)
    for model, number in counts.most_common():
        mine = [fit for fit in usual if fit.model == model]
        slow = [wording.inside(fit.title) for fit in mine if fit.verdict in MISSES]
        if number > 1 and slow:
            return (
                f"{model} is asked most in {number} use cases and too slow for "
                f"{wording.listed(slow)}: one model does not fit every budget."
            )
    return None


def peak(fit: Fit) -> str | None:
    """The average that a vendor would quote, against p95 in the busiest hours."""
    if fit.peak_p95 is None or fit.mean_ms is None or fit.peak_to_mean is None:
        return None
    hours = f"{fit.from_hour:02}:00–{(fit.from_hour + 3) % 24:02}:00 UTC"
    times = f"{fit.peak_to_mean:.1f}".removesuffix(".0")
    hidden = (
        "; the average is within the budget, the peak is not"
        if fit.mean_ms <= fit.threshold_ms < fit.peak_p95
        else ""
    )
    return (
        f"{fit.model}: {wording.duration(fit.mean_ms)} on average, as a vendor would quote it, and "
        f"{wording.duration(fit.peak_p95)} at p95 from {hours}, {times} times that{hidden} "
        f"({wording.count(fit.n)} requests, {wording.count(fit.n_peak)} of them then)."
    )
