"""Planned chains: which calls they make, how they are drawn, and what their figures rest on."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from sql.briefs import DRAWS, Goal, forecast
from sql.chains import Plan, links, trades
from sql.settings import load_settings
from sql.step_speeds import LEAST_CALLS, Speed, Speeds, speeds
from tests.sql.pipeline import Pipeline
from tests.sql.traced import TracedSpan, otlp

TIERS = load_settings(None).tiers
MS = 1_000_000
STEPS = ("network", "asr", "redaction", "embedding", "retrieval", "rerank", "tool", "tts")


def exact(ms: float, calls: int | None = 1000) -> Speed:
    return Speed(np.array([ms]), np.array([1.0]), calls, "" if calls else "an article")


def known(**others: Speed) -> Speeds:
    """Every step takes 100 ms, a first token 50 ms and a token 1 ms, unless told otherwise."""
    steps = {(step, None): exact(100) for step in STEPS}
    halves = {("llm_first_token", "large"): exact(50), ("llm_token", "large"): exact(1)}
    return steps | halves | {(step, None): speed for step, speed in others.items()}


def coin(fast_ms: float, slow_ms: float, calls: int | None) -> Speed:
    """Half of the calls are slow."""
    return Speed(np.array([fast_ms, slow_ms]), np.array([0.5, 1.0]), calls, "")


BARE = Plan("large", "large", retrievals=0, hops=0, answer_tokens=100)


def times(plan: Plan, speeds: Speeds | None = None) -> tuple[float, float]:
    result = forecast(plan, speeds or known(), Goal("perceived", 1000, 0.95))
    return result.perceived_ms[0], result.response_ms[0]


def test_a_streamed_answer_is_perceived_at_its_first_token() -> None:
    assert times(BARE) == (50, 150)


def test_an_answer_that_is_not_streamed_is_perceived_when_it_is_whole() -> None:
    assert times(replace(BARE, is_streamed=False)) == (150, 150)


def test_speech_begins_when_a_sentence_is_written() -> None:
    """Recognition 100, first token 50, fifteen tokens, synthesis 100; 85 tokens are left."""
    assert times(replace(BARE, is_spoken=True)) == (265, 350)


def test_each_search_embeds_and_retrieves_and_all_are_reranked_once() -> None:
    assert times(replace(BARE, retrievals=2, is_reranked=True))[0] == 2 * 200 + 100 + 50


def test_tools_of_a_round_follow_each_other_or_run_side_by_side() -> None:
    """A round plans for 50 + 40 ms."""
    agentic = replace(BARE, rounds=2, tools=3)
    assert times(agentic)[0] == 2 * (90 + 3 * 100) + 50
    assert times(replace(agentic, is_parallel=True))[0] == 2 * (90 + 100) + 50


def test_of_tools_side_by_side_the_slowest_is_waited_for() -> None:
    plan = replace(BARE, rounds=1, tools=2, is_parallel=True)
    result = forecast(plan, known(tool=coin(10, 1000, 500)), Goal("perceived", 500, 0.95))
    assert result.met == pytest.approx(0.25, abs=0.02)


def test_steps_that_have_nothing_to_do_are_left_out() -> None:
    assert [link.title for link in links(BARE)] == [
        "Answer’s first token (large)",
        "Writing the answer",
    ]


def test_the_step_that_owns_the_time_over_budget_is_named() -> None:
    plan = replace(BARE, retrievals=1, hops=1)
    result = forecast(plan, known(retrieval=coin(10, 900, 500)), Goal("perceived", 500, 0.95))
    assert result.met == pytest.approx(0.5, abs=0.02)
    assert result.owner.link.step == "retrieval"
    assert (result.owner.late_ms, result.owner.met_without) == (900, 1)


def test_the_interval_is_as_wide_as_that_of_the_calls_it_rests_on() -> None:
    """A share of one half over 400 calls: 0.5 ± 1.645 × sqrt(0.25 / 400)."""
    plan = replace(BARE, hops=1)
    result = forecast(plan, known(network=coin(10, 900, 400)), Goal("perceived", 500, 0.95))
    assert result.met_high - result.met_low == pytest.approx(2 * 1.645 * 0.025, rel=0.1)


def test_a_share_of_nothing_or_all_is_no_surer_than_its_calls() -> None:
    result = forecast(BARE, known(), Goal("perceived", 500, 0.95))
    assert (result.met, result.met_high, result.verdict) == (1, 1, "fits")
    assert result.met_low == pytest.approx(1 - 1.92 / 1000, abs=0.0005)


def test_the_same_plan_draws_the_same_times() -> None:
    speeds_known = known(network=coin(10, 900, 400))
    plan = replace(BARE, hops=3)
    first, second = (forecast(plan, speeds_known, Goal("response", 500, 0.9)) for _ in range(2))
    assert np.array_equal(first.response_ms, second.response_ms)
    assert first.response_ms.shape == (DRAWS,)


def test_what_was_measured_too_rarely_takes_the_industrys_figure_and_says_so() -> None:
    rows = [("retrieval", LEAST_CALLS), ("rerank", LEAST_CALLS - 1)]
    measured = pl.DataFrame(
        {
            "step": [step for step, _ in rows],
            "tier": pl.Series([None, None], dtype=pl.String),
            "n": [n for _, n in rows],
            "bucket_ms": [[10.0, 20.0], [10.0, 20.0]],
            "calls": [[50, 50], [49, 50]],
        }
    )
    found = speeds(measured, TIERS)
    assert found["retrieval", None].calls == LEAST_CALLS
    assert (found["rerank", None].calls, found["rerank", None].source[:2]) == (None, "A:")
    assert found["rerank", None].at(0.5) == pytest.approx(400, rel=0.01)
    assert found["rerank", None].at(0.95) == pytest.approx(3 * 400, rel=0.02)


def test_a_model_of_which_only_first_tokens_were_measured_is_not_measured() -> None:
    measured = pl.DataFrame(
        {
            "step": ["llm_first_token"],
            "tier": ["large"],
            "n": [500],
            "bucket_ms": [[10.0]],
            "calls": [[500]],
        }
    )
    assert speeds(measured, TIERS)["llm_first_token", "large"].calls is None


def test_a_plan_rests_on_industry_figures_where_one_of_its_calls_does() -> None:
    plan = replace(BARE, retrievals=1)
    result = forecast(plan, known(embedding=exact(100, None)), Goal("response", 1000, 0.95))
    rests = {part.link.step: part.measured for part in result.parts}
    assert (rests["embedding"], rests["retrieval"]) == (None, 1000)


def test_of_four_wishes_each_is_given_up_once() -> None:
    wishes = trades(replace(BARE, retrievals=5), "large", "medium")
    assert [wish.given_up for wish in wishes] == [
        "budget",
        "best model",
        "full agentic behaviour",
        "deep retrieval",
    ]
    everything, lighter, simple, shallow = (wish.plan for wish in wishes)
    assert (everything.retrievals, everything.is_reranked, everything.rounds) == (5, True, 3)
    assert (lighter.answer_tier, simple.rounds, shallow.retrievals) == ("medium", 0, 1)


def test_speeds_are_those_of_calls_that_went_well(pipeline: Pipeline) -> None:
    """Ten traces: a search of 80 ms; speech of 900 ms that is heard after 200."""
    spans = [
        TracedSpan(1, None, 0, 1200 * MS, "agent"),
        TracedSpan(2, 1, 0, 80 * MS, "retrieval"),
        TracedSpan(3, 1, 100 * MS, 1000 * MS, "tts", first_audio=200 * MS),
        TracedSpan(4, 1, 1050 * MS, 1150 * MS, "rerank", status="error"),
    ]
    pipeline.arrive([otlp(f"{trace:032x}", spans) for trace in range(1, 11)])
    pipeline.assemble()
    rows = pipeline.rows(
        "SELECT step, n, p50_ms FROM step_speed('-infinity'::timestamptz, 'infinity'::timestamptz) "
        "ORDER BY step"
    )
    assert rows == [
        ("retrieval", 10, pytest.approx(80, rel=0.05)),
        ("tts", 10, pytest.approx(200, rel=0.05)),
    ]
