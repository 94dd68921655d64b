"""A lake in a folder, copied while a collector writes it, and put back elsewhere.

The journal is copied before the catalogue: a span that was acknowledged before then is in one of
the copies. Where it is in both, the position that the catalogue keeps tells that it was loaded.
Data files never change, so they are linked where the disk allows it. The manifest is written last:
without it a backup is none.

BackupError   what cannot be copied, or is no whole backup; the message says what to do
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sql.lake import SCHEMA, connect
from sql.place import place_of
from sql.settings import load_settings

CATALOGUE = "catalog.sqlite"
DATA = "data"
MANIFEST = "manifest.json"
LEFT_OUT = frozenset({CATALOGUE})
ATTEMPTS = 3
"""While files are copied, the collector may merge them and delete what it has merged."""
LIVE = """
select table_path.path || file.path
from (
    select table_id, path from ducklake_data_file where end_snapshot is null
    union all
    select table_id, path from ducklake_delete_file where end_snapshot is null
) as file
inner join (
    select ducklake_table.table_id, ducklake_schema.path || ducklake_table.path as path
    from ducklake_table
    inner join ducklake_schema on ducklake_table.schema_id = ducklake_schema.schema_id
) as table_path on file.table_id = table_path.table_id
"""
"""Files of the newest snapshot, below the folder of data files."""
COUNTS = """
select
    (select max(version) from lake.lake_version),
    (select count(*) from lake.spans),
    (select count(*) from lake.requests)
"""


class BackupError(Exception):
    """A backup cannot be made, or cannot be put back."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    made_at: str
    lake_version: int
    spans: int
    requests: int
    files: dict[str, str]
    """SHA-256 of each, by its path below the backup."""


def back_up(lake: Path, to: Path) -> Manifest:
    """Copy the lake into a new folder. Raises BackupError."""
    if not (lake / CATALOGUE).exists():
        raise BackupError(f"no lake in {lake}: name one with --lake")
    if to.exists() and any(to.iterdir()):
        raise BackupError(f"{to} is not empty: name a new folder")
    to.mkdir(parents=True, exist_ok=True)
    for name in sorted(each.name for each in lake.iterdir() if _is_kept(each)):
        _copy(lake / name, to / name)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            _copy_database(lake / CATALOGUE, to / CATALOGUE)
            _link_data(lake, to)
            break
        except FileNotFoundError as error:
            if attempt == ATTEMPTS:
                raise BackupError(
                    f"{error.filename} is gone: files are merged quicker than they are copied. "
                    "Write the backup to the disk of the lake, where files are linked"
                ) from error
    manifest = Manifest(
        datetime.now(UTC).isoformat(timespec="seconds"),
        *_counts(to),
        {name: _sha256(to / name) for name in _files(to)},
    )
    written = to / f"{MANIFEST}.new"
    written.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    os.sync()  # all of it is on the disk before the manifest says so
    written.rename(to / MANIFEST)
    return manifest


def restore(backup: Path, lake: Path) -> Manifest:
    """Copy a whole backup into an empty folder, where it is a lake. Raises BackupError."""
    manifest = _manifest(backup)
    if lake.exists() and any(lake.iterdir()):
        raise BackupError(f"{lake} is not empty: name a new folder with --lake")
    for name, expected in manifest.files.items():
        file = backup / name
        if not file.resolve().is_relative_to(backup.resolve()):
            raise BackupError(f"{file} is not in the backup: its manifest was not made by us")
        if not file.exists() or _sha256(file) != expected:
            raise BackupError(f"{file} is missing or was changed since the backup: use another one")
    half = lake.with_name(f"{lake.name}.restoring")
    shutil.rmtree(half, ignore_errors=True)
    for name in manifest.files:
        (half / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(backup / name, half / name)
    (half / DATA).mkdir(parents=True, exist_ok=True)
    os.sync()
    half.replace(lake)
    return manifest


def _manifest(backup: Path) -> Manifest:
    try:
        told = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**told)
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(
            f"{backup} is no whole backup: it has no readable {MANIFEST}, which is written last"
        ) from error
    newest = max(int(step.stem[:3]) for step in SCHEMA.glob("*.sql"))
    if manifest.lake_version > newest:
        raise BackupError(
            f"{backup} has a lake of version {manifest.lake_version}, this Latency Tax knows "
            f"{newest}: upgrade it"
        )
    return manifest


def _is_kept(path: Path) -> bool:
    """Files beside the catalogue: the journal, the outbox, keys; not what SQLite keeps for them.

    A journal that was set aside as damaged could not be copied as a database.
    """
    is_left_out = path.name in LEFT_OUT or path.name.startswith("journal.damaged-")
    return path.is_file() and not is_left_out and not path.name.endswith(("-wal", "-shm", ".lock"))


def _copy(file: Path, to: Path) -> None:
    if file.suffix == ".sqlite":
        _copy_database(file, to)
    else:
        shutil.copy2(file, to)


def _copy_database(file: Path, to: Path) -> None:
    """As it is at one moment, whoever writes it."""
    to.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
    to.chmod(file.stat().st_mode)


def _link_data(lake: Path, to: Path) -> None:
    """The data files that the copied catalogue names. Raises FileNotFoundError."""
    with closing(sqlite3.connect(to / CATALOGUE)) as catalogue:
        names = [name for (name,) in catalogue.execute(LIVE)]
    for name in names:
        copied = to / DATA / name
        if copied.exists():
            continue
        copied.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(lake / DATA / name, copied)
        except FileNotFoundError:
            raise
        except OSError:  # another disk, or one without links
            shutil.copy2(lake / DATA / name, copied)


def _counts(backup: Path) -> tuple[int, int, int]:
    """Version, spans and requests of the copy, which shows that it can be opened."""
    settings = load_settings(None, lake=str(backup), environ={})
    with closing(connect(place_of(settings), read_only=True)) as con:
        [(version, spans, requests)] = con.execute(COUNTS).fetchall()
    return version, spans, requests


def _files(backup: Path) -> Iterable[str]:
    return sorted(
        file.relative_to(backup).as_posix()
        for file in backup.rglob("*")
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
