"""The outbox: what was claimed, handed over and told to people. A SQLite file beside the lake.

It is the one place where a claim is made: a key lets one sender in, and its commits are on the disk
before a server is asked. The lake gets a copy from the process that refreshes it. Machines that
share a lake share the outbox too, in the lake's PostgreSQL.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from sql.ledger import Database, Ledger
from sql.place import Place
from sql.postgres import Session

Status = Literal["claimed", "handing_over", "sent", "refused", "given_up", "uncertain", "skipped"]
FILE = "outbox.sqlite"
INTERRUPTED = "the sender ended between the message's last byte and the server's answer"
BUSY_TIMEOUT_S = 5.0
FORGOTTEN_DIGESTS = """
    scheduled_at < ? and is_archived = 1 and status not in ('claimed', 'handing_over')
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
    """The open database; used by one thread, safe beside other processes."""

    def __init__(self, database: Path | Database) -> None:
        """Opens or creates it in the folder of the lake's journal, or in what machines share."""
        self._con = _in_folder(database) if isinstance(database, Path) else database
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
        """Closes it."""
        self._con.close()

    def number_of(self, address: str) -> int:
        """What tells the recipient from others where addresses are not shown."""
        self._con.execute(
            "insert into recipients (number, address) "
            "select coalesce(max(number), 0) + 1, ? from recipients where true "
            "on conflict do nothing",
            (address,),
        )
        found = self._con.execute("select number from recipients where address = ?", (address,))
        [(number,)] = found.fetchall()
        return int(number)

    def addresses(self) -> list[str]:
        """Everybody who ever got something, in the order of their numbers."""
        found = self._con.execute("select address from recipients order by number")
        return [address for (address,) in found.fetchall()]

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


def outbox_of(place: Place) -> Outbox:
    """The outbox of a lake. Raises LakeUnreachableError."""
    if not place.is_shared:
        return Outbox(place.home)
    session = Session(place)
    session.make_schema()
    return Outbox(session)


def outbox_exists(place: Place) -> bool:
    """Whether anything was ever sent from here."""
    return place.is_shared or (place.home / FILE).exists()


def _in_folder(home: Path) -> sqlite3.Connection:
    home.mkdir(parents=True, exist_ok=True)
    con = sqlite3.connect(home / FILE, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    con.execute("pragma journal_mode = wal")
    con.execute("pragma synchronous = full")
    return con
