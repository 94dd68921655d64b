"""Files of conversions end in the lake, as common exports write them; what does not is said."""

import gzip
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from app.commands.import_traces import import_traces
from sql.settings import load_settings
from tests.app.conftest import Run, Start
from tests.lakes import empty_lake

FILES = Path(__file__).parent / "conversion_files"
NOON_NS = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) * 10**9
SESSIONS = ("s-1", "s-2", "1772366400", "1772367000")
ROWS = (
    "select * exclude (received_at), (select count(*) from lake.conversions) as stored "
    "from conversions"
)
STORED = "select * exclude (received_at) from conversions order by conversion_id"


def answered(run: Run, query: str = STORED) -> list[dict[str, Any]]:
    answer = run("sql", "--lake", "lake", "--format", "json", query)
    assert answer.returncode == 0, answer.stderr
    return list(json.loads(answer.stdout))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with one request of every session, at noon."""
    made = ExportTraceServiceRequest()
    spans = made.resource_spans.add().scope_spans.add().spans
    for number, session_id in enumerate(SESSIONS, start=1):
        span = spans.add(
            trace_id=number.to_bytes(16, "big"),
            span_id=number.to_bytes(8, "big"),
            name="answer",
            start_time_unix_nano=NOON_NS,
            end_time_unix_nano=NOON_NS + 10**9,
        )
        span.attributes.add(key="session.id").value.string_value = session_id
    folder = empty_lake(tmp_path_factory.mktemp("asked") / "lake")
    file = folder.with_name("traces.pb")
    file.write_bytes(made.SerializeToString())
    assert import_traces(load_settings(None, lake=str(folder), environ={}), [file]) == 0
    return folder


@pytest.fixture
def requests(asked: Path, tmp_path: Path) -> None:
    """These requests in a lake of the test's own."""
    shutil.copytree(asked, tmp_path / "lake")


def request_id(number: int) -> str:
    return f"{number:032x}-{number:016x}"


@pytest.mark.usefixtures("requests")
def test_ga4_is_read_from_its_nested_parameters(run: Run) -> None:
    finished = run("import-conversions", "--lake", "lake", FILES / "ga4.jsonl")
    assert "read as GA4: conversion_id from ecommerce.transaction_id" in finished.stdout
    assert finished.stdout.splitlines()[1:] == [
        "3 rows read: 2 conversions, 2 joined to a request, 0 not joined, 1 rows rejected",
        f"  1 rejected, not_an_object: {FILES / 'ga4.jsonl'} line 3: is not an object",
    ]
    assert finished.returncode == 1
    found = {row["kind"]: row for row in answered(run)}
    assert found["purchase"]["conversion_id"] == "T-1001"
    assert found["purchase"]["revenue_usd"] == 84.5
    assert found["purchase"]["request_id"] == request_id(3)
    assert found["generate_lead"]["revenue_usd"] == 45
    assert found["generate_lead"]["request_id"] == request_id(4)


@pytest.mark.usefixtures("requests")
def test_shopify_orders_count_once_and_only_in_dollars(run: Run) -> None:
    finished = run("import-conversions", "--lake", "lake", FILES / "shopify.csv")
    assert "read as Shopify: conversion_id from Name" in finished.stdout
    assert finished.stdout.splitlines()[1:] == [
        "4 rows read: 2 conversions, 1 joined to a request, 1 not joined, 1 rows rejected",
        f"  1 rejected, currency: {FILES / 'shopify.csv'} line 5: revenue is in EUR, not in USD",
    ]
    (first, other) = answered(run)
    assert (first["conversion_id"], first["revenue_usd"]) == ("#1001", 84.5)
    assert (first["session_id"], first["request_id"]) == ("s-1", request_id(1))
    assert first["occurred_at"].startswith("2026-03-01T12:05:00")
    assert (other["conversion_id"], other["request_id"]) == ("#1003", None)


@pytest.mark.usefixtures("requests")
def test_segment_events_are_conversions(run: Run) -> None:
    finished = run("import-conversions", "--lake", "lake", FILES / "segment.jsonl")
    assert finished.returncode == 0, finished.stderr
    assert "read as Segment: conversion_id from properties.order_id or messageId" in finished.stdout
    found = [(row["conversion_id"], row["kind"], row["request_id"]) for row in answered(run)]
    assert found == [
        ("ajs-2", "Signed Up", request_id(4)),
        ("order-1", "Order Completed", request_id(3)),
    ]


@pytest.mark.usefixtures("requests")
def test_columns_may_be_told(run: Run) -> None:
    told = ("--map", "session_id=visitor", "--map", "occurred_at=bought")
    file = FILES / "visits.csv"
    finished = run(
        "import-conversions", "--lake", "lake", *told, "--map", "revenue_usd=worth", file
    )
    lines = finished.stdout.splitlines()
    assert lines[1] == (
        "4 rows read: 2 conversions, 2 joined to a request, 0 not joined, 2 rows rejected"
    )
    assert f"{file} line 4: nothing tells whose it is" in finished.stdout
    assert f"{file} line 5: occurred_at: " in finished.stdout
    assert {row["session_id"]: row["revenue_usd"] for row in answered(run)} == {
        "s-1": 84.5,
        "s-2": None,
    }


def test_every_form_says_the_same(run: Run, lake: str) -> None:
    at = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)

    def frame(form: str) -> pl.DataFrame:
        sessions = [f"{form}-1", f"{form}-2"]
        return pl.DataFrame(
            {"session_id": sessions, "occurred_at": [at, at], "revenue_usd": [84.5, None]}
        )

    frame("parquet").write_parquet("a.parquet")
    frame("csv").write_csv("a.csv")
    Path("a.csv.gz").write_bytes(gzip.compress(frame("gzip").write_csv().encode()))
    texts = frame("json").with_columns(pl.col("occurred_at").dt.to_string("iso"))
    Path("a.json").write_text(json.dumps(texts.to_dicts()))
    files = ("a.parquet", "a.csv", "a.csv.gz", "a.json")
    finished = run("import-conversions", "--lake", lake, *files)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert {row["session_id"]: row["revenue_usd"] for row in answered(run)} == {
        f"{form}-{number}": worth
        for form in ("parquet", "csv", "gzip", "json")
        for number, worth in ((1, 84.5), (2, None))
    }


@pytest.mark.usefixtures("requests")
def test_the_same_file_twice_changes_nothing(run: Run) -> None:
    Path("a.csv").write_text("session_id,occurred_at,revenue_usd\ns-1,2026-03-01T12:05:00Z,84.5\n")
    assert run("import-conversions", "--lake", "lake", "a.csv").returncode == 0
    first = answered(run, ROWS)
    assert run("import-conversions", "--lake", "lake", "a.csv").returncode == 0
    assert answered(run, ROWS) == first
    assert [row["stored"] for row in first] == [1]


def test_a_running_collector_takes_the_conversions(start: Start, run: Run, lake: str) -> None:
    collector = start("collect", "--lake", lake)
    address = collector.line("OTLP/HTTP").removeprefix("http://")
    file = FILES / "segment.jsonl"
    finished = run("import-conversions", "--lake", lake, file, LATENCYTAX_HTTP_ADDRESS=address)
    assert finished.returncode == 0, finished.stderr
    assert "2 conversions, 0 joined to a request, 2 not joined" in finished.stdout
    assert len(answered(run)) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--map", "session=visitor"), "FIELD one of"),
        (("--map", "session_id=nobody"), "no column 'nobody'"),
        ((), "--map occurred_at=COLUMN"),
    ],
)
def test_columns_that_are_not_there_are_wrong_usage(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    finished = run("import-conversions", "--lake", "lake", *arguments, FILES / "visits.csv")
    assert finished.returncode == 2
    assert told in finished.stderr


def test_a_damaged_file_is_said(run: Run) -> None:
    Path("a.parquet").write_bytes(b"PAR1 and no more")
    finished = run("import-conversions", "--lake", "lake", "a.parquet")
    assert finished.returncode == 1
    assert "a.parquet: cannot be read" in finished.stderr
