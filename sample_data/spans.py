"""Spans as the simulation makes them, before they become OTLP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

Value = str | bool | int | float | tuple[str, ...]
Attributes = tuple[tuple[str, Value], ...]

SPAN_KINDS = {"internal": 1, "server": 2, "client": 3}


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """Where spans come from; one object for each service instance, compared by identity."""

    attributes: Attributes


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The instrumentation library, compared by identity."""

    name: str
    version: str


class SimulatedEvent(NamedTuple):
    """A span event."""

    name: str
    at_ns: int
    attributes: Attributes = ()


class SimulatedSpan(NamedTuple):
    """One span; error is the status message of a failed one."""

    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes
    name: str
    kind: int
    start_ns: int
    end_ns: int
    error: str
    attributes: Attributes
    events: tuple[SimulatedEvent, ...]
    resource: Resource
    scope: Scope


class Settled(NamedTuple):
    """What a session came to, and the conversions that it was expected to lose.

    excess_ms: its mean wait beyond the budget. appetite: what its chance was scaled by.
    """

    excess_ms: float
    appetite: float
    converted: bool
    lost_to_waiting: float
    lost_to_fallbacks: float


class SimulatedTrace(NamedTuple):
    """One request with its spans, root first, and what the simulation knows about it.

    perceived_ms is the first token or audio of a streamed answer, else the whole response; None
    when no answer came. paid_for_speed is in USD, by what was bought (see prices.py);
    reserved_model is the one whose capacity, paid by the month, gave the answer. At the last
    request of a session it is known what the session came to: settled is None before.
    """

    use_case: str
    spans: tuple[SimulatedSpan, ...]
    environment: str
    perceived_ms: float | None
    response_ms: float
    outcome: str
    used_fallback: bool
    paid_for_speed: Mapping[str, float]
    reserved_model: str | None = None
    settled: Settled | None = None
