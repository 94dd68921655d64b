"""The rows of a query, as a chart and as files."""

from datetime import UTC, datetime
from io import BytesIO

import polars as pl

from app.dashboard.ask.answer import axes, chart
from app.dashboard.ask.editor import completions
from app.palette import LIGHT
from app.table_files import as_csv, as_parquet

AT = datetime(2026, 11, 19, tzinfo=UTC)
ROWS = pl.DataFrame({"n": [1, 2], "name": ["=cmd()", "b"], "at": [AT, AT], "ms": [1.5, None]})


def mark(across: str) -> str:
    return str(chart(ROWS, across, "ms", LIGHT).to_dict()["mark"]["type"])


def test_times_and_words_lie_across_and_numbers_are_drawn() -> None:
    assert axes(ROWS) == (["name", "at", "n", "ms"], ["n", "ms"])


def test_a_line_over_time_bars_over_words_points_over_numbers() -> None:
    assert [mark("at"), mark("name"), mark("n")] == ["line", "bar", "circle"]


def test_a_spreadsheet_runs_nothing() -> None:
    assert as_csv(ROWS).decode().splitlines()[1].startswith("1,'=cmd(),")


def test_parquet_holds_the_rows_as_they_are() -> None:
    assert pl.read_parquet(BytesIO(as_parquet(ROWS))).equals(ROWS)


def test_models_columns_and_parameters_are_completed() -> None:
    found = {each["caption"]: each["value"] for each in completions()}
    assert found["latency_tax_period"].startswith("latency_tax_period(from_at, to_at, use_case")
    assert {"requests", "use_cases", "ttft_ms"} <= found.keys()
