"""The journal keeps what it acknowledged, once, within its limit, through every fault."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.errors import JournalBrokenError, JournalFullError
from collector.journal import Batch, Journal
from collector.journal_file import PAGE_BYTES

LIMIT_BYTES = 2**26
PUT_THEN_DIE = """
import os, signal, sys
from pathlib import Path
from collector.journal import Journal
journal = Journal(Path(sys.argv[1]), limit_bytes=2**26)
for number in range(20):
    journal.put(bytes([number]) * 1000, door="grpc", span_count=1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def put(journal: Journal, body: bytes) -> None:
    journal.put(body, door="grpc", span_count=1)


def pending(journal: Journal) -> list[Batch]:
    return journal.peek(0, max_bytes=LIMIT_BYTES, max_batches=1000)


def drop_all(journal: Journal) -> None:
    """Drops what is pending and returns when the space is free."""
    last = pending(journal)[-1].batch_id
    journal.drop(through_batch_id=last, through_refusal_id=0)
    while journal.pending_batches:
        journal.wait_for_batches(0.001)


@contextmanager
def full_disk(limit_bytes: int) -> Iterator[None]:
    """No file of this process can grow beyond the limit, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_acknowledged_batches_survive_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    died = subprocess.run([sys.executable, "-c", PUT_THEN_DIE, path], check=False)
    assert died.returncode == -signal.SIGKILL
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        assert journal.wait_for_batches(0)
        assert [batch.body[0] for batch in pending(journal)] == list(range(20))
        assert (journal.pending_batches, journal.pending_bytes) == (20, 20_000)


def test_a_batch_is_given_back_as_it_was_put(journal: Journal) -> None:
    journal.put(b"\x00\xff body", door="http", span_count=7)
    (batch,) = pending(journal)
    assert (batch.door, batch.span_count, batch.body) == ("http", 7, b"\x00\xff body")
    assert datetime.now(UTC) - batch.received_at < timedelta(minutes=1)


def test_a_repeat_is_acknowledged_and_not_stored_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    for _ in range(2):
        with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
            put(journal, b"the same bytes")
            put(journal, b"the same bytes")
            assert len(pending(journal)) == 1


def test_a_repeat_after_the_drop_is_not_stored_again(journal: Journal) -> None:
    put(journal, b"the same bytes")
    drop_all(journal)
    put(journal, b"the same bytes")
    assert pending(journal) == []


def test_repeats_in_flight_are_stored_once(journal: Journal) -> None:
    bodies = [bytes([number]) * 100_000 for number in range(8) for _ in range(8)]
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda body: put(journal, body), bodies))
    assert sorted(batch.body[0] for batch in pending(journal)) == list(range(8))


def test_peek_stops_at_its_bounds_but_never_starves(journal: Journal) -> None:
    for number in range(5):
        put(journal, bytes([number]) * 1000)
    assert len(journal.peek(0, max_bytes=1, max_batches=10)) == 1
    assert len(journal.peek(0, max_bytes=2500, max_batches=10)) == 3
    assert len(journal.peek(0, max_bytes=10_000, max_batches=2)) == 2
    assert len(journal.peek(3, max_bytes=10_000, max_batches=10)) == 2


def test_the_loader_sleeps_until_there_is_something_new(journal: Journal) -> None:
    assert not journal.wait_for_batches(0)
    put(journal, b"one")
    assert journal.wait_for_batches(10)
    pending(journal)
    assert not journal.wait_for_batches(0)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(journal.wait_for_batches, 10)
        put(journal, b"two")
        assert waiting.result()


def test_a_full_journal_refuses_until_the_loader_has_dropped(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.sqlite", limit_bytes=2500) as journal:
        put(journal, b"a" * 1000)
        put(journal, b"b" * 1000)
        with pytest.raises(JournalFullError, match="limit is 2500"):
            put(journal, b"c" * 1000)
        drop_all(journal)
        put(journal, b"c" * 1000)
        assert [batch.body[:1] for batch in pending(journal)] == [b"c"]


def test_batch_ids_are_never_used_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        put(journal, b"one")
        first = pending(journal)[0].batch_id
        drop_all(journal)
        name = journal.journal_id
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        put(journal, b"two")
        assert pending(journal)[0].batch_id > first
        assert journal.journal_id == name


def test_a_journal_behind_its_lake_goes_on_after_it(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal", limit_bytes=LIMIT_BYTES) as journal:
        put(journal, b"before")
        journal.number_after(7, 7)
        journal.number_after(3, 3)
        put(journal, b"after")
        assert [batch.batch_id for batch in pending(journal)] == [1, 8]
        assert [batch.body for batch in journal.peek(7, max_bytes=1, max_batches=9)] == [b"after"]


def test_the_file_does_not_grow_when_batches_come_and_go(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.sqlite", limit_bytes=LIMIT_BYTES) as journal:
        for _ in range(30):
            for _ in range(10):
                put(journal, os.urandom(200_000))
            drop_all(journal)
        size_bytes = sum(file.stat().st_size for file in tmp_path.iterdir())
    assert size_bytes < 20_000_000


def test_refusals_are_added_up_and_dropped(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        journal.refuse(door="http", signal="traces", reason="too_large", count=1, detail="a")
        for count in (2, 3):
            journal.refuse(door="grpc", signal="logs", reason="unread", count=count, detail="b")
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        rows = journal.refusals(0)
        assert sum(row.count for row in rows if row.reason == "unread") == 5
        assert {(row.door, row.signal, row.detail) for row in rows} == {
            ("http", "traces", "a"),
            ("grpc", "logs", "b"),
        }
        journal.drop(through_batch_id=0, through_refusal_id=rows[-1].refusal_id)
        journal.refuse(door="http", signal="traces", reason="new", count=1, detail="")
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        assert [row.reason for row in journal.refusals(0)] == ["new"]
        assert journal.refusals(0)[0].refusal_id > rows[-1].refusal_id


def test_a_quarantined_batch_is_kept_aside_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        journal.put(b"cannot be decoded", door="grpc", span_count=9)
        put(journal, b"good")
        journal.quarantine(pending(journal)[0].batch_id, "Arrow said no")
        journal.quarantine(12345, "is not there")
        assert [batch.body for batch in pending(journal)] == [b"good"]
        assert (journal.pending_batches, journal.pending_bytes) == (1, 4)
        (row,) = journal.refusals(0)
        assert (row.reason, row.count, row.detail) == ("quarantined", 9, "Arrow said no")
    with sqlite3.connect(path) as file:
        assert file.execute("select body from quarantine").fetchall() == [(b"cannot be decoded",)]
    file.close()


def test_a_full_disk_refuses_and_later_puts_succeed(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.sqlite", limit_bytes=LIMIT_BYTES) as journal:
        put(journal, b"before")
        journal.refuse(door="http", signal="traces", reason="kept", count=1, detail="")
        with full_disk(2**20), pytest.raises(JournalBrokenError, match="could not be written"):
            put(journal, os.urandom(2**21))
        put(journal, b"after")
        assert [batch.body for batch in pending(journal)] == [b"before", b"after"]
        assert journal.pending_bytes == len(b"before") + len(b"after")
    with Journal(tmp_path / "journal.sqlite", limit_bytes=LIMIT_BYTES) as journal:
        assert [row.reason for row in journal.refusals(0)] == ["kept"]


def test_what_is_no_journal_is_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(os.urandom(100_000))
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        put(journal, b"after")
        assert [batch.body for batch in pending(journal)] == [b"after"]
        [told] = journal.refusals(0)
    [aside] = tmp_path.glob("journal.damaged-*.sqlite")
    assert (told.reason, told.count) == ("journal_damaged", 1)
    assert aside.name in told.detail


def test_of_a_damaged_file_all_that_can_be_read_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    bodies = [os.urandom(200_000) for _ in range(20)]
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        for body in bodies:
            put(journal, body)
        journal_id = journal.journal_id
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(PAGE_BYTES))
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        saved = [batch.body for batch in pending(journal)]
        [told] = journal.refusals(0)
        assert journal.journal_id == journal_id
    assert set(saved) < set(bodies)
    assert len(saved) >= len(bodies) - 2
    assert told.count == len(bodies) - len(saved)
    assert f"{len(saved)} batches saved, {told.count} lost" in told.detail


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with sqlite3.connect(path) as file:
        file.execute("pragma user_version = 99")
    file.close()
    with pytest.raises(JournalBrokenError, match="format 99"):
        Journal(path, limit_bytes=LIMIT_BYTES)


def test_a_closed_journal_refuses_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal(path, limit_bytes=LIMIT_BYTES)
    with ThreadPoolExecutor(8) as threads:
        puts = [threads.submit(put, journal, os.urandom(50_000)) for _ in range(50)]
        journal.close()
    stored = sum(1 for done in puts if done.exception() is None)
    with pytest.raises(JournalBrokenError, match="stopping"):
        put(journal, b"late")
    with Journal(path, limit_bytes=LIMIT_BYTES) as journal:
        assert len(pending(journal)) == stored
