"""The company's traffic: a history that ends at a given time, and what happens from now on."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import numpy as np

from sample_data.company import Company, Step, UseCase
from sample_data.company_file import load_company
from sample_data.dialects import Dialect, load_dialects
from sample_data.draws import Draws
from sample_data.model_call import call_model
from sample_data.plan import DAY_NS, SECOND_NS, Visit, plan_visits
from sample_data.request import Request, begin, finish
from sample_data.sessions import Sessions
from sample_data.spans import SimulatedTrace
from sample_data.steps import hold, route, run_step, speak
from sample_data.world import World, outages_before


class LiveTraffic:
    """The trickle: asked again and again, it gives the requests that have ended since."""

    def __init__(self, started_at: datetime, rng: np.random.Generator) -> None:
        """Nothing happens before started_at."""
        self._rng = rng
        self._planned_until_ns = _ns(started_at)
        company = load_company()
        self._world = World(company, load_dialects(), Draws(rng))
        per_second = sum(case.requests_per_day for case in company.use_cases) * SECOND_NS / DAY_NS
        self._scale = company.live_requests_per_second / per_second
        self._sessions = Sessions()
        self._to_start: list[tuple[int, int, Visit]] = []
        self._to_end: list[tuple[int, int, SimulatedTrace]] = []
        self._order = count()

    def next_traces(self, now: datetime) -> list[SimulatedTrace]:
        """The requests that ended since the last call, in the order of their end."""
        now_ns = _ns(now)
        company = self._world.company
        planned = plan_visits(company, self._planned_until_ns, now_ns, self._rng, self._scale)
        self._planned_until_ns = max(now_ns, self._planned_until_ns)
        for visit in planned:
            heapq.heappush(self._to_start, (visit.start_ns, next(self._order), visit))
        while self._to_start and self._to_start[0][0] <= now_ns:
            trace = _simulate(self._world, self._sessions, heapq.heappop(self._to_start)[2])
            heapq.heappush(self._to_end, (_end_ns(trace), next(self._order), trace))
        ended = []
        while self._to_end and self._to_end[0][0] <= now_ns:
            ended.append(heapq.heappop(self._to_end)[2])
        return ended


@dataclass(frozen=True, slots=True)
class History:
    """Past traffic: how many spans to expect, and the traces in the order of their start."""

    expected_spans: int
    traces: Iterator[SimulatedTrace]


def history(*, days: int, until: datetime, seed: int, company: Company | None = None) -> History:
    """The traffic of the days before until; the same arguments give the same spans."""
    rng = np.random.default_rng(seed)
    company = company or load_company()
    dialects, until_ns = load_dialects(), _ns(until)
    planned = plan_visits(company, until_ns - days * DAY_NS, until_ns, rng)
    visits = [visit for visit in planned if visit.start_ns < until_ns]
    world = World(company, dialects, Draws(rng), outages_before(company, until_ns))
    sessions = Sessions()
    spans = {case.name: mean_spans(case, dialects[case.dialect]) for case in company.use_cases}
    return History(
        expected_spans=round(sum(spans[visit.use_case.name] for visit in visits)),
        traces=(_simulate(world, sessions, visit) for visit in visits),
    )


def mean_spans(use_case: UseCase, dialect: Dialect) -> float:
    """Spans of an average request of the use case."""
    spans, alive = float(len(dialect.layers)), 1.0
    if use_case.experiment:
        spans += use_case.experiment.share
    for step in use_case.steps:
        own, fatal = _model_spans(use_case, step) if step.step == "llm" else (1.0, 0.0)
        share = step.share * (sum(use_case.intents[i] for i in step.intents) or 1.0)
        spans += alive * share * (own + 2.0 * (step.remote is not None))
        alive *= 1 - share * fatal
    return spans


def _model_spans(use_case: UseCase, step: Step) -> tuple[float, float]:
    """Spans of a model step, and how often it is the last."""
    if step.speculative:
        return 1.0, 0.0
    rates = use_case.rates
    goes_on = use_case.retries_timeouts or use_case.fallback is not None
    fatal = rates.error + (0.0 if goes_on else rates.timeout)
    fatal += rates.abandon if step.is_final else 0.0
    return 1.0 + rates.retry + rates.hedged + (rates.timeout if goes_on else 0.0), fatal


_RUNNERS = {"llm": call_model, "tts": speak}


def _simulate(world: World, sessions: Sessions, visit: Visit) -> SimulatedTrace:
    own_row, *rows = world.draws.rows(1 + len(visit.use_case.steps))
    request = begin(world, visit, own_row)
    hold(request)
    route(request)
    for step, request.row in zip(visit.use_case.steps, rows, strict=True):
        if not _happens(request, step):
            request.unspared_tokens += step.spared_tokens
            continue
        _RUNNERS.get(step.step, run_step)(request, step)
        if request.outcome != "ok":
            break
    return sessions.settle(request, finish(request))


def _happens(request: Request, step: Step) -> bool:
    if step.intents and request.visit.intent not in step.intents:
        return False
    return step.share >= 1.0 or request.row.chance("happens", step.share)


def _end_ns(trace: SimulatedTrace) -> int:
    return trace.spans[0].end_ns


def _ns(at: datetime) -> int:
    return int(at.timestamp()) * SECOND_NS + at.microsecond * 1000
