"""A damaged journal is set aside, and what can still be read of it goes into a new one."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from collector.journal_file import JournalFile

LOG = logging.getLogger(__name__)
COPIED = ("batches", "recent", "quarantine")
BESIDE = ("", "-wal", "-shm")
"""What SQLite keeps a database in."""


def salvage(path: Path) -> None:
    """Nothing, when the file is sound or not there.

    Else the file is kept beside a new one that has the same name for the lake (so that nothing is
    loaded twice), and what was lost is counted as refused, naming the file that was set aside.
    """
    if not path.exists() or _is_sound(path):
        return
    aside = path.with_name(f"journal.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S}.sqlite")
    for suffix in BESIDE:
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    saved, lost = _copy(aside, path)
    detail = f"the journal was damaged: {saved} batches saved, {lost} lost, kept as {aside.name}"
    LOG.error("%s", detail)
    with closing(JournalFile(path)) as new, new.transaction():
        new.add_refusals([("journal", "traces", "journal_damaged", max(lost, 1), detail)])


def _is_sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as file:
            return bool(file.execute("pragma quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def _copy(damaged: Path, path: Path) -> tuple[int, int]:
    """Batches saved and lost."""
    with closing(JournalFile(path)) as new:
        named = new.journal_id()
    saved = lost = 0
    with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(damaged)) as old:
        with suppress(sqlite3.DatabaseError):
            [(named,)] = old.execute("select journal_id from journal").fetchall()
        new.execute("update journal set journal_id = ?", [named])
        for table in COPIED:
            for row in _rows(old, table):
                if row is None:
                    lost += table == "batches"
                    continue
                marks = ", ".join("?" * len(row))
                new.execute(f"insert or ignore into {table} values ({marks})", row)  # noqa: S608 ours
                saved += table == "batches"
        new.commit()
    return saved, lost


def _rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[object, ...] | None]:
    """Each row of the table; None for one that cannot be read."""
    for batch_id in _ids(old, table):
        try:
            query = f"select * from {table} where batch_id = ?"  # noqa: S608 a name of ours
            found = old.execute(query, [batch_id]).fetchone()
        except sqlite3.DatabaseError:
            yield None
        else:
            if found is not None:
                yield found


def _ids(old: sqlite3.Connection, table: str) -> range:
    """Those that a row may have."""
    try:
        ends = f"select min(batch_id), max(batch_id) from {table}"  # noqa: S608 a name of ours
        [(first, last)] = old.execute(ends).fetchall()
    except sqlite3.DatabaseError:
        return range(0)
    return range(first, last + 1) if first is not None else range(0)
