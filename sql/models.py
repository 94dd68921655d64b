"""The views, table macros and functions of `models/`, which every session sees.

They live in the session's own in-memory catalogue, never in the lake, so a lake of any age is read
with the models of today.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from sql.dictionary import Description, comment_statements, describe, describe_tables
from sql.dimensions import dimension_statements
from sql.query_tree import functions_called, tables_named
from sql.settings import Settings

MODELS = Path(__file__).parent / "models"
CHECKS = Path(__file__).parent / "checks"
SCHEMA = Path(__file__).parent / "schema"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of `checks/`: how many rows break its claim, and the first few of them."""

    name: str
    claim: str
    offending_rows: int
    sample: list[dict[str, Any]]


def session_statements(settings: Settings) -> list[str]:
    """SQL that makes dimensions and models in a session that has the lake attached."""
    return [*dimension_statements(settings), *_model_statements()]


@cache
def _model_statements() -> tuple[str, ...]:
    """The same in every session: ordering them means parsing them, a quarter of a second."""
    functions, models = _described("functions"), _described("staging") | _described("marts")
    tables = describe_tables(SCHEMA)
    return (
        *(sql for name in tables.keys() - models.keys() for sql in _show(tables[name])),
        *(_create_function(functions[name]) for name in _ordered(functions, functions_called)),
        *(sql for name in _ordered(models, tables_named) for sql in _create(models[name])),
    )


@cache
def macros() -> frozenset[str]:
    """The names of the table macros, which take parameters."""
    models = _described("staging") | _described("marts")
    return frozenset(name for name, model in models.items() if model.parameters)


def run_checks(
    con: duckdb.DuckDBPyConnection, about: Container[str] | None = None
) -> list[CheckResult]:
    """Every check, or those about some tables and models, run.

    A check is a query for the rows that break its claim: none is good.
    """
    files = sorted(CHECKS.glob("*.sql"))
    return [
        _run_check(con, file)
        for file in files
        if about is None or file.stem.partition("__")[0] in about
    ]


def _run_check(con: duckdb.DuckDBPyConnection, file: Path) -> CheckResult:
    check = describe(file)
    rows = con.execute(check.body).pl()
    return CheckResult(file.stem, check.text, rows.height, rows.head(3).to_dicts())


def _described(layer: str) -> dict[str, Description]:
    return {file.stem: _with_columns(describe(file)) for file in (MODELS / layer).glob("*.sql")}


def _with_columns(model: Description) -> Description:
    """A view that shows a table of the lake under its own name has the table's columns."""
    tables = describe_tables(SCHEMA)
    if model.columns or model.name not in tables:
        return model
    return replace(model, columns=tables[model.name].columns)


def _show(table: Description) -> Iterator[str]:
    """A table of the lake under its own name, for sessions that look only at their own views."""
    yield f"CREATE OR REPLACE VIEW memory.main.{table.name} AS FROM lake.{table.name}"
    yield from comment_statements("VIEW", f"memory.main.{table.name}", table)


def _ordered(models: dict[str, Description], named: Callable[[str], set[str]]) -> Iterable[str]:
    """Names, each after those that its SQL needs."""
    return TopologicalSorter(
        {name: named(models[name].body) & models.keys() - {name} for name in sorted(models)}
    ).static_order()


def _create_function(function: Description) -> str:
    names = ", ".join(name for name, _ in function.parameters)
    return f"CREATE OR REPLACE MACRO memory.main.{function.name}({names}) AS {function.body}"


def _create(model: Description) -> Iterator[str]:
    """A view; or a table macro, and a view of the same name if every parameter has a default."""
    name, view = f"memory.main.{model.name}", model.body
    if model.parameters:
        yield f"CREATE OR REPLACE MACRO {name}({_parameters(model)}) AS TABLE {model.body}"
        view = f"FROM {name}({', '.join(default for _, default in model.parameters)})"
    if all(default for _, default in model.parameters):
        yield f"CREATE OR REPLACE VIEW {name} AS {view}"
        yield from comment_statements("VIEW", name, model)


def _parameters(model: Description) -> str:
    """As a call may leave them out: those with a default."""
    return ", ".join(
        f"{name} := {default}" if default else name for name, default in model.parameters
    )
