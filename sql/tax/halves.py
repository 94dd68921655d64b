"""Each model's hour split in random halves, of which one can be the instrument of the other."""

from dataclasses import dataclass

import numpy as np

from sql.tax.cells import Cells, numbered
from sql.tax.poisson import Floats, Ints

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class Halves:
    """One row for each half of a model's hour of which the other half has sessions too."""

    cells: Cells
    row: Ints
    """The row that each cell belongs to."""
    hour: Ints
    model: Ints
    partner: Ints
    """The row of the other half."""
    sessions: Floats
    conversions: Floats

    @property
    def hours(self) -> Ints:
        """Number of each row's hour, without gaps."""
        return numbered(self.hour)

    def summed(self, sums: Floats) -> Floats:
        """Sums of cells by row."""
        return np.bincount(self.row, sums).astype(np.float64)

    def mean(self, per_session: Floats) -> Floats:
        """What a session of each row has, of what one of each cell has."""
        return np.asarray(self.summed(per_session * self.cells.sessions) / self.sessions)

    def covariates(self) -> Floats:
        """Means by row of what to adjust for."""
        return np.column_stack([self.mean(column) for column in self.cells.covariates().T])


def halved(cells: Cells) -> Halves | None:
    """The halves that have a partner; None where no half has one."""
    models = int(cells.model.max()) + 1
    keys, group = np.unique(
        (cells.hour * models + cells.model) * 2 + cells.half, return_inverse=True
    )
    is_paired = np.isin(keys ^ 1, keys)
    if not is_paired.any():
        return None
    cells, row = cells.kept(is_paired[group]), numbered(group[is_paired[group]])
    keys = keys[is_paired]
    return Halves(
        cells=cells,
        row=row,
        hour=keys // (2 * models),
        model=keys // 2 % models,
        partner=np.searchsorted(keys, keys ^ 1),
        sessions=np.bincount(row, cells.sessions).astype(np.float64),
        conversions=np.bincount(row, cells.conversions).astype(np.float64),
    )


def usual_hours(halves: Halves) -> Floats:
    """A column for each model at each hour of the day: what it is usually like then."""
    usual = numbered(halves.model * HOURS_A_DAY + halves.hour % HOURS_A_DAY)
    return np.asarray(np.eye(int(usual.max()) + 1)[usual])
