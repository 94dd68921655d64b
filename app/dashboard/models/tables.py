"""Tables of the Models & tiers page: what fits where, and the models of a use case."""

from collections.abc import Iterable, Sequence
from html import escape

from app.dashboard import wording
from app.dashboard.cells import chip, heading, table
from app.dashboard.models.rows import Fit, Verdict, by_use_case
from app.dashboard.request_words import cost
from app.dashboard.safe_text import shown

VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    "fits": ("within", "●", "Fits"),
    "fits_at_median_only": ("at_risk", "▲", "At the median only"),
    "too_slow": ("missed", "◆", "Too slow"),
    "too_few_data": ("quiet", "■", "Undecided"),
}
"""Colour, shape and word of each verdict."""
NAME_LENGTH = 40
NO_TIER = "Other"

STYLE_SHEET = """
.lt-board .lt-fit + .lt-fit { margin-top: .5rem; }
.lt-fit { overflow-wrap: anywhere; }
"""


def matrix(fits: Iterable[Fit]) -> str:
    """A row for each use case, a column for each tier: the models in it, and what to do."""
    fits = list(fits)
    titles = _tiers(fits)
    heads = ("Use case", *(escape(title) for title in titles))
    cases = by_use_case(fits).values()
    return table("What fits where", heads, (_case(models, titles) for models in cases))


def _tiers(fits: Iterable[Fit]) -> list[str]:
    """The tiers in use, small to large, those that are not known last."""
    sizes = {_tier(fit): fit.tier_ms for fit in fits}
    return sorted(sizes, key=lambda title: (sizes[title] is None, sizes[title] or 0))


def _tier(fit: Fit) -> str:
    return fit.tier_title or fit.tier or NO_TIER


def _case(models: Sequence[Fit], titles: Iterable[str]) -> Sequence[str]:
    first = models[0]
    return (
        heading(first.title, shown(first.recommendation)),
        *(_cell([fit for fit in models if _tier(fit) == title]) for title in titles),
    )


def _cell(models: Iterable[Fit]) -> str:
    cells = "".join(
        f'<div class="lt-fit">{chip(*VERDICTS[fit.verdict])}{_small(_name(fit))}'
        f"{_small(f'{wording.duration(fit.p95)} at p95, {wording.sample(fit.n)}')}</div>"
        for fit in models
    )
    return cells or f"{wording.UNKNOWN}{_small('not asked')}"


def models_table(models: Iterable[Fit]) -> str:
    """A row for each model of a use case, the busiest first."""
    heads = (
        *("Model", "Verdict", "In budget", "p50", "p95", "p99"),
        *("Quality", "A request", "A month", "Tasks resolved"),
    )
    return table("Models", heads, map(_model, models))


def _model(fit: Fit) -> Sequence[str]:
    return (
        heading(_name(fit), _sold(fit)),
        f"{chip(*VERDICTS[fit.verdict])}{_small('recommended' if fit.is_recommended else '')}",
        f"{wording.share(fit.compliance)}"
        f"{_small(wording.interval(fit.compliance_low, fit.compliance_high))}"
        f"{_small(wording.sample(fit.total))}",
        _percentile(fit.p50, fit.p50_low, fit.p50_high),
        _percentile(fit.p95, fit.p95_low, fit.p95_high),
        _percentile(fit.p99, fit.p99_low, fit.p99_high),
        _rating(fit),
        _cost(fit),
        wording.usd(fit.usd_month),
        _tasks(fit),
    )


def _name(fit: Fit) -> str:
    return shown(fit.model, NAME_LENGTH)


def _sold(fit: Fit) -> str:
    known = (
        fit.tier_title,
        (fit.provider or "").replace("_", " "),
        wording.plural(fit.requests, "request"),
    )
    return shown(", ".join(filter(None, known)))


def _percentile(ms: float | None, low_ms: float | None, high_ms: float | None) -> str:
    if ms is None:
        return f"{wording.UNKNOWN}{_small('too few requests')}"
    return f"{wording.duration(ms)}{_small(wording.durations(low_ms, high_ms))}"


def _rating(fit: Fit) -> str:
    if fit.quality is None:
        return wording.UNKNOWN
    ends = wording.interval(fit.quality_low, fit.quality_high)
    return f"{wording.share(fit.quality)}{_small(ends)}{_small(wording.sample(fit.rated))}"


def _cost(fit: Fit) -> str:
    if fit.usd_per_request is None:
        return f"{wording.UNKNOWN}{_small('no price known')}"
    tokens = f"{_small(cost(fit.usd_per_1k_tokens))}{_small('a 1K tokens')}"
    return f"{cost(fit.usd_per_request)}{tokens}"


def _tasks(fit: Fit) -> str:
    if fit.resolved is None or fit.turns is None:
        return wording.UNKNOWN
    ends = wording.interval(fit.resolved_low, fit.resolved_high)
    turns = f"{fit.turns:.1f} turns"
    n = wording.sample(fit.tasks)
    return f"{wording.share(fit.resolved)}{_small(ends)}{_small(turns)}{_small(n)}"


def _small(words: str) -> str:
    return f"<small>{escape(words)}</small>" if words else ""
