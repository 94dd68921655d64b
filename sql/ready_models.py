"""The dimensions and models of a session, copied from a file that a writer left beside its lake.

Making them means parsing, ordering and binding all of their SQL: 0.7 s of CPU, more than the rest
of opening a lake. DuckDB copies views and macros as it has bound them, which takes 0.04 s. A file
is named after all that its content depends on; who finds none of that name makes the models anew.
"""

import logging
import shutil
from functools import cache
from hashlib import sha256
from pathlib import Path

import duckdb

from sql.dictionary import literal
from sql.dimensions import dimension_statements
from sql.models import MODELS, SCHEMA, session_statements
from sql.settings import Settings

LOG = logging.getLogger(__name__)
FOLDER = "models"


def show_models(
    con: duckdb.DuckDBPyConnection, settings: Settings, home: Path, *, leave: bool
) -> None:
    """Dimensions and models in a new session; the writer leaves them in `home` for the next one."""
    file = home / FOLDER / f"{_key(settings)}.duckdb"
    if file.exists():
        try:
            _copy_from(con, file)
        except duckdb.Error as error:
            LOG.info("the models in %s cannot be copied and are made anew: %s", file, error)
        else:
            return
    _make(con, settings)
    if leave:
        try:
            _leave(con, file)
        except (duckdb.Error, OSError) as error:
            LOG.info("the models cannot be left in %s for the next session: %s", file, error)


def forget_models(home: Path) -> None:
    """A writer calls this that has changed the lake's tables, on which they were bound."""
    shutil.rmtree(home / FOLDER, ignore_errors=True)


def _key(settings: Settings) -> str:
    """Other versions of DuckDB or of a model, and other settings, have another one."""
    known = sha256(_sources())
    for statement in dimension_statements(settings):
        known.update(statement.encode())
    return known.hexdigest()[:16]


@cache
def _sources() -> bytes:
    files = sorted([*MODELS.rglob("*.sql"), *SCHEMA.glob("*.sql")])
    return b"\0".join([duckdb.__version__.encode(), *(file.read_bytes() for file in files)])


def _make(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """In one transaction, since each statement looks into the catalogue."""
    con.execute("BEGIN")
    for statement in session_statements(settings):
        con.execute(statement)
    con.execute("COMMIT")


def _copy_from(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    con.execute(f"ATTACH {literal(str(file))} AS ready_models (READ_ONLY)")
    try:
        con.execute("COPY FROM DATABASE ready_models TO memory")
    finally:
        con.execute("DETACH ready_models")


def _leave(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Whole or not at all; what was left for other settings or by another version goes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for earlier in file.parent.iterdir():
        earlier.unlink()
    unfinished = file.with_suffix(".unfinished")
    con.execute(f"ATTACH {literal(str(unfinished))} AS ready_models")
    try:
        con.execute("COPY FROM DATABASE memory TO ready_models")
    finally:
        con.execute("DETACH ready_models")
    unfinished.replace(file)
