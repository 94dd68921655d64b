from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sample_data.company_file import load_company
from sample_data.levers import LEVERS, pulled
from sample_data.spans import SimulatedTrace, Value
from sample_data.traffic import history

UNTIL = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)
OUTPUT_TOKENS = {
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
}
Marks = dict[str, Value]


def played(*levers: str) -> list[SimulatedTrace]:
    """About a hundred questions of each use case in a day."""
    company = load_company()
    few = tuple(replace(case, requests_per_day=100.0) for case in company.use_cases)
    changed = pulled(replace(company, use_cases=few), levers)
    return list(history(days=1, until=UNTIL, seed=6, company=changed).traces)


@pytest.fixture(scope="module")
def before() -> list[SimulatedTrace]:
    return played()


def marks(trace: SimulatedTrace) -> Marks:
    return {key: value for span in trace.spans for key, value in span.attributes}


def waited_ms(trace: SimulatedTrace) -> tuple[float | None, float]:
    return trace.perceived_ms, trace.response_ms


def heard_ms(trace: SimulatedTrace) -> float:
    return trace.response_ms if trace.perceived_ms is None else trace.perceived_ms


def answer_lengths(trace: SimulatedTrace) -> Counter[Value]:
    return Counter(
        value for span in trace.spans for key, value in span.attributes if key in OUTPUT_TOKENS
    )


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_saves_some_requests_time_and_draws_nothing_else_anew(
    before: list[SimulatedTrace], lever: str
) -> None:
    pairs = list(zip(before, played(lever), strict=True))
    assert all(old.spans[0].span_id == new.spans[0].span_id for old, new in pairs)
    touched = [(old, new) for old, new in pairs if waited_ms(old) != waited_ms(new)]
    assert 0 < len(touched) < len(pairs)
    assert sum(heard_ms(old) for old, _ in touched) > sum(heard_ms(new) for _, new in touched)
    assert all(answer_lengths(new) <= answer_lengths(old) for old, new in pairs)
    assert [new.outcome for _, new in pairs] == [old.outcome for old, _ in pairs]


def test_levers_act_where_their_steps_are(before: list[SimulatedTrace]) -> None:
    cases: dict[str, set[str]] = defaultdict(set)
    for lever in ("parallel_tools", "fast_tier", "warm_up"):
        for old, new in zip(before, played(lever), strict=True):
            if waited_ms(old) != waited_ms(new):
                cases[lever].add(old.use_case)
    assert cases == {
        "parallel_tools": {"support_agent", "content_generation"},
        "fast_tier": {"support_agent", "live_chat"},
        "warm_up": {"support_agent", "lead_gen"},
    }


def test_a_hard_question_to_the_small_model_comes_again(two_days: list[SimulatedTrace]) -> None:
    turns: dict[str, list[Value]] = {"small": [], "large": []}
    for trace in two_days:
        told = marks(trace)
        if trace.use_case == "lead_gen" and told["marketing.intent"] == "integration":
            tier = "small" if "marketing.tier" in told else "large"
            turns[tier].append(told["marketing.task_id"])
    small, large = (len(tasks) / len(set(tasks)) for tasks in turns.values())
    assert small > 1.2 * large


def test_a_refund_takes_the_whole_chain_and_some_find_it_cold(
    two_days: list[SimulatedTrace],
) -> None:
    refunds = [
        trace
        for trace in two_days
        if marks(trace).get("marketing.intent") == "refund" and trace.outcome == "ok"
    ]
    names = [[span.name for span in trace.spans] for trace in refunds]
    assert all({"get_order", "get_payment", "get_refund_policy"} <= set(n) for n in names)
    assert all(n.count("ChatCompletion") >= 2 for n in names)
    cold = [t for t in two_days if marks(t).get("marketing.cold_start")]
    assert {trace.use_case for trace in cold} == {"support_agent", "lead_gen"}
