"""A chain that is planned: the calls that its user waits for, in their order.

`Plan` is what somebody chooses; `links` says which calls that makes, and when each is waited for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sql.step_speeds import Key

SPOKEN_TOKENS = 15
"""A first sentence: speech begins when it is written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the chain is to do for one request."""

    answer_tier: str
    plan_tier: str
    is_spoken: bool = False
    is_streamed: bool = True
    is_redacted: bool = False
    retrievals: int = 1
    is_reranked: bool = False
    rounds: int = 0
    """How often a model plans and tools run before the answer."""
    tools: int = 1
    """Tools in each round."""
    is_parallel: bool = False
    hops: int = 1
    """Calls that leave the service, in which the network is waited for."""
    plan_tokens: int = 40
    answer_tokens: int = 150


@dataclass(frozen=True, slots=True)
class Call:
    """So many calls of one kind, one after the other, or groups of them side by side."""

    speed: Key
    times: int = 1
    side_by_side: int = 1
    """How many start together; the slowest is waited for."""
    tokens: int = 1
    """Of the time of each token."""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the chain as its planner knows it."""

    step: str
    """As in critical_path."""
    title: str
    calls: tuple[Call, ...]
    is_before: bool = True
    """Whether it comes before the first word or sound."""


def links(plan: Plan) -> list[Link]:
    """The steps of the chain that have something to do, in order."""
    shown = [*_prepared(plan), *_found(plan), *_decided(plan), *_answered(plan)]
    return [link for link in shown if any(call.times and call.tokens for call in link.calls)]


def _prepared(plan: Plan) -> Iterator[Link]:
    yield _link("network", "Network", plan.hops)
    yield _link("asr", "Speech recognition", int(plan.is_spoken))
    yield _link("redaction", "Redaction", int(plan.is_redacted))


def _found(plan: Plan) -> Iterator[Link]:
    yield _link("embedding", "Embedding", plan.retrievals)
    yield _link("retrieval", "Retrieval", plan.retrievals)
    yield _link("rerank", "Rerank", int(plan.is_reranked and plan.retrievals > 0))


def _decided(plan: Plan) -> Iterator[Link]:
    token, first = (("llm_token", plan.plan_tier), ("llm_first_token", plan.plan_tier))
    planned = (Call(first, plan.rounds), Call(token, plan.rounds, tokens=plan.plan_tokens))
    yield Link("llm_unsplit", f"Planning ({plan.plan_tier})", planned)
    together = plan.tools if plan.is_parallel else 1
    tools = plan.rounds * plan.tools // max(together, 1)
    yield Link("tool", "Tools", (Call(("tool", None), tools, together),))


def _answered(plan: Plan) -> Iterator[Link]:
    tier, token = plan.answer_tier, ("llm_token", plan.answer_tier)
    first_call = Call(("llm_first_token", tier))
    sentence = min(SPOKEN_TOKENS, plan.answer_tokens) if plan.is_spoken else 0
    early = plan.answer_tokens if not plan.is_streamed else sentence
    rest = plan.answer_tokens - early
    yield Link("llm_prefill", f"Answer’s first token ({tier})", (first_call,))
    yield Link("llm_decode", _writing(plan, early), (Call(token, tokens=early),))
    yield _link("tts", "Speech synthesis", int(plan.is_spoken))
    title = "Writing the rest" if early else "Writing the answer"
    yield Link("llm_decode", title, (Call(token, tokens=rest),), is_before=False)


def _writing(plan: Plan, tokens: int) -> str:
    return "Writing a sentence" if tokens < plan.answer_tokens else "Writing the answer"


def _link(step: str, title: str, times: int) -> Link:
    return Link(step, f"{title} × {times}" if times > 1 else title, (Call((step, None), times),))


@dataclass(frozen=True, slots=True)
class Trade:
    """One of the four wishes, given up."""

    given_up: str
    plan: Plan


def trades(plan: Plan, best_tier: str, light_tier: str) -> list[Trade]:
    """The chain with all wishes, and with each of them but the budget given up (DOMAIN A).

    Of each wish it is the plan's own, where that goes further than what is usual.
    """
    full = replace(
        plan,
        answer_tier=best_tier,
        plan_tier=best_tier,
        rounds=max(plan.rounds, FULL.rounds),
        tools=max(plan.tools, FULL.tools),
        retrievals=max(plan.retrievals, FULL.retrievals),
        is_reranked=True,
    )
    return [
        Trade("budget", full),
        Trade("best model", replace(full, answer_tier=light_tier, plan_tier=light_tier)),
        Trade("full agentic behaviour", replace(full, rounds=0)),
        Trade("deep retrieval", replace(full, retrievals=1, is_reranked=False)),
    ]


FULL = Plan("", "", retrievals=3, is_reranked=True, rounds=3, tools=2)
"""What is usually meant: tools in three rounds; three searches, reranked."""
