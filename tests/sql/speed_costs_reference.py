"""What a trace of random calls was paid for to be fast, counted call by call from METHODS."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from operator import attrgetter

from tests.sql.otlp import TestSpan

USD_A_MTOK = {("large", "standard"): 10, ("large", "priority"): 25, ("small", "standard"): 1}
SLOW = "TimeoutError"
Paid = tuple[str, str, int, int, float | None]
"""Trace id, kind, calls, unpriced calls, dollars."""
order = attrgetter("start_ms", "end_ms", "span")


def recount(spans: list[TestSpan]) -> Iterator[Paid]:
    """What one trace should come to, call by call."""
    unused, stands_for = _unused(spans), _stands_for(spans)
    costs: dict[str, list[float | None]] = defaultdict(list)
    for call in (span for span in spans if span.name == "chat"):
        kind = min(unused[call.span] | unused[call.parent], default=None)
        model, dear = _fact(call, "gen_ai.request.model"), _fact(call, "marketing.service_tier")
        paid, usual = _paid(call), _listed(call, model, "standard")
        if kind:
            costs[kind].append(paid)
            continue
        if dear in {"priority", "sla"}:
            costs["premium"].append(_less(paid, usual))
        asked = stands_for.get(call.span, model)
        if _fact(call, "marketing.fallback") and call.status != "error" and asked != model:
            costs["fallback_saving"].append(_less(usual, _listed(call, asked, "standard")))
    for kind, usds in sorted(costs.items()):
        known = [usd for usd in usds if usd is not None]
        unpriced = len(usds) - len(known)
        yield spans[0].trace, kind, len(usds), unpriced, sum(known) if known else None


def _unused(spans: list[TestSpan]) -> dict[str, set[str]]:
    """Why the answers of spans were not used, by span id."""
    unused: dict[str, set[str]] = defaultdict(set)
    for group in "rs":
        racers = [span for span in spans if _fact(span, "marketing.hedge_group") == group]
        racers.sort(key=lambda span: (_is_bad(span), span.end_ms, span.start_ms, span.span))
        for loser in racers[1:]:
            unused[loser.span].add("hedge")
    for span in spans:
        if _fact(span, "marketing.speculative") and _fact(span, "marketing.cancelled"):
            unused[span.span].add("speculative")
    for given_up, _ in _made_again(spans):
        if _fact(given_up, "marketing.cancelled") or _fact(given_up, "error.type") == SLOW:
            unused[given_up.span].add("retry")
    return unused


def _stands_for(spans: list[TestSpan]) -> dict[str, str]:
    """The model that was asked for by the first of the calls that a call took the place of."""
    asked: dict[str, str] = {}
    for failed, again in _made_again(spans):
        asked[again.span] = asked.get(failed.span, _fact(failed, "gen_ai.request.model"))
    return asked


def _made_again(spans: list[TestSpan]) -> Iterator[tuple[TestSpan, TestSpan]]:
    """A call that failed or was given up and the one after it, side by side."""
    for parent in {span.parent for span in spans}:
        siblings = [span for span in spans if span.parent == parent and span.name == "chat"]
        for one, other in pairwise(sorted(siblings, key=order)):
            if _is_bad(one) and one.end_ms <= other.start_ms:
                yield one, other


def _paid(call: TestSpan) -> float | None:
    sent = _fact(call, "gen_ai.usage.cost")
    service_tier = _fact(call, "marketing.service_tier") or "standard"
    return float(sent) if sent else _listed(call, _fact(call, "gen_ai.request.model"), service_tier)


def _listed(call: TestSpan, model: str, service_tier: str) -> float | None:
    tokens = _fact(call, "gen_ai.usage.input_tokens")
    price = USD_A_MTOK.get((model, service_tier))
    return int(tokens) / 1e6 * price if tokens and price else None


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _is_bad(span: TestSpan) -> bool:
    return span.status == "error" or bool(_fact(span, "marketing.cancelled"))


def _fact(span: TestSpan, key: str) -> str:
    return span.attributes.get(key, "")
