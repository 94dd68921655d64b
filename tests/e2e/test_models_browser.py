"""The Models & tiers page as a person uses it: a real browser, collector and dashboard process."""

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
from opentelemetry.trace import set_span_in_context
from playwright.sync_api import Browser, Page, expect

from app.dashboard_process import DashboardProcess
from collector.service import Collector
from sql.lake import open_reader
from sql.settings import Settings, load_settings
from tests.lakes import empty_lake

HOSTILE = "<img src=x onerror=alert(1)>-7b"
QUICK = "llama-3b"


def send(target: str, model: str, durations_ms: list[float]) -> None:
    """One request of each duration, a second apart, answered by one call of the model."""
    provider = TracerProvider(
        resource=Resource({"marketing.use_case": "real_time_personalization"})
    )
    exporter = OTLPSpanExporter(endpoint=target, insecure=True)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=10_000))
    tracer = provider.get_tracer("tests")
    start = datetime.now(UTC) - timedelta(minutes=30)
    call = {"gen_ai.operation.name": "chat", "gen_ai.request.model": model}
    for second, duration_ms in enumerate(durations_ms):
        started_ns = int((start + timedelta(seconds=second)).timestamp() * 1e9)
        ended_ns = started_ns + int(duration_ms * 1e6)
        request = tracer.start_span("request", start_time=started_ns)
        tracer.start_span(
            "chat", set_span_in_context(request), start_time=started_ns, attributes=call
        ).end(ended_ns - 1_000_000)
        request.end(ended_ns)
    provider.shutdown()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake in which a large model with a hostile name is too slow, and a small one is not."""
    anywhere = "127.0.0.1:0"
    settings = replace(
        load_settings(None, lake=str(empty_lake(tmp_path_factory.mktemp("lake")))),
        grpc_address=anywhere,
        http_address=anywhere,
        dashboard_address=anywhere,
    )
    with Collector(settings, quiet=timedelta(0)) as collector:
        target = f"127.0.0.1:{collector.grpc_port}"
        send(target, HOSTILE, [1800.0] * 200)
        send(target, QUICK, [300.0] * 100)
        while not collector.caught_up():
            time.sleep(0.1)
    return settings


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    with DashboardProcess(settings) as dashboard:
        assert dashboard.wait_until_answering(Event())
        yield f"{dashboard.url}/models"


def test_the_page_answers_with_what_the_model_says(
    page: Page, url: str, settings: Settings
) -> None:
    page.goto(url)
    expect(page.locator("h1")).to_contain_text(f"{QUICK} would keep that of")
    with open_reader(settings) as lake:
        row = lake.execute("SELECT DISTINCT recommendation FROM model_fit").fetchone()
    expect(page.locator("p.lt-lead", has_text=f"Move to {QUICK} here.").first).to_have_text(row[0])


def test_a_hostile_model_name_is_text(page: Page, url: str) -> None:
    page.goto(url)
    matrix = page.get_by_role("table", name="What fits where")
    expect(matrix).to_contain_text(HOSTILE)
    expect(matrix).to_contain_text("Too slow")
    expect(page.get_by_role("table", name="Models", exact=True)).to_contain_text(HOSTILE)
    expect(page.locator("img[src=x]")).to_have_count(0)


def test_the_sql_beneath_a_figure_can_be_pasted(page: Page, url: str, settings: Settings) -> None:
    page.goto(url)
    page.get_by_text("How do we know: what fits where").click()
    expect(page.get_by_text(re.compile("^Latency is that of the whole request"))).to_be_visible()
    with open_reader(settings) as lake:
        sql = page.locator("[data-testid=stCode] code").first.text_content()
        assert len(lake.execute(sql or "").fetchall()) == 2


def test_it_fits_a_phone(browser: Browser, url: str) -> None:
    phone = browser.new_page(viewport={"width": 420, "height": 900})
    phone.goto(url)
    expect(phone.get_by_text("One call against the whole task", exact=True)).to_be_visible()
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 420
    phone.close()
