"""Every folder `<model>/<case>` is a claim about a model, tested the whole way from OTLP bytes on.

`spans.csv` is what arrives: with a column `arrival` in that order, assembled after each; what is no
column of a span is an attribute. `<table>.csv` goes into the lake as it is; what it has no column
for is null. `before.toml` are the settings at first, `after.toml` those of a collector that starts
again on this lake. `expect.csv` has the columns that matter, the key first; where a model has rows
for every use case or topic, it has those that matter.
"""

import csv
from dataclasses import fields
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import pytest

from sql.dictionary import describe
from sql.models import MODELS
from sql.settings import Settings
from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import NOW, TABLES, Pipeline, settings_of

CASES = sorted(file.parent for file in Path(__file__).parent.glob("*/*/expect.csv"))
ARGUMENTS = {
    "as_of": NOW,
    "from_at": START,
    "to_at": NOW,
    "bucket_seconds": 3600,
    "per_usd": 0.5,
    "wanted_request": f"{'a'.zfill(32)}-{'1'.zfill(16)}",
    "wanted_span": "1".zfill(16),
}
FIELDS = {field.name for field in fields(TestSpan)}
CHOSEN_BY = {"use_case", "topic"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_case(case: Path, pipeline: Pipeline) -> None:
    pipeline.empty(_settings(pipeline, case / "before.toml"))
    for file in case.glob("*.csv"):
        if file.stem in TABLES and file.stem != "spans":
            columns = ", ".join(f'"{name}"' for name in file.read_text().splitlines()[0].split(","))
            pipeline.con.execute(
                f"COPY lake.{file.stem} ({columns}) FROM '{file}' (HEADER, NULLSTR '')"
            )
    for arrival, rows in groupby(_rows(case / "spans.csv"), lambda row: row.pop("arrival", "1")):
        at = START + timedelta(minutes=int(arrival))
        pipeline.arrive([otlp(map(_span, rows))], at)
        pipeline.assemble(at)
    if (case / "after.toml").exists():
        pipeline.restart(_settings(pipeline, case / "after.toml"))
    actual, expected = _compared(pipeline, case)
    assert actual == [[_near(cell) for cell in row] for row in expected]


def _settings(pipeline: Pipeline, config: Path) -> Settings:
    return settings_of(Path(pipeline.settings.lake), config if config.exists() else None)


def _near(cell: object) -> object:
    return pytest.approx(cell) if isinstance(cell, float) else cell


def _compared(pipeline: Pipeline, case: Path) -> tuple[list[list[object]], list[list[object]]]:
    """What the model says and what `expect.csv` says, in the columns and rows that matter."""
    columns = (case / "expect.csv").read_text().splitlines()[0]
    key = columns.split(",")[0]
    model, arguments = _call(case.parent.name)
    chosen = f"WHERE {key} IN (SELECT {key} FROM expected)" if key in CHOSEN_BY else ""
    pipeline.con.execute(
        f"CREATE OR REPLACE TEMP TABLE actual AS SELECT {columns} FROM {model}", arguments
    )
    pipeline.con.execute("CREATE OR REPLACE TEMP TABLE expected AS FROM actual LIMIT 0")
    pipeline.con.execute(f"COPY expected FROM '{case / 'expect.csv'}' (HEADER, NULLSTR '')")
    actual = pipeline.rows(f"FROM actual {chosen} ORDER BY ALL")
    expected = pipeline.rows("FROM expected ORDER BY ALL")
    return [list(row) for row in actual], [list(row) for row in expected]


def _call(model: str) -> tuple[str, list[object]]:
    file = next(MODELS.glob(f"*/{model}.sql"), None)
    names = [name for name, _ in describe(file).parameters] if file else []
    marks = f"({', '.join('?' * len(names))})" if names else ""
    return model + marks, [ARGUMENTS.get(name) for name in names]


def _span(row: dict[str, str]) -> TestSpan:
    own = {key: row.pop(key) for key in list(row) if key in FIELDS}
    times = {key: float(own.pop(key)) for key in ("start_ms", "end_ms")}
    return TestSpan(**own, **times, attributes={key: v for key, v in row.items() if v})


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))
