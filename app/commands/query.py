"""``sql``: a query's answer, or a prompt."""

import readline  # noqa: F401 - gives input() line editing and history
import sys
from collections.abc import Iterator

import duckdb
from typer import echo

from app.formats import Format, Row, write
from sql.guest import NotAQueryError, one_query, open_for_guests
from sql.lake import attach_statements, load_statements
from sql.models import session_statements
from sql.place import place_of
from sql.settings import Settings

ROWS_AT_A_TIME = 10_000
TABLES = "select table_name from information_schema.tables order by table_name"
WELCOME = "End a query with ;   .tables lists what can be asked   .quit leaves"


def answer(settings: Settings, query: str, form: Format) -> int:
    """Print one query's rows."""
    text = one_query(query)
    with open_for_guests(settings) as lake:
        _print(lake, text, form)
    return 0


def prompt(settings: Settings, form: Format) -> int:
    """Answer queries until ``.quit`` or the end of input; an error ends none but its own."""
    with open_for_guests(settings) as lake:
        if sys.stdin.isatty():
            echo(WELCOME, err=True)
        for text in _typed():
            try:
                _print(lake, TABLES if text == ".tables" else one_query(text), form)
            except (duckdb.Error, NotAQueryError) as error:
                echo(f"{error}", err=True)
    return 0


def open_script(settings: Settings) -> int:
    """Print the SQL with which any DuckDB shell or BI tool opens the same lake and views."""
    echo(f"-- For DuckDB {duckdb.__version__}; read only. On another machine, instead of LOAD:")
    place = place_of(settings)
    names = [name.removesuffix("_scanner") for name in place.extensions]
    echo(f"-- {' '.join(f'INSTALL {name};' for name in names)}")
    if place.is_on_s3:
        echo("-- First, with your own keys: CREATE SECRET (TYPE s3, KEY_ID '…', SECRET '…');")
    opening = (*load_statements(place), *attach_statements(place, read_only=True))
    for statement in (*opening, *session_statements(settings)):
        echo(f"{statement};")
    return 0


def _print(lake: duckdb.DuckDBPyConnection, query: str, form: Format) -> None:
    cursor = lake.execute(query)
    columns = [column[0] for column in cursor.description or ()]
    write(columns, _rows(cursor), form, sys.stdout)
    sys.stdout.flush()


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := cursor.fetchmany(ROWS_AT_A_TIME):
        yield from rows


def _typed() -> Iterator[str]:
    """Queries as they are finished with a semicolon, and the commands with a dot."""
    lines: list[str] = []
    while True:
        try:
            line = input(("... " if lines else "sql> ") if sys.stdin.isatty() else "")
        except KeyboardInterrupt:
            echo("", err=True)
            lines = []
            continue
        except EOFError:
            break
        if not lines and line.strip() in {".quit", ".exit"}:
            return
        lines.append(line)
        if line.rstrip().endswith(";") or lines == [".tables"]:
            yield "\n".join(lines)
            lines = []
    if any(line.strip() for line in lines):
        yield "\n".join(lines)
