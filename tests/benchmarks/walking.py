"""The critical path of many spans, in a process of its own: how fast, and in how much memory.

`python -m tests.benchmarks.walking SPANS` prints what it measured, as JSON. Traces are those of the
simulated company, again and again under other ids, read from the lake in the shares of a round.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import duckdb

from sql.deep_walk import DEEPEST, walk_deep_requests
from sql.refresh import MOST_SPANS
from sql.steps import COUNTED_ONCE, HOT, PATHS, REQUESTS, run_step
from tests.sql.pipeline import Pipeline, settings_of
from tests.sql.simulated import bodies

SIMULATED_SPANS = 65_000
BODIES_AN_ARRIVAL = 50
LAID_OUT = ("8_pieces", "8_paths", "8_step_sums")
STORED = {"critical_path": "paths", "request_steps": "step_sums"}
KIBIBYTE = 1024


@dataclass(frozen=True, slots=True)
class Walked:
    """From spans and requests to stored critical paths, in the writer's one thread."""

    spans: int
    pieces: int
    seconds: float
    cpu_s: float
    memory_bytes: int
    """Largest resident size of the process, spans and requests of a share included."""


@dataclass(slots=True)
class Stopwatch:
    """Time spent inside `running`, added up."""

    seconds: float = 0.0
    cpu_s: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        started, cpu_started = perf_counter(), process_time()
        yield
        self.seconds += perf_counter() - started
        self.cpu_s += process_time() - cpu_started


def walked(spans: int) -> Walked:
    """Measured in a fresh process."""
    command = (sys.executable, "-m", "tests.benchmarks.walking", str(spans))
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return Walked(**json.loads(done.stdout))


def _walk(spans: int, folder: Path) -> Walked:
    with Pipeline(settings_of(folder)) as pipeline:
        stored = _fill(pipeline, spans)
        con, watch = pipeline.con, Stopwatch()
        shares = 1 + stored // MOST_SPANS
        con.execute(f"CREATE OR REPLACE TEMP VIEW hot_spans AS SELECT {HOT} FROM lake.spans")
        for name, value in {
            "shares": shares,
            "deepest": DEEPEST,
            "quiet_since": "infinity",
        }.items():
            con.execute(f"SET VARIABLE {name} = ?", [value])
        for share in range(shares):
            con.execute("SET VARIABLE share = ?", [share])
            _make_requests(con)
            with watch.running():
                _make_paths(con)
        ((pieces,),) = pipeline.rows("SELECT count(*) FROM critical_path")
    memory_bytes = getrusage(RUSAGE_SELF).ru_maxrss * KIBIBYTE
    return Walked(stored, pieces, watch.seconds, watch.cpu_s, memory_bytes)


def _fill(pipeline: Pipeline, spans: int) -> int:
    """Store at least so many spans, and tell how many."""
    arriving = list(bodies(SIMULATED_SPANS))
    for first in range(0, len(arriving), BODIES_AN_ARRIVAL):
        pipeline.arrive(arriving[first : first + BODIES_AN_ARRIVAL])
    pipeline.con.execute("CREATE TEMP TABLE simulated AS FROM lake.spans")
    ((simulated,),) = pipeline.rows("SELECT count(*) FROM simulated")
    copies = -(-spans // simulated)
    for number in range(1, copies):
        pipeline.con.execute(
            "INSERT INTO lake.spans "
            "SELECT * REPLACE (md5(trace_id || ?) AS trace_id) FROM simulated",
            [str(number)],
        )
    pipeline.con.execute("DROP TABLE simulated")
    return int(simulated * copies)


def _make_requests(con: duckdb.DuckDBPyConnection) -> None:
    for step in ("1_taken", "2_corrected", "3_again", "5_copies", *COUNTED_ONCE):
        run_step(con, step)
    if con.execute("SELECT 1 FROM nested LIMIT 1").fetchone():
        run_step(con, "6_merged")
        run_step(con, "6_counted_once")
    for step in REQUESTS:
        run_step(con, step)


def _make_paths(con: duckdb.DuckDBPyConnection) -> None:
    for step in PATHS:
        run_step(con, step)
    walk_deep_requests(con)
    for step in LAID_OUT:
        run_step(con, step)
    for table, rows in STORED.items():
        con.execute(f"INSERT INTO lake.{table} BY NAME FROM {rows}")


if __name__ == "__main__":
    with TemporaryDirectory(prefix="latencytax-walking-") as folder:
        json.dump(asdict(_walk(int(sys.argv[1]), Path(folder))), sys.stdout)
