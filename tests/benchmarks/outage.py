"""`python -m tests.benchmarks outage`: ten minutes without lake and catalogue, under load.

Another program holds the catalogue and the folder of data files is gone, while a sender goes on;
then both are back. What was acknowledged is to be loaded once, and memory is not to grow meanwhile.
"""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.figures import Figure, collector
from tests.benchmarks.measure import (
    MEBIBYTE,
    Load,
    assembled,
    generate,
    loaded,
    run_phase,
    watching_memory,
)
from tests.e2e.outages import away, locked
from tests.e2e.processes import wait_until

CAUGHT_UP_WITHIN_S = 1800.0
COUNTED_TWICE = "select count(*) - count(distinct (trace_id, span_id)) from spans"


def outage(seconds: float, rate: float) -> Iterator[Figure]:
    """Load, an outage under load, and the way back."""
    with collector() as process, watching_memory(process) as largest:
        before = run_phase(process, Load(seconds=20, rate=rate)).sent.spans
        yield Figure("Memory before, highest", largest[0] / MEBIBYTE, "MiB")
        lake = Path(process.settings.lake)
        with watching_memory(process) as during:
            with locked(lake), away(lake):
                sent = generate(process, Load(seconds=seconds, rate=rate))
                journal_bytes = (lake / "journal.sqlite").stat().st_size
            back_at = time.time()
            yield Figure("Acknowledged meanwhile", sent.spans, "spans")
            yield Figure("Acknowledged after, p99", sent.ack_p99_ms, "ms")
            yield Figure("Journal when it was back", journal_bytes / MEBIBYTE, "MiB")
            expected = before + sent.spans
            wait_until(lambda: loaded(process)[0] >= expected, CAUGHT_UP_WITHIN_S)
            yield Figure("Until all was in the lake", loaded(process)[1] - back_at, "s")
            wait_until(lambda: assembled(process) >= expected, CAUGHT_UP_WITHIN_S)
            yield Figure("Until all was in requests", time.time() - back_at, "s")
        yield Figure("Memory, highest", during[0] / MEBIBYTE, "MiB")
        yield Figure("Acknowledged and not loaded", expected - loaded(process)[0], "spans")
        yield Figure("Counted twice", process.value(COUNTED_TWICE), "spans")


def main(arguments: list[str]) -> None:
    """Break it, and print what was seen."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=2_000, help="spans a second")
    options = parser.parse_args(arguments)
    title = f"{options.minutes:g} minutes without a lake, at {options.rate:,.0f} spans/s"
    table = Table("figure", "measured", "unit", title=title)
    for figure in outage(60 * options.minutes, options.rate):
        table.add_row(figure.name, f"{figure.measured:,.0f}", figure.unit)
    Console(width=100).print(table)
