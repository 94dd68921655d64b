"""The journal: a bounded queue on disk between the doors and the loader.

Many threads put; one thread writes what they wait for in one transaction, so a synced commit is
shared by all requests that arrived during the one before.
"""

import sqlite3
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from threading import Condition, Lock, Thread
from time import monotonic, sleep
from typing import Self

from collector.errors import JournalBrokenError, JournalFullError
from collector.journal_file import REPEATS_KNOWN, Batch, JournalFile, NewBatch, Refusal
from collector.journal_salvage import salvage

__all__ = ["Batch", "Journal", "Refusal"]

REFUSALS_WRITTEN_EVERY_S = 1.0
FAILURE_PAUSE_S = 0.05
# Deletes share the commits of puts; a small slice keeps each commit short.
BATCHES_DELETED_A_COMMIT = 32
NOTHING = (0, 0)


@dataclass(frozen=True, slots=True)
class _Put:
    batch: NewBatch
    done: Future[None] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Quarantine:
    batch_id: int
    reason: str
    done: Future[None] = field(default_factory=Future)


@dataclass(slots=True)
class _Work:
    """What waits for the writing thread."""

    puts: list[_Put] = field(default_factory=list)
    quarantines: list[_Quarantine] = field(default_factory=list)
    refused: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)
    drop: tuple[int, int] = NOTHING

    def waiting(self) -> list[Future[None]]:
        return [put.done for put in self.puts] + [item.done for item in self.quarantines]


class Journal:
    """Thread-safe, except that `peek` and `refusals` belong to one thread, the loader."""

    def __init__(self, path: Path, *, limit_bytes: int) -> None:
        """Opens or creates the file, or makes a new one of what can be read of a damaged one.

        `limit_bytes` bounds the bodies in it.
        """
        salvage(path)
        self._file = JournalFile(path)
        self._limit_bytes = limit_bytes
        self.journal_id = self._file.journal_id()
        self.pending_batches, self.pending_bytes = self._file.size("batches")
        self._quarantined_bytes = self._file.size("quarantine")[1]
        self._recent = OrderedDict.fromkeys(self._file.recent_hashes())
        self._in_flight: dict[bytes, _Put] = {}
        self._work = _Work()
        self._drop = NOTHING
        self._refusals_due_at = 0.0
        self._newest_batch_id, self._peeked_batch_id = self._file.newest_batch_id(), 0
        self._received_at = self._file.newest_received_at()
        """Never goes back, even when the clock does: assembling counts on it."""
        self._closing = False
        lock = Lock()
        self._work_came = Condition(lock)
        self._batches_came = Condition(lock)
        self._thread = Thread(target=self._write_until_closed, name="journal", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """The open journal."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the journal."""
        self.close()

    def close(self) -> None:
        """Returns when all that was put is on the disk; later puts are refused."""
        with self._work_came:
            self._closing = True
            self._work_came.notify()
        self._thread.join()
        self._file.close()

    def put(self, body: bytes, *, door: str, span_count: int, signal: str = "traces") -> None:
        """Returns when the body is on the disk; a repeat of a recent body is not stored again.

        Raises JournalFullError or JournalBrokenError; the sender may try again after both.
        """
        batch_hash = blake2b(body, digest_size=16).digest()
        with self._work_came:
            if batch_hash in self._recent:
                return
            put = self._in_flight.get(batch_hash)
            if put is None:
                self._check_room(len(body))
                self._received_at = max(self._received_at, datetime.now(UTC))
                put = _Put(NewBatch(self._received_at, door, span_count, body, batch_hash, signal))
                self._in_flight[batch_hash] = put
                self._work.puts.append(put)
                self.pending_bytes += len(body)
                self._work_came.notify()
        put.done.result()

    def refuse(self, *, door: str, signal: str, reason: str, count: int, detail: str) -> None:
        """Counts what a door refused; written within a second, added up per reason."""
        with self._work_came:
            self._count((door, signal, reason), count, detail)

    def quarantine(self, batch_id: int, reason: str) -> None:
        """Moves a batch that cannot be decoded aside and counts its spans as refused."""
        quarantine = _Quarantine(batch_id, reason)
        with self._work_came:
            self._check_open()
            self._work.quarantines.append(quarantine)
            self._work_came.notify()
        quarantine.done.result()

    def drop(self, *, through_batch_id: int, through_refusal_id: int) -> None:
        """Lets go of what the lake has; the space is free again a few commits later."""
        with self._work_came:
            batch_id, refusal_id = self._drop
            self._drop = max(batch_id, through_batch_id), max(refusal_id, through_refusal_id)
            self._work_came.notify()

    def number_after(self, batch_id: int, refusal_id: int) -> None:
        """Never again a number up to these, which the lake has; before anything is put."""
        with self._work_came:
            self._file.number_after(batch_id, refusal_id)

    def peek(self, after_batch_id: int, *, max_bytes: int, max_batches: int) -> list[Batch]:
        """Oldest first; at least one batch when there is one, even beyond `max_bytes`."""
        newest_batch_id = self._newest_batch_id
        batches = self._file.read_batches(after_batch_id, max_bytes, max_batches)
        self._peeked_batch_id = batches[-1].batch_id if batches else newest_batch_id
        return batches

    def refusals(self, after_refusal_id: int) -> list[Refusal]:
        """Oldest first."""
        return self._file.read_refusals(after_refusal_id)

    def wait_for_batches(self, timeout_s: float) -> bool:
        """True as soon as there is a batch newer than the last one peeked at."""
        with self._batches_came:
            return self._batches_came.wait_for(
                lambda: self._newest_batch_id > self._peeked_batch_id, timeout_s
            )

    def _count(self, key: tuple[str, str, str], count: int, detail: str) -> None:
        counted, _ = self._work.refused.get(key, (0, ""))
        self._work.refused[key] = (counted + count, detail)

    def _check_open(self) -> None:
        if self._closing:
            raise JournalBrokenError(
                "The collector is stopping: send again in a few seconds.", reason="stopping"
            )

    def has_room(self, size_bytes: int) -> bool:
        """Whether a body of that size would be taken."""
        return self.pending_bytes + self._quarantined_bytes + size_bytes <= self._limit_bytes

    def _check_room(self, size_bytes: int) -> None:
        self._check_open()
        if not self.has_room(size_bytes):
            raise JournalFullError(
                f"The journal holds {self.pending_bytes} bytes that are not in the lake yet and"
                f" {self._quarantined_bytes} in quarantine; its limit is {self._limit_bytes}."
                " Send again in a few seconds.",
                reason="journal_full",
            )

    def _write_until_closed(self) -> None:
        while (work := self._next_work()) is not None:
            try:
                self._commit(work)
            except (sqlite3.Error, MemoryError) as error:
                self._fail(work, error)
                sleep(FAILURE_PAUSE_S)

    def _next_work(self) -> _Work | None:
        """What to write next; None when the journal is closing and nothing is left."""
        with self._work_came:
            self._work_came.wait_for(self._is_urgent, REFUSALS_WRITTEN_EVERY_S)
            work, self._work = self._work, _Work()
            if monotonic() < self._refusals_due_at and not self._closing:
                work.refused, self._work.refused = {}, work.refused
            if work.refused:
                self._refusals_due_at = monotonic() + REFUSALS_WRITTEN_EVERY_S
            work.drop = self._drop
            return None if self._closing and work == _Work() else work

    def _is_urgent(self) -> bool:
        work = self._work
        return bool(work.puts or work.quarantines or self._closing) or self._drop != NOTHING

    def _commit(self, work: _Work) -> None:
        if work == _Work():
            self._file.empty_log()
            return
        file = self._file
        with file.transaction():
            deleted = file.delete(*work.drop, at_most=BATCHES_DELETED_A_COMMIT)
            moved = [file.quarantine(item.batch_id, item.reason) for item in work.quarantines]
            file.add_refusals([(*key, *value) for key, value in work.refused.items()])
            newest_batch_id = file.add_batches([put.batch for put in work.puts])
        with self._batches_came:
            self._settle(work, newest_batch_id)
            self._release(work, deleted, moved)
        for done in work.waiting():
            done.set_result(None)

    def _settle(self, work: _Work, newest_batch_id: int) -> None:
        """Counts what is now on the disk and wakes the loader."""
        for put in work.puts:
            del self._in_flight[put.batch.hash]
            self._recent[put.batch.hash] = None
        while len(self._recent) > REPEATS_KNOWN:
            self._recent.popitem(last=False)
        if work.puts:
            self.pending_batches += len(work.puts)
            self._newest_batch_id = newest_batch_id
            self._batches_came.notify()

    def _release(self, work: _Work, deleted: tuple[int, int], moved: list[tuple[int, int]]) -> None:
        """Counts what has left the queue."""
        for batches, size_bytes in (deleted, *moved):
            self.pending_batches -= batches
            self.pending_bytes -= size_bytes
        self._quarantined_bytes += sum(size_bytes for _, size_bytes in moved)
        if deleted[0] < BATCHES_DELETED_A_COMMIT and self._drop == work.drop:
            self._drop = NOTHING

    def _fail(self, work: _Work, cause: Exception) -> None:
        """Tells the senders to try again and keeps the rest for the next commit."""
        with self._work_came:
            for put in work.puts:
                del self._in_flight[put.batch.hash]
                self.pending_bytes -= len(put.batch.body)
            if self._closing:
                self._drop = NOTHING
            else:
                for key, value in work.refused.items():
                    self._count(key, *value)
        error = JournalBrokenError(
            f"The journal {self._file.path} could not be written: {cause}. Check the disk.",
            reason="journal_broken",
        )
        for done in work.waiting():
            done.set_exception(error)
