"""[retention]: how long and how much is kept; the oldest days go first."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import ConfigDict, Field, PositiveFloat, Strict

Days = Annotated[int, Strict(), Field(ge=7, le=3_650)]
SumDays = Annotated[int, Strict(), Field(ge=35, le=3_650)]
Gibibytes = Annotated[PositiveFloat, Strict(), Field(le=1e6)]


class KindLimits(NamedTuple):
    """How much of one kind is kept; None is all."""

    days: int | None
    size_bytes: float | None


@dataclass(frozen=True, slots=True)
class Retention:
    """None is for ever and all."""

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)
    spans_days: Days | None = None
    requests_days: Days | None = None
    rollups_days: SumDays | None = None
    """At least as long as the longest window of an objective that matters."""
    history_days: SumDays | None = None
    """Digests that were sent, alerts that are over, fits of the latency tax."""
    spans_gb: Gibibytes | None = None
    requests_gb: Gibibytes | None = None
    rollups_gb: Gibibytes | None = None

    def of(self, kind: str) -> KindLimits:
        """The limits of spans, requests or rollups."""
        size_gb = getattr(self, f"{kind}_gb")
        return KindLimits(getattr(self, f"{kind}_days"), size_gb and size_gb * 2**30)
