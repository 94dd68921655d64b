"""Whatever arrives, and however: pieces tile the request, and are those of the reference."""

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sql.models import run_checks
from sql.refresh import MADE
from tests.sql.critical_path_reference import Piece, requests
from tests.sql.pipeline import NOW, Pipeline
from tests.sql.random_traces import random_trace
from tests.sql.traced import TracedSpan, otlp

ARRIVALS = 3
TRACES = 20


@settings(max_examples=6, deadline=None)
@given(random=st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_paths_of_the_reference(
    shared_pipeline: Pipeline, random: Random
) -> None:
    traces = {f"{number:032x}": random_trace(random) for number in range(1, TRACES + 1)}
    arrivals: list[list[tuple[str, TracedSpan]]] = [[] for _ in range(ARRIVALS)]
    for trace_id, spans in traces.items():
        for span in spans:
            random.choice(arrivals).append((trace_id, span))
    everything = [each for arrived in arrivals for each in arrived]
    expected = reference(traces)
    assert assembled(shared_pipeline, [everything]) == expected
    assert assembled(shared_pipeline, arrivals) == expected
    assert [check for check in run_checks(shared_pipeline.con, MADE) if check.offending_rows] == []


def reference(traces: dict[str, list[TracedSpan]]) -> dict[str, list[Piece]]:
    return {
        f"{trace_id}-{root:016x}": request.pieces()
        for trace_id, spans in traces.items()
        for root, request in requests(spans).items()
    }


def assembled(
    pipeline: Pipeline, arrivals: list[list[tuple[str, TracedSpan]]]
) -> dict[str, list[Piece]]:
    """The critical path of every request of a fresh lake, after each arrival was assembled."""
    pipeline.empty(pipeline.settings)
    for minutes, arrived in enumerate(arrivals):
        at = NOW + timedelta(minutes=minutes)
        pipeline.arrive([otlp(trace_id, [span]) for trace_id, span in arrived] or [b""], at)
        pipeline.assemble(at)
    paths: dict[str, list[Piece]] = {
        request_id: [] for (request_id,) in pipeline.rows("SELECT request_id FROM requests")
    }
    for request_id, span_id, step, ms in pipeline.rows(
        "SELECT request_id, span_id, step, duration_ms FROM critical_path ORDER BY request_id, seq"
    ):
        path = paths[request_id]
        start = path[-1][2] if path else 0
        path.append((int(span_id, 16), start, start + round(ms * 1e6), step))
    return paths
