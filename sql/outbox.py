"""The outbox: what was claimed, handed over and told to people. A SQLite file beside the lake.

It is the one place where a claim is made: a key lets one sender in, and its commits are on the disk
before a server is asked. The lake gets a copy from the process that writes the lake.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from sql.ledger import Ledger

Status = Literal["claimed", "handing_over", "sent", "refused", "given_up", "uncertain", "skipped"]
FILE = "outbox.sqlite"
INTERRUPTED = "the sender ended between the message's last byte and the server's answer"
BUSY_TIMEOUT_S = 5.0
FORGOTTEN_DIGESTS = """
    scheduled_at < ? and is_archived and status not in ('claimed', 'handing_over')
    and scheduled_at < (
        select max(newer.scheduled_at) from digests as newer
        where newer.recipient = digests.recipient and not newer.is_by_hand
    )
"""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One digest on its way to one recipient; the lake's ``digests`` has it without addresses."""

    recipient: str
    scheduled_at: datetime
    from_at: datetime
    to_at: datetime
    status: Status
    is_late: bool
    is_by_hand: bool
    attempts: int
    retry_at: datetime | None
    subject: str | None
    body: str | None
    error: str | None
    claimed_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Alert:
    """One trouble from its beginning to its end; columns as in the lake's table ``alerts``."""

    use_case: str
    position: int
    kind: str
    opened_at: datetime
    severity: str
    text: str
    told_at: datetime | None
    times_told: int
    calm_since: datetime | None
    closed_at: datetime | None
    error: str | None
    told_by: str | None


@dataclass(frozen=True, slots=True)
class KnownSchedule:
    """A recipient's schedule, and since when it is known: what lies before was never due."""

    recipient: str
    schedule: str
    time_zone: str
    known_since: datetime


class Outbox:
    """The open file; used by one thread, safe beside other processes."""

    def __init__(self, home: Path) -> None:
        """Opens or creates it in the folder where the lake's journal is."""
        home.mkdir(parents=True, exist_ok=True)
        self._con = sqlite3.connect(home / FILE, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        self._con.execute("pragma journal_mode = wal")
        self._con.execute("pragma synchronous = full")
        self.digests = Ledger(self._con, "digests", Dispatch, ("recipient", "scheduled_at"))
        key: tuple[str, ...] = ("use_case", "position", "kind", "opened_at")
        self.alerts = Ledger(self._con, "alerts", Alert, key)
        self._con.execute(
            "create table if not exists recipients "
            "(number integer primary key, address text unique not null)"
        )
        key = ("recipient", "schedule", "time_zone")
        self.schedules = Ledger(self._con, "schedules", KnownSchedule, key)

    def __enter__(self) -> Self:
        """The open outbox."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the file."""
        self._con.close()

    def number_of(self, address: str) -> int:
        """What tells the recipient from others where addresses are not shown."""
        self._con.execute("insert or ignore into recipients (address) values (?)", (address,))
        found = self._con.execute("select number from recipients where address = ?", (address,))
        return int(found.fetchone()[0])

    def settle_interrupted(self) -> None:
        """Whoever was handing over is dead, since only one may send: nobody knows what came of it.

        Call it under ``alone``.
        """
        for dispatch in self.digests.rows("status = 'handing_over'"):
            self.digests.note(dispatch, status="uncertain", error=INTERRUPTED)

    def forget(self, kept_from: datetime) -> None:
        """What was over before goes; each recipient's newest digest says which are due, and stays.

        The lake forgets the same (sql/retention.py): what it does not have is copied from here.
        """
        self.digests.forget(FORGOTTEN_DIGESTS, kept_from)
        self.alerts.forget("closed_at < ?", kept_from)


def outbox_exists(home: Path) -> bool:
    """Whether anything was ever sent from here."""
    return (home / FILE).exists()


@contextmanager
def alone(home: Path, what: str) -> Iterator[None]:
    """Waits until no other process does the same; the system lets go when a process dies."""
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / f"{what}.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
