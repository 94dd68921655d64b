"""The dashboard as a person uses it: a real browser, collector and dashboard process."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Event

import polars as pl
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from playwright.sync_api import Browser, Page, expect

from app.dashboard_process import DashboardProcess
from collector.service import Collector
from sample_data.play import play_history
from sql.settings import Settings, load_settings
from tests.e2e.exported_page import DASHBOARD, PAGES, taken_along
from tests.lakes import empty_lake

HOSTILE = "<script>window.hacked=1</script>[x](javascript:alert(1))**b**"
WITHIN_MS = 20_000


def free_settings(lake: Path) -> Settings:
    anywhere = "127.0.0.1:0"
    return replace(
        load_settings(None, lake=str(lake)),
        grpc_address=anywhere,
        http_address=anywhere,
        dashboard_address=anywhere,
    )


def send_one(target: str, service: str, use_case: str) -> None:
    provider = TracerProvider(
        resource=Resource(
            {
                "service.name": service,
                "marketing.use_case": use_case,
                "deployment.environment.name": HOSTILE,
            }
        )
    )
    exporter = OTLPSpanExporter(endpoint=target, insecure=True)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    provider.get_tracer("tests").start_span("request").end()
    provider.shutdown()


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Collector, Settings]]:
    """A collector that has one day of the sample company, and one service with a hostile name."""
    settings = free_settings(empty_lake(tmp_path_factory.mktemp("lake")))
    with Collector(settings) as collector:
        target = f"127.0.0.1:{collector.grpc_port}"
        play_history(target, days=1, seed=1, on_progress=lambda _sent, _total: None)
        send_one(target, HOSTILE, "live_chat")
        while not collector.caught_up():
            time.sleep(0.1)
        yield collector, settings


@pytest.fixture(scope="module")
def url(collector: tuple[Collector, Settings]) -> Iterator[str]:
    with DashboardProcess(collector[1]) as dashboard:
        assert dashboard.wait_until_answering(Event())
        yield dashboard.url


def test_an_empty_lake_fills_by_itself(page: Page, tmp_path: Path) -> None:
    settings = free_settings(tmp_path / "lake")
    with DashboardProcess(settings) as dashboard:
        assert dashboard.wait_until_answering(Event())
        page.goto(dashboard.url)
        expect(page.locator("h1")).to_contain_text("No traces yet")
        expect(page.get_by_text("OTEL_EXPORTER_OTLP_ENDPOINT").first).to_be_visible()
        with Collector(settings) as collector:
            send_one(f"127.0.0.1:{collector.grpc_port}", "chat-web", "live_chat")
            expect(page.locator("h1")).to_contain_text("No conversions yet")
            expect(page.get_by_text("latencytax import-conversions")).to_be_visible()


def test_the_home_leads_to_what_it_is_made_of_and_to_the_budgets(page: Page, url: str) -> None:
    page.goto(f"{url}/?range=24h")
    expect(page.locator("h1")).to_contain_text(
        re.compile("Slow answers cost about|No tax shown|your data cannot tell yet|No sessions")
    )
    page.get_by_text("How do we know: the sum and its parts").click()
    expect(page.get_by_text(re.compile("^from latency_tax_total")).first).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
    page.get_by_role("link", name="All budgets").click()
    expect(page).to_have_url(re.compile(r"/budgets\?range=24h"))
    expect(page.get_by_role("table").first).to_contain_text("Live chat")


def test_the_board_answers_proves_and_lists(page: Page, url: str) -> None:
    page.goto(f"{url}/budgets")
    expect(page.locator("h1")).to_contain_text("in the last 7 days")
    expect(page.get_by_role("table").first).to_contain_text("Live chat")
    chart = page.locator("[role=graphics-document]").first
    expect(chart).to_have_attribute("aria-label", re.compile("Live chat · first token: "))
    expect(page.get_by_text(re.compile(r"^Data as of .* UTC$"))).to_be_visible()


def choose_live_chat(page: Page) -> None:
    """A choice that meets a page just being drawn again is sometimes lost: then once more."""
    for _ in range(4):
        expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
        page.get_by_role("combobox", name="Use case").click()
        page.get_by_role("option", name="Live chat").click()
        try:
            expect(page).to_have_url(re.compile("use_case=Live"), timeout=8_000)
        except AssertionError:
            page.keyboard.press("Escape")
        else:
            return


def test_choices_are_kept_in_the_url_and_across_pages(page: Page, url: str) -> None:
    page.goto(f"{url}/budgets")
    page.get_by_text("24h", exact=True).click()
    expect(page.locator("h1")).to_contain_text("in the last 24 hours")
    choose_live_chat(page)
    expect(page.locator(".lt-board tbody tr")).to_have_count(2)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Pipeline").click()
    expect(page.get_by_text("Who is sending")).to_be_visible()
    assert page.url.endswith("/pipeline?range=24h&use_case=Live+chat")
    page.get_by_role("link", name="Budgets").click()
    expect(page.locator(".lt-board tbody tr")).to_have_count(2)
    page.goto(page.url)
    expect(page.locator("h1")).to_contain_text("in the last 24 hours")
    expect(page.locator(".lt-board tbody tr")).to_have_count(2)


def test_the_period_before_is_compared_with(page: Page, url: str) -> None:
    page.goto(f"{url}/budgets?range=1h")
    page.get_by_text("Compare with the period before").click()
    expect(page.get_by_text(re.compile("the hour before"))).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"no clear change|pts (better|worse)")).first
    ).to_be_visible()
    expect(page).to_have_url(re.compile("compare=true"))
    page.get_by_text("What these words mean").click()
    expect(page.get_by_text(re.compile("percentage points"))).to_be_visible()


def test_the_filter_bar_is_worked_by_keyboard(page: Page, url: str) -> None:
    page.goto(f"{url}/budgets")
    expect(page.locator(".lt-board")).to_be_visible()
    page.get_by_role("radio", name="7d").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("in the last 24 hours")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("compare=true"))


def test_the_pipeline_shows_its_last_hour(page: Page, url: str) -> None:
    """Minutes are shown when they are over, so the first one is waited for."""
    page.goto(f"{url}/pipeline")
    chart = page.locator("[role=graphics-document]").first
    label = re.compile("Spans per minute over the last hour")
    expect(chart).to_have_attribute("aria-label", label, timeout=75_000)
    expect(page.get_by_role("table", name="Who is sending")).to_contain_text("OpenInference")


def test_the_pipeline_says_what_is_known_and_gives_the_row_for_what_is_not(
    page: Page, url: str
) -> None:
    page.goto(f"{url}/pipeline")
    expect(page.locator("h1")).to_contain_text(re.compile("arriv"))
    known = page.get_by_role("list", name="What is known")
    expect(known).to_contain_text(re.compile(r"First token known for \d+.* streamed calls"))
    page.get_by_text("Read them: the rows to add to sql/conventions.csv").click()
    row = page.get_by_text(re.compile("http.route,span,,OpenTelemetry,COLUMN,READING,5"))
    expect(row).to_be_visible()


def test_a_custom_period_is_in_the_url(page: Page, url: str) -> None:
    page.goto(f"{url}/budgets")
    page.get_by_text("custom", exact=True).click()
    expect(page.locator("h1")).to_contain_text("between")
    expect(page).to_have_url(re.compile(r"from=\d{4}-.*to=\d{4}-"))


def test_new_data_is_followed_only_when_live(
    page: Page, url: str, collector: tuple[Collector, Settings]
) -> None:
    target = f"127.0.0.1:{collector[0].grpc_port}"
    page.goto(f"{url}/pipeline?live=false")
    still = page.get_by_text(re.compile("^Data as of"))
    drawn = still.inner_text()
    send_one(target, "newcomer", "live_chat")
    page.wait_for_timeout(8_000)  # nothing to wait for: the claim is that nothing happens
    assert still.inner_text() == drawn
    page.get_by_text("Live: follow new data").click()
    expect(still).not_to_have_text(drawn)


def test_nothing_from_a_span_is_markup(page: Page, url: str) -> None:
    page.goto(f"{url}/pipeline")
    expect(page.get_by_text("Who is sending")).to_be_visible()
    page.get_by_role("combobox", name="Environment").click()
    expect(page.get_by_role("option", name=HOSTILE)).to_be_visible()
    page.get_by_role("option", name=HOSTILE).click()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Budgets").click()
    expect(page.locator("h1")).to_contain_text("No budget has enough requests")
    assert page.evaluate("window.hacked") is None
    assert page.locator("a[href^='javascript']").count() == 0


@pytest.mark.parametrize("path", ["/", "/budgets", "/pipeline"])
@pytest.mark.parametrize(("scheme", "paper"), [("light", 255), ("dark", 15)])
def test_it_fits_a_phone_in_our_own_colours(
    browser: Browser, url: str, path: str, scheme: str, paper: int
) -> None:
    phone = browser.new_page(
        viewport={"width": 420, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    outside: list[str] = []
    phone.on("request", lambda request: outside.append(request.url))
    phone.goto(url + path)
    expect(phone.locator("h1")).to_be_visible()
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 420
    background = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    assert phone.evaluate(background).startswith(f"rgb({paper},")
    assert [u for u in outside if not u.startswith((url, "data:", "blob:"))] == []
    phone.close()


def test_a_query_is_answered_shared_and_taken_along(page: Page, url: str) -> None:
    page.goto(f"{url}/sql?query=select+service,+count(*)+as+n+from+requests+group+by+all")
    expect(page.get_by_text(re.compile(r"^\d+ rows?\. It took"))).to_be_visible()
    page.get_by_role("button", name="Download table").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    page.keyboard.press("Escape")
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "service,n"
    assert any(line.startswith(HOSTILE) for line in lines)
    editor = page.frame_locator("iframe").first
    editor.locator(".ace_text-input").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("delete from spans ")
    editor.get_by_text("Run").click()
    expect(page.get_by_text("DELETE is refused")).to_be_visible()
    assert "query=delete" in page.url


def test_a_long_query_can_be_cancelled(page: Page, url: str) -> None:
    endless = "select+count(*)+from+range(10000000000)+a,+range(1000)+b"
    page.goto(f"{url}/sql?query={endless}")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()


def test_nothing_is_loaded_from_elsewhere(page: Page, url: str) -> None:
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(f"{url}/sql")
    page.frame_locator("iframe").first.get_by_text("Run").wait_for()
    assert asked
    assert all(each.startswith((url, "data:", "blob:")) for each in asked)


def test_a_chart_and_a_waterfall_leave_as_pictures_in_both_forms(page: Page, url: str) -> None:
    page.goto(f"{url}/seconds")
    page.get_by_role("button", name="Download chart").click()
    for form, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as download:
            page.get_by_role("button", name=form, exact=True).click()
        assert download.value.path().read_bytes().startswith(start)
    page.goto(f"{url}/traces")
    page.locator(".lt-requests a").first.click()
    page.get_by_role("button", name="Download chart").click()
    page.get_by_text("SVG", exact=True).click()
    camera = page.locator("[data-title='Download plot']")  # until the form is SVG: "as a PNG"
    expect(camera).to_be_visible()
    with page.expect_download() as download:
        camera.click()
    assert download.value.suggested_filename.endswith(".svg")
    picture = download.value.path().read_text()
    assert " UTC" in picture
    assert "rgb(255, 255, 255)" in picture, "a picture is on white"


QUERIES = [
    *((page, {}) for page in PAGES),
    ("what_if", {"section": "Plan a new chain"}),
    ("seconds", {"compare": "true"}),
]


@pytest.mark.parametrize(("name", "query"), QUERIES, ids=str)
def test_every_table_and_every_chart_can_be_taken_along(
    collector: tuple[Collector, Settings],
    name: str,
    query: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = taken_along(name, collector[1], monkeypatch, **query)
    assert taken.lines == taken.shown
    for file, content in taken.files.items():
        if file.endswith(".svg"):
            assert "</svg>" in content.decode()
            assert " · " in content.decode()
        elif file.endswith(".parquet"):
            assert pl.read_parquet(BytesIO(content)).width
        else:
            assert content


def test_only_the_shared_module_draws_tables_and_charts() -> None:
    """What is drawn elsewhere has no line beneath it."""
    drawing = re.compile(r"st\.(altair_chart|plotly_chart|vega_lite_chart|dataframe|table)\(")
    drawn_by = {
        str(file.relative_to(DASHBOARD))
        for file in DASHBOARD.rglob("*.py")
        if drawing.search(file.read_text())
    }
    assert drawn_by == {"exports.py"}
