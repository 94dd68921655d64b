"""What levers would save, from OTLP on: cuts found in SQL, played again in Python."""

import random
from datetime import timedelta
from itertools import groupby, pairwise

import polars as pl
import pytest

from sql.levers import LeverError, levers, settings_of
from sql.what_if import Asked, predicted_savings, what_if
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import NOW, Pipeline
from tests.sql.simulated import bodies

KINDS = {"llm": "LLM", "tool": "TOOL", "rerank": "RERANKER", "retrieval": "RETRIEVER"}


def random_steps(rng: random.Random, trace: int) -> list[TestSpan]:
    """The steps of a support agent's request: one after the other, mostly; some fail first."""
    steps, clock_ms, step, failed = [], 10.0, "llm", False
    for place in range(rng.randint(1, 9)):
        if not failed:
            step = rng.choice(list(KINDS))
        failed = rng.random() < 0.2
        start_ms = clock_ms - (rng.uniform(0, 40) if rng.random() < 0.2 else -rng.uniform(0, 5))
        end_ms = start_ms + rng.uniform(50, 400)
        clock_ms = max(clock_ms, end_ms)
        steps.append(
            TestSpan(
                f"{trace + 1:x}",
                f"{place + 2:x}",
                "1",
                round(max(start_ms, 1.0), 3),
                round(end_ms, 3),
                name=step,
                status="error" if failed else "ok",
                attributes={"openinference.span.kind": KINDS[step]},
            )
        )
    return steps


def rooted(steps: list[TestSpan]) -> list[TestSpan]:
    end_ms = max(step.end_ms for step in steps) + 5
    attributes = {"openinference.span.kind": "AGENT", "marketing.use_case": "support_agent"}
    root = TestSpan(steps[0].trace, "1", "", 0, end_ms, status="ok", attributes=attributes)
    return [root, *steps]


def reranks(steps: list[TestSpan], on_path: set[str]) -> float:
    return sum(s.end_ms - s.start_ms for s in steps if s.name == "rerank" and s.span in on_path)


def failures(steps: list[TestSpan], on_path: set[str]) -> float:
    saved_ms = 0.0
    for name in KINDS:
        for step, following in pairwise(step for step in steps if step.name == name):
            if step.status == "error" and step.span in on_path:
                saved_ms += (
                    following.start_ms - step.start_ms if following.start_ms >= step.end_ms else 0
                )
    return saved_ms


def tools_of_a_message(steps: list[TestSpan], on_path: set[str]) -> float:
    saved_ms = 0.0
    before = {after.span: step for step, after in pairwise(steps)}
    for is_tool, run in groupby(steps, lambda s: s.name == "tool" and s.status == "ok"):
        tools = list(run)
        asked = any(s.name == "llm" and s.status == "ok" for s in steps[: steps.index(tools[0])])
        orderly = all(
            tool.start_ms >= before[tool.span].end_ms for tool in tools if tool.span in before
        )
        if is_tool and len(tools) > 1 and asked and orderly and tools[-1].span in on_path:
            longest_ms = max(tool.end_ms - tool.start_ms for tool in tools)
            saved_ms += tools[-1].end_ms - tools[0].start_ms - longest_ms
    return saved_ms


REFERENCES = {"skip_rerank": reranks, "no_retries": failures, "parallel_tools": tools_of_a_message}


@pytest.mark.parametrize("lever", REFERENCES)
def test_the_first_order_in_sql_is_that_of_a_plain_reading_of_the_method(
    shared_pipeline: Pipeline, lever: str
) -> None:
    pipeline = shared_pipeline
    pipeline.empty(pipeline.settings)
    rng = random.Random(11)
    traces = [
        sorted(random_steps(rng, n), key=lambda s: (s.start_ms, s.end_ms)) for n in range(150)
    ]
    pipeline.arrive([otlp(span for steps in traces for span in rooted(steps))])
    pipeline.assemble()
    ids = [f"{steps[0].trace.zfill(32)}-{'1'.zfill(16)}" for steps in traces]
    found = predicted_savings(pipeline.con, {lever: {}}, ids, "first_order")
    saved_ms = dict(found.select("request_id", "saved_ms").iter_rows())
    paths = pipeline.rows("SELECT request_id, list(span_id) FROM critical_path GROUP BY ALL")
    on_path = {request: {span.lstrip("0") for span in spans} for request, spans in paths}
    ok = [r for (r,) in pipeline.rows("SELECT request_id FROM requests WHERE outcome = 'ok'")]
    expected = {
        request: REFERENCES[lever](steps, on_path[request])
        for request, steps in zip(ids, traces, strict=True)
        if request in ok
    }
    assert sum(expected.values()) > 0
    assert {request: saved_ms[request] for request in ok} == pytest.approx(expected, abs=0.01)


@pytest.fixture(scope="module")
def company(shared_pipeline: Pipeline) -> tuple[Pipeline, list[str]]:
    """A few hours of the simulated company, and its requests that finished well without a draft.

    A draft is a model call beside the answer: there something does overlap.
    """
    shared_pipeline.empty(shared_pipeline.settings)
    shared_pipeline.arrive(list(bodies(4000)))
    shared_pipeline.assemble()
    ids = shared_pipeline.rows(
        "SELECT request_id FROM requests WHERE outcome = 'ok' AND trace_id NOT IN "
        "(SELECT trace_id FROM spans WHERE speculative AND step = 'llm') ORDER BY ALL"
    )
    return shared_pipeline, [request for (request,) in ids]


@pytest.mark.parametrize("lever", ["skip_rerank", "no_retries", "prompt_cache", "parallel_tools"])
def test_where_nothing_overlaps_the_replay_saves_what_the_first_order_says(
    company: tuple[Pipeline, list[str]], lever: str
) -> None:
    pipeline, ids = company
    first = predicted_savings(pipeline.con, {lever: {}}, ids, "first_order").sort("request_id")
    played = predicted_savings(pipeline.con, {lever: {}}, ids, "replay").sort("request_id")
    assert (
        first["applies"]
        .value_counts()
        .sort("applies")
        .equals(played["applies"].value_counts().sort("applies"))
    )
    assert played["saved_ms"].to_list() == pytest.approx(first["saved_ms"].to_list(), abs=0.001)


def test_all_levers_together_save_less_than_the_sum_of_each(
    company: tuple[Pipeline, list[str]],
) -> None:
    pipeline, ids = company
    every: dict[str, dict[str, float]] = {lever: {} for lever in levers() if lever != "warm_up"}
    together = predicted_savings(pipeline.con, every, ids, "replay")
    added_up = predicted_savings(pipeline.con, every, ids, "first_order")
    assert 0 < together["saved_ms"].sum() < added_up["saved_ms"].sum()


def test_a_part_of_the_requests_estimates_them_all(company: tuple[Pipeline, list[str]]) -> None:
    def asked(one_in: int) -> pl.DataFrame:
        period = f"'{NOW - timedelta(days=2)}', '{NOW}'"
        return pipeline.frame(
            "SELECT * EXCLUDE (n), n::bigint AS n "
            f"FROM opportunities({period}, one_in := {one_in}) WHERE applies = 'yes' ORDER BY ALL"
        )

    pipeline, _ = company
    every, third = asked(1), asked(3)
    assert (third["n"] <= third["requests"]).all()
    assert third["compliance_after"].is_between(0, 1).all()
    both = every.join(third, on=["use_case", "lever"], suffix="_third")
    assert (both["requests"] == both["requests_third"]).all()
    assert (both["compliance_before"] == both["compliance_before_third"]).all()
    assert float(both["n_third"].sum()) == pytest.approx(float(both["n"].sum()), rel=0.15)
    often = both.filter(pl.col("n") > 60)
    assert not often.is_empty()
    assert often["saved_ms_third"].to_list() == pytest.approx(often["saved_ms"].to_list(), rel=0.4)


def test_an_outcome_tells_the_use_case_before_and_after(
    company: tuple[Pipeline, list[str]],
) -> None:
    pipeline, _ = company
    asked = Asked("live_chat", NOW - timedelta(days=2), NOW)
    outcome = what_if(pipeline.con, asked, {"prompt_cache": {}, "skip_rerank": {}})
    assert outcome is not None
    assert (outcome.metric, outcome.budget_ms) == ("first_token", 500)
    known = pl.Series(
        pipeline.rows(
            "SELECT ttft_ms FROM requests WHERE use_case = 'live_chat' "
            "AND outcome = 'ok' AND ttft_ms IS NOT NULL"
        )
    )
    assert outcome.before.ms.size == len(known)
    assert (outcome.after.p50 or 0) < (outcome.before.p50 or 0)
    assert (outcome.after.compliance or 0) > (outcome.before.compliance or 0)
    cache, rerank = outcome.contributions
    assert cache.n > 0
    assert cache.alone_ms == pytest.approx(cache.added_ms)
    assert (rerank.applies, rerank.n, rerank.alone_ms) == ("no", 0, 0.0)
    assert rerank.assumptions == levers()["skip_rerank"].no


def test_the_same_requests_are_drawn_every_time(company: tuple[Pipeline, list[str]]) -> None:
    pipeline, _ = company
    asked = Asked("live_chat", NOW - timedelta(days=2), NOW, size=50)
    once, again = (what_if(pipeline.con, asked, {"stream": {}}) for _ in range(2))
    assert once is not None
    assert again is not None
    assert once.before.ms.tolist() == again.before.ms.tolist()


def test_a_lever_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(LeverError, match="no lever 'pray': there are stream, fast_tier"):
        settings_of({"pray": {}})


@pytest.mark.parametrize("values", [{"share": 1.5}, {"speed": 1.0}])
def test_a_lever_is_not_pulled_beyond_its_range(values: dict[str, float]) -> None:
    with pytest.raises(LeverError, match="fast_tier"):
        settings_of({"fast_tier": values})
