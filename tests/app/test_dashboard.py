"""The pages over a lake that a real collector filled, without a browser."""

import time
import tomllib
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
from app.dashboard.board.changes import Change, change_headline
from app.dashboard.board.rows import board_table, sparkline
from app.dashboard.budgets import Budget, headline
from app.dashboard.charts import (
    percentiles_to_budget,
    percentiles_to_budget_text,
    spans_per_minute,
    spans_per_minute_text,
)
from app.dashboard.filters import unfiltered
from app.dashboard.pipeline import findings, tables
from app.dashboard.pipeline.refusals import refusal
from app.palette import LIGHT
from collector.service import Collector
from sql.lake import open_reader
from sql.settings import Settings, load_settings

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
    lake = str(tmp_path_factory.mktemp("lake"))
    settings = replace(
        load_settings(None, lake=lake), grpc_address="127.0.0.1:0", http_address="127.0.0.1:0"
    )
    with Collector(settings) as collector:
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
    assert "Use case known for 100 % of 500 requests" in plain(known)


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


BUDGET = Budget(
    use_case="live_chat",
    title="Live chat",
    metric="first_token",
    step=None,
    latency="first_token",
    position=1,
    threshold_ms=500,
    objective=0.95,
    window_days=28,
    unknown=0,
    compliance=0.9,
    compliance_low=0.88,
    compliance_high=0.92,
    budget_left=-1.0,
    exhausted_at=None,
    is_running_out=False,
    verdict="missed",
    n=1000,
    p50=300,
    p95=1400,
    p99=None,
    due_percentile="p95",
    due_ms=1400,
    due_to_budget_ratio=2.8,
    p50_to_budget_ratio=0.6,
)
KEPT = replace(BUDGET, verdict="met", budget_left=0.4, due_ms=480, due_to_budget_ratio=0.96)
TREND = pl.DataFrame({"use_case": ["live_chat"], "position": [1], "compliance": [0.9]})


WORSE = Change("live_chat", 1, 0.95, -0.05, 360.4, "worse", 1)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_headline_names_the_worst() -> None:
    worse = replace(BUDGET, title="CRM assistant", budget_left=-3.0)
    assert plain(headline([KEPT, BUDGET, worse], "in the last hour")) == (
        "2 of 3 budgets were missed in the last hour; CRM assistant answers its first token in "
        "1.4 s at p95 against a budget of 500 ms."
    )


def test_a_budget_missed_by_failures_is_not_said_to_be_slow() -> None:
    failing = replace(BUDGET, due_ms=480)
    assert plain(headline([failing], "today")) == (
        "1 of 1 budget was missed today; live chat kept to 500 ms for 90 % of its requests, "
        "95 % are due."
    )


def test_budgets_that_cannot_be_judged_are_not_said_to_be_kept() -> None:
    undecided = replace(BUDGET, verdict="too_few")
    assert headline([KEPT, undecided], "today") == "1 of 2 budgets was kept today, 1 is undecided."
    assert headline([undecided], "today") == "No budget has enough requests today to be judged."
    assert headline([KEPT, BUDGET, undecided], "today").startswith(
        "1 of 3 budgets was missed today, 1 is undecided; live chat"
    )


def test_a_budget_about_to_run_out_is_at_risk() -> None:
    at_risk = replace(KEPT, exhausted_at=NOW + timedelta(days=1, hours=-1), is_running_out=True)
    assert at_risk.state == "at_risk"
    assert plain(at_risk.left(NOW)) == "40 % left; at this pace gone on Friday 14:00"
    assert headline([at_risk], "today") == (
        "The one budget was kept today; at this pace live chat runs out of its own."
    )


def test_what_changed_most_is_said_once() -> None:
    assert plain(change_headline([BUDGET], {("live_chat", 1): WORSE}, "the hour before")) == (
        "Changed most against the hour before: live chat · first token got worse, "
        "90 % in budget instead of 95 %."
    )
    unclear = replace(WORSE, change="unclear", change_rank=None)
    assert change_headline([BUDGET], {("live_chat", 1): unclear}, "the hour before") == (
        "No budget was kept clearly better or worse than in the hour before."
    )


def test_a_change_has_a_word_and_a_shape() -> None:
    row = plain(board_table([BUDGET], {("live_chat", 1): WORSE}, TREND, NOW))
    assert "▼</span> 5.0 pts worse<" in row
    assert "▲</span> 360 ms slower<" in row
    better = replace(WORSE, change="better", compliance_change=0.012, p95_change=-80.0)
    row = plain(board_table([BUDGET], {("live_chat", 1): better}, TREND, NOW))
    assert "▲</span> 1.2 pts better<" in row
    assert "▼</span> 80 ms faster<" in row


def test_unknown_is_a_dash_never_zero() -> None:
    unknown = replace(
        BUDGET, verdict="too_few", p50=None, p95=None, compliance=None, n=None, budget_left=None
    )
    row = board_table([unknown], {}, TREND, NOW)
    assert row.count(f">{wording.UNKNOWN}<") == 6
    assert ">0" not in row


def test_words_from_outside_are_never_markup() -> None:
    row = board_table([replace(BUDGET, title=HOSTILE)], {}, TREND, NOW)
    assert "<script" not in row
    assert 'aria-label="&lt;script&gt;' in row


def test_a_trend_without_data_has_no_picture() -> None:
    assert sparkline([None, None], BUDGET) == wording.UNKNOWN


def test_each_chart_comes_in_words() -> None:
    chart = percentiles_to_budget([BUDGET, KEPT], LIGHT).to_dict()
    assert chart["height"] == {"step": 26}
    assert plain(percentiles_to_budget_text([BUDGET])) == (
        "Percentiles of each budget as multiples of it. Live chat: 1.4 s against 500 ms, missed"
    )


def test_budgets_of_one_use_case_are_told_apart() -> None:
    half = replace(BUDGET, threshold_ms=200, due_percentile="p50", due_ms=300)
    assert plain(percentiles_to_budget_text([BUDGET, half])) == (
        "Percentiles of each budget as multiples of it. "
        "Live chat · 500 ms: 1.4 s against 500 ms, missed; "
        "Live chat · 200 ms: 300 ms at p50 against 200 ms, missed"
    )
    response = replace(BUDGET, metric="response")
    assert "Live chat · response" in percentiles_to_budget_text([BUDGET, response])


def test_spans_per_minute_come_in_words() -> None:
    minutes = [NOW - timedelta(minutes=minute) for minute in (3, 2, 1)]
    rate = pl.DataFrame({"minute_at": minutes, "spans": [0, 1200, 40]})
    assert spans_per_minute(rate, LIGHT).to_dict()["title"]["text"].startswith("Spans per minute")
    assert spans_per_minute_text(rate) == (
        "Spans per minute over the last hour: at most 1,200 at 14:58 UTC, 40 in the last whole "
        "minute, none in 1 minute of 3"
    )


def test_minutes_of_the_first_hour_stand_in_a_whole_hour() -> None:
    """Two bars that fill the width would repeat the labels of their minutes."""
    rate = pl.DataFrame({"minute_at": [NOW - timedelta(minutes=1), NOW], "spans": [4, 9]})
    first, last = spans_per_minute(rate, LIGHT).to_dict()["encoding"]["x"]["scale"]["domain"]
    assert (first["hours"], first["minutes"]) == (14, 1)
    assert (last["hours"], last["minutes"]) == (15, 1)


HEALTH = pl.DataFrame(
    [
        ("rate", "spans last minute", 1200.0, "", None),
        ("freshness", "newest span", 4.0, "", True),
        ("lag", "received to loaded", 1.0, "", True),
        ("coverage", "first token of streamed calls", 0.83, "29,013 calls of the last day", False),
        ("coverage", "session of requests", None, "0 requests of the last day", None),
        ("flag", "end_before_start", 7.0, "shop", False),
        ("rejection", "trace_id_zero", 2.0, "sample", False),
        ("redaction", "redacted_email", 5.0, "kept", None),
        ("unknown_model", 'our "model"', 3.0, "", None),
        ("unknown_model", "gpt-5 at sla", 2.0, "", None),
    ],
    schema=["topic", "subject", "value", "detail", "is_fine"],
    orient="row",
)
SENDERS = pl.DataFrame({"service": ["shop", "web", "web"]})


def test_the_pipeline_opens_with_whether_data_is_arriving_and_healthy() -> None:
    fine = HEALTH.filter(pl.col("is_fine") | (pl.col("topic") == "rate"))
    assert findings.headline(fine, SENDERS) == (
        "Data is arriving and healthy: 1,200 spans in the last minute, from 2 services."
    )
    assert findings.headline(HEALTH, SENDERS).startswith(
        "Data is arriving but 3 things need a look"
    )
    assert plain(findings.headline(fine.filter(topic="freshness"), SENDERS)) == (
        "Nothing arrived in the last minute; the newest span is 4 s old."
    )


def test_each_thing_that_needs_a_look_comes_with_what_to_do() -> None:
    steps = findings.next_steps(HEALTH)
    assert [plain(what) for what in steps["Needs a look"]] == [
        "Trace id of zeros: 2 refused",
        "Ended before it started; kept with a duration of 0: 7 spans",
        "First token known for 83 % of 29,013 streamed calls",
    ]
    assert "NTP" in steps["What to do"][1]


def test_coverage_reads_as_a_sentence() -> None:
    said = plain(findings.coverage(HEALTH))
    assert "First token known for 83 % of 29,013 streamed calls" in said
    assert "Session known: no requests in the last day" in said


def test_doubts_and_what_was_taken_out_are_told_with_their_numbers() -> None:
    assert tables.doubtful(HEALTH).select("Spans", "Sent by").row(0) == ("7", "shop")
    assert tables.redacted(HEALTH).row(0) == ("E-mail addresses", "5")
    prices = tables.price_entries(tables.unpriced(HEALTH)["Model"].to_list())
    plain_price, sla_price = tomllib.loads(prices)["price"]
    assert plain_price["model"] == 'our "model"'
    assert (sla_price["model"], sla_price["service_tier"]) == ("gpt-5", "sla")


def test_an_unlisted_reason_is_still_said() -> None:
    assert refusal("quite_new") == ("Quite new", "See the sample.")


def test_questions_of_two_pages_with_one_name_are_kept_apart(settings: Settings) -> None:
    with data.snapshot(settings) as snapshot:
        filters = unfiltered(snapshot.version.minute)
        of_tax = data.load(snapshot, tax_queries.ask, "fits", filters)
        of_models = data.load(snapshot, model_queries.ask, "fits", filters)
    assert of_tax.columns != of_models.columns
