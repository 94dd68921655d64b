"""`latencytax` that kills itself, as `kill -9` would, inside a statement.

`python -m tests.e2e.dying PATTERN NTH AFTER_MS SPEED …`: it dies that long after it began the NTH
statement that holds PATTERN; chores are due SPEED times as often.
"""

import os
import signal
import sys
from itertools import count
from threading import Timer
from typing import Any

import duckdb

from app import cli
from sql import lake
from tests.benchmarks.altered import hurry


class Watched:
    """A DuckDB session that dies inside one of its statements."""

    def __init__(self, con: Any, pattern: str, nth: int, after_ms: float, seen: Any) -> None:
        self._con = con
        self._told = pattern, nth, after_ms, seen

    def execute(self, query: str, *values: Any) -> Any:
        """As it is, but for one statement."""
        pattern, nth, after_ms, seen = self._told
        if pattern in query and next(seen) == nth:
            Timer(after_ms / 1000, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return self._con.execute(query, *values)

    def cursor(self) -> "Watched":
        """Another session of the same process."""
        return Watched(self._con.cursor(), *self._told)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()


def main() -> None:
    """Watch every session, then be the command."""
    pattern, nth, after_ms, speed, *rest = sys.argv[1:]
    seen = count(1)

    class WatchedDuckDB:
        """The module as `sql.lake` sees it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(duckdb, name)

        def connect(self, **options: Any) -> Watched:
            con = duckdb.connect(**options)
            return Watched(con, pattern, int(nth), float(after_ms), seen)

    lake.duckdb = WatchedDuckDB()  # type: ignore[assignment]  # the module's place-holder
    hurry(float(speed))
    sys.argv[1:] = rest
    cli.main()


if __name__ == "__main__":
    main()
