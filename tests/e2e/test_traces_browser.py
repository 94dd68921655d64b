"""The Traces page as a person uses it: a real browser, collector and dashboard process."""

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
from opentelemetry.trace import Span, set_span_in_context
from playwright.sync_api import Browser, Page, Position, expect

from app.dashboard.traces.waterfall_layout import ROW_PX
from app.dashboard_process import DashboardProcess
from collector.service import Collector
from sql.settings import Settings, load_settings
from tests.lakes import empty_lake

HOSTILE = "<script>window.hacked=1</script>[x](javascript:alert(1))**b**\u202egnp\u202c"
SHOWN = "<script>window.hacked=1</script>[x](javascript:alert(1))**b**�gnp�"
WITHIN_MS = 20_000
MANY = 900


class Agent:
    """Sends requests that began some minutes ago; times are ms since then."""

    def __init__(self, target: str) -> None:
        self.provider = TracerProvider(
            resource=Resource({"service.name": "chat-web", "marketing.use_case": "live_chat"})
        )
        exporter = OTLPSpanExporter(endpoint=target, insecure=True)
        self.provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=10_000))
        self.tracer = self.provider.get_tracer("tests")
        began = datetime.now(UTC) - timedelta(minutes=20)
        self.began_ns = int(began.timestamp()) * 10**9

    def span(
        self, name: str, start_ms: float, end_ms: float, parent: Span | None, **attributes: str
    ) -> Span:
        """A span; its attributes' names have dots for double underscores."""
        span = self.tracer.start_span(
            name,
            context=set_span_in_context(parent) if parent else None,
            start_time=self.began_ns + int(start_ms * 1e6),
            attributes={key.replace("__", "."): value for key, value in attributes.items()},
        )
        span.end(self.began_ns + int(end_ms * 1e6))
        return span


def chat(agent: Agent) -> None:
    """A turn of 4.2 s whose model writes for most of it."""
    root = agent.span("chat turn", 0, 4200, None, user__id="u-chat", session__id="s-1")
    agent.span("look up stock", 100, 900, root, gen_ai__operation__name="execute_tool")
    model = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "gpt-4o"}
    agent.span("chat gpt-4o", 1000, 4100, root, **model)


def hostile(agent: Agent) -> None:
    root = agent.span(HOSTILE, 0, 300, None, user__id="u-hostile")
    agent.span(HOSTILE, 50, 250, root, note=HOSTILE)


def many(agent: Agent) -> None:
    root = agent.span("batch", 0, 30_000, None, user__id="u-many")
    for index in range(MANY):
        agent.span(f"part {index}", 30 * index, 30 * index + 25, root)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard over three requests: a chat, one with hostile names, one of many spans."""
    settings: Settings = replace(
        load_settings(None, lake=str(empty_lake(tmp_path_factory.mktemp("lake")))),
        grpc_address="127.0.0.1:0",
        http_address="127.0.0.1:0",
        dashboard_address="127.0.0.1:0",
    )
    with Collector(settings, quiet=timedelta(0)) as collector:
        agent = Agent(f"127.0.0.1:{collector.grpc_port}")
        for request in (chat, hostile, many):
            request(agent)
        agent.provider.shutdown()
        while not collector.caught_up():
            time.sleep(0.1)
    with DashboardProcess(settings) as dashboard:
        assert dashboard.wait_until_answering(Event())
        yield dashboard.url


def open_request(page: Page, url: str, user: str) -> None:
    page.goto(f"{url}/traces?find={user}")
    page.get_by_role("table", name="Requests").get_by_role("link").click()
    expect(page.locator(".js-plotly-plot .barlayer")).to_be_visible()


def on_row(row: int) -> Position:
    """Where no bar need be: the whole row is pointed at."""
    return {"x": 20, "y": ROW_PX * (row + 0.5)}


def test_requests_are_listed_slowest_first(page: Page, url: str) -> None:
    page.goto(f"{url}/traces")
    expect(page.locator("h1")).to_contain_text("3 requests in the last 7 days; the slowest took 30")
    rows = page.get_by_role("table", name="Requests").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("901")
    page.get_by_role("combobox", name="Sort by").click()
    page.get_by_role("option", name="Newest").click()
    expect(page).to_have_url(re.compile(r"sort=Newest"))


def test_an_id_is_found_whatever_the_filters_say(page: Page, url: str) -> None:
    page.goto(f"{url}/traces?range=custom&from=2020-01-01T00:00&to=2020-01-02T00:00")
    expect(page.locator("h1")).to_contain_text("No requests")
    page.get_by_role("textbox", name="Find by id").fill("s-1")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("1 request belongs to “s-1”")
    expect(page.get_by_role("table", name="Requests").locator("tbody tr")).to_have_count(1)


def test_a_request_opens_in_place_and_back_closes_it(page: Page, url: str) -> None:
    page.goto(f"{url}/traces?range=24h")
    page.evaluate("window.notReloaded = true")
    page.get_by_role("link", name="Live chat").nth(1).click()
    expect(page.locator("h1")).to_contain_text("This live chat answer took 4.2 s")
    expect(page.locator("h1")).to_contain_text("waiting for gpt-4o")
    expect(page).to_have_url(re.compile(r"traces\?range=24h&request=[0-9a-f]{32}-[0-9a-f]{16}$"))
    page.get_by_role("link", name="Next").click()
    expect(page.locator("h1")).to_contain_text("answer took 300 ms")
    page.get_by_role("link", name="All requests").click()
    expect(page.get_by_role("table", name="Requests")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_contain_text("answer took 300 ms")
    assert page.evaluate("window.notReloaded") is True


def test_where_the_seconds_go_leads_to_a_trace(page: Page, url: str) -> None:
    page.goto(f"{url}/seconds")
    expect(page.locator("h1")).to_contain_text("of live chat requests take")
    expect(page.get_by_text("Network and orchestration, in which no model")).to_be_visible()
    rows = page.get_by_role("table", name="Time in each step").locator("tbody tr")
    rows.filter(has_text="Model call").get_by_role("link").first.click()
    expect(page.locator("h1")).to_contain_text("This live chat answer took")


def test_a_trace_is_a_link_and_comes_in_words(page: Page, url: str) -> None:
    open_request(page, url, "u-chat")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    chart = page.get_by_role("figure", name=re.compile("Waterfall of 3 spans by start"))
    expect(chart).to_be_visible()
    bar = page.get_by_role("img", name=re.compile("Where this request’s time went: Model call 3.1"))
    expect(bar).to_be_visible()


def test_a_click_on_a_row_shows_what_its_span_says(page: Page, url: str) -> None:
    open_request(page, url, "u-chat")
    facts = page.get_by_role("table", name="Attributes")
    expect(facts).to_contain_text("u-chat")
    chart = page.locator(".nsewdrag[data-subplot=xy]")
    chart.hover(position=on_row(2))
    expect(page.locator(".hoverlayer")).to_contain_text("chat gpt-4o")
    chart.click(position=on_row(2))
    expect(facts).to_contain_text("gen_ai.request.model")


def test_critical_only_leaves_the_rest_out(page: Page, url: str) -> None:
    open_request(page, url, "u-chat")
    page.get_by_text("Critical path only").click()
    expect(page).to_have_url(re.compile("critical=true"))
    expect(page.get_by_text(re.compile("^3 of 3 spans"))).to_be_visible()


def test_of_many_spans_those_that_weigh_most_are_drawn(page: Page, url: str) -> None:
    open_request(page, url, "u-many")
    expect(page.get_by_text(re.compile("^300 of 901 spans, those that weigh most"))).to_be_visible()


def test_nothing_from_a_span_is_markup(page: Page, url: str) -> None:
    open_request(page, url, "u-hostile")
    names = page.locator(".js-plotly-plot .scatterlayer text").first
    expect(names).to_contain_text(SHOWN[:40])
    page.get_by_role("combobox", name="Span").click()
    page.get_by_role("option").nth(1).click()
    expect(page.get_by_role("table", name="Attributes")).to_contain_text(SHOWN)
    page.locator(".nsewdrag[data-subplot=xy]").hover(position=on_row(1))
    expect(page.locator(".hoverlayer")).to_contain_text(SHOWN)
    assert page.evaluate("window.hacked") is None
    assert page.locator("a[href^='javascript']").count() == 0


def test_an_unknown_request_is_said_to_be_unknown(page: Page, url: str) -> None:
    page.goto(f"{url}/traces?request=%3Cscript%3Ewindow.hacked%3D1%3C/script%3E")
    expect(page.locator("h1")).to_contain_text("No request has the id “<script>")
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_trace_fits_a_phone(browser: Browser, url: str, scheme: str) -> None:
    phone = browser.new_page(
        viewport={"width": 420, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    open_request(phone, url, "u-chat")
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 420
    phone.close()


def test_the_page_asks_nobody_but_us(page: Page, url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_request(page, url, "u-chat")
    assert [each for each in asked if not each.startswith((url, "data:", "blob:"))] == []
