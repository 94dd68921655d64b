"""Levers: the company as it would be with one thing changed. Nothing here is on in the demo.

The same seed plays both: a lever moves only what it acts on (see draws.py).
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import reduce
from statistics import NormalDist

from sample_data.company import Company, Step, UseCase

SIMPLE_INTENT = "faq"
FAST_MODEL = "claude-haiku-4-5"
HIT_SHARE = 0.8
CONTENTION = 0.04
HEDGE_QUANTILE = 0.9
KEPT_DECISION_MS = 5.0

Lever = Callable[[Company], Company]


def pulled(company: Company, levers: Collection[str]) -> Company:
    """The company with those of `LEVERS` switched on."""
    return reduce(lambda changed, name: LEVERS[name](changed), levers, company)


def _use_cases(change: Callable[[UseCase], UseCase]) -> Lever:
    return lambda company: replace(company, use_cases=tuple(map(change, company.use_cases)))


def _steps(change: Callable[[Step], Step]) -> Lever:
    return _use_cases(lambda use_case: replace(use_case, steps=tuple(map(change, use_case.steps))))


def _routed(use_case: UseCase) -> UseCase:
    labelled = SIMPLE_INTENT in use_case.intents
    return replace(use_case, routed={SIMPLE_INTENT: FAST_MODEL} if labelled else {})


def _parallel(use_case: UseCase) -> UseCase:
    steps: list[Step] = []
    started_before = 0
    for step in use_case.steps:
        started_before = started_before + 1 if step.same_message else 0
        together = replace(step, parallel=True, contention=CONTENTION * started_before)
        steps.append(together if step.same_message else step)
    return replace(use_case, steps=tuple(steps))


def _guessed(use_case: UseCase) -> UseCase:
    steps: list[Step] = []
    follows_plan = False
    for step in use_case.steps:
        follows_plan = step.step == "llm" or (
            follows_plan and step.step in ("embedding", "retrieval")
        )
        is_guess = follows_plan and step.step != "llm"
        steps.append(replace(step, guessed_share=HIT_SHARE) if is_guess else step)
    return replace(use_case, steps=tuple(steps))


def _without_retries(use_case: UseCase) -> UseCase:
    rates = replace(use_case.rates, retry=0.0)
    if use_case.fallback is not None or use_case.retries_timeouts:
        rates = replace(rates, timeout=0.0)
    return replace(use_case, rates=rates)


def _near(company: Company) -> Company:
    local_ms = company.network.local_ms
    return replace(company, network=replace(company.network, remote_ms=local_ms, connect_share=0.0))


def _hedged(step: Step) -> Step:
    if step.step not in ("tool", "retrieval") or step.speculative:
        return step
    return replace(step, hedge_ms=_quantile_ms(step, HEDGE_QUANTILE))


def _quantile_ms(step: Step, quantile: float) -> float:
    """Of the step's two lognormals, the usual one and the slow one, by bisection."""
    spread = NormalDist(0.0, step.sigma)
    low_ms, high_ms = 0.0, step.median_ms * step.slow_factor * math.exp(8 * step.sigma)
    for _ in range(60):
        at_ms = (low_ms + high_ms) / 2
        usual = spread.cdf(math.log(at_ms / step.median_ms))
        slow = spread.cdf(math.log(at_ms / step.median_ms / step.slow_factor))
        below = (1 - step.slow_share) * usual + step.slow_share * slow
        low_ms, high_ms = (at_ms, high_ms) if below < quantile else (low_ms, at_ms)
    return high_ms


LEVERS: Mapping[str, Lever] = {
    "stream": _use_cases(lambda use_case: replace(use_case, streamed=True)),
    "fast_tier": _use_cases(_routed),
    "parallel_tools": _use_cases(_parallel),
    "speculative_retrieval": _use_cases(_guessed),
    "prompt_cache": _use_cases(lambda use_case: replace(use_case, cached_share=1.0)),
    "network": _near,
    "no_retries": _use_cases(_without_retries),
    "hedge": _steps(_hedged),
    "warm_up": _use_cases(lambda use_case: replace(use_case, cold_share=0.0)),
    "skip_rerank": _steps(lambda step: replace(step, share=0.0) if step.step == "rerank" else step),
    "cached_decision": _steps(lambda step: replace(step, decided_ms=KEPT_DECISION_MS)),
}
