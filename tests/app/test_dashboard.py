"""The pages over a lake that a real collector filled, without a browser."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from streamlit.testing.v1 import AppTest

from app import model_queries, queries, tax_queries
from app.dashboard import data, wording
from app.dashboard.filters import unfiltered
from app.dashboard.pipeline import findings, tables
from collector.service import Collector
from sql.lake import open_reader
from sql.settings import Settings, load_settings
from tests.lakes import empty_lake

MAIN = Path(__file__).parents[2] / "app" / "dashboard" / "main.py"
NOW = datetime(2026, 11, 19, 15, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) **b**"


def send(target: str, service: str, use_case: str, durations_ms: list[float]) -> None:
    """One request of each duration, ended in the last minutes."""
    resource = Resource({"service.name": service, "marketing.use_case": use_case})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=target, insecure=True), max_queue_size=10_000)
    )
    tracer = provider.get_tracer("tests")
    start = datetime.now(UTC) - timedelta(minutes=30)
    for index, duration_ms in enumerate(durations_ms):
        started_ns = int((start + timedelta(seconds=index)).timestamp() * 1e9)
        span = tracer.start_span("request", start_time=started_ns)
        span.end(started_ns + int(duration_ms * 1e6))
    provider.shutdown()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake in which one of two budgets was missed, and one service has a hostile name."""
    lake = str(empty_lake(tmp_path_factory.mktemp("lake")))
    settings = replace(
        load_settings(None, lake=lake), grpc_address="127.0.0.1:0", http_address="127.0.0.1:0"
    )
    with Collector(settings, quiet=timedelta(0)) as collector:
        target = f"127.0.0.1:{collector.grpc_port}"
        send(target, "bidder", "bid_optimization", [50.0] * 270 + [150.0] * 30)
        send(target, HOSTILE, "checkout_personalization", [120.0] * 200)
        while not collector.caught_up():
            time.sleep(0.1)
    return settings


def script() -> None:
    """The Budgets page with its filter bar."""
    from app import queries  # noqa: PLC0415 - runs as a script of its own
    from app.dashboard import data, filters  # noqa: PLC0415
    from app.dashboard.board import page as board  # noqa: PLC0415
    from sql.settings import load_settings  # noqa: PLC0415

    with data.snapshot(load_settings(None)) as snapshot:
        offered = data.load(snapshot, queries.choices)
        board.show(snapshot, filters.sidebar(offered, snapshot.version.minute))


@pytest.fixture
def page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    return AppTest.from_function(script, default_timeout=30)


def html(page: AppTest) -> str:
    return "\n".join(element.proto.body for element in page.html)


def test_the_board_opens_with_the_sentence_that_answers(page: AppTest, settings: Settings) -> None:
    page.run()
    assert not page.exception
    end = datetime.now(UTC)
    week = queries.Filters(end - timedelta(days=7), end, bucket_seconds=3600)
    with open_reader(settings) as lake:
        board = queries.board(lake, week).filter(pl.col("use_case") == "bid_optimization")
    p95 = wording.duration(board["p95"].item())
    assert board["compliance"].item() == pytest.approx(0.9)
    assert (
        "1 of 2 budgets was missed in the last 7 days; bid optimization responds in "
        f"{p95} at p95 against a budget of {wording.duration(100)}."
    ) in html(page)


def test_the_url_chooses_what_is_shown(page: AppTest) -> None:
    page.query_params["use_case"] = "Checkout personalization"
    page.query_params["range"] = "24h"
    page.run()
    assert not page.exception
    assert "The one budget was kept in the last 24 hours." in html(page)


def test_a_value_that_no_filter_offers_is_ignored(page: AppTest) -> None:
    page.query_params["use_case"] = "<b>nothing</b>"
    page.query_params["range"] = "fortnight"
    page.run()
    assert not page.exception
    assert "1 of 2 budgets was missed in the last 7 days" in html(page)


def test_a_comparison_is_in_the_url(page: AppTest) -> None:
    page.query_params["compare"] = "true"
    page.run()
    assert not page.exception
    assert "There is nothing to compare with in the 7 days before." in html(page)
    assert html(page).count("nothing before") == 2


def test_who_sends_is_one_row_with_all_it_sends_through(settings: Settings) -> None:
    with open_reader(settings) as lake:
        who = tables.senders(queries.pipeline_senders(lake), NOW)
        known = findings.coverage(queries.pipeline_health(lake))
    assert who.filter(Service="bidder")["Sent through (spans)"].to_list() == ["tests (300)"]
    assert who.filter(Service="bidder")["Speaks"].to_list() == ["its own words"]
    assert "Use case known for 100 % of 500 requests" in known.replace("\N{NO-BREAK SPACE}", " ")


def test_a_custom_period_without_requests_says_so(page: AppTest) -> None:
    page.query_params.update({"range": "custom", "from": "2020-01-01T00:00"})
    page.query_params["to"] = "2020-01-02T00:00"
    page.run()
    assert not page.exception
    assert (
        "No budget has enough requests between 1 Jan 2020 00:00 and 2 Jan 2020 00:00 UTC"
        in html(page)
    )


def test_a_missing_lake_shows_where_to_send(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENCYTAX_LAKE", str(tmp_path / "none"))
    monkeypatch.setenv("LATENCYTAX_HTTP_ADDRESS", "127.0.0.1:14318")
    page = AppTest.from_file(MAIN, default_timeout=30).run()
    assert not page.exception
    assert "No traces yet" in html(page)
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:14318" in page.code[0].value


def test_questions_of_two_pages_with_one_name_are_kept_apart(settings: Settings) -> None:
    with data.snapshot(settings) as snapshot:
        filters = unfiltered(snapshot.version.minute)
        of_tax = data.load(snapshot, tax_queries.ask, "fits", filters)
        of_models = data.load(snapshot, model_queries.ask, "fits", filters)
    assert of_tax.columns != of_models.columns
