"""Who does what only one process may do on a lake: on one machine by a file, past it by a lock.

A lake in a folder has one collector, which holds the folder's lock. On PostgreSQL it is who holds
an advisory lock in a session of its own; when it dies, its session ends and the lock is free.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sql.place import Place
from sql.postgres import Session

REFRESHING = "refreshing"


class Election:
    """Which of the collectors refreshes the lake; asked before every round, by one thread."""

    def __init__(self, place: Place) -> None:
        """Nobody is asked yet."""
        self._place = place
        self._session: Session | None = None
        self._is_won = False

    def is_won(self) -> bool:
        """Whether this process is the refresher now; raises LakeUnreachableError."""
        if not self._place.is_shared:
            return True
        try:
            self._session = self._session or Session(self._place)
            self._is_won = (
                self._session.holds(REFRESHING) if self._is_won else self._session.takes(REFRESHING)
            )
        except Exception:
            self.resign()
            raise
        return self._is_won

    def resign(self) -> None:
        """Let another one be the refresher."""
        self._is_won = False
        if self._session:
            self._session.close()
            self._session = None


@contextmanager
def alone(place: Place, what: str) -> Iterator[None]:
    """Waits until no other process does the same; a process that dies lets go."""
    if place.is_shared:
        with Session(place) as session:
            session.waits_for(what)
            yield
        return
    place.home.mkdir(parents=True, exist_ok=True)
    lock = os.open(place.home / f"{what}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
