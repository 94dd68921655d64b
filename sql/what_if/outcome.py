"""What a set of levers does to a use case: its latencies before and after, against the budget."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import numpy as np

from sql.lake import SEARCH_PATH
from sql.levers import Chosen, levers
from sql.what_if.changes import applies, play
from sql.what_if.money import Latencies, Money, money_back
from sql.what_if.sample import Sampled, query_text, read_requests

SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose requests are replayed; None lets all through."""

    use_case: str
    from_at: datetime
    to_at: datetime
    channels: Sequence[str] | None = None
    tiers: Sequence[str] | None = None
    environments: Sequence[str] | None = None
    size: int = SAMPLE


@dataclass(frozen=True, slots=True)
class Latency:
    """Latencies of the requests that finished well [ms], and how many of all are within budget."""

    ms: Latencies = field(repr=False)
    p50: float | None
    p95: float | None
    p99: float | None
    """None below 100 requests."""
    compliance: float | None
    compliance_low: float | None
    compliance_high: float | None


@dataclass(frozen=True, slots=True)
class Contribution:
    """One lever's part; savings are means over all replayed requests [ms]."""

    lever: str
    applies: str
    """yes, no or unknown."""
    n: int
    """Requests that it applies to."""
    alone_ms: float
    """Saved when it is the only one."""
    added_ms: float
    """Saved because it is among the chosen ones: all of them less all the others."""
    assumptions: str
    """What that rests on, or why it does not apply."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the chosen levers do together."""

    metric: str
    """What the budget looks at: first_token, perceived or response."""
    budget_ms: float
    objective: float
    n: int
    """Requests replayed; those that failed are late before and after."""
    before: Latency
    after: Latency
    contributions: tuple[Contribution, ...]
    money: Money


def what_if(con: duckdb.DuckDBPyConnection, asked: Asked, chosen: Chosen) -> Outcome | None:
    """The chosen levers, pulled together in a sample; None for a use case without a budget.

    Raises:
        LeverError: no such lever or parameter, or a value out of its range.
    """
    with con.cursor() as cursor:
        cursor.execute(f"{SEARCH_PATH}; SET TimeZone = 'UTC'")
        budget = cursor.execute(
            "SELECT metric, threshold_ms, objective FROM objectives "
            'WHERE use_case = ? AND "position" = 1',
            [asked.use_case],
        ).fetchone()
        if budget is None:
            return None
        metric, budget_ms, objective = budget
        sampled = read_requests(
            cursor, _sample_ids(cursor, asked), (asked.from_at, asked.to_at), chosen
        )
        well = [one for one in sampled if one.outcome == "ok"]
        before = np.array([_before_ms(one, metric) for one in well], dtype=np.float64)
        after = before - _saved_ms(well, set(chosen), metric)
        return Outcome(
            metric,
            budget_ms,
            objective,
            len(sampled),
            _latency(cursor, before, len(sampled), budget_ms),
            _latency(cursor, after, len(sampled), budget_ms),
            tuple(_contribution(well, lever, before - after, chosen, metric) for lever in chosen),
            money_back(cursor, _scope(asked), before, after),
        )


def _scope(asked: Asked) -> list[object]:
    return [
        asked.use_case,
        asked.from_at,
        asked.to_at,
        asked.channels,
        asked.tiers,
        asked.environments,
    ]


def _sample_ids(cursor: duckdb.DuckDBPyConnection, asked: Asked) -> list[str]:
    values = [*_scope(asked), asked.size]
    return [row[0] for row in cursor.execute(query_text("sample_ids"), values).fetchall()]


def _before_ms(sampled: Sampled, metric: str) -> float:
    """What the budget looks at; without a first token, the wait until the answer was seen."""
    if metric == "response":
        return sampled.duration_ms
    if metric == "first_token" and sampled.ttft_ms is not None:
        return sampled.ttft_ms
    return sampled.perceived_ms


def _saved_ms(sampled: Sequence[Sampled], names: set[str], metric: str) -> Latencies:
    """Saved of each request when these levers are pulled together."""
    saved_ms = np.zeros(len(sampled))
    for place, one in enumerate(sampled):
        if not names.isdisjoint(one.touching):
            duration_ns, perceived_ns = play(one, names)
            saved_ms[place] = (
                one.duration_ms - duration_ns / 1e6
                if metric == "response"
                else one.perceived_ms - perceived_ns / 1e6
            )
    return saved_ms


def _contribution(
    sampled: Sequence[Sampled], lever: str, together_ms: Latencies, chosen: Chosen, metric: str
) -> Contribution:
    answers = [applies(one, lever) for one in sampled]
    answer = next((word for word in ("yes", "unknown") if word in answers), "no")
    about = levers()[lever]
    without_ms = _saved_ms(sampled, chosen.keys() - {lever}, metric)
    return Contribution(
        lever,
        answer,
        answers.count("yes"),
        _mean(_saved_ms(sampled, {lever}, metric)),
        _mean(together_ms - without_ms),
        {"yes": about.assumptions, "no": about.no, "unknown": about.unknown}[answer],
    )


def _mean(values: Latencies) -> float:
    return float(values.mean()) if values.size else 0.0


def _latency(
    cursor: duckdb.DuckDBPyConnection, ms: Latencies, total: int, budget_ms: float
) -> Latency:
    good = int((ms <= budget_ms).sum())
    low, high = cursor.execute(
        "SELECT compliance_low($1, $2), compliance_high($1, $2)", [good, total]
    ).fetchone() or (None, None)
    return Latency(
        ms,
        _percentile(ms, 0.50, 1),
        _percentile(ms, 0.95, 1),
        _percentile(ms, 0.99, 100),
        good / total if total else None,
        low,
        high,
    )


def _percentile(ms: Latencies, share: float, least: int) -> float | None:
    """As `quantile_disc`: a latency that was measured."""
    if ms.size < least:
        return None
    return float(np.quantile(ms, share, method="inverted_cdf"))
