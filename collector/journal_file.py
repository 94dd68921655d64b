"""The journal's SQLite file: what is written to it and read from it. No threads, no policy."""

import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from collector.errors import JournalBrokenError

VERSION = 2
# Bodies of about 180 KB come and go: few, large pages keep their chains and the free list short.
PAGE_BYTES = 32 * 1024
CHECKPOINT_PAGES = 256
REPEATS_KNOWN = 50_000
SELECT_BATCHES = "select batch_id, received_at_us, door, span_count, body, signal from batches"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A checked export request on its way into the journal."""

    received_at: datetime
    door: str
    span_count: int
    body: bytes
    hash: bytes
    signal: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One acknowledged request: an OTLP ExportTraceServiceRequest, or packed conversions."""

    batch_id: int
    received_at: datetime
    door: str
    span_count: int
    """Spans, or conversions when `signal` is conversions."""
    body: bytes
    signal: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one door refused for one reason, added up over about a second."""

    refusal_id: int
    at: datetime
    door: str
    signal: str
    reason: str
    count: int
    detail: str


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def _time(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _batch(row: tuple[Any, ...]) -> Batch:
    batch_id, received_at_us, *rest = row
    return Batch(batch_id, _time(received_at_us), *rest)


def _connect(path: Path, stack: ExitStack) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    stack.callback(connection.close)
    for pragma in (
        f"page_size = {PAGE_BYTES}",
        "journal_mode = wal",
        "synchronous = full",
        f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        "secure_delete = on",
    ):
        connection.execute(f"pragma {pragma}")
    return connection


class JournalFile:
    """One connection for the writing thread and one for the reading thread."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file. Raises JournalBrokenError when it cannot be read."""
        self.path = path
        try:
            with ExitStack() as stack:
                self._writer = _connect(path, stack)
                self._create()
                self._reader = _connect(path, stack)
                self._connections = stack.pop_all()
        except sqlite3.Error as error:
            raise JournalBrokenError(
                f"The journal {path} cannot be opened: {error}. If the disk and the permissions"
                " are right, the file is damaged: move it aside and start again; `sqlite3 FILE"
                " .recover` may save batches in it that the lake does not have yet.",
                reason="journal_broken",
            ) from error

    def _create(self) -> None:
        (version,) = self._writer.execute("pragma user_version").fetchone()
        if version > VERSION:
            raise JournalBrokenError(
                f"The journal {self.path} has format {version}, this program reads {VERSION}:"
                " start the newer version of latencytax that wrote it.",
                reason="journal_broken",
            )
        if version == 1:
            self._tell_signals_apart()
        schema = files("collector").joinpath("journal_schema.sql").read_text(encoding="utf-8")
        self._writer.executescript(schema)
        self._writer.execute(
            "insert into journal select ? where not exists (select 1 from journal)",
            (str(uuid.uuid4()),),
        )
        self._writer.execute(f"pragma user_version = {VERSION}")

    def _tell_signals_apart(self) -> None:
        """Format 1 held nothing but traces."""
        with self.transaction():
            for table in ("batches", "quarantine"):
                self._writer.execute(
                    f"alter table {table} add column signal text not null default 'traces'"
                )
            self._writer.execute("pragma user_version = 2")

    def close(self) -> None:
        """Closes both connections; the last one folds the write-ahead log into the file."""
        self._connections.close()

    def number_after(self, batch_id: int, refusal_id: int) -> None:
        """What comes next gets higher numbers: a restored lake may be ahead of its journal."""
        for table, last_id in (("batches", batch_id), ("refusals", refusal_id)):
            self._writer.execute(
                "insert into sqlite_sequence select ?, 0"
                " where not exists (select 1 from sqlite_sequence where name = ?)",
                (table, table),
            )
            self._writer.execute(
                "update sqlite_sequence set seq = max(seq, ?) where name = ?", (last_id, table)
            )

    def journal_id(self) -> str:
        """The name that this file was given when it was created."""
        return str(self._reader.execute("select journal_id from journal").fetchone()[0])

    def size(self, table: Literal["batches", "quarantine"]) -> tuple[int, int]:
        """Rows of the table and bytes of their bodies."""
        query = f"select count(*), coalesce(sum(length(body)), 0) from {table}"  # noqa: S608 a literal
        count, size_bytes = self._reader.execute(query).fetchone()
        return int(count), int(size_bytes)

    def newest_batch_id(self) -> int:
        """0 when there is none."""
        return self._reader.execute("select max(batch_id) from batches").fetchone()[0] or 0

    def newest_received_at(self) -> datetime:
        """When the newest batch that this journal ever took was received; 1970 without one."""
        row = self._reader.execute("select max(received_at_us) from recent").fetchone()
        return _time(row[0] or 0)

    def recent_hashes(self) -> list[bytes]:
        """Hashes of the newest requests, oldest first."""
        return [row[0] for row in self._reader.execute("select hash from recent order by batch_id")]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written inside is on the disk when this ends, or not at all."""
        self._writer.execute("begin immediate")
        try:
            yield
            self._writer.execute("commit")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("rollback")
            raise

    def empty_log(self) -> None:
        """Leaves nothing of deleted bodies in the write-ahead log; they may hold prompts."""
        self._writer.execute("pragma wal_checkpoint(truncate)")

    def add_batches(self, batches: Iterable[NewBatch]) -> int:
        """The id of the last batch added, 0 without batches; their hashes are remembered."""
        batch_id = 0
        for batch in batches:
            received_at_us = _microseconds(batch.received_at)
            added = self._writer.execute(
                "insert into batches values (null, ?, ?, ?, ?, ?)",
                (received_at_us, batch.door, batch.span_count, batch.body, batch.signal),
            )
            batch_id = added.lastrowid or 0
            self._writer.execute(
                "insert into recent values (?, ?, ?)", (batch_id, batch.hash, received_at_us)
            )
        self._writer.execute("delete from recent where batch_id <= ?", (batch_id - REPEATS_KNOWN,))
        return batch_id

    def add_refusals(self, rows: Iterable[tuple[str, str, str, int, str]]) -> None:
        """Adds (door, signal, reason, count, detail), dated now."""
        at_us = _microseconds(datetime.now(UTC))
        self._writer.executemany(
            "insert into refusals values (null, ?, ?, ?, ?, ?, ?)", [(at_us, *row) for row in rows]
        )

    def delete(
        self, through_batch_id: int, through_refusal_id: int, *, at_most: int
    ) -> tuple[int, int]:
        """Batches deleted, oldest first, and bytes of their bodies; refusals go all at once."""
        rows = self._writer.execute(
            "select batch_id, length(body) from batches where batch_id <= ? order by 1 limit ?",
            (through_batch_id, at_most),
        ).fetchall()
        if rows:
            self._writer.execute("delete from batches where batch_id <= ?", (rows[-1][0],))
        self._writer.execute("delete from refusals where refusal_id <= ?", (through_refusal_id,))
        return len(rows), sum(size_bytes for _, size_bytes in rows)

    def quarantine(self, batch_id: int, reason: str) -> tuple[int, int]:
        """Batches moved (0 when it is not there) and bytes; its spans count as refused."""
        row = self._writer.execute(
            "insert into quarantine"
            " select batch_id, received_at_us, door, span_count, ?, body, signal from batches"
            " where batch_id = ? returning door, signal, span_count, length(body)",
            (reason, batch_id),
        ).fetchone()
        if row is None:
            return 0, 0
        door, signal, span_count, size_bytes = row
        self._writer.execute("delete from batches where batch_id = ?", (batch_id,))
        self.add_refusals([(door, signal, "quarantined", span_count, reason)])
        return 1, size_bytes

    def read_batches(self, after_batch_id: int, max_bytes: int, max_batches: int) -> list[Batch]:
        """Oldest first; at least one when there is one, even beyond max_bytes."""
        batches: list[Batch] = []
        size_bytes = 0
        with closing(self._reader.cursor()) as rows:
            rows.execute(
                f"{SELECT_BATCHES} where batch_id > ? order by batch_id limit ?",
                (after_batch_id, max_batches),
            )
            for row in rows:
                batches.append(_batch(row))
                size_bytes += len(batches[-1].body)
                if size_bytes >= max_bytes:
                    break
        return batches

    def read_refusals(self, after_refusal_id: int) -> list[Refusal]:
        """Oldest first."""
        rows = self._reader.execute(
            "select refusal_id, at_us, door, signal, reason, count, detail from refusals"
            " where refusal_id > ? order by 1",
            (after_refusal_id,),
        )
        return [Refusal(refusal_id, _time(at_us), *rest) for refusal_id, at_us, *rest in rows]
