"""Who asks what and when: sessions and their turns, drawn an hour at a time."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sample_data.company import Company, Device, Experiment, Shape, Unseen, UseCase

SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
LONGEST_SESSION_QUESTIONS = 6
LONGEST_TASK_TURNS = 3
QUESTIONS_PER_TASK = 2  # of a use case in which nobody tells whether a question was answered
NO_INTENT = {"": 1.0}
THINKING_MEDIAN_S = 18.0
ALL_SEEN = Unseen(share=0.0, slowdown=1.0, appetite=1.0)
NO_EXPERIMENT = Experiment(share=0.0, delay_ms=0.0)
SERVER_SIDE = Device("server", mobile=False, share=1.0, edge_ms=1.0, appetite=1.0)


class Visit(NamedTuple):
    """One request to come: turn of a session, ordered by its start.

    intent is "" where nobody tells, and is_answered None. slowdown: of models and steps, by what no
    span tells of the session; appetite: by that and the device. delay_ms: None without experiment.
    """

    start_ns: int
    session: int
    turn: int
    is_last: bool
    task: int
    use_case: UseCase
    device: Device
    model: str
    intent: str
    is_answered: bool | None
    slowdown: float
    appetite: float
    delay_ms: float | None


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
    sessions = len(starts_ns)
    devices = company.devices if use_case.has_device else (SERVER_SIDE,)
    tries = LONGEST_TASK_TURNS if use_case.answered else 1
    longest = LONGEST_SESSION_QUESTIONS * tries
    thinking_s = rng.lognormal(np.log(THINKING_MEDIAN_S), 0.6, (sessions, longest)) + 8
    columns = (
        starts_ns,
        rng.integers(2**48, size=sessions),
        rng.choice(len(devices), sessions, p=[device.share for device in devices]),
        np.minimum(rng.geometric(1 / use_case.turns, sessions), LONGEST_SESSION_QUESTIONS),
        (np.cumsum(thinking_s, axis=1) * SECOND_NS).astype(np.int64),
        _picked(use_case.models, sessions, rng),
        _picked(use_case.intents or NO_INTENT, sessions, rng),
        rng.random((sessions, LONGEST_SESSION_QUESTIONS, tries)),
    )
    for start_ns, session, device, questions, offsets_ns, *drawn in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        turns = list(_turns(use_case, questions, *drawn))
        of_session = _of_session(use_case, session, devices[device])
        for turn, (task, model, intent, is_answered) in enumerate(turns):
            yield Visit(
                start_ns + (offsets_ns[turn - 1] if turn else 0),
                session,
                turn,
                turn == len(turns) - 1,
                task,
                use_case,
                devices[device],
                model,
                intent,
                is_answered,
                *of_session,
            )


def _of_session(
    use_case: UseCase, session: int, device: Device
) -> tuple[float, float, float | None]:
    """Slowdown, appetite and delay."""
    unseen, experiment = use_case.unseen or ALL_SEEN, use_case.experiment or NO_EXPERIMENT
    is_unseen = _falls(session, "unseen", unseen.share)
    is_delayed = _falls(session, "delayed", experiment.share)
    return (
        unseen.slowdown if is_unseen else 1.0,
        device.appetite * (unseen.appetite if is_unseen else 1.0),
        experiment.delay_ms * is_delayed if use_case.experiment else None,
    )


def _falls(session: int, name: str, share: float) -> bool:
    """True in that share of sessions, by a hash: to ask draws no number."""
    hashed = blake2b(f"{name}-{session}".encode(), digest_size=4).digest()
    return int.from_bytes(hashed) < share * 2**32


def _picked(
    shares: Mapping[str, float], sessions: int, rng: np.random.Generator
) -> NDArray[np.object_]:
    size = (sessions, LONGEST_SESSION_QUESTIONS)
    return rng.choice(np.array(list(shares), object), size, p=list(shares.values()))


def _turns(
    use_case: UseCase,
    questions: int,
    models: list[str],
    intents: list[str],
    luck: list[list[float]],
) -> Iterator[tuple[int, str, str, bool | None]]:
    """Task, model, intent of each turn, and whether it answers; else the question comes again."""
    for question in range(questions):
        if not use_case.answered:
            task = question // QUESTIONS_PER_TASK
            yield task, models[question], intents[task], None
            continue
        model, intent = models[question], intents[question]
        for drawn in luck[question]:
            is_answered = drawn < use_case.answered[intent][model]
            yield question, model, intent, is_answered
            if is_answered:
                break
