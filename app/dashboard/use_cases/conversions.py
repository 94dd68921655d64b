"""What conversions say about slowness in one use case: recorded, fitted, and how sure that is."""

from dataclasses import dataclass, fields

import polars as pl

from app.dashboard import wording

FEWEST_SESSIONS = 30
"""A rate of fewer sessions says too little to be drawn."""
FROM_DATA = ("measured", "blended")
NOT_THE_TAX = (
    "The recorded rate is not the tax: it shows what slowness does, and also who is slow; slow "
    "sessions may differ in what they want."
)
VERDICTS = {
    "measured": "Measured",
    "blended": "Blended from data and benchmark",
    "insufficient_data": "Not enough data",
    "not_identifiable": "Cannot be told apart from who is slow",
}


@dataclass(frozen=True, slots=True)
class Fit:
    """What slowness takes from the conversions of a use case; a row of tax_fits."""

    verdict: str
    reason: str
    cure: str | None
    sessions: int
    conversions: int
    budget_ms: float
    decay: str
    slope_low: float
    slope: float
    slope_high: float

    @property
    def is_of_data(self) -> bool:
        """Whether the curve rests on this team's data, not on benchmarks alone."""
        return self.verdict in FROM_DATA

    @property
    def curve(self) -> str:
        """What the curve in the chart is."""
        return "fitted" if self.is_of_data else "industry benchmark, not your data"


def fit_of(rows: pl.DataFrame) -> Fit | None:
    """The fit of the one use case that was asked for; None before there is one."""
    columns = [field.name for field in fields(Fit)]
    return next((Fit(**row) for row in rows.select(columns).iter_rows(named=True)), None)


def drawn(bins: pl.DataFrame) -> pl.DataFrame:
    """The latency bins with enough sessions to be drawn."""
    return bins.filter(pl.col("sessions") >= FEWEST_SESSIONS)


def answer(fit: Fit) -> str:
    """The sentence that answers: what slowness takes, or why that cannot be said."""
    if not fit.is_of_data:
        return fit.reason
    late = "being late at all" if fit.decay == "deadline" else "each 100 ms over the budget"
    if fit.slope_low <= 0 <= fit.slope_high:
        said = f"No loss is shown: {late} takes between {_loss(fit.slope_low)} and "
        return f"{said}{_loss(fit.slope_high)} of conversions."
    ends = wording.interval(fit.slope_low, fit.slope_high)
    return f"{late.capitalize()} takes {wording.share(fit.slope)} of conversions ({ends})."


def _loss(share: float) -> str:
    return f"−{wording.share(-share)}" if share < 0 else wording.share(share)


def grounds(fit: Fit) -> str:
    """Verdict, reason and cure, and what they rest on."""
    counted = (
        f"{wording.plural(fit.conversions, 'conversion')} of "
        f"{wording.plural(fit.sessions, 'session')}"
    )
    why = f" {fit.reason}" if fit.is_of_data else ""
    cure = f" To be sure: {fit.cure}" if fit.cure else ""
    return f"{VERDICTS.get(fit.verdict, fit.verdict)}, {counted}.{why}{cure}"
