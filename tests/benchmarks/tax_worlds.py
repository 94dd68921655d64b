"""Simulated traffic of a chat agent with a known loss by latency, for repeated experiments.

Complexity of a question moves speed (more tokens, larger model) and, by `gamma`, intent to buy;
`rho` is how well tokens tell it. Returning customers buy more and are never recorded. Models have
incidents of their own in which all their answers are slow. A fifth are served at a faster tier,
and buy a little more. Where there are fallbacks, hard questions and incidents lead to them: the
answer is quick then, and not as good.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sql.tax.poisson import Floats, Ints

DAYS = 28
MODELS = ("small-fast", "mid", "large")
LN_MS = np.array([5.82, 6.35, 6.93])
RATE = 0.062
UNIT_MS = 100.0


@dataclass(frozen=True, slots=True)
class World:
    """What is true in it; log odds throughout."""

    name: str
    form: str = "hinge"
    beta: float = 0.0
    """Lost per 100 ms over the budget; `step` and `deadline`: lost when late."""
    gamma: float = -0.3
    """Of one standard deviation of complexity on buying: positive is slow but keen."""
    rho: float = 1.0
    kappa: float = 0.3
    incidents: float = 6.0
    responses: int = 1
    budget_ms: float = 500.0
    added_delay_ms: float = 0.0
    """To the arm of 5 % of the sessions."""
    campaign: float = 0.0
    """Hours of more traffic: slower and keener."""
    decay: str = "hinge"
    fallbacks: float = 0.0
    """Their share in an hour without an incident, for a question of middling complexity."""
    delta: float = 0.0
    """Lost where a fallback answered."""


WORLDS = (
    World("zero"),
    World("zero, weak hidden confounding", gamma=0.2, rho=0.7),
    World("linear", beta=0.02, gamma=0.3),
    World("linear, strong", beta=0.05, gamma=0.3),
    World("adverse, hidden", beta=0.01, gamma=0.6, rho=0.3),
    World("adverse, no incidents", beta=0.01, gamma=0.6, rho=0.3, incidents=0.0),
    World("campaigns", beta=0.01, gamma=-0.3, campaign=0.4),
    World("threshold at twice the budget", form="late", beta=0.03, gamma=0.3),
    World("saturates at three times", form="saturate", beta=0.04, gamma=0.3),
    World("several responses", form="sum", beta=0.015, gamma=0.3, responses=4),
    World("deadline", form="step", beta=0.25, gamma=0.3, decay="deadline"),
    World("slower is better", beta=-0.01, gamma=0.3),
    World("arms", beta=0.01, gamma=0.6, rho=0.3, incidents=0.0, added_delay_ms=500.0),
    World("fallbacks", beta=0.02, gamma=0.3, fallbacks=0.03, delta=0.15),
    World("fallbacks as good", beta=0.02, gamma=0.3, fallbacks=0.03),
    World("wall, not declared", form="step", beta=0.1, gamma=0.3),
    World("fallbacks that lose 30 %", beta=0.02, gamma=0.3, fallbacks=0.03, delta=0.36),
    World("fallbacks that lose 50 %", beta=0.02, gamma=0.3, fallbacks=0.03, delta=0.69),
)


@dataclass(frozen=True, slots=True)
class Simulated:
    """Sessions, shaped as the model `tax_sessions` has them, and what they lost, by part."""

    sessions: pa.Table
    lost: dict[str, float]


def simulate(world: World, sessions: int, seed: int) -> Simulated:
    """So many sessions of four weeks."""
    rng = np.random.default_rng(seed)
    hour = _hours(rng, sessions)
    complexity = rng.normal(size=sessions)
    returning = rng.random(sessions) < 0.3
    asked = np.searchsorted([0.35, 0.75], _mixed(rng, complexity, 0.25))
    mobile = rng.random(sessions) < 0.55
    priority = rng.random(sessions) < 0.2
    busy = _campaigns(rng, world)[hour]
    incident = _incidents(rng, world)[asked, hour]
    fallback = _fallbacks(rng, world, complexity, incident)
    model = np.where(fallback, 0, asked)
    latency_ms = np.exp(
        LN_MS[model] + world.kappa * complexity + 0.08 * mobile - 0.08 * returning
        - 0.25 * priority + 0.1 * np.sin((hour % 24 - 8) / 24 * 2 * np.pi) + 0.25 * (busy > 0)
        + np.where(fallback, 0.3, incident)
    )[:, None] * np.exp(rng.normal(0, 0.35, (sessions, world.responses)))  # fmt: skip
    answered = np.arange(world.responses) < rng.integers(1, world.responses + 1, sessions)[:, None]
    is_delayed = rng.random(sessions) < (0.05 if world.added_delay_ms else 0.0)
    latency_ms = (latency_ms + world.added_delay_ms * is_delayed[:, None]) * answered
    log_odds = (
        np.log(RATE / (1 - RATE)) - 0.1
        + world.gamma * complexity + 0.5 * returning - 0.24 * mobile + 0.1 * priority + busy
        + 0.1 * np.sin((hour % 24 - 12) / 24 * 2 * np.pi)
    )  # fmt: skip
    loss, worse = _loss(world, latency_ms), world.delta * fallback
    bought = rng.random(sessions) < _chance(log_odds - loss - worse)
    tokens = world.rho * complexity + np.sqrt(1 - world.rho**2) * rng.normal(size=sessions)
    columns = {
        "model": _named(model),
        "asked_model": _named(asked),
        "is_fallback": fallback,
        "latency_ms": latency_ms.max(1).round(),
        "input_tokens": np.exp(6.2 + 0.8 * tokens).round(),
        "is_mobile": mobile,
        "is_priority": priority,
        "conversions": bought.astype(np.int64),
        "arm": pa.array(np.where(is_delayed, "delayed", "as_is"))
        if world.added_delay_ms
        else pa.nulls(sessions, pa.string()),
    }
    return Simulated(_table(world, rng, hour, columns), _lost(log_odds, loss, worse))


def _lost(log_odds: Floats, loss: Floats, worse: Floats) -> dict[str, float]:
    """Each part's own effect, and half of what both together do beyond that."""
    served = _chance(log_odds - loss - worse)
    of_speed = (_chance(log_odds - worse) - served).sum()
    of_quality = (_chance(log_odds - loss) - served).sum()
    shared = (_chance(log_odds) - served).sum() - of_speed - of_quality
    return {
        "lost_conversions": float(of_speed + shared / 2),
        "fallback_quality": float(of_quality + shared / 2),
    }


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _fallbacks(
    rng: np.random.Generator, world: World, complexity: Floats, incident: Floats
) -> NDArray[np.bool_]:
    if not world.fallbacks:
        return np.zeros(len(complexity), np.bool_)
    usual = np.log(world.fallbacks / (1 - world.fallbacks))
    chance = _chance(usual + 0.5 * complexity + 2.5 * incident)
    return np.asarray(rng.random(len(complexity)) < chance)


def _mixed(rng: np.random.Generator, complexity: Floats, share: float) -> Floats:
    """Uniform numbers that rise a little with complexity: hard questions go to large models."""
    mixed = share * complexity + np.sqrt(1 - share**2) * rng.normal(size=len(complexity))
    return np.argsort(np.argsort(mixed)) / len(mixed)


def _hours(rng: np.random.Generator, sessions: int) -> Ints:
    weights = 1.1 + np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)
    chances = np.tile(weights, DAYS)
    return rng.choice(24 * DAYS, sessions, p=chances / chances.sum())


def _incidents(rng: np.random.Generator, world: World) -> Floats:
    """By model and hour: how much longer answers take, in ln."""
    slow = np.zeros((len(MODELS), 24 * DAYS))
    for model in range(len(MODELS)):
        for _ in range(rng.poisson(world.incidents)):
            start, hours = rng.integers(24 * DAYS), rng.integers(2, 9)
            slow[model, start : start + hours] = rng.uniform(0.6, 1.4)
    return slow


def _campaigns(rng: np.random.Generator, world: World) -> Floats:
    busy = np.zeros(24 * DAYS)
    for _ in range(8):
        start = rng.integers(24 * DAYS)
        busy[start : start + 6] = world.campaign
    return busy


def _loss(world: World, latency_ms: Floats) -> Floats:
    """Of each session, log odds."""
    over = np.clip(latency_ms - world.budget_ms, 0, 6000) / UNIT_MS
    budget = world.budget_ms / UNIT_MS
    match world.form:
        case "late":
            dose = np.clip(over - budget, 0, None)
        case "saturate":
            dose = np.clip(over, 0, 2 * budget)
        case "step":
            dose = (over > 0).astype(float)
        case _:
            dose = over
    return world.beta * (dose.sum(1) if world.form == "sum" else dose.max(1))


def _named(model: Ints) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(model.astype(np.int32), MODELS)


def _table(
    world: World, rng: np.random.Generator, hour: Ints, columns: dict[str, object]
) -> pa.Table:
    """With what is alike in all worlds; the columns in no order."""
    sessions = len(hour)
    seconds = (20_332 * 24 + hour) * 3600 + rng.integers(0, 3600, sessions)
    one = pa.array(["live_chat"]).dictionary_encode().take(pa.array(np.zeros(sessions, np.int64)))
    return pa.table(
        {
            "session": np.arange(sessions),
            "started_at": pa.array(seconds * 1_000_000, pa.timestamp("us", "UTC")),
            "use_case": one,
            "channel": one,
            "environment": pa.nulls(sessions, pa.string()),
            "tier": pa.nulls(sessions, pa.string()),
            "budget_ms": np.full(sessions, world.budget_ms),
            "has_failed": np.zeros(sessions, np.bool_),
            "revenue_usd": columns["conversions"] * np.exp(rng.normal(4.3, 1.08, sessions)),
            **columns,
        }
    )
