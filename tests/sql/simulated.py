"""The simulated company's traffic in a pipeline."""

from collections.abc import Iterator
from datetime import timedelta

from sample_data.otlp import batches
from sample_data.traffic import history
from tests.sql.pipeline import NOW, Pipeline

SPANS_AN_ARRIVAL = 250


def bodies(spans: int) -> Iterator[bytes]:
    """OTLP requests of about 250 spans, until there are as many spans as asked for."""
    so_far = 0
    traces = history(days=1, until=NOW, seed=7).traces
    for batch in batches(traces, batch_spans=SPANS_AN_ARRIVAL):
        yield batch.request.SerializeToString()
        so_far += batch.spans
        if so_far >= spans:
            return


def feed(pipeline: Pipeline, *, spans: int) -> None:
    """About so many spans, in arrivals that are a minute apart, each assembled."""
    for minutes, body in enumerate(bodies(spans)):
        at = NOW + timedelta(minutes=minutes)
        pipeline.arrive([body], at)
        pipeline.assemble(at)
