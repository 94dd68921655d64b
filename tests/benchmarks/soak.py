"""`python -m tests.benchmarks soak`: hours of production in minutes, and what grows meanwhile.

Time passes `--speed` times as fast for commits, rounds and chores. Senders follow a day with its
peak, send in bursts, repeat what they sent, come an hour late, and one trace never ends.
"""

import time
from argparse import ArgumentParser
from dataclasses import dataclass
from math import pi, sin
from pathlib import Path

import grpc
import numpy as np
import psutil
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from rich.console import Console
from rich.table import Table

from tests.benchmarks.figures import ALTERED, BOARD, collector
from tests.benchmarks.measure import MEBIBYTE, data_files, lake_bytes, median_ms, timed
from tests.benchmarks.payload import SPANS_PER_REQUEST, templates
from tests.e2e.processes import CollectorProcess, wait_until

TICKS_AN_HOUR = 6
REQUESTS_A_TICK = 40
"""On average; the peak has twice as many, a burst four times."""
BURST_EVERY, REPEATED_EVERY, LATE_EVERY = 7, 10, 12
HOUR_NS = 3_600 * 10**9
HOT_SPANS_A_TICK = 300


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment."""

    hours: float
    spans: int
    rss_mib: float
    open_files: int
    data_files: int
    snapshots: int
    lake_mib: float
    catalogue_mib: float
    board_ms: float


class Production:
    """Senders of a day, tick by tick."""

    def __init__(self, export: "grpc.UnaryUnaryMultiCallable[bytes, bytes]") -> None:
        self._export = export
        self._random = np.random.default_rng(1)
        self._templates = templates()
        self.spans = 0
        """Acknowledged, each counted once."""

    def tick(self, number: int) -> None:
        """Ten minutes of traffic."""
        of_day = 1 + sin(2 * pi * number / (24 * TICKS_AN_HOUR))
        burst = 4 if number % BURST_EVERY == 0 else 1
        for turn in range(int(REQUESTS_A_TICK * of_day * burst)):
            late_ns = HOUR_NS if turn % LATE_EVERY == 0 else 0
            template = self._templates[turn % len(self._templates)]
            body = template.request(self._random, time.time_ns() - late_ns)
            self._export(body)
            self.spans += SPANS_PER_REQUEST
            if turn % REPEATED_EVERY == 0:
                self._export(body)
        self._export(self._hot(number))
        self.spans += HOT_SPANS_A_TICK

    def _hot(self, number: int) -> bytes:
        """More spans of the one trace that never ends."""
        request = ExportTraceServiceRequest()
        spans = request.resource_spans.add().scope_spans.add().spans
        now_ns = time.time_ns()
        for index in range(HOT_SPANS_A_TICK):
            spans.add(
                trace_id=b"never ending one",
                span_id=(number * HOT_SPANS_A_TICK + index + 2).to_bytes(8, "big"),
                parent_span_id=(1).to_bytes(8, "big"),
                name="step",
                start_time_unix_nano=now_ns - 10**6,
                end_time_unix_nano=now_ns,
            )
        return request.SerializeToString()


def look(process: CollectorProcess, hours: float) -> Look:
    """Everything that is to stay bounded."""
    running = psutil.Process(process.process.pid)
    catalogue = Path(process.settings.lake) / "catalog.sqlite"
    return Look(
        hours,
        int(process.value("select count(*) from lake.spans")),
        running.memory_info().rss / MEBIBYTE,
        running.num_fds(),
        len(data_files(process)),
        int(process.value("select count(*) from ducklake_snapshots('lake')")),
        lake_bytes(process) / MEBIBYTE,
        catalogue.stat().st_size / MEBIBYTE,
        median_ms(timed(process, BOARD, repeats=3)),
    )


def main(arguments: list[str]) -> None:
    """Soak it, and print what was seen each half hour."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=4)
    parser.add_argument("--speed", type=float, default=30)
    options = parser.parse_args(arguments)
    tick_s = 3600 / TICKS_AN_HOUR / options.speed
    table = Table(*Look.__annotations__, title="A soaked collector")
    with collector(*ALTERED, f"--speed={options.speed}") as process, process.channel() as channel:
        production = Production(process.exporter(channel))
        for number in range(int(options.hours * TICKS_AN_HOUR)):
            due = time.monotonic() + tick_s
            production.tick(number)
            time.sleep(max(0.0, due - time.monotonic()))
            if number % (TICKS_AN_HOUR // 2) == TICKS_AN_HOUR // 2 - 1:
                seen = look(process, (number + 1) / TICKS_AN_HOUR)
                table.add_row(*(f"{getattr(seen, name):,.6g}" for name in Look.__annotations__))
        wait_until(
            lambda: process.value("select count(*) from lake.spans") == production.spans, 120
        )
    Console(width=140).print(table)
