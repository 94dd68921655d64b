"""A lake in a folder taken to where machines share it, while its collector goes on.

Data files never change, so they are copied beside the loading. For the rest, which takes seconds,
loading rests and the journal keeps what the doors acknowledge: inlined rows become files, the last
files are copied, then the catalogue, in one transaction of PostgreSQL. Snapshots keep their
numbers, so positions of journals and the refresher's watermark stay true. From then on the old lake
is only read.

MoveError   what stands in the way; the message says what to do
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sql.dictionary import literal
from sql.election import alone
from sql.lake import connect, extension_file, open_writer
from sql.outbox import outbox_exists, outbox_of
from sql.place import POSTGRES, Place, place_of
from sql.redaction import carry_key
from sql.settings import Settings

LOADING = "loading"
FEW_FILES = 8
"""When a pass finds no more new files than these, the rest is left to the end."""
COLUMNS = """
select table_name, string_agg(format('{}::{}', column_name, data_type), ', ' order by column_index)
from duckdb_columns()
where database_name = 'moved' and schema_name = 'public' and table_name like 'ducklake_%'
group by table_name
"""
"""SQLite has no truths and times, so each column is cast to what PostgreSQL has."""


class MoveError(Exception):
    """The lake cannot be taken there."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was taken along."""

    files: int
    rows: dict[str, int]
    """By table, the same in both lakes."""


@contextmanager
def loading(place: Place) -> Iterator[None]:
    """A turn of the collector; waits while a move takes the last steps. Raises LakeMovedError."""
    if place.folder is None:
        yield
        return
    with alone(place, LOADING):
        place.refuse_moved()
        yield


def move(source: Settings, target: Settings, tell: Callable[[str], None]) -> Moved:
    """Take the lake there; `tell` hears how far it is. Raises MoveError, LakeUnreachableError."""
    old, new = place_of(source), place_of(target)
    if old.folder is None or not new.is_shared:
        raise MoveError("a lake moves from a folder (--lake) to a ducklake:postgres:… (--to)")
    with closing(_begin(new)) as con:
        while (copied := _copy_data(con, old, new)) > FEW_FILES:
            tell(f"{copied:,} data files copied")
        tell("loading rests; the doors stay open")
        with alone(old, LOADING):
            old.refuse_moved()
            with closing(open_writer(source)) as writer:
                _settle(writer)
            _copy_data(con, old, new)
            rows = _copy_catalogue(con, old, new)
            _take_along(old, new)
            old.say_moved(new)
        files = _copied(con, new)
    return Moved(len(files), rows)


def _begin(new: Place) -> duckdb.DuckDBPyConnection:
    """A session that can write to the new place, which is found empty."""
    con = connect(new, read_only=False)
    con.execute(f"LOAD {literal(str(extension_file('sqlite_scanner')))}")
    [(tables,)] = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'lake'"
    ).fetchall()
    if tables:
        con.close()
        raise MoveError(f"{new.catalogue} has a lake already: name an empty database")
    return con


def _settle(writer: duckdb.DuckDBPyConnection) -> None:
    """Every row is in a file, and there is one snapshot."""
    writer.execute("CALL ducklake_flush_inlined_data('lake')")
    writer.execute("CALL ducklake_expire_snapshots('lake', older_than => now())")


def _copy_data(con: duckdb.DuckDBPyConnection, old: Place, new: Place) -> int:
    """The data files that the new place does not have; how many there were."""
    there = _copied(con, new)
    missing = [file for file in _data_files(old) if _below(file, old) not in there]
    for file in missing:
        try:
            _copy_file(con, file, f"{new.data.rstrip('/')}/{_below(file, old)}")
        except (duckdb.IOException, FileNotFoundError):
            if file.exists():  # else it was merged into another one meanwhile
                raise
    return len(missing)


def _copy_file(con: duckdb.DuckDBPyConnection, file: Path, target: str) -> None:
    """Whole or not at all, as stores do it: a file that is there is not copied again."""
    if "://" in target:
        con.execute(
            f"COPY (SELECT content FROM read_blob({literal(str(file))})) "
            f"TO {literal(target)} (FORMAT blob)"
        )
        return
    unfinished = Path(f"{target}.unfinished")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, unfinished)
    unfinished.replace(target)


def _data_files(old: Place) -> list[Path]:
    return sorted(Path(old.data).rglob("*.parquet"))


def _below(file: Path, old: Place) -> str:
    return file.relative_to(old.data).as_posix()


def _copied(con: duckdb.DuckDBPyConnection, new: Place) -> set[str]:
    root = new.data.rstrip("/")
    found = con.execute("SELECT file FROM glob(?)", [f"{root}/**/*.parquet"]).fetchall()
    return {file.removeprefix(root).lstrip("/") for (file,) in found}


def _copy_catalogue(con: duckdb.DuckDBPyConnection, old: Place, new: Place) -> dict[str, int]:
    """All of DuckLake's tables but where the data is; then both lakes are counted."""
    con.execute("USE memory; DETACH lake")
    con.execute(f"ATTACH {literal(new.catalogue.removeprefix(POSTGRES))} AS moved (TYPE postgres)")
    con.execute(f"ATTACH {literal(str(old.catalogue_file))} AS settled (TYPE sqlite, READ_ONLY)")
    con.execute("BEGIN")
    for table, columns in con.execute(COLUMNS).fetchall():
        if table == "ducklake_inlined_data_tables":
            continue  # they are empty, and DuckLake makes new ones
        kept = " WHERE key <> 'data_path'" if table == "ducklake_metadata" else ""
        con.execute(f"DELETE FROM moved.{table}{kept}")
        con.execute(f"INSERT INTO moved.{table} SELECT {columns} FROM settled.{table}{kept}")
    con.execute("COMMIT")
    con.execute("DETACH moved; DETACH settled")
    rows = _counted(old)
    if (there := _counted(new)) != rows:
        differing = {name for name in rows if rows[name] != there.get(name)}
        raise MoveError(f"{', '.join(sorted(differing))} arrived with other rows; use the old lake")
    return rows


def _counted(place: Place) -> dict[str, int]:
    with closing(connect(place, read_only=True)) as con:
        tables = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' ORDER BY ALL"
        ).fetchall()
        return {
            table: con.execute(f"SELECT count(*) FROM lake.{table}").fetchall()[0][0]
            for (table,) in tables
        }


def _take_along(old: Place, new: Place) -> None:
    """What was sent to people, so that nothing is sent twice; and the key of redaction."""
    carry_key(old, new)
    if not outbox_exists(old):
        return
    with outbox_of(old) as source, outbox_of(new) as target:
        for address in source.addresses():
            target.number_of(address)
        for name in ("digests", "alerts", "schedules"):
            for row in getattr(source, name).rows():
                getattr(target, name).claim(row)
