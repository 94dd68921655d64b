"""Whether a session converts, and what it is expected to lose: the truth about the company."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sample_data.company import Conversion
from sample_data.plan import HOUR_NS, Visit
from sample_data.request import Request
from sample_data.spans import Settled, SimulatedEvent, SimulatedTrace

LARGEST_EXCESS_MS = 6000.0
BUSY_HOURS_APPETITE = 1.15  # buyers come in the evening, when it is slowest: a confounder
BUSY_HOURS = range(17, 22)


class Kept(NamedTuple):
    """Shares of a session's chance that its waits, and its fallbacks, leave."""

    by_waiting: float
    by_fallbacks: float

    @property
    def lost_to_waiting(self) -> float:
        """By the waits as they were; what both lose together is split in halves."""
        return (1 - self.by_waiting) * (1 + self.by_fallbacks) / 2

    @property
    def lost_to_fallbacks(self) -> float:
        """By the fallbacks as they were, with the other half."""
        return (1 - self.by_fallbacks) * (1 + self.by_waiting) / 2


@dataclass(slots=True)
class _Lived:
    """What a session has been through so far."""

    excess_ms: list[float] = field(default_factory=list)
    used_fallback: bool = False


@dataclass(slots=True)
class Sessions:
    """Sessions that go on, until their last request."""

    _lived: dict[int, _Lived] = field(default_factory=dict)

    def settle(self, request: Request, trace: SimulatedTrace) -> SimulatedTrace:
        """The trace, and after a session's last request what the session came to."""
        visit, truth = request.visit, request.visit.use_case.conversion
        if truth is None:
            return trace
        lived = self._lived.setdefault(visit.session, _Lived())
        waited_ms = trace.perceived_ms or trace.response_ms
        lived.excess_ms.append(min(max(waited_ms - truth.budget_ms, 0.0), LARGEST_EXCESS_MS))
        lived.used_fallback |= trace.used_fallback
        if not visit.is_last:
            return trace
        excess_ms = sum(lived.excess_ms) / len(lived.excess_ms)
        appetite = visit.appetite * (BUSY_HOURS_APPETITE if _is_busy(visit.start_ns) else 1.0)
        kept = kept_by(truth, excess_ms, used_fallback=lived.used_fallback)
        chance = truth.rate * appetite if trace.outcome == "ok" else 0.0
        converted = request.own_row.chance("converts", chance * kept.by_waiting * kept.by_fallbacks)
        settled = Settled(
            excess_ms,
            appetite,
            converted,
            chance * kept.lost_to_waiting,
            chance * kept.lost_to_fallbacks,
        )
        del self._lived[visit.session]
        trace = trace._replace(settled=settled)
        return _with_conversion(trace, visit, truth) if converted else trace


def kept_by(truth: Conversion, excess_ms: float, *, used_fallback: bool) -> Kept:
    """What is left of the chance of a session with that mean wait beyond the budget."""
    return Kept(
        max(0.0, 1 - truth.loss_per_100_ms * excess_ms / 100),
        1 - truth.loss_per_fallback * used_fallback,
    )


def _with_conversion(trace: SimulatedTrace, visit: Visit, truth: Conversion) -> SimulatedTrace:
    root, *others = trace.spans
    conversion = SimulatedEvent(
        "marketing.conversion",
        root.end_ns,
        (
            ("marketing.conversion.id", root.trace_id.hex()),
            ("marketing.conversion.kind", truth.kind),
            ("marketing.conversion.value_usd", truth.value_usd),
            ("session.id", f"session-{visit.session:012x}"),
        ),
    )
    return trace._replace(spans=(root._replace(events=(*root.events, conversion)), *others))


def _is_busy(at_ns: int) -> bool:
    return at_ns // HOUR_NS % 24 in BUSY_HOURS
