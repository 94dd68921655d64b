"""What the levers would give one use case, in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import polars as pl

from app.dashboard import wording
from sql.what_if import Outcome

DOING = {
    "stream": "streaming the answer",
    "fast_tier": "routing simple requests to a fast model",
    "parallel_tools": "running independent tools at once",
    "speculative_retrieval": "searching before it is asked for",
    "prompt_cache": "caching the prompt",
    "network": "moving services together",
    "no_retries": "getting it right the first time",
    "hedge": "asking twice when it takes long",
    "warm_up": "keeping it warm",
    "skip_rerank": "skipping reranking",
    "cached_decision": "remembering decisions",
}
"""What each lever is called inside the sentence."""
WAIT = {
    "first_token": "the first token",
    "perceived": "the first word or sound",
    "response": "the whole answer",
}
HARDLY = 0.01
"""A change of the 95th percentile below this share is none worth a sentence."""


@dataclass(frozen=True, slots=True)
class Opportunity:
    """What one lever would give: a row of the model."""

    use_case: str
    lever: str
    title: str
    applies: str
    one_in: int
    n: int
    requests: int
    metric: str
    saved_p50_ms: float | None
    saved_p95_ms: float | None
    compliance_before: float | None
    compliance_after: float | None
    compliance_gain: float | None
    usd_week: float | None
    usd_week_low: float | None
    usd_week_high: float | None
    usd_verdict: str
    verdict: str
    assumptions: str


def opportunities_of(found: pl.DataFrame, use_case: str) -> list[Opportunity]:
    """The levers of a use case, best first."""
    columns = [field.name for field in fields(Opportunity)]
    of_case = found.filter(pl.col("use_case") == use_case).select(columns)
    return [Opportunity(**row) for row in of_case.iter_rows(named=True)]


def headline(outcome: Outcome, title: str) -> str:
    """The sentence that answers: what the chosen levers would do."""
    doing = [DOING.get(part.lever, part.lever) for part in outcome.contributions]
    what = f"{', '.join(doing[:-1])} and {doing[-1]}" if doing[1:] else doing[0]
    before, after = outcome.before, outcome.after
    start = f"For {wording.inside(title)}, {what} would"
    if before.p95 is None or after.p95 is None:
        return f"{start} save nothing that was measured: no request finished well."
    kept = _kept(outcome)
    if abs(before.p95 - after.p95) < HARDLY * before.p95:
        return f"{start} hardly change how long the slowest 5 % wait; {kept}."
    return (
        f"{start} bring {WAIT[outcome.metric]} from {wording.duration(before.p95)} to "
        f"{wording.duration(after.p95)} for the slowest 5 %; {kept}."
    )


def replay_note(outcome: Outcome) -> str:
    """How the figures came about."""
    return (
        f"{wording.plural(outcome.n, 'recorded request')} played again with the levers pulled: "
        "each call starts when what it waited for is done. Those that failed stay late."
    )


def list_note(opportunities: Sequence[Opportunity]) -> str:
    """How the list came about."""
    first = opportunities[0]
    requests = wording.plural(first.requests, "request")
    looked_at = f"one in {first.one_in} of" if first.one_in > 1 else "all"
    return (
        f"Each lever alone, as shipped, over {looked_at} {requests}; "
        f"milliseconds of {WAIT[first.metric]}. Savings of several levers do not add up: pull "
        "them together above."
    )


def _kept(outcome: Outcome) -> str:
    now, then = wording.share(outcome.before.compliance), wording.share(outcome.after.compliance)
    return (
        f"{then} within budget, as now" if now == then else f"{then} instead of {now} within budget"
    )


def nothing(title: str) -> str:
    """The sentence when no lever applies."""
    return f"No lever is known to apply to {wording.inside(title)}: the list says why."
