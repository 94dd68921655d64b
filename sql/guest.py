"""A session for SQL that anyone may write: it reads the lake and can do nothing else.

Two locks, since neither is enough. The session reaches no file but the lake's, no network, no
extension and not its own settings. And only a single SELECT gets in that calls table functions of
ours, or of `HARMLESS`: those of DuckLake and SQLite delete and open files from inside a SELECT,
whatever the settings say.

NotAQueryError   what was asked is refused; the message says why, and what to write instead
"""

import duckdb

from sql.dictionary import literal
from sql.lake import open_reader
from sql.models import macros
from sql.place import place_of
from sql.query_tree import catalogues_named, scalar_functions_called, table_functions_called
from sql.settings import Settings

HARMLESS = frozenset(
    {
        "duckdb_columns",
        "duckdb_functions",
        "duckdb_tables",
        "duckdb_views",
        "generate_series",
        "range",
        "repeat",
        "repeat_row",
        "unnest",
    }
)
"""DuckDB's own table functions that read nothing but the catalogue and their arguments."""
FORBIDDEN = frozenset({"write_log"})
"""Scalar functions that do something; all others only compute."""
CATALOGUE_OF_LAKE = "__ducklake"


class NotAQueryError(Exception):
    """The text is not one statement that only reads."""


def open_for_guests(settings: Settings, **limits: str | int) -> duckdb.DuckDBPyConnection:
    """A session with lake and models that reaches nothing else, for good; `limits` are settings.

    Raises LakeMissingError, LakeTooNewError.
    """
    con = open_reader(settings)
    for setting, value in {
        **limits,
        "temp_directory": "",
        "python_enable_replacements": False,
        "allowed_directories": [place_of(settings).data],
        "enable_external_access": False,
        "lock_configuration": True,
    }.items():
        con.execute(f"SET {setting} = {_literal(value)}")
    return con


def one_query(text: str) -> str:
    """The statement, when it is the only one and only reads. Raises NotAQueryError."""
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise NotAQueryError(str(error)) from error
    if len(statements) != 1:
        raise NotAQueryError(f"One statement at a time, please; these are {len(statements)}")
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name
        raise NotAQueryError(f"{kind} is refused: the lake is only read here. Write a SELECT")
    query = str(statements[0].query)
    _refuse_what_does_more(query)
    return query


def _refuse_what_does_more(query: str) -> None:
    known = HARMLESS | macros()
    if strangers := table_functions_called(query) - known:
        raise NotAQueryError(
            f"{_listed(strangers)} is refused: here only tables, views and the functions of "
            "Latency Tax are read. SHOW TABLES lists them"
        )
    if forbidden := scalar_functions_called(query) & FORBIDDEN:
        raise NotAQueryError(f"{_listed(forbidden)} is refused: the lake is only read here")
    if any(name.startswith(CATALOGUE_OF_LAKE) for name in catalogues_named(query)):
        raise NotAQueryError(
            "The lake's own bookkeeping is not for queries. SHOW TABLES lists what is"
        )


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(f"{name}()" for name in sorted(names))


def _literal(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return literal(value)
