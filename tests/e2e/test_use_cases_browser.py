"""The Use cases page as a person uses it: a real browser, collector and dashboard process."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from playwright.sync_api import Browser, Page, expect

from app.dashboard_process import DashboardProcess
from collector.service import Collector
from sql.lake import open_reader
from sql.settings import Settings, load_settings
from tests.lakes import empty_lake

WITHIN_MS = 20_000


def send(target: str, use_case: str, durations_ms: list[float]) -> None:
    """One request of each duration, a second apart, from half an hour ago on."""
    provider = TracerProvider(resource=Resource({"marketing.use_case": use_case}))
    exporter = OTLPSpanExporter(endpoint=target, insecure=True)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=10_000))
    tracer = provider.get_tracer("tests")
    start = datetime.now(UTC) - timedelta(minutes=30)
    for second, duration_ms in enumerate(durations_ms):
        started_ns = int((start + timedelta(seconds=second)).timestamp() * 1e9)
        span = tracer.start_span("request", start_time=started_ns)
        span.end(started_ns + int(duration_ms * 1e6))
    provider.shutdown()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake in which bids miss their budget, and chats keep the one that is known."""
    anywhere = "127.0.0.1:0"
    settings = replace(
        load_settings(None, lake=str(empty_lake(tmp_path_factory.mktemp("lake")))),
        grpc_address=anywhere,
        http_address=anywhere,
        dashboard_address=anywhere,
    )
    with Collector(settings, quiet=timedelta(0)) as collector:
        target = f"127.0.0.1:{collector.grpc_port}"
        send(target, "bid_optimization", [50.0] * 270 + [150.0] * 30)
        send(target, "live_chat", [1200.0] * 200)
        while not collector.caught_up():
            time.sleep(0.1)
    return settings


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    with DashboardProcess(settings) as dashboard:
        assert dashboard.wait_until_answering(Event())
        yield f"{dashboard.url}/use-cases"


def test_the_page_answers_proves_and_leads_to_a_trace(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("h1")).to_contain_text(
        re.compile("^Bid optimization keeps its response budget for 90.% of requests")
    )
    expect(page.locator("h1")).to_contain_text("was gone on")
    charts = page.locator("[role=graphics-document]")
    expect(charts).to_have_count(3)
    expect(charts.first).to_have_attribute("aria-label", re.compile("^Error budget of Bid"))
    page.get_by_role("table", name="Requests").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/traces\\?.*request="))


def test_a_use_case_and_its_objective_are_in_the_url(page: Page, url: str) -> None:
    page.goto(f"{url}?of=Live+chat&objective=Response+4+s")
    expect(page.locator("h1")).to_contain_text("Live chat keeps its response budget for 100")
    page.get_by_role("radio", name="First token 500 ms").click()
    expect(page.locator("h1")).to_contain_text("No request of live chat in the last 7 days")
    page.get_by_role("combobox", name="Use case").first.click()
    page.get_by_role("option", name="Bid optimization").click()
    expect(page.locator("h1")).to_contain_text("Bid optimization keeps")


def test_the_sql_beneath_a_figure_can_be_pasted(page: Page, url: str, settings: Settings) -> None:
    page.goto(url)
    page.get_by_text("How do we know: budgets and percentiles").click()
    expect(page.get_by_text(re.compile("^Requests are independent of each other"))).to_be_visible()
    blocks = page.locator("[data-testid=stCode] code")
    expect(blocks).to_have_count(9)
    with open_reader(settings) as lake:
        assert all(lake.execute(sql).fetchall() for sql in blocks.all_text_contents())


def test_it_fits_a_phone(browser: Browser, url: str) -> None:
    phone = browser.new_page(viewport={"width": 420, "height": 900})
    phone.goto(url)
    expect(phone.get_by_text("Slowest requests", exact=True)).to_be_visible()
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 420
    phone.close()
