"""How conversion may fall with the dose: a jump at the budget, and a slope in each segment above.

The dose of a session is the time of its slowest answer over the budget, in units of 100 ms, capped
at 6 s. Segments begin at edges of latency bins, so the mean dose of a bin is all that a fit needs.
"""

from dataclasses import dataclass

import numpy as np

from sql.tax.poisson import Floats, Ints

BIN_EDGES = (0.25, 0.4, 0.6, 0.8, 1.0, 1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0, 20.0)
"""Ends of the latency bins as multiples of the budget; bin k lies above k of them."""
FIRST_LATE_BIN = BIN_EDGES.index(1.0) + 1
UNIT_MS = 100.0
LARGEST_DOSE = 60.0
SEGMENTS = 5
"""At most; fewer where few conversions were late."""
CONVERSIONS_A_SEGMENT = 40


@dataclass(frozen=True, slots=True)
class Curve:
    """The columns of a fit: the jump first, then the segments from knot to knot."""

    knots: Floats
    """Doses at which segments begin; empty for a deadline, where only the jump counts."""

    @property
    def columns(self) -> int:
        """How many coefficients the curve has."""
        return 1 + len(self.knots)

    @property
    def is_deadline(self) -> bool:
        """Whether only being late counts."""
        return not len(self.knots)

    def units(self, dose: Floats, latency_bin: Ints) -> Floats:
        """What a slope is per: the dose; of a deadline, being late."""
        return (latency_bin >= FIRST_LATE_BIN).astype(float) if self.is_deadline else dose

    def basis(self, dose: Floats, latency_bin: Ints) -> Floats:
        """A row for each dose; a coefficient is the log of what is lost per unit of its column."""
        jump = (latency_bin >= FIRST_LATE_BIN).astype(float)
        ends = np.append(self.knots[1:], LARGEST_DOSE)
        segments = np.clip(dose[:, None] - self.knots, 0, ends - self.knots)
        return np.column_stack([jump, segments])


def curve_for(budget_ms: float, conversions_by_bin: Floats, *, is_deadline: bool) -> Curve:
    """Segments that hold about equally many late conversions each."""
    if is_deadline:
        return Curve(np.empty(0))
    late = conversions_by_bin[FIRST_LATE_BIN:]
    starts = doses(budget_ms)[FIRST_LATE_BIN:]
    segments = int(np.clip(late.sum() // CONVERSIONS_A_SEGMENT, 1, SEGMENTS))
    before = np.concatenate([[0], np.cumsum(late)[:-1]])
    wanted = late.sum() * np.arange(segments) / segments
    positions = np.unique(np.searchsorted(before, wanted))
    knots = starts[np.minimum(positions, len(starts) - 1)]
    return Curve(np.unique(np.append(0.0, knots[knots < LARGEST_DOSE])))


def doses(budget_ms: float) -> Floats:
    """The smallest dose of each latency bin."""
    edges = np.array([0.0, *BIN_EDGES])
    return np.clip((edges - 1) * budget_ms / UNIT_MS, 0, LARGEST_DOSE)
