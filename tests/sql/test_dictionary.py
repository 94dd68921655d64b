"""What the header of a SQL file says is what the lake and the models have."""

from pathlib import Path

import pytest

from sql.data_dictionary import markdown
from sql.dictionary import describe, describe_tables
from sql.models import MODELS, SCHEMA
from tests.sql.pipeline import NOW, Pipeline
from tests.sql.simulated import feed

MODEL_FILES = sorted(file for file in MODELS.glob("*/*.sql") if file.parent.name != "functions")
DESCRIBED = {f"lake.{name}": table for name, table in describe_tables(SCHEMA).items()}
DESCRIBED |= {file.stem: describe(file) for file in MODEL_FILES}
AS_ITS_TABLE = {
    "spans",
    "tax_fits",
    "requests_of_broken_hours",
    "steps_of_broken_hours",
    "priced_cuts",
    "call_prices",
}
OF_A_RELATION = {"money_back"}
"""Macros that are told to read what no table is like; `test_money_back.py` calls them."""
ARGUMENTS = {
    "relation": "lake.request_steps",
    "as_of": NOW,
    "from_at": NOW.replace(day=1),
    "to_at": NOW,
    "bucket_seconds": 3600,
}


@pytest.fixture(scope="module")
def fed(shared_pipeline: Pipeline) -> Pipeline:
    feed(shared_pipeline, spans=1000)
    return shared_pipeline


def call(name: str) -> tuple[str, list[object]]:
    parameters = [parameter for parameter, _ in DESCRIBED[name].parameters]
    marks = f"({', '.join('?' * len(parameters))})" if parameters else ""
    return name + marks, [ARGUMENTS.get(parameter) for parameter in parameters]


@pytest.mark.parametrize(
    "name", [name for name in DESCRIBED if name not in AS_ITS_TABLE | OF_A_RELATION]
)
def test_columns_are_those_of_the_header_in_its_order(name: str, fed: Pipeline) -> None:
    relation, arguments = call(name)
    rows = fed.rows(f"DESCRIBE FROM {relation}", arguments)
    assert [row[0] for row in rows] == list(DESCRIBED[name].columns)


def test_a_view_over_a_table_has_its_columns(fed: Pipeline) -> None:
    view, table = (fed.rows(f"DESCRIBE FROM {name}") for name in ("spans", "lake.spans"))
    assert [row[0] for row in view] == [row[0] for row in table]


@pytest.mark.parametrize(
    "name", [name for name, model in DESCRIBED.items() if model.grain and name not in OF_A_RELATION]
)
def test_a_row_is_what_the_grain_says(name: str, fed: Pipeline) -> None:
    relation, arguments = call(name)
    grain = ", ".join(f'"{column}"' for column in DESCRIBED[name].grain)
    repeated = f"SELECT {grain} FROM {relation} GROUP BY ALL HAVING count(*) > 1"
    assert fed.rows(repeated, arguments) == []


def test_every_table_view_and_column_has_a_comment(fed: Pipeline) -> None:
    bare = "comment IS NULL AND schema_name = 'main' AND database_name = 'memory' AND NOT internal"
    for kind in ("tables", "views", "columns"):
        assert fed.rows(f"FROM duckdb_{kind}() WHERE {bare}") == []


@pytest.mark.parametrize("file", [*MODEL_FILES, *SCHEMA.glob("*.sql")], ids=lambda file: file.stem)
def test_a_header_tells_what_a_row_is(file: Path) -> None:
    assert describe(file).text.endswith(".")
    assert "\n-- grain: " in file.read_text()


def test_the_printed_dictionary_is_that_of_today() -> None:
    printed = Path(__file__).parents[2] / "docs" / "DATA_DICTIONARY.md"
    assert printed.read_text() == "\n".join(markdown()).rstrip() + "\n"
