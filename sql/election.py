"""Which of the collectors on a lake refreshes it: makes requests, fits the tax, does the upkeep.

A lake in a folder has one collector, which holds the folder's lock. On PostgreSQL it is who holds
an advisory lock in a session of its own; when it dies, its session ends and the lock is free.
"""

from sql.place import Place
from sql.postgres import REFRESHING, Session


class Election:
    """Asked before every round; used by one thread."""

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
                self._session.is_alive() if self._is_won else self._session.takes(REFRESHING)
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
