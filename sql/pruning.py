"""When what is too old is deleted: every ten minutes, by a clock that goes evenly."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import duckdb

from sql.retention import prune
from sql.settings import Retention

LOG = logging.getLogger(__name__)

EVERY_S = 600.0
CLOCK_MAY_DRIFT = timedelta(minutes=1)
"""Between two rounds; more is somebody who sets the clock."""


class Pruning:
    """In the writer's session and thread.

    A clock that jumps ahead, or is wrong after a cold start until somebody sets it, would have days
    deleted that are not due: a round believes it only if it agrees with the round before.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        retention: Retention,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`clock` tells the time of day; `seconds` counts, whatever the clock does."""
        self._con = con
        self._retention = retention
        self._clock = clock
        self._seconds = seconds
        self._seen_at, self._seen_s = clock(), seconds()

    def run(self) -> None:
        """A round, when it is due."""
        now, now_s = self._clock(), self._seconds()
        if now_s < self._seen_s + EVERY_S:
            return
        jumped = now - self._seen_at - timedelta(seconds=now_s - self._seen_s)
        self._seen_at, self._seen_s = now, now_s
        if abs(jumped) > CLOCK_MAY_DRIFT:
            LOG.warning("the clock jumped by %s: nothing is deleted for ten minutes", jumped)
            return
        prune(self._con, self._retention, now)
