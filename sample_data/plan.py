"""Who asks what and when: sessions and their turns, drawn an hour at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sample_data.company import Company, Device, Shape, UseCase

SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
LONGEST_SESSION_TURNS = 6
THINKING_MEDIAN_S = 18.0
SERVER_SIDE = Device("server", mobile=False, share=1.0, edge_ms=1.0, intent=1.0)


class Visit(NamedTuple):
    """One request to come: turn of a session, ordered by its start."""

    start_ns: int
    session: int
    turn: int
    is_last: bool
    use_case: UseCase
    device: Device


def plan_visits(
    company: Company, from_ns: int, to_ns: int, rng: np.random.Generator, scale: float = 1.0
) -> list[Visit]:
    """The visits of sessions that start in the window, ordered; later turns may lie beyond it."""
    hours = list(_hours(from_ns, to_ns))
    visits: list[Visit] = []
    for use_case in company.use_cases:
        shape = company.shapes[use_case.shape]
        starts_ns = [
            rng.integers(*hour, rng.poisson(scale * _mean_sessions(use_case, shape, *hour)))
            for hour in hours
        ]
        if starts_ns:
            visits += _visits(company, use_case, np.concatenate(starts_ns), rng)
    return sorted(visits, key=lambda visit: visit[:3])


def load_at(shape: Shape, at_ns: int) -> float:
    """How busy the hour is, from 0 (quietest of the day) to 1."""
    quietest, busiest = min(shape.hours), max(shape.hours)
    return (shape.hours[at_ns // HOUR_NS % 24] - quietest) / (busiest - quietest)


def _hours(from_ns: int, to_ns: int) -> Iterator[tuple[int, int]]:
    while from_ns < to_ns:
        next_hour_ns = (from_ns // HOUR_NS + 1) * HOUR_NS
        yield from_ns, min(next_hour_ns, to_ns)
        from_ns = next_hour_ns


def _mean_sessions(use_case: UseCase, shape: Shape, from_ns: int, to_ns: int) -> float:
    at = datetime.fromtimestamp(from_ns // SECOND_NS, tz=UTC)
    weight = (
        shape.hours[at.hour] / np.mean(shape.hours) * shape.days[at.weekday()] / np.mean(shape.days)
    )
    return float(use_case.requests_per_day / use_case.turns * weight * (to_ns - from_ns) / DAY_NS)


def _visits(
    company: Company, use_case: UseCase, starts_ns: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[Visit]:
    turns = np.minimum(rng.geometric(1 / use_case.turns, len(starts_ns)), LONGEST_SESSION_TURNS)
    thinking_s = (
        rng.lognormal(np.log(THINKING_MEDIAN_S), 0.6, (len(starts_ns), LONGEST_SESSION_TURNS)) + 8
    )
    devices = company.devices if use_case.has_device else (SERVER_SIDE,)
    held = rng.choice(len(devices), len(starts_ns), p=[device.share for device in devices])
    sessions = rng.integers(2**48, size=len(starts_ns))
    offsets_ns = (np.cumsum(thinking_s, axis=1) * SECOND_NS).astype(np.int64)
    for row, (start_ns, session, count) in enumerate(
        zip(starts_ns.tolist(), sessions.tolist(), turns.tolist(), strict=True)
    ):
        for turn in range(count):
            offset_ns = int(offsets_ns[row, turn - 1]) if turn else 0
            yield Visit(
                start_ns + offset_ns, session, turn, turn == count - 1, use_case, devices[held[row]]
            )
