"""What the fits of one use case read: cells of sessions that are alike, as arrays."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sql.tax.curve import BIN_EDGES, FIRST_LATE_BIN
from sql.tax.poisson import Floats, Ints

HOURS_A_CELL = (1, 6, 24)
SESSIONS_A_STRATUM = 4


@dataclass(frozen=True, slots=True)
class Cells:
    """One row a cell: counts and sums of its sessions."""

    hour: Ints
    """Hours since 1970."""
    model: Ints
    """Number of the model, from 1."""
    arm: Ints
    """Number of the randomised arm, from 1; 0 for sessions in none."""
    half: Ints
    """0 or 1, by the hash of the session."""
    latency_bin: Ints
    sessions: Floats
    conversions: Floats
    dose: Floats
    """Sum; units of 100 ms over the budget."""
    ln_latency: Floats
    ln_tokens: Floats
    mobile: Floats
    failed: Floats

    @property
    def is_late(self) -> Ints:
        """Positions of the cells over the budget."""
        return np.flatnonzero(self.latency_bin >= FIRST_LATE_BIN)

    def kept(self, chosen: NDArray[np.bool_]) -> "Cells":
        """The cells that are chosen."""
        return Cells(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def mean(self, sums: Floats) -> Floats:
        """What a session of each cell has."""
        return np.asarray(sums / self.sessions)

    def covariates(self) -> Floats:
        """Means to adjust for: ln tokens, its square, share on mobile, share that failed."""
        total = self.sessions.sum()
        tokens = self.mean(self.ln_tokens) - self.ln_tokens.sum() / total
        columns = (tokens, tokens**2, self.mean(self.mobile), self.mean(self.failed))
        return np.column_stack(columns)

    def strata(self) -> Ints:
        """Sessions of one model and one time: an hour where it holds enough sessions."""
        models = int(self.model.max()) + 1
        hours = len(np.unique(self.hour))
        enough = self.sessions.sum() / (models * hours) * np.array(HOURS_A_CELL)
        fitting = np.flatnonzero(enough >= SESSIONS_A_STRATUM)
        cell_hours = HOURS_A_CELL[fitting[0] if len(fitting) else -1]
        return numbered(self.hour // cell_hours * models + self.model)

    def by_bin(self, sums: Floats) -> Floats:
        """Sums over all cells of each latency bin."""
        return np.bincount(self.latency_bin, sums, minlength=len(BIN_EDGES) + 1).astype(np.float64)


def numbered(keys: Ints) -> Ints:
    """Equal keys get equal numbers, from 0 on without gaps."""
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)
