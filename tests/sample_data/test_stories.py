"""What the pages tell is in the traffic: fallbacks, races, drafts, retries, a delayed arm."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from sample_data import draws
from sample_data.company_file import load_company
from sample_data.draws import Draws
from sample_data.spans import SimulatedSpan, SimulatedTrace, Value
from sample_data.traffic import history

UNTIL = datetime(2026, 11, 20, 15, 7, tzinfo=UTC)
ASKED, ANSWERED = "gen_ai.request.model", "gen_ai.response.model"


def told(span: SimulatedSpan) -> dict[str, Value]:
    return dict(span.attributes)


def spans_of(traces: list[SimulatedTrace], use_case: str) -> Iterator[dict[str, Value]]:
    return (told(span) for t in traces if t.use_case == use_case for span in t.spans)


def test_where_a_smaller_model_answers_the_span_tells_both_and_that_it_is_a_fallback(
    two_days: list[SimulatedTrace],
) -> None:
    calls = [s for s in spans_of(two_days, "live_chat") if ANSWERED in s]
    swapped = [s for s in calls if s[ASKED] != s[ANSWERED]]
    assert {(s[ASKED], s[ANSWERED]) for s in swapped} == {("claude-sonnet-4-5", "claude-haiku-4-5")}
    assert all(s["marketing.fallback"] for s in swapped)
    assert 0.005 < len(swapped) / len(calls) < 0.1


def test_of_a_race_one_call_wins_and_the_other_is_given_up_at_its_first_token(
    two_days: list[SimulatedTrace],
) -> None:
    races: dict[bytes, list[SimulatedSpan]] = defaultdict(list)
    for trace in two_days:
        for span in trace.spans:
            if "marketing.hedge_group" in told(span):
                races[trace.spans[0].trace_id].append(span)
    assert races
    for lost, won in races.values():
        assert told(lost)["marketing.cancelled"]
        first_token_ns = won.start_ns + float(str(told(won)["metrics.ttfb"])) * 1e9
        assert lost.end_ns == pytest.approx(first_token_ns, abs=1e4)


def test_drafts_are_guesses_of_which_some_are_cancelled(two_days: list[SimulatedTrace]) -> None:
    drafts = [s for s in spans_of(two_days, "live_chat") if s.get("marketing.speculative")]
    drafts = [s for s in drafts if ANSWERED in s]
    cancelled = [s for s in drafts if s.get("marketing.cancelled")]
    assert 0 < len(cancelled) < len(drafts)


def test_a_call_that_hung_is_made_again_of_the_same_model() -> None:
    company = load_company()
    [studio] = (case for case in company.use_cases if case.name == "content_generation")
    hanging = replace(studio, rates=replace(studio.rates, timeout=0.5, error=0.0, retry=0.0))
    only = replace(company, use_cases=(hanging,))
    for trace in history(days=1, until=UNTIL, seed=5, company=only).traces:
        calls = [s for s in trace.spans if ASKED in told(s)]
        hung = [s for s in calls if s.error]
        again = [s for s in calls if "marketing.retry" in told(s)]
        assert [told(s)[ASKED] for s in hung] == [told(s)[ASKED] for s in again]
        assert all(told(s)["gen_ai.usage.prompt_tokens"] for s in hung)
        assert [s.end_ns for s in hung] == [s.start_ns for s in again]


def test_answers_of_the_delayed_arm_are_held_back_and_nothing_else_differs(
    two_days: list[SimulatedTrace],
) -> None:
    arms: dict[Value, list[float]] = defaultdict(list)
    for trace in two_days:
        if trace.use_case == "checkout_personalization":
            arm = told(trace.spans[0])["marketing.experiment.arm"]
            assert (arm == "delayed") == any(s.name == "hold_answer" for s in trace.spans)
            arms[arm].append(trace.response_ms)
    assert len(arms["delayed"]) / len(arms["as_is"]) == pytest.approx(0.11, abs=0.04)
    medians_ms = {arm: float(np.median(waits)) for arm, waits in arms.items()}
    assert medians_ms["delayed"] - medians_ms["as_is"] == pytest.approx(400, abs=20)


def test_the_larger_model_of_recommendations_is_late_and_the_smaller_is_not(
    two_days: list[SimulatedTrace],
) -> None:
    waits_ms: dict[Value, list[float]] = defaultdict(list)
    for trace in two_days:
        if trace.use_case == "real_time_personalization" and not trace.used_fallback:
            [model] = {told(s)[ASKED] for s in trace.spans if ANSWERED in told(s)} or {None}
            waits_ms[model].append(trace.response_ms)
    assert np.median(waits_ms["qwen2.5-7b-instruct"]) == pytest.approx(1800, rel=0.1)
    assert np.median(waits_ms["llama-3.2-3b-instruct"]) == pytest.approx(320, rel=0.1)


def test_a_new_name_shifts_no_other_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn() -> list[tuple[float, float]]:
        rows = Draws(np.random.default_rng(3)).rows(3)
        return [(row.uniform("converts"), row.lognormal("cold", 1.0, 1.0)) for row in rows]

    before = drawn()
    monkeypatch.setattr(draws, "UNIFORMS", ("new", *draws.UNIFORMS))
    assert drawn() == before
