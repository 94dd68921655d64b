"""Queries with named values: run with them bound, and told with them in place."""

import re
from collections.abc import Mapping
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

Value = datetime | int | str | list[str] | None
Values = Mapping[str, Value]

_NAMES = re.compile(r"\$(\w+)")


def run(cursor: DuckDBPyConnection, query: str, values: Values) -> pl.DataFrame:
    """The rows of a query; of the values, those that it names are bound."""
    asked = set(_NAMES.findall(query))
    return cursor.execute(query, {name: values[name] for name in asked}).pl()


def as_typed(query: str, values: Values) -> str:
    """The same query with its values in place, to be read and pasted; what runs is `run`."""
    return _NAMES.sub(lambda name: _literal(values[name[1]]), query)


def _literal(value: Value) -> str:
    match value:
        case None:
            return "null"
        case datetime():
            return f"timestamptz '{value.isoformat(sep=' ')}'"
        case list():
            return f"[{', '.join(map(_literal, value))}]"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return str(value)
