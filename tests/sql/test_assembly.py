"""However spans arrive, the same requests come of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.models import run_checks
from sql.refresh import MADE
from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import NOW, Pipeline

ARRIVALS = 3
STEPS: dict[str, dict[str, str]] = {
    "other": {},
    "tool": {"gen_ai.operation.name": "execute_tool"},
    "llm": {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": "100"},
    "small llm": {
        "gen_ai.operation.name": "chat",
        "gen_ai.usage.input_tokens": "100",
        "gen_ai.request.model": "gpt-5-mini",
    },
    "turn": {"marketing.turn": "true"},
}
Request = tuple[float, float, int, int, int | None]
"""Start, duration in ms, spans, model calls, input tokens."""


@st.composite
def trace(draw: st.DrawFn, name: str) -> list[tuple[int, TestSpan]]:
    """(arrival, span): trees, several roots, lost parents, repeated spans.

    Model calls last and call nothing, so that none looks like another one told twice.
    """
    has_turns = draw(st.sampled_from([False, False, True]))
    steps = st.sampled_from([step for step in STEPS if has_turns or step != "turn"])
    arrivals = st.integers(0, ARRIVALS - 1)
    spans: list[tuple[int, TestSpan]] = []
    parents = ["", "ff"]
    for number in range(1, draw(st.integers(1, 7)) + 1):
        step, start_ms = draw(steps), draw(st.integers(0, 20))
        span = TestSpan(
            name,
            f"{number:x}",
            draw(st.sampled_from(parents)),
            start_ms,
            start_ms + draw(st.integers(2 if "llm" in step else 0, 20)),
            attributes=STEPS[step],
        )
        spans.append((draw(arrivals), span))
        if "llm" not in step:
            parents.append(span.span)
        if draw(st.integers(0, 4)) == 0:
            copy = replace(span, end_ms=span.end_ms + draw(st.integers(0, 2)), name="copy")
            spans.append((draw(arrivals), copy))
    return spans


@st.composite
def traffic(draw: st.DrawFn) -> list[list[TestSpan]]:
    """Spans of several traces by arrival, in any order."""
    names = [f"{number:x}" for number in range(1, draw(st.integers(1, 8)) + 1)]
    spans = draw(st.permutations([each for name in names for each in draw(trace(name))]))
    return [[span for at, span in spans if at == arrival] for arrival in range(ARRIVALS)]


@settings(max_examples=12, deadline=None)
@given(arrivals=traffic())
def test_any_order_of_arrival_gives_the_same_requests(
    shared_pipeline: Pipeline, arrivals: list[list[TestSpan]]
) -> None:
    everything = [span for spans in arrivals for span in spans]
    at_once = assembled(shared_pipeline, [everything])
    in_pieces = assembled(shared_pipeline, arrivals)
    assert in_pieces == at_once
    assert summaries(shared_pipeline) == reference(everything)
    assert [check for check in run_checks(shared_pipeline.con, MADE) if check.offending_rows] == []


def assembled(pipeline: Pipeline, arrivals: list[list[TestSpan]]) -> list[tuple[object, ...]]:
    """The requests of a fresh lake, after each arrival was assembled."""
    pipeline.empty(pipeline.settings)
    for minutes, spans in enumerate(arrivals):
        at = NOW + timedelta(minutes=minutes)
        pipeline.arrive([otlp([span]) for span in spans] or [b""], at)
        pipeline.assemble(at)
    return pipeline.rows("SELECT * EXCLUDE (assembled_at) FROM requests ORDER BY request_id")


def summaries(pipeline: Pipeline) -> dict[str, Request]:
    rows = pipeline.rows(
        "SELECT request_id, started_at, duration_ms, spans, llm_calls, input_tokens FROM requests"
    )
    return {
        request_id: ((started_at - START) / timedelta(milliseconds=1), *rest)
        for request_id, started_at, *rest in rows
    }


def reference(arrived: Iterable[TestSpan]) -> dict[str, Request]:
    """METHODS, critical path 2.1, span by span."""
    kept: dict[str, dict[str, TestSpan]] = {}
    for span in arrived:
        spans = kept.setdefault(span.trace, {})
        if span.span not in spans or span.end_ms > spans[span.span].end_ms:
            spans[span.span] = span
    requests: dict[str, list[TestSpan]] = {}
    for trace_id, spans in kept.items():
        for span in spans.values():
            if entry := entry_of(span, spans):
                request_id = f"{trace_id.zfill(32)}-{entry.zfill(16)}"
                requests.setdefault(request_id, []).append(span)
    return {request_id: summary(request_id, spans) for request_id, spans in requests.items()}


def entry_of(span: TestSpan, spans: dict[str, TestSpan]) -> str | None:
    """The id of the request's first span, "0" when there is none; None outside every request."""
    has_turns = any("marketing.turn" in other.attributes for other in spans.values())
    roots = sorted(
        (other for other in spans.values() if not other.parent),
        key=lambda root: (root.start_ms, -root.end_ms, root.span),
    )
    orphans = [other for other in spans.values() if other.parent and other.parent not in spans]
    while True:
        if "marketing.turn" in span.attributes:
            return span.span
        if span.parent in spans:
            span = spans[span.parent]
        elif span.parent and roots:
            span = roots[0]
        elif has_turns:
            return None
        else:
            return span.span if not span.parent or len(orphans) == 1 else "0"


def summary(request_id: str, spans: list[TestSpan]) -> Request:
    entry = [span for span in spans if request_id.endswith(f"-{span.span.zfill(16)}")] or spans
    start_ms = min(span.start_ms for span in entry)
    calls = [span for span in spans if span.attributes.get("gen_ai.operation.name") == "chat"]
    return (
        start_ms,
        max(span.end_ms for span in entry) - start_ms,
        len(spans),
        len(calls),
        100 * len(calls) or None,
    )


def test_a_trace_that_goes_on_after_a_restart_stays_one_request(pipeline: Pipeline) -> None:
    """Though the collector that knew it is gone, and what is new started after the new one did."""
    now = datetime.now(UTC)
    start_ms = (now - START) / timedelta(milliseconds=1)
    for spans, minutes in [("a1", 0), ("b1", 1), ("a2", 2)]:
        at, began_ms = now + timedelta(minutes=minutes), start_ms + 60_000 * minutes
        parent = "1" if spans == "a2" else ""
        pipeline.restart(pipeline.settings)
        pipeline.arrive([otlp([TestSpan(*spans, parent, began_ms, began_ms + 5)])], at)
        pipeline.assemble(at)
    assert pipeline.rows("SELECT spans FROM requests ORDER BY ALL") == [(1,), (2,)]
