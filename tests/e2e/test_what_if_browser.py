"""The What-if page as a person uses it: a real browser, collector and dashboard process."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
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
from sql.settings import Settings, load_settings
from tests.lakes import empty_lake

WITHIN_MS = 30_000
REQUESTS = 120


def send(target: str) -> None:
    """Chats that wait 600 ms for the first token of a long prompt, after two other steps."""
    resource = Resource({"service.name": "chat-web", "marketing.use_case": "live_chat"})
    provider = TracerProvider(resource=resource)
    exporter = OTLPSpanExporter(endpoint=target, insecure=True)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=10_000))
    tracer = provider.get_tracer("tests")
    began = datetime.now(UTC) - timedelta(minutes=40)
    call = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": 2000,
        "gen_ai.usage.output_tokens": 100,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.response.time_to_first_chunk": 0.6,
    }
    steps = [
        ("search", 0, 100, {"gen_ai.operation.name": "retrieval"}),
        ("rerank", 100, 200, {"openinference.span.kind": "RERANKER"}),
        ("chat gpt-4o", 200, 1800, call),
    ]
    for number in range(REQUESTS):
        start_ns = int((began + timedelta(seconds=number)).timestamp()) * 10**9
        root = tracer.start_span("chat", start_time=start_ns)
        for name, from_ms, to_ms, attributes in steps:
            span = tracer.start_span(
                name,
                set_span_in_context(root),
                start_time=start_ns + from_ms * 10**6,
                attributes=attributes,
            )
            span.end(start_ns + to_ms * 10**6)
        root.end(start_ns + 1800 * 10**6)
    provider.shutdown()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings: Settings = replace(
        load_settings(None, lake=str(empty_lake(tmp_path_factory.mktemp("lake")))),
        grpc_address="127.0.0.1:0",
        http_address="127.0.0.1:0",
        dashboard_address="127.0.0.1:0",
    )
    with Collector(settings, quiet=timedelta(0)) as collector:
        send(f"127.0.0.1:{collector.grpc_port}")
        while not collector.caught_up():
            time.sleep(0.1)
    with DashboardProcess(settings) as dashboard:
        assert dashboard.wait_until_answering(Event())
        yield dashboard.url


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(WITHIN_MS)
    page.goto(f"{url}/what-if?live=false")
    yield page
    page.close()


def test_levers_that_are_chosen_are_pulled_together_and_kept_in_the_address(page: Page) -> None:
    headline = page.locator("h1")
    expect(headline).to_contain_text("For live chat, caching the prompt would bring")
    page.get_by_role("button", name="Skip reranking").click()
    expect(headline).to_contain_text("skipping reranking would bring the first token")
    page.get_by_role("button", name="Cache the prompt").click()
    expect(headline).to_contain_text("caching the prompt and skipping reranking would bring")
    page.wait_for_url(re.compile("levers="))
    told = headline.inner_text()
    page.reload()
    expect(headline).to_have_text(told)
    expect(page.get_by_role("table", name="Before and after")).to_contain_text("Within 500 ms")


def test_a_brief_is_shared_by_its_address_and_downloaded_as_a_page(
    page: Page, tmp_path: Path
) -> None:
    page.get_by_text("Plan a new chain").click()
    headline = page.locator("h1")
    expect(headline).to_contain_text("of live chat requests would have their first word")
    page.get_by_text("Rerank what they find").click()
    chain = page.get_by_role("table", name="Steps of the chain")
    expect(chain).to_contain_text("Rerank")
    page.wait_for_url(re.compile("rerank=true"))
    told = headline.inner_text()
    page.reload()
    expect(headline).to_have_text(told)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this brief").click()
    download.value.save_as(tmp_path / "brief.html")
    kept = (tmp_path / "brief.html").read_text()
    assert re.search(r"what-if\?[^\"]*rerank=true", kept)
    assert "<h1>Latency brief: Live chat</h1>" in kept
