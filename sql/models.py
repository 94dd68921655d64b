"""The views and table macros of `models/`, and the tables of the settings: what every session sees.

They live in the session's own in-memory catalogue, never in the lake, so a lake of any age is read
with the models of today.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from sql.dictionary import Description, describe
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
    """SQL that makes the dimensions and the models in a session that has the lake attached."""
    return [*_dimensions(settings), *_model_statements()]


def run_checks(con: duckdb.DuckDBPyConnection) -> list[CheckResult]:
    """Every check, run. A check is a query for the rows that break its claim: none is good."""
    return [_run_check(con, file) for file in sorted(CHECKS.glob("*.sql"))]


def _run_check(con: duckdb.DuckDBPyConnection, file: Path) -> CheckResult:
    check = describe(file)
    rows = con.cursor().execute(check.body).pl()
    return CheckResult(file.stem, check.text, rows.height, rows.head(3).to_dicts())


def _dimensions(settings: Settings) -> Iterator[str]:
    use_cases = [
        (u.name, u.title, u.channel, u.decay, u.value_usd, u.capture_rate)
        for u in settings.use_cases
    ]
    objectives = [
        (u.name, o.sli, position, o.threshold_ms, o.objective, o.window_days)
        for u in settings.use_cases
        for position, o in enumerate(u.objectives, start=1)
    ]
    tiers = [
        (t.name, t.title, t.typical_low_ms, t.typical_high_ms, pattern)
        for t in settings.tiers
        for pattern in t.models
    ]
    rows = {"use_cases": use_cases, "objectives": objectives, "model_tiers": tiers}
    for file in sorted((MODELS / "dimensions").glob("*.sql")):
        dimension = describe(file)
        yield f"CREATE OR REPLACE TABLE memory.main.{dimension.name} ({dimension.body})"
        if values := ", ".join(_row(row) for row in rows[dimension.name]):
            yield f"INSERT INTO memory.main.{dimension.name} VALUES {values}"
        yield from _comments("TABLE", dimension)


def _row(values: tuple[object, ...]) -> str:
    return "(" + ", ".join(_literal(value) for value in values) + ")"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def _model_statements() -> Iterator[str]:
    """Functions, then views and table macros in the order in which they need each other."""
    functions = _described("functions")
    for name in _ordered(functions, _calls):
        yield _create_function(functions[name])
    models = _described("staging") | _described("marts")
    for name in _ordered(models, _sources):
        yield from _create(models[name])


def _described(layer: str) -> dict[str, Description]:
    return {file.stem: describe(file) for file in sorted((MODELS / layer).glob("*.sql"))}


def _ordered(
    models: dict[str, Description], used_by: Callable[[str], set[str]]
) -> Iterable[str]:
    needs = {name: used_by(model.body) & models.keys() - {name} for name, model in models.items()}
    return TopologicalSorter(needs).static_order()


def _create_function(function: Description) -> str:
    names = ", ".join(name for name, _ in function.parameters)
    return f"CREATE OR REPLACE MACRO memory.main.{function.name}({names}) AS {function.body}"


def _create(model: Description) -> Iterator[str]:
    if not model.parameters:
        yield f"CREATE OR REPLACE VIEW memory.main.{model.name} AS {model.body}"
        yield from _comments("VIEW", model)
        return
    names = ", ".join(name for name, _ in model.parameters)
    yield f"CREATE OR REPLACE MACRO memory.main.{model.name}({names}) AS TABLE {model.body}"
    if all(default for _, default in model.parameters):
        arguments = ", ".join(default for _, default in model.parameters)
        yield (
            f"CREATE OR REPLACE VIEW memory.main.{model.name} AS "
            f"SELECT * FROM memory.main.{model.name}({arguments})"
        )
        yield from _comments("VIEW", model)


def _comments(kind: str, model: Description) -> Iterator[str]:
    yield f"COMMENT ON {kind} memory.main.{model.name} IS {_literal(model.text)}"
    for column, comment in (model.columns or _table(model.name).columns).items():
        yield f'COMMENT ON COLUMN memory.main.{model.name}."{column}" IS {_literal(comment)}'


def _table(name: str) -> Description:
    """The lake's table of this name: a view over it without a dictionary of its own has the table's."""
    return next(table for table in map(describe, sorted(SCHEMA.glob("*.sql"))) if table.name == name)


def _sources(body: str) -> set[str]:
    """Every table and table function that a SELECT names, from DuckDB's own parse tree."""
    nodes = list(_nodes(_parsed(body)))
    tables = {node["table_name"] for node in nodes if node.get("type") == "BASE_TABLE"}
    return tables | {
        node["function"]["function_name"] for node in nodes if node.get("type") == "TABLE_FUNCTION"
    }


def _calls(body: str) -> set[str]:
    """Every scalar function that an expression calls."""
    nodes = _nodes(_parsed(f"SELECT {body}"))
    return {node["function_name"] for node in nodes if node.get("type") == "FUNCTION"}


def _parsed(query: str) -> object:
    row = duckdb.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree = json.loads(row[0]) if row else {}
    if tree.get("error"):
        raise ValueError(f"{tree['error_message']} in: {query}")
    return tree


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    for child in children:
        yield from _nodes(child)
