"""What a process uses and a lake takes."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event, Thread

import psutil

from tests.benchmarks.generator import Sent
from tests.e2e.processes import CollectorProcess, wait_until

MEBIBYTE = 2**20
SETTLED_WITHIN_S = 600.0
LOADED = (
    "select coalesce(sum(spans), 0), epoch(max(loaded_at) filter (where spans > 0)) from ingest_log"
)
ASSEMBLED = "select coalesce(sum(spans), 0) from requests"


@dataclass(frozen=True, slots=True)
class Load:
    """The options of the generator: it ends with the seconds or the spans."""

    seconds: float = 1e9
    rate: float = 0.0
    spans: int = sys.maxsize
    days: float = 0.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One load on a collector, until all of it is in the lake."""

    sent: Sent
    lag_s: float
    """From the last acknowledgement until all was in the lake."""
    cpu_s: float
    """All threads of the collector, from the first request until all was in the lake."""

    @property
    def spans_per_s(self) -> float:
        return self.sent.spans / self.sent.seconds

    @property
    def cpu_s_per_million(self) -> float:
        return self.cpu_s / self.sent.spans * 1e6


def run_phase(collector: CollectorProcess, load: Load, *, with_models: bool = True) -> Phase:
    """Load it, and wait until rows (and models) are there."""
    before, assembled_before = loaded(collector)[0], assembled(collector)
    cpu_before_s = cpu_s(collector)
    sent = generate(collector, load)
    wait_until(lambda: loaded(collector)[0] >= before + sent.spans, SETTLED_WITHIN_S)
    lag_s = loaded(collector)[1] - sent.ended_at
    if with_models:
        expected = assembled_before + sent.spans
        wait_until(lambda: assembled(collector) >= expected, SETTLED_WITHIN_S)
    return Phase(sent, max(0.0, lag_s), cpu_s(collector) - cpu_before_s)


def generate(collector: CollectorProcess, load: Load) -> Sent:
    """What the generator says that it sent."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.generator", collector.settings.grpc_address),
            *(f"--{option}={value}" for option, value in asdict(load).items()),
        ],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        check=True,
    )
    return Sent(**json.loads(done.stdout))


def loaded(collector: CollectorProcess) -> tuple[int, float]:
    """(spans in the lake, when the last came)."""
    rows = collector.rows(LOADED)
    return (int(rows[0][0]), float(rows[0][1] or 0)) if rows else (0, 0.0)


def assembled(collector: CollectorProcess) -> int:
    """Spans in requests."""
    return int(collector.value(ASSEMBLED) or 0)


def cpu_s(collector: CollectorProcess) -> float:
    """CPU time of all its threads so far."""
    times = psutil.Process(collector.process.pid).cpu_times()
    return float(times.user + times.system)


@contextmanager
def watching_memory(collector: CollectorProcess) -> Iterator[list[int]]:
    """The largest resident size in bytes, as the only element, brought up to date meanwhile."""
    process = psutil.Process(collector.process.pid)
    largest = [process.memory_info().rss]
    stop = Event()

    def watch() -> None:
        while not stop.wait(0.25) and process.is_running():
            with suppress(psutil.NoSuchProcess):
                largest[0] = max(largest[0], process.memory_info().rss)

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield largest
    finally:
        stop.set()
        watcher.join()


def data_files(collector: CollectorProcess) -> list[Path]:
    """The lake's Parquet files, those of old snapshots included."""
    return list((Path(collector.settings.lake) / "data").rglob("*.parquet"))


def lake_bytes(collector: CollectorProcess) -> int:
    """Data files and catalogue; the journal is not part of the lake."""
    catalogue = Path(collector.settings.lake).glob("catalog.sqlite*")
    files = [*data_files(collector), *catalogue]
    return sum(file.stat().st_size for file in files if file.exists())


def median_ms(times_s: list[float]) -> float:
    """The middle one, in milliseconds."""
    return sorted(times_s)[len(times_s) // 2] * 1e3


def timed(collector: CollectorProcess, query: str, *, repeats: int) -> list[float]:
    """How long the query took, each time, in seconds; the first time warms up."""
    times_s = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        collector.rows(query)
        times_s.append(time.perf_counter() - started)
    return times_s[1:]
