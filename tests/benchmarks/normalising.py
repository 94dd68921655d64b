"""What it costs to read facts out of spans: stored with all columns, against stored raw.

Both decode the same bodies, leave out the same contents and write to a lake of the same kind, in
one process; raw are ids, names, times, attributes, resource and events, with no convention read.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pyarrow as pa

from collector.arrivals import arrivals
from collector.decode import decode, timestamps
from collector.loader import SHAPE
from sql.lake import open_writer
from sql.rules import is_needed
from sql.settings import Settings, load_settings
from tests.benchmarks.captures import captures
from tests.benchmarks.payload import SPANS_PER_REQUEST, templates
from tests.e2e.corpus import CORPUS

SPANS_PER_LOAD = 40_000
LOADS = 12

Load = list[bytes]


def generated(loads: int = LOADS) -> list[Load]:
    """Loads of the sender that the other parts use."""
    shapes, random = templates(), np.random.default_rng(1)
    bodies = (shape.request(random, time.time_ns()) for shape in cycle(shapes))
    return [list(islice(bodies, SPANS_PER_LOAD // SPANS_PER_REQUEST)) for _ in range(loads)]


def captured(corpus: Path, loads: int = LOADS) -> list[Load]:
    """Loads of what real libraries sent, again and again, a library after the other."""
    bodies = [body for capture in captures(corpus) for body, _ in capture.bodies()]
    spans = len(decode(bodies, limits=Settings("").limits, keep_key=is_needed).start_ns)
    return [list(chain.from_iterable([bodies] * (SPANS_PER_LOAD // spans)))] * loads


def cpu_s_per_million(loads: list[Load]) -> tuple[float, float]:
    """(raw, normalised), of all loads but the first, which warms up; the two take turns."""
    with TemporaryDirectory(prefix="latencytax-benchmark-") as folder:
        settings = load_settings(None, lake=folder, environ={})
        with closing(open_writer(settings)) as con:
            spent = [
                (_cpu_s(_store_raw, con, load, settings), _cpu_s(_store, con, load, settings))
                for load in loads
            ]
            ((spans,),) = con.execute("SELECT count(*) FROM lake.spans").fetchall()
    raw_s, normalised_s = (sum(each) for each in zip(*spent[1:], strict=True))
    measured = spans * (len(loads) - 1) / len(loads) / 1e6
    return raw_s / measured, normalised_s / measured


def _cpu_s(
    store: Callable[[duckdb.DuckDBPyConnection, Load, Settings], None],
    con: duckdb.DuckDBPyConnection,
    load: Load,
    settings: Settings,
) -> float:
    """CPU of all threads of this process."""
    started = time.process_time()
    store(con, load, settings)
    return time.process_time() - started


def _store_raw(con: duckdb.DuckDBPyConnection, load: Load, settings: Settings) -> None:
    batch = decode(load, limits=settings.limits, keep_key=is_needed)
    received_at = np.full(len(batch.start_ns), time.time_ns())
    raw = batch.columns | {
        "start_ns": pa.array(batch.start_ns),
        "end_ns": pa.array(batch.end_ns),
        "received_at": timestamps(received_at),
        "attributes": batch.attributes.as_entries(),
        "resource": batch.resources.as_entries().take(pa.array(batch.resource)),
        "events": batch.events.as_lists(),
    }
    con.register("arriving_raw", pa.table(raw))
    con.execute("CREATE TABLE IF NOT EXISTS lake.raw AS FROM arriving_raw LIMIT 0")
    con.execute("INSERT INTO lake.raw FROM arriving_raw")


def _store(con: duckdb.DuckDBPyConnection, load: Load, settings: Settings) -> None:
    arrived = arrivals(load, [datetime.now(UTC)] * len(load), settings)
    con.register("arriving", arrived.spans)
    con.execute(f"CREATE OR REPLACE TEMP VIEW shaped AS {SHAPE.read_text()}")
    con.execute("INSERT INTO lake.spans BY NAME FROM shaped")


def loads_by_origin() -> Iterator[tuple[str, list[Load]]]:
    """Generated ones, and captured ones where the corpus lies beside this checkout."""
    yield "generated", generated()
    if CORPUS.exists():
        yield "captured", captured(CORPUS)
