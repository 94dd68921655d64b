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
    """Number of the model that was asked, from 1."""
    arm: Ints
    """Number of the randomised arm, from 1; 0 for sessions in none."""
    half: Ints
    """0 or 1, by the hash of the session."""
    latency_bin: Ints
    fallback: Ints
    """1 for sessions that a lower-quality fallback answered, else 0."""
    sessions: Floats
    conversions: Floats
    dose: Floats
    """Sum; units of 100 ms over the budget."""
    ln_latency: Floats
    ln_tokens: Floats
    mobile: Floats
    failed: Floats
    priority: Floats
    """Served at a faster service tier than the standard one."""

    @property
    def is_late(self) -> Ints:
        """Positions of the cells over the budget."""
        return np.flatnonzero(self.latency_bin >= FIRST_LATE_BIN)

    def kept(self, chosen: NDArray[np.bool_]) -> "Cells":
        """The cells that are chosen."""
        return Cells(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    def undelayed(self) -> "Cells":
        """Without the sessions that were slowed on purpose: of arms, only the quickest stays."""
        if not self.arm.any():
            return self
        sessions = np.bincount(self.arm, self.sessions)
        ln_latency = np.bincount(self.arm, self.ln_latency) / np.maximum(sessions, 1)
        quickest = min(np.unique(self.arm[self.arm > 0]), key=lambda arm: ln_latency[arm])
        return self.kept((self.arm == 0) | (self.arm == quickest))

    def mean(self, sums: Floats) -> Floats:
        """What a session of each cell has."""
        return np.asarray(sums / self.sessions)

    def covariates(self) -> Floats:
        """Means to adjust for: ln tokens, its square, and shares that are not the same everywhere.

        On mobile, failed, prioritised; last, where there are any, answered by a fallback.
        """
        tokens = self.mean(self.ln_tokens) - self.ln_tokens.sum() / self.sessions.sum()
        shares = [self.mean(each) for each in (self.mobile, self.failed, self.priority)]
        shares.append(self.fallback.astype(np.float64))
        return np.column_stack([tokens, tokens**2, *(each for each in shares if np.ptp(each) > 0)])

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
