"""The forecast of a planned chain: its latency drawn many times, against its budget (Monte Carlo).

Every call of the chain draws its own time, independently of the others, from the calls that were
measured or from an industry figure. What the user waits for first ends the steps before the first
word or sound; the response ends all of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from sql.chains import Call, Link, Plan, links
from sql.step_speeds import Array, Key, Speed, Speeds

DRAWS = 20_000
SEED = 1
CLASSES = 10
"""Into how many classes a call's time is put, to see how much the result hangs on it."""
TAIL = 0.05
"""Each end of a 90 % interval."""

Metric = Literal["perceived", "response"]
Verdict = Literal["fits", "too close", "does not fit"]


@dataclass(frozen=True, slots=True)
class Goal:
    """The budget: so many requests are to be within it."""

    metric: Metric
    budget_ms: float
    objective: float


@dataclass(frozen=True, slots=True)
class Part:
    """One step of the chain in the forecast."""

    link: Link
    p50_ms: float
    p95_ms: float
    late_ms: float | None
    """Mean time in it where the budget is missed; None when it never is."""
    met_without: float
    """Share within the budget if it took no time [0..1]."""
    measured: int | None
    """Fewest calls that one of its figures rests on; None where one is the industry's."""
    source: str
    """Of the industry figure."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a chain is likely to take."""

    goal: Goal
    perceived_ms: Array = field(repr=False)
    response_ms: Array = field(repr=False)
    met: float
    """Share within the budget [0..1], with its 90 % interval: chance in what was measured."""
    met_low: float
    met_high: float
    parts: tuple[Part, ...]
    """The steps that the goal looks at, in order."""

    @property
    def ms(self) -> Array:
        """What the goal looks at."""
        return self.of(self.goal.metric)

    def of(self, metric: Metric) -> Array:
        """The draws of one of the two [ms]."""
        return self.perceived_ms if metric == "perceived" else self.response_ms

    def percentiles(self, *shares: float, metric: Metric | None = None) -> list[float]:
        """Of a metric, by default of what the goal looks at [ms]."""
        draws = self.of(metric or self.goal.metric)
        return [float(ms) for ms in np.quantile(draws, shares, method="inverted_cdf")]

    @property
    def late_ms(self) -> float | None:
        """Mean time of those beyond the budget; None when none is [ms]."""
        draws = self.of(self.goal.metric)
        late = draws[draws > self.goal.budget_ms]
        return float(late.mean()) if late.size else None

    @property
    def verdict(self) -> Verdict:
        """Whether the objective is kept, by the whole interval."""
        if self.met_low >= self.goal.objective:
            return "fits"
        return "does not fit" if self.met_high < self.goal.objective else "too close"

    @property
    def owner(self) -> Part:
        """Where it breaks: without this step most requests would be within budget."""
        return max(self.parts, key=lambda part: (part.met_without, part.p95_ms))


def forecast(plan: Plan, speeds: Speeds, goal: Goal) -> Forecast:
    """The chain drawn `DRAWS` times; the same plan draws the same times."""
    chain = links(plan)
    draws = _Draws(speeds)
    taken = [draws.of_link(link) for link in chain]
    response = _sum(taken)
    perceived = _sum(ms for link, ms in zip(chain, taken, strict=True) if link.is_before)
    total = perceived if goal.metric == "perceived" else response
    is_met = total <= goal.budget_ms
    met = float(is_met.mean())
    low, high = _interval(met, draws.variance(is_met), draws.fewest)
    looked_at = [
        (link, ms)
        for link, ms in zip(chain, taken, strict=True)
        if link.is_before or goal.metric == "response"
    ]
    parts = [_part(link, ms, total, goal, speeds) for link, ms in looked_at]
    return Forecast(goal, perceived, response, met, low, high, tuple(parts))


class _Draws:
    """Times drawn for calls, and how the result hangs on the calls they were drawn from."""

    def __init__(self, speeds: Speeds) -> None:
        self._speeds = speeds
        self._random = np.random.default_rng(SEED)
        self._shares: dict[Key, list[Array]] = defaultdict(list)

    def of_link(self, link: Link) -> Array:
        """How long the step takes in each draw [ms]."""
        return _sum(self._of_call(call) for call in link.calls)

    def _of_call(self, call: Call) -> Array:
        speed = self._speeds[call.speed]
        total = np.zeros(DRAWS)
        for _ in range(call.times if call.tokens else 0):
            slowest = np.zeros(DRAWS)
            for _ in range(call.side_by_side):
                shares = self._random.random(DRAWS)
                self._shares[call.speed].append(shares)
                np.maximum(slowest, speed.at(shares), out=slowest)
            total += slowest * call.tokens
        return total

    def variance(self, is_met: NDArray[np.bool_]) -> float:
        """Of the share within budget: from the draws, and from the calls that were measured.

        To the first order a measured speed adds the variance, over its calls, of how the share
        differs with the time of a call.
        """
        met = float(is_met.mean())
        total = met * (1 - met) / DRAWS
        for key, drawn in self._shares.items():
            calls = self._speeds[key].calls
            if calls is not None:
                differs = np.sum([_by_class(shares, is_met) - met for shares in drawn], axis=0)
                total += float(np.mean(differs**2)) / calls
        return total

    @property
    def fewest(self) -> int:
        """The fewest calls that a measured speed rests on."""
        counts = (self._speeds[key].calls for key in self._shares)
        return min((calls for calls in counts if calls is not None), default=DRAWS)


def _by_class(shares: Array, is_met: NDArray[np.bool_]) -> Array:
    classes = (shares * CLASSES).astype(np.int64)
    counts = np.bincount(classes, minlength=CLASSES)
    return np.bincount(classes, weights=is_met, minlength=CLASSES) / np.maximum(counts, 1)


def _interval(met: float, variance: float, fewest: int) -> tuple[float, float]:
    """As of a share (Jeffreys) among as many requests as have this variance."""
    n = min(met * (1 - met) / variance, DRAWS) if 0 < met < 1 else fewest
    good, bad = met * n + 0.5, (1 - met) * n + 0.5
    low = 0.0 if met == 0 else float(betaincinv(good, bad, TAIL))
    high = 1.0 if met == 1 else float(betaincinv(good, bad, 1 - TAIL))
    return min(low, met), max(high, met)


def _part(link: Link, ms: Array, total: Array, goal: Goal, speeds: Speeds) -> Part:
    late = ms[total > goal.budget_ms]
    used: list[Speed] = [speeds[call.speed] for call in link.calls if call.times and call.tokens]
    counts = [speed.calls for speed in used]
    p50, p95 = np.quantile(ms, [0.5, 0.95], method="inverted_cdf")
    return Part(
        link,
        float(p50),
        float(p95),
        float(late.mean()) if late.size else None,
        float((total - ms <= goal.budget_ms).mean()),
        None if None in counts else min(count for count in counts if count is not None),
        next((speed.source for speed in used if speed.source), ""),
    )


def _sum(arrays: Iterable[Array]) -> Array:
    total = np.zeros(DRAWS)
    for array in arrays:
        total += array
    return total
