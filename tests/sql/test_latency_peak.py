"""The busiest hours of the day, when the day ends between them."""

from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import NOW, Pipeline

HOUR_MS = 3_600_000
USE_CASE = {"marketing.use_case": "bid_optimization"}


def test_the_busiest_three_hours_may_cross_midnight(pipeline: Pipeline) -> None:
    """Two requests an hour from 23:00 to 02:00, slow ones; four at noon, fast ones."""
    at_hours = {23: 200, 24: 200, 25: 200, 12: 10}
    midnight_ms = -(START.hour + 24) * HOUR_MS
    spans = [
        TestSpan(
            f"{hour:x}{number}",
            "1",
            start_ms=midnight_ms + hour * HOUR_MS,
            end_ms=midnight_ms + hour * HOUR_MS + took_ms,
            attributes=USE_CASE,
        )
        for hour, took_ms in at_hours.items()
        for number in range(4 if took_ms < 100 else 2)
    ]
    pipeline.arrive([otlp(spans)])
    pipeline.assemble()
    rows = pipeline.rows(
        "SELECT hours, from_hour, n, round(mean_ms / 10), round(p95 / 10) "
        "FROM latency_peak('2026-01-01', ?, NULL, NULL, NULL, NULL) "
        "WHERE metric = 'response' ORDER BY hours",
        [NOW],
    )
    assert rows == [("all", 23, 10, 12, 20), ("busiest", 23, 6, 20, 20)]
