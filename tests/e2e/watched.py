"""Every statement that a process of ours gives to DuckDB passes through a function first."""

from collections.abc import Callable
from typing import Any

import duckdb

from sql import lake

Altered = Callable[[str], str]


class Session:
    """A DuckDB session that executes what the function makes of each statement."""

    def __init__(self, con: Any, altered: Altered) -> None:
        self._con = con
        self._altered = altered

    def execute(self, query: str, *values: Any) -> Any:
        """What the function made of it."""
        return self._con.execute(self._altered(query), *values)

    def cursor(self) -> "Session":
        """Another session of the same process."""
        return Session(self._con.cursor(), self._altered)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self._con.close()


def watch(altered: Altered) -> None:
    """From now on, for every session of this process."""

    class WatchedDuckDB:
        """The module as `sql.lake` sees it."""

        def __getattr__(self, name: str) -> Any:
            return getattr(duckdb, name)

        def connect(self, **options: Any) -> Session:
            return Session(duckdb.connect(**options), altered)

    lake.duckdb = WatchedDuckDB()  # type: ignore[assignment]  # the module's place-holder
