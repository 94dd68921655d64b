"""A session with the PostgreSQL that holds a shared lake's catalogue, beside DuckDB's own.

DuckDB's connections come from a pool, so none of them can hold a lock for long. Here is also what
machines share that is no table of the lake: the outbox, the key of redaction. Passwords come from
where libpq looks for them: PGPASSWORD, ~/.pgpass, a service file.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

from sql.place import POSTGRES, Place, unreachable

if TYPE_CHECKING:
    import psycopg

LOCKS = 0x4C54
"""The space of our advisory locks in the database."""
SCHEMA = "latencytax"
"""Of tables that are not DuckLake's."""
NOTICED_DEAD = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
"""A machine that lost its power says no good-bye: the server asks, and ends its session in 11 s."""


class Session:
    """One connection of its own; used by one thread. Methods raise LakeUnreachableError."""

    def __init__(self, place: Place) -> None:
        """Connects."""
        import psycopg  # noqa: PLC0415 - only a lake past one machine pays for it

        self._place = place
        self._errors = psycopg.Error
        try:
            self._con: psycopg.Connection = psycopg.connect(
                place.catalogue.removeprefix(POSTGRES),
                autocommit=True,
                connect_timeout=10,
                options=f"{NOTICED_DEAD} -c search_path={SCHEMA}",
                application_name="latencytax",
            )
        except psycopg.Error as error:
            raise unreachable(place, error) from error

    def __enter__(self) -> Self:
        """The open session."""
        return self

    def __exit__(self, *_: object) -> None:
        """As `close`."""
        self.close()

    def takes(self, lock: str) -> bool:
        """Whether the lock is ours from now on; it is not waited for."""
        return bool(self._ask("SELECT pg_try_advisory_lock(?, hashtext(?))", LOCKS, lock))

    def waits_for(self, lock: str) -> None:
        """Returns when the lock is ours."""
        self._ask("SELECT pg_advisory_lock(?, hashtext(?))", LOCKS, lock)

    def holds(self, lock: str) -> bool:
        """Whether the lock, which was ours, still is."""
        return bool(
            self._ask(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                "AND pid = pg_backend_pid() AND classid = ? AND objid::bigint = "
                "hashtext(?)::bigint & 4294967295",
                LOCKS,
                lock,
            )
        )

    def make_schema(self) -> None:
        """The place of tables that are not DuckLake's."""
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")

    def execute(self, query: str, values: Sequence[object] = ()) -> "psycopg.Cursor[Any]":
        """As SQLite's connection has it: `?` stands for a value."""
        try:
            return self._con.execute(query.replace("?", "%s").encode(), values or None)
        except self._errors as error:
            raise unreachable(self._place, error) from error

    def executemany(self, query: str, rows: Iterable[Sequence[object]]) -> None:
        """The same for each row."""
        for row in rows:
            self.execute(query, row)

    def close(self) -> None:
        """Lets go of every lock."""
        self._con.close()

    def _ask(self, query: str, *values: object) -> object:
        row = self.execute(query, values).fetchone()
        return row and row[0]
