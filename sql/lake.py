"""The lake: DuckLake tables in a folder or on shared storage. The only caller of `duckdb.connect`.

LakeMissingError   there is no lake yet, or it is of an older version: start a collector on it
LakeTooNewError    a later version of Latency Tax wrote it: upgrade this one
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from sql.dictionary import comment_statements, describe, literal
from sql.election import alone
from sql.place import Place, keys_statements, place_of, unreachable
from sql.prices import refresh_prices, store_reserved
from sql.ready_models import forget_models, show_models
from sql.settings import Settings

LOG = logging.getLogger(__name__)
SCHEMA = Path(__file__).parent / "schema"
EXTENSIONS = {
    "sqlite_scanner": "duckdb_extension_sqlite_scanner",
    "postgres_scanner": "duckdb_extension_postgres_scanner",
    "httpfs": "duckdb_extension_httpfs",
    "ducklake": "duckdb_extension_ducklake",
}
CLOSED = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
FRUGAL = (
    "SET threads = 1",
    "SET allocator_flush_threshold = '16MB'",
    "SET allocator_bulk_deallocation_flush_threshold = '16MB'",
)
"""How the writer runs beside the doors: a second thread gains nothing for an insert, and memory
that a load has freed goes back to the system at once."""
PATIENT = (
    "SET ducklake_max_retry_count = 100",
    "SET ducklake_retry_wait_ms = 20",
    "SET ducklake_retry_backoff = 1.1",
)
"""Writers on one catalogue commit one after the other: who comes second tries again, soon."""
SEARCH_PATH = "SET search_path = 'memory.main,lake.main'"
BEING_MADE = "the lake is being made just now: try again in a second"
INLINED_ROWS = 200
"""Inserts of fewer rows stay in the catalogue until they are flushed, and cost no file."""


class LakeMissingError(Exception):
    """There is no lake at this place yet that this version can read."""


class LakeTooNewError(Exception):
    """The lake was written by a later version than this one."""


def load_statements(place: Place) -> list[str]:
    """SQL that makes a DuckDB of the same version able to open the lake."""
    loads = [f"LOAD {literal(str(extension_file(name)))}" for name in place.extensions]
    return [*loads, "SET GLOBAL TimeZone = 'UTC'"]


def attach_statements(place: Place, *, read_only: bool) -> list[str]:
    """SQL that opens the lake as `lake` in any DuckDB of the same version."""
    options = ["READ_ONLY", "CREATE_IF_NOT_EXISTS false"] if read_only else []
    options += [f"DATA_PATH {literal(place.data)}", f"DATA_INLINING_ROW_LIMIT {INLINED_ROWS}"]
    if place.folder:
        options.append("OVERRIDE_DATA_PATH true")  # the folder may have been moved
    return [
        f"ATTACH {literal(place.catalogue)} AS lake ({', '.join(options)})",
        SEARCH_PATH,
    ]


def extension_file(name: str) -> Path:
    """The extension inside its wheel. Raises ModuleNotFoundError when the wheel is missing."""
    found = files(EXTENSIONS[name]) / "extensions" / f"v{duckdb.__version__}"
    return Path(str(found / f"{name}.duckdb_extension"))


def connect(place: Place, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A DuckDB session with the lake attached, nothing else in it. Raises LakeMissingError."""
    if read_only and place.catalogue_file and not place.catalogue_file.exists():
        raise LakeMissingError(
            f"no lake in {place.folder}: start one with `latencytax up`, or name another (--lake)"
        )
    con = duckdb.connect(config=dict(CLOSED))
    try:
        _attach(con, place, read_only=read_only)
    except duckdb.InvalidInputException as error:
        if "creating a new DuckLake is explicitly disabled" not in str(error):
            raise
        raise LakeMissingError(BEING_MADE) from error
    except (duckdb.IOException, duckdb.HTTPException) as error:
        if not place.is_shared and not place.is_on_s3:
            raise
        raise unreachable(place, error) from error
    return con


def _attach(con: duckdb.DuckDBPyConnection, place: Place, *, read_only: bool) -> None:
    for statement in (*load_statements(place), *keys_statements(place)):
        con.execute(statement)
    if place.is_on_s3:  # asked now, so that a wrong key is not found out by the first query
        con.execute("SELECT count(*) FROM glob(?)", [f"{place.data.rstrip('/')}/*"])
    for statement in attach_statements(place, read_only=read_only):
        con.execute(statement)


def open_reader(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A read-only session with lake and models. Raises LakeMissingError, LakeTooNewError."""
    place = place_of(settings)
    con = connect(place, read_only=True)
    if missing := _steps().keys() - _applied(con):
        raise LakeMissingError(
            f"the lake has version {min(missing) - 1}, this Latency Tax reads {max(_steps())}: a"
            " collector that starts brings it up to date, and so does `latencytax refresh`"
        )
    show_models(con, settings, place.home, leave=False)
    return con


def open_writer(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A session that may write; makes the lake, or brings its tables up to date, first.

    The caller holds the lock of a lake in a folder: two writers on one SQLite catalogue block each
    other. Raises LakeUnreachableError, LakeMovedError.
    """
    place = place_of(settings)
    place.refuse_moved()
    if place.catalogue_file and place.folder:
        (place.folder / "data").mkdir(parents=True, exist_ok=True)
        _use_wal(place.catalogue_file)
    with alone(place, "opening"):
        con = connect(place, read_only=False)
        for setting in (*FRUGAL, *PATIENT):
            con.execute(setting)
        if _migrate(con):
            forget_models(place.home)
        refresh_prices(con)
        store_reserved(con, settings)
    show_models(con, settings, place.home, leave=True)
    return con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it or nothing."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def snapshot_id(con: duckdb.DuckDBPyConnection) -> int:
    """The id of the newest snapshot: equal ids, equal numbers."""
    row = con.execute("FROM ducklake_current_snapshot('lake')").fetchone()
    return int(row[0]) if row else 0


def _use_wal(catalogue: Path) -> None:
    """Write-ahead logging: commits beside a busy reader then take 27 ms, not up to a second."""
    with sqlite3.connect(catalogue) as con:
        con.execute("PRAGMA journal_mode = WAL")
    con.close()


def _migrate(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the tables had to be made, or brought up to date."""
    con.execute(
        "CREATE TABLE IF NOT EXISTS lake.lake_version (version integer, applied_at timestamptz)"
    )
    applied = _applied(con)
    if not applied:
        con.execute("CALL lake.set_option('parquet_compression', 'zstd')")
    missing = sorted(_steps().keys() - applied)
    con.execute("USE lake")
    with transaction(con):
        for version in missing:
            step = _steps()[version]
            table = describe(step)
            con.execute(step.read_text())
            for comment in comment_statements("TABLE", table.name, table):
                con.execute(comment)
            con.execute("INSERT INTO lake.lake_version VALUES (?, now())", [version])
    if missing:
        with transaction(con):
            _begin_statistics(con)
        LOG.info("the lake has version %d, it had %d", max(missing), max(applied, default=0))
    if applied and missing:
        # Where rows waited under a table's old columns is dropped now, not under a later reader.
        con.execute("CALL ducklake_flush_inlined_data('lake')")
    con.execute(SEARCH_PATH)
    return bool(missing)


def _begin_statistics(con: duckdb.DuckDBPyConnection) -> None:
    """Give statistics to tables that never had a row.

    DuckLake keeps what it has read of a table's statistics, but not that there are none: it asks
    the catalogue again for every column of every mention, over a second for a query of ours.
    """
    empty = con.execute(
        "SELECT table_name, column_count FROM duckdb_tables() "
        "WHERE database_name = 'lake' AND schema_name = 'main' AND estimated_size = 0"
    ).fetchall()
    for table, columns in empty:
        con.execute(f"INSERT INTO lake.{table} SELECT {', '.join(['NULL'] * columns)}")
        con.execute(f"DELETE FROM lake.{table}")


def _applied(con: duckdb.DuckDBPyConnection) -> set[int]:
    """The schema's steps that the lake has. Raises LakeTooNewError, LakeMissingError."""
    try:
        rows = con.execute("SELECT version FROM lake.lake_version").fetchall()
    except duckdb.CatalogException as error:
        raise LakeMissingError(BEING_MADE) from error
    applied = {int(version) for (version,) in rows}
    if newer := applied - _steps().keys():
        raise LakeTooNewError(
            f"the lake has version {max(newer)}, this Latency Tax knows {max(_steps())}: upgrade it"
        )
    return applied


def _steps() -> dict[int, Path]:
    """The schema's steps by their number."""
    return {int(step.stem[:3]): step for step in sorted(SCHEMA.glob("*.sql"))}
