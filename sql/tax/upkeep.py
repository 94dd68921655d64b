"""The fits kept up to date beside the loader: a thread of their own reads, the writer stores."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

import duckdb
import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from sql.lake import SEARCH_PATH, transaction
from sql.settings import Settings
from sql.tax.count import Counted, count_changed, store_counted
from sql.tax.measure import Row, measured
from sql.tax.read import cells_of, merge_with

LOG = logging.getLogger(__name__)
SHARE_OF_TIME = 20
"""A round that took a second is followed by a pause of at least so many."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round found, not yet stored."""

    counted: Counted
    fits: list[Row]


class TaxUpkeep:
    """Counts and fits what changed; `run` is called by the writer's thread, which stores it."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, settings: Settings, *, every: timedelta,
        clock: Callable[[], float] = monotonic,
    ) -> None:  # fmt: skip
        """Nothing is counted yet; `every` is the least time between two rounds."""
        self._con = con
        self._settings = settings
        self._every_s = every.total_seconds()
        self._clock = clock
        self._reader = con.cursor()
        self._reader.execute(SEARCH_PATH)
        self._pool = ThreadPoolExecutor(1, "latency-tax")
        self._round: Future[Round | None] | None = None
        self._has_changed = True
        self._started_at = self._due_at = clock()

    def note_change(self) -> None:
        """Requests or conversions came to the lake since the last round began."""
        self._has_changed = True

    @property
    def is_current(self) -> bool:
        """Whether the fits know all that the lake holds."""
        return not self._has_changed and self._round is None

    def run(self) -> None:
        """Store a round that has ended; begin one that is due."""
        if self._round and self._round.done():
            self._end(self._round)
        if self._has_changed and self._round is None and self._clock() >= self._due_at:
            self._has_changed = False
            self._started_at = self._clock()
            self._round = self._pool.submit(find, self._reader, self._settings)

    def stop(self) -> None:
        """Give up the round at hand."""
        self._reader.interrupt()
        self._pool.shutdown(cancel_futures=True)
        self._reader.close()

    def _end(self, ended: Future[Round | None]) -> None:
        self._round = None
        self._due_at = self._clock() + max(
            self._every_s, SHARE_OF_TIME * (self._clock() - self._started_at) * bool(self._every_s)
        )
        try:
            found = ended.result()
        except (duckdb.Error, np.linalg.LinAlgError, ValueError):
            LOG.exception("the latency tax cannot be fitted; the last fits stay")
            return
        if found:
            with transaction(self._con):
                store(self._con, found)


def find(con: duckdb.DuckDBPyConnection, settings: Settings) -> Round | None:
    """Count the days that changed and fit all use cases; None when nothing changed. Only reads."""
    counted = count_changed(con)
    if counted is None:
        return None
    merge_with(con, counted)
    now = datetime.now(UTC)
    cells = ((use_case, cells_of(con, use_case.name)) for use_case in settings.use_cases)
    with threadpool_limits(1):
        fits = [measured(each, use_case, now) for use_case, each in cells if len(each.hour)]
    return Round(counted, fits)


def store(con: duckdb.DuckDBPyConnection, found: Round) -> None:
    """Write cells and fits; the last fit of a day stays. Inside the caller's transaction."""
    store_counted(con, found.counted)
    if not found.fits:
        return
    con.execute(
        "DELETE FROM lake.tax_fits WHERE fitted_at >= date_trunc('day', ?::timestamptz)",
        [found.fits[0]["fitted_at"]],
    )
    con.register("fits_found", pa.Table.from_pylist(found.fits))
    con.execute("INSERT INTO lake.tax_fits BY NAME FROM fits_found")
    con.unregister("fits_found")
