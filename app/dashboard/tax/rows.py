"""The latency tax of a period: the rows of the models, and what is asked of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ALL = "all"
"""The piece that is all pieces together."""
LISTED_LEAST = 0.005
"""Share of the whole."""
PARTS = ("lost_conversions", "fallback_quality", "speed_premium")
T = TypeVar("T", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Total:
    """What all use cases lost together, of one part or of all; None is unknown."""

    basis: str
    part: str
    use_cases: int
    without_usd: int
    usd: float | None
    usd_low: float | None
    usd_high: float | None
    lost_conversions: float | None
    lost_low: float | None
    lost_high: float | None
    n: int | None
    sessions: int | None
    unpriced: int | None
    verdict: str
    is_tax_shown: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What one use case lost in one part."""

    use_case: str
    title: str
    part: str
    usd: float | None
    usd_low: float | None
    usd_high: float | None
    lost_conversions: float | None
    lost_low: float | None
    lost_high: float | None
    verdict: str
    n: int | None
    source: str | None
    reason: str
    cure: str | None
    is_tax_shown: bool | None
    late_ratio: float | None


@dataclass(frozen=True, slots=True)
class Piece:
    """What one use case lost in one tier and step; ``all`` is together."""

    basis: str
    use_case: str
    tier: str
    step: str
    usd: float | None
    usd_low: float | None
    usd_high: float | None
    lost: float | None
    share: float | None
    share_of_case: float | None

    @property
    def is_large(self) -> bool:
        """Whether it is large enough to be told of by itself; less is in the sums."""
        return abs(self.share or 0) >= LISTED_LEAST


@dataclass(frozen=True, slots=True)
class Change:
    """The measured tax against the period before."""

    usd_before: float | None
    change: str | None


@dataclass(frozen=True, slots=True)
class Peak:
    """The fewest hours of the day in which half of a use case's conversions were lost."""

    use_case: str
    from_hour: int
    to_hour: int
    hours: int


@dataclass(frozen=True, slots=True)
class Tax:
    """All that the page says of a period."""

    totals: Sequence[Total]
    cases: Sequence[Case]
    pieces: Sequence[Piece]
    peaks: Sequence[Peak]
    change: Change
    has_conversions: bool
    """Whether any was ever reported."""

    def total(self, basis: str = "measured", part: str = ALL) -> Total | None:
        """One sum; None where nothing is in it."""
        found = (each for each in self.totals if (each.basis, each.part) == (basis, part))
        return next(found, None)

    @property
    def losses(self) -> Total | None:
        """What is known of lost conversions from data; None where nothing is."""
        return self.total(part="lost_conversions")

    @property
    def is_shown(self) -> bool:
        """Whether slow answers lost something, beyond what was paid to be fast."""
        parts = (self.losses, self.total(part="fallback_quality"))
        total = self.total()
        is_any = any(part is not None and part.is_tax_shown for part in parts)
        return is_any and total is not None and total.is_tax_shown

    def title(self, use_case: str) -> str:
        """The use case, for people."""
        return next(case.title for case in self.cases if case.use_case == use_case)

    def main_part(self, use_case: str) -> Case:
        """The part of a use case that its measured figure rests on most."""
        of_case = [case for case in self.cases if case.use_case == use_case]
        known = (c for c in of_case if c.source in {"data", "accounting"})
        return min(known, key=lambda case: PARTS.index(case.part))

    def measured(self) -> list[Piece]:
        """The use cases with a measured tax, the largest first."""
        wholes = [
            piece
            for piece in self.pieces
            if piece.basis == "measured" and piece.tier == piece.step == ALL
            and piece.usd is not None
        ]  # fmt: skip
        return sorted(wholes, key=lambda piece: -abs(piece.share or 0))

    def listed(self) -> list[Piece]:
        """Those of them that are estimated, or large enough to be told of one by one."""
        return [
            piece
            for piece in self.measured()
            if piece.is_large or self.main_part(piece.use_case).source == "data"
        ]

    def refused(self) -> list[Case]:
        """Use cases with conversions of which only benchmarks can be shown."""
        return [case for case in self.cases if case.source == "benchmark" and case.n]

    def silent(self) -> list[Case]:
        """Use cases that had sessions and no conversion."""
        return [case for case in self.cases if case.part == "lost_conversions" and not case.n]


def read(kind: type[T], frame: pl.DataFrame) -> list[T]:
    """The rows of a model as values of a dataclass with some of its columns."""
    names = [field.name for field in fields(kind)]
    rows: Iterable[dict[str, Any]] = frame.select(names).iter_rows(named=True)
    return [kind(**row) for row in rows]


def mostly(pieces: Sequence[Piece], use_case: str, tier: str = ALL) -> Piece | None:
    """The step in which a use case, or one of its tiers, lost most."""
    of_tier = [
        piece
        for piece in pieces
        if piece.basis == "measured"
        and (piece.use_case, piece.tier) == (use_case, tier)
        and piece.step != ALL
    ]
    return max(of_tier, key=lambda piece: abs(piece.share_of_case or 0), default=None)
