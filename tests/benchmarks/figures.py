"""The parts of the benchmark; each gives figures beside their targets."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sql.lake import open_writer
from sql.maintenance import CHORES, SNAPSHOTS_KEPT
from tests.benchmarks.measure import (
    MEBIBYTE,
    Load,
    data_files,
    lake_bytes,
    median_ms,
    run_phase,
    timed,
    watching_memory,
)
from tests.benchmarks.normalising import cpu_s_per_million, loads_by_origin
from tests.benchmarks.walking import walked
from tests.e2e.processes import CollectorProcess

BOARD = "from slo_board(now() - interval 7 days, now(), null, null, null, null)"
LEVERS = "from opportunities(now() - interval 7 days, now(), one_in := {one_in})"
ONE_IN = "select levers_one_in(now() - interval 7 days, now(), null)"
ALTERED = (sys.executable, "-m", "tests.benchmarks.altered")
TARGET_RATE = 60_000
RATE_TOLERANCE = 0.99
DAYS = 7
LOOKS = {
    "SLO board": BOARD,
    "Compliance": "from slo_compliance",
    "Burn rates": "from slo_burn",
    "Burn-down": "from slo_burn_down(now(), null, null, null, null)",
}
"""What the pages ask about objectives."""
TRICKLE_SPEED = 30
TRICKLE_SPANS_PER_S = 512 * TRICKLE_SPEED / 4


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value; `limit` None is told without a target."""

    name: str
    measured: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        ok = self.measured >= self.limit if self.at_least else self.measured <= self.limit
        return "reached" if ok else "MISSED"


@dataclass(frozen=True, slots=True)
class Scale:
    """How long and how much."""

    seconds: float = 60.0
    spans: int = 10_000_000


@contextmanager
def collector(*command: str) -> Iterator[CollectorProcess]:
    """On a lake that is gone afterwards."""
    with TemporaryDirectory(prefix="latencytax-benchmark-") as folder:
        lake = Path(folder) / "lake"
        process = CollectorProcess(lake, command=command) if command else CollectorProcess(lake)
        with process:
            yield process


def storing(scale: Scale) -> Iterator[Figure]:
    """Receive, journal, normalise and store; no models."""
    with collector(*ALTERED, "--without-models") as process:
        phase = run_phase(process, Load(scale.seconds / 3), with_models=False)
    yield Figure("CPU without models", phase.cpu_s_per_million, "CPU-s per million spans", 15)


def ingesting(scale: Scale) -> Iterator[Figure]:
    """The whole path at several rates, then the lake that came of it."""
    with collector() as process, watching_memory(process) as largest:
        fastest = run_phase(process, Load(scale.seconds / 4))
        yield Figure("Acknowledged, as fast as taken", fastest.spans_per_s, "spans/s")
        loaded_per_s = fastest.sent.spans / (fastest.sent.seconds + fastest.lag_s)
        yield Figure("Loaded, as fast as taken", loaded_per_s, "spans/s")
        yield Figure("CPU with models", fastest.cpu_s_per_million, "CPU-s per million spans", 25)
        with watching_memory(process) as largest_steady:
            steady = run_phase(process, Load(scale.seconds, TARGET_RATE))
        least = TARGET_RATE * RATE_TOLERANCE
        rate = f"at {TARGET_RATE:,}/s"
        yield Figure(f"Acknowledged {rate}", steady.spans_per_s, "spans/s", least, at_least=True)
        yield Figure(f"Lag at the end {rate}", steady.lag_s, "s", 10)
        yield Figure(f"Ack p99 {rate}", steady.sent.ack_p99_ms, "ms")
        yield Figure(f"Memory {rate}, highest", largest_steady[0] / MEBIBYTE, "MiB")
        half = run_phase(process, Load(scale.seconds / 2, TARGET_RATE / 2))
        yield Figure(f"Ack p50 at {TARGET_RATE // 2:,}/s", half.sent.ack_p50_ms, "ms")
        yield Figure(f"Ack p99 at {TARGET_RATE // 2:,}/s", half.sent.ack_p99_ms, "ms", 50)
        so_far = sum(phase.sent.spans for phase in (fastest, steady, half))
        if so_far < scale.spans:
            last = run_phase(process, Load(spans=scale.spans - so_far))
            ratio = last.cpu_s_per_million / fastest.cpu_s_per_million
            yield Figure("CPU of the last spans by that of the first", ratio, "times", 1.15)
            so_far += last.sent.spans
        yield Figure("Memory, highest", largest[0] / MEBIBYTE, "MiB", 1024)
        yield from _lake_figures(process, so_far)


def _lake_figures(process: CollectorProcess, spans: int) -> Iterator[Figure]:
    board_ms = median_ms(timed(process, BOARD, repeats=9))
    yield Figure("SLO board, all of it in the running hour", board_ms, "ms")
    process.stop()
    yield Figure("Lake before compaction", lake_bytes(process) / spans, "bytes a span")
    yield Figure("Data files before compaction", len(data_files(process)), "files")
    compact(process)
    yield Figure("Lake after compaction", lake_bytes(process) / spans, "bytes a span", 60)
    yield Figure("Data files after compaction", len(data_files(process)), "files")


def asking(scale: Scale) -> Iterator[Figure]:
    """What the pages ask about objectives and levers, over a week of requests."""
    with collector() as process:
        run_phase(process, Load(spans=scale.spans, days=DAYS))
        requests = process.value("select count(*) from requests")
        yield Figure(f"Requests in {DAYS} days", requests, "requests")
        one_in = process.value(ONE_IN)
        levers = {f"Levers, of one in {one_in} requests": LEVERS.format(one_in=one_in)}
        for name, query in (LOOKS | levers).items():
            yield Figure(name, median_ms(timed(process, query, repeats=9)), "ms", 1000)


def compact(process: CollectorProcess) -> None:
    """Every chore once, as if nobody needed an old snapshot."""
    with open_writer(process.settings) as lake:
        for chore in sorted(CHORES, key=lambda each: -each.every_s):
            for statement in chore.statements:
                lake.execute(statement.replace(SNAPSHOTS_KEPT, "INTERVAL 0 seconds"))


def trickling(scale: Scale) -> Iterator[Figure]:
    """A simulated hour of a little traffic, with the chores of an hour."""
    seconds = min(3600 / TRICKLE_SPEED, 2 * scale.seconds)
    with collector(*ALTERED, f"--speed={TRICKLE_SPEED}") as process:
        phase = run_phase(process, Load(seconds, TRICKLE_SPANS_PER_S))
        minutes = seconds * TRICKLE_SPEED / 60
        rounds = process.value("select count(*) from ingest_log")
        yield Figure(f"Commits in {minutes:.0f} simulated minutes", rounds, "commits")
        yield Figure("Data files after them", len(data_files(process)), "files", 200)
        yield Figure("Spans meanwhile", phase.sent.spans, "spans")


def normalising(_scale: Scale) -> Iterator[Figure]:
    """Spans with all columns against spans with their attributes only, in one process."""
    unit = "CPU-s per million spans"
    for origin, loads in loads_by_origin():
        raw, normalised = cpu_s_per_million(loads)
        yield Figure(f"Stored raw, {origin} spans", raw, unit)
        yield Figure(f"Stored with all columns, {origin} spans", normalised, unit)
        yield Figure(f"Normalising, {origin} spans", normalised - raw, unit, 10)


def walking(_scale: Scale) -> Iterator[Figure]:
    """The critical path of 1 and 5 million spans."""
    for millions in (1, 5):
        walk = walked(millions * 10**6)
        of_spans = f"{millions} million spans"
        rate = walk.spans / walk.seconds
        yield Figure(f"Critical path of {of_spans}", rate, "spans/s", 150_000, at_least=True)
        cpu_s = walk.cpu_s / walk.spans * 1e6
        yield Figure(f"CPU of the critical path of {of_spans}", cpu_s, "CPU-s per million spans")
        yield Figure(f"Memory, highest, walking {of_spans}", walk.memory_bytes / MEBIBYTE, "MiB")


PARTS: dict[str, Callable[[Scale], Iterator[Figure]]] = {
    "storing": storing,
    "normalising": normalising,
    "ingesting": ingesting,
    "asking": asking,
    "trickling": trickling,
    "walking": walking,
}
