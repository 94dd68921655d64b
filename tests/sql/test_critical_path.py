"""The critical path of requests: golden traces, exact to the nanosecond."""

import json
from pathlib import Path
from typing import Any

import pytest

from sql.deep_walk import DEEPEST
from sql.dictionary import describe
from sql.lake import SCHEMA
from tests.sql.pipeline import Pipeline
from tests.sql.traced import START_NS, TracedSpan, otlp

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.json"))
MS = 1_000_000
ROOT_MISSING = {"__root__": 0}
STEPS = [
    column.removesuffix("_perceived_ms")
    for column in describe(SCHEMA / "013_request_steps.sql").columns
    if column.endswith("_perceived_ms")
]
Piece = tuple[int, int, int, str]
"""Span, start and end in ns, step; pieces are in the order of time."""


def goldens(*, mode: str) -> list[Any]:
    cases = [json.loads(file.read_text()) | {"number": file.stem[:2]} for file in GOLDEN]
    return [pytest.param(case, id=case["case"]) for case in cases if case["mode"] == mode]


@pytest.mark.parametrize("case", goldens(mode="product"))
def test_golden_trace(case: dict[str, Any], pipeline: Pipeline) -> None:
    expected = case["expected"]
    request_id = sent(case, pipeline)
    assert pieces(pipeline, request_id) == [
        (
            ROOT_MISSING.get(piece["span"], piece["span"]),
            piece["start"],
            piece["end"],
            piece["kind"],
        )
        for piece in reversed(expected["critical_path"])
    ]
    assert steps(pipeline, request_id) == pytest.approx(expected["kinds_ms"])
    assert told(pipeline, request_id) == (
        expected["duration_ns"] / 1e6,
        expected["perceived_ms"],
    )


@pytest.mark.parametrize("case", goldens(mode="jaeger"))
def test_what_runs_beside_the_last_span_is_waited_for_as_well(
    case: dict[str, Any], pipeline: Pipeline
) -> None:
    """The product's answer where Jaeger's rule gives an overlap to the orchestrator."""
    request_id = sent(case, pipeline)
    assert steps(pipeline, request_id) == {
        "asr": 300,
        "retrieval": 200,
        "llm_prefill": 300,
        "llm_decode": 200,
        "tts": 1400,
    }
    assert told(pipeline, request_id) == (2400, case["expected"]["perceived_ms"])


def sent(case: dict[str, Any], pipeline: Pipeline) -> str:
    """The request id of the golden trace's main request, assembled."""
    trace_id = case["number"].zfill(32)
    spans = [TracedSpan(**span) for span in case["spans"]]
    pipeline.arrive([otlp(trace_id, spans)])
    pipeline.assemble()
    root = case["expected"]["root"]
    return f"{trace_id}-{ROOT_MISSING.get(root, root):016x}"


def pieces(pipeline: Pipeline, request_id: str) -> list[Piece]:
    return [
        (int(span_id, 16), start_ns - START_NS, start_ns - START_NS + round(ms * 1e6), step)
        for span_id, start_ns, ms, step in pipeline.rows(
            "SELECT span_id, epoch_ns(started_at), duration_ms, step FROM critical_path "
            "WHERE request_id = ? ORDER BY seq",
            [request_id],
        )
    ]


def steps(pipeline: Pipeline, request_id: str, suffix: str = "_ms") -> dict[str, float]:
    """Milliseconds of the steps that the request has, from request_steps."""
    (row,) = pipeline.frame(f"FROM request_steps WHERE request_id = '{request_id}'").to_dicts()
    return {step: row[step + suffix] for step in STEPS if row[step + suffix]}


def told(pipeline: Pipeline, request_id: str) -> tuple[float, float]:
    """Duration and perceived latency in ms."""
    (row,) = pipeline.rows(
        "SELECT duration_ms, perceived_ms FROM requests WHERE request_id = ?", [request_id]
    )
    return row


def test_a_call_told_by_two_spans_is_split_at_its_one_first_token(pipeline: Pipeline) -> None:
    """The framework's span is the call; its client's span within has the first token."""
    request_id = assembled(
        pipeline,
        TracedSpan(1, None, 0, 1000 * MS, "agent"),
        TracedSpan(2, 1, 100 * MS, 900 * MS, "llm"),
        TracedSpan(3, 2, 150 * MS, 850 * MS, "llm", ttft=250 * MS, stream=True),
    )
    assert pieces(pipeline, request_id) == [
        (1, 0, 100 * MS, "orchestration"),
        (2, 100 * MS, 150 * MS, "llm_prefill"),
        (3, 150 * MS, 400 * MS, "llm_prefill"),
        (3, 400 * MS, 850 * MS, "llm_decode"),
        (2, 850 * MS, 900 * MS, "llm_decode"),
        (1, 900 * MS, 1000 * MS, "orchestration"),
    ]


def test_time_after_the_answer_is_seen_is_not_perceived(pipeline: Pipeline) -> None:
    request_id = assembled(
        pipeline,
        TracedSpan(1, None, 0, 1000 * MS, "agent"),
        TracedSpan(2, 1, 100 * MS, 300 * MS, "tool"),
        TracedSpan(3, 1, 300 * MS, 900 * MS, "llm", ttft=200 * MS, stream=True),
    )
    assert steps(pipeline, request_id, "_perceived_ms") == {
        "orchestration": 100,
        "tool": 200,
        "llm_prefill": 200,
    }
    perceived = pipeline.rows("SELECT perceived FROM critical_path ORDER BY seq")
    assert perceived == [(True,), (True,), (True,), (False,), (False,)]


@pytest.mark.parametrize("spans", [2, DEEPEST, DEEPEST + 1, DEEPEST + 2, 2000])
def test_a_chain_of_spans_is_followed_to_its_end(pipeline: Pipeline, spans: int) -> None:
    last = 3 * spans
    chain = [
        TracedSpan(n + 1, n or None, n * MS, (last - n) * MS, "other" if n else "tool")
        for n in range(spans)
    ]
    down = [(n + 1, n * MS, (n + 1) * MS) for n in range(spans - 1)]
    bottom = (spans, (spans - 1) * MS, (last - spans + 1) * MS)
    up = [(n + 1, (last - n - 1) * MS, (last - n) * MS) for n in reversed(range(spans - 1))]
    request_id = assembled(pipeline, *chain)
    assert pieces(pipeline, request_id) == [(*each, "tool") for each in (*down, bottom, *up)]


def test_spans_in_a_circle_take_no_part_and_stop_nothing(pipeline: Pipeline) -> None:
    """Also around a model call, of which calls within are looked for."""
    request_id = assembled(
        pipeline,
        TracedSpan(1, None, 0, 100 * MS),
        TracedSpan(2, 3, 10 * MS, 50 * MS, "llm"),
        TracedSpan(3, 2, 10 * MS, 50 * MS),
        TracedSpan(4, 4, 10 * MS, 50 * MS, "llm"),
    )
    assert pieces(pipeline, request_id) == [(1, 0, 100 * MS, "orchestration")]


def assembled(pipeline: Pipeline, *spans: TracedSpan) -> str:
    """The request id of the first span."""
    pipeline.arrive([otlp("a".zfill(32), spans)])
    pipeline.assemble()
    return f"{'a'.zfill(32)}-{spans[0].id:016x}"
