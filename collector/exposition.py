"""`/metrics` for Prometheus: counts and latencies as the models have them, the journal as it is.

While the lake cannot be read, what the journal says is served alone: that is when it matters.
"""

import logging
from collections.abc import Iterator
from itertools import accumulate, groupby
from threading import Lock
from time import monotonic

import duckdb
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from collector.journal import Journal

LOG = logging.getLogger(__name__)
READ_AT_MOST_EVERY_S = 10.0
INGESTED = """
select coalesce(sum(spans), 0)::bigint, coalesce(sum(bytes), 0)::bigint, epoch(max(loaded_at))
from ingest_log
"""
REFUSED = (
    "select door, signal, reason, sum(count)::bigint from rejections group by all order by all"
)
OBJECTIVES = """
select use_case, latency_name(metric, step), threshold_ms::varchar, objective, good, bad, unknown
from slo_totals
order by all
"""
HISTOGRAM = """
select coalesce(use_case, ''), metric, up_to_ms, n, sum_ms
from latency_histogram
order by all
"""
OF_AN_OBJECTIVE = ["use_case", "metric", "threshold_ms"]


class Exposition(Collector):
    """What a scrape gets; asks the lake at most every few seconds, from any thread."""

    def __init__(self, lake: duckdb.DuckDBPyConnection, journal: Journal, limit_bytes: int) -> None:
        """`lake` is a session of our own that sees the models."""
        self._lake = lake
        self._journal = journal
        self._limit_bytes = limit_bytes
        self._lock = Lock()
        self._read: list[Metric] = []
        self._read_at = -READ_AT_MOST_EVERY_S
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def text(self, accepted: str) -> tuple[bytes, str]:
        """The metrics in the format that the scraper accepts, and its content type."""
        encode, content_type = choose_encoder(accepted)
        return encode(self._registry), content_type

    def describe(self) -> Iterator[Metric]:
        """Nothing: names are known once they are collected."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        yield from self._of_journal()
        with self._lock:
            if monotonic() - self._read_at >= READ_AT_MOST_EVERY_S:
                self._read, self._read_at = self._of_lake(), monotonic()
            yield from self._read

    def _of_journal(self) -> Iterator[Metric]:
        for name, words, value in (
            ("pending_batches", "requests that are not in the lake yet", "pending_batches"),
            ("pending_bytes", "bytes that are not in the lake yet", "pending_bytes"),
        ):
            yield GaugeMetricFamily(
                f"latencytax_journal_{name}", f"Acknowledged {words}.",
                value=getattr(self._journal, value),
            )  # fmt: skip
        yield GaugeMetricFamily(
            "latencytax_journal_limit_bytes", "When senders are told to wait.",
            value=self._limit_bytes,
        )  # fmt: skip

    def _of_lake(self) -> list[Metric]:
        readable = GaugeMetricFamily("latencytax_lake_readable", "Whether the lake answers.")
        try:
            found = [*self._ingested(), self._refused(), *self._objectives(), self._latencies()]
        except duckdb.Error:
            LOG.exception("the lake cannot be read for /metrics")
            found = []
        readable.add_metric([], bool(found))
        return [readable, *found]

    def _ingested(self) -> Iterator[Metric]:
        [(spans, size_bytes, loaded_at)] = self._lake.execute(INGESTED).fetchall()
        yield CounterMetricFamily("latencytax_spans", "Spans in the lake.", value=spans)
        yield CounterMetricFamily(
            "latencytax_received_bytes", "OTLP bytes in the lake.", value=size_bytes
        )
        newest = GaugeMetricFamily(
            "latencytax_loaded_timestamp_seconds", "When spans were last loaded."
        )
        if loaded_at is not None:
            newest.add_metric([], loaded_at)
        yield newest

    def _refused(self) -> Metric:
        family = CounterMetricFamily(
            "latencytax_refused", "What was refused, cut or doubted, and why.",
            labels=["door", "signal", "reason"],
        )  # fmt: skip
        for *labels, count in self._lake.execute(REFUSED).fetchall():
            family.add_metric(labels, count)
        return family

    def _objectives(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(
            "latencytax_slo_requests", "Requests by what an objective says of them.",
            labels=[*OF_AN_OBJECTIVE, "verdict"],
        )  # fmt: skip
        objectives = GaugeMetricFamily(
            "latencytax_slo_objective_ratio", "Share of requests that are to be good.",
            labels=OF_AN_OBJECTIVE,
        )  # fmt: skip
        for *labels, objective, good, bad, unknown in self._lake.execute(OBJECTIVES).fetchall():
            objectives.add_metric(labels, objective)
            for verdict, count in (("good", good), ("bad", bad), ("unknown", unknown)):
                requests.add_metric([*labels, verdict], count)
        yield requests
        yield objectives

    def _latencies(self) -> Metric:
        family = HistogramMetricFamily(
            "latencytax_latency_seconds", "Latencies of requests that finished well.",
            labels=["use_case", "metric"],
        )  # fmt: skip
        rows = self._lake.execute(HISTOGRAM).fetchall()
        for labels, of_one in groupby(rows, key=lambda row: row[:2]):
            _, _, ends_ms, counts, sums_ms = zip(*of_one, strict=True)
            buckets = [
                (f"{end_ms / 1000:.6g}", up_to)
                for end_ms, up_to in zip(ends_ms, accumulate(counts), strict=True)
            ]
            everything = [*buckets, ("+Inf", sum(counts))]
            family.add_metric(list(labels), everything, sum(sums_ms) / 1000)
        return family
