"""A session with the PostgreSQL that holds the catalogue, for locks that die with the process.

DuckDB's own connections come from a pool, so none of them can hold a lock for long. Passwords come
from where libpq looks for them: PGPASSWORD, ~/.pgpass, a service file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sql.place import POSTGRES, Place, unreachable

if TYPE_CHECKING:
    pass

LOCKS = 0x4C54
"""The space of our advisory locks in the database."""
OPENING, REFRESHING, TELLING = 1, 2, 3
NOTICED_DEAD = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
"""A machine that lost its power says no good-bye: the server asks, and ends its session in 11 s."""


class Session:
    """One connection of its own; used by one thread."""

    def __init__(self, place: Place) -> None:
        """Connects; raises LakeUnreachableError."""
        import psycopg  # noqa: PLC0415 - only a lake past one machine pays for it

        self._place = place
        self._errors = psycopg.Error
        try:
            self._con: psycopg.Connection = psycopg.connect(
                place.catalogue.removeprefix(POSTGRES),
                autocommit=True,
                connect_timeout=10,
                options=NOTICED_DEAD,
                application_name="latencytax",
            )
        except psycopg.Error as error:
            raise unreachable(place, error) from error

    def takes(self, lock: int) -> bool:
        """Whether the lock is ours from now on; it is not waited for."""
        return bool(self._ask("SELECT pg_try_advisory_lock(%s, %s)", lock))

    def waits_for(self, lock: int) -> None:
        """Returns when the lock is ours."""
        self._ask("SELECT pg_advisory_lock(%s, %s)", lock)

    def is_alive(self) -> bool:
        """True as long as our locks are held; raises LakeUnreachableError."""
        return bool(
            self._ask(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                "classid = %s AND pid = pg_backend_pid()"
            )
        )

    def close(self) -> None:
        """Lets go of every lock."""
        self._con.close()

    def _ask(self, query: str, *values: int) -> object:
        try:
            row = self._con.execute(query.encode(), (LOCKS, *values)).fetchone()
        except self._errors as error:
            raise unreachable(self._place, error) from error
        return row and row[0]


@contextmanager
def alone(place: Place, lock: int) -> Iterator[None]:
    """Waits until no other process on a shared lake does the same."""
    if not place.is_shared:
        yield
        return
    session = Session(place)
    try:
        session.waits_for(lock)
        yield
    finally:
        session.close()
