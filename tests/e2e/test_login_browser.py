"""Who opens the dashboard: a real browser, a real provider, a real dashboard process."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import grpc
import pytest
from playwright.sync_api import Browser, Page, expect

from app.dashboard_process import DashboardProcess
from collector.service import Collector
from sql.settings import load_settings
from tests.e2e.payloads import trace_of
from tests.e2e.processes import EXPORT
from tests.e2e.provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.lakes import empty_lake

ANYWHERE = "127.0.0.1:0"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def dashboard(
    tmp_path_factory: pytest.TempPathFactory, provider: Provider
) -> Iterator[DashboardProcess]:
    """A dashboard for one person with SQL, and a group of viewers."""
    folder = tmp_path_factory.mktemp("login")
    config = folder / "latencytax.toml"
    config.write_text(
        f'lake = "lake"\n[login]\nmetadata_url = "{provider.metadata_url}"\n'
        f'client_id = "{CLIENT_ID}"\nsql = ["ada@example.com"]\n'
        'viewers = ["*@example.com", "marketing"]\n',
        encoding="utf-8",
    )
    settings = replace(
        load_settings(config, environ={}),
        grpc_address=ANYWHERE,
        http_address=ANYWHERE,
        dashboard_address=ANYWHERE,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENCYTAX_OIDC_CLIENT_SECRET", CLIENT_SECRET)
        empty_lake(Path(settings.lake))
        with Collector(settings, quiet=timedelta(0)) as collector:
            with grpc.insecure_channel(f"127.0.0.1:{collector.grpc_port}") as channel:
                channel.unary_unary(EXPORT)(trace_of(3))
            while not collector.caught_up():
                Event().wait(0.1)
        with DashboardProcess(settings) as process:
            assert process.wait_until_answering(Event())
            yield process


def signed_in(browser: Browser, dashboard: DashboardProcess) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
    page.goto(f"{dashboard.url}/sql")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def pages_of(page: Page) -> list[str]:
    return page.get_by_test_id("stSidebarNavLink").all_inner_texts()


def test_nothing_is_shown_before_somebody_signs_in(
    browser: Browser, dashboard: DashboardProcess
) -> None:
    page = browser.new_page()
    page.goto(dashboard.url)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "Data as of" not in page.inner_text("body")
    assert pages_of(page) == []
    page.close()


@pytest.mark.parametrize(
    ("person", "has_sql"),
    [
        ({"email": "Ada@Example.com", "email_verified": True}, True),
        ({"email": "bob@example.com"}, False),
        ({"email": "eve@elsewhere.example", "groups": ["marketing"]}, False),
    ],
    ids=["sql", "viewer by address", "viewer by group"],
)
def test_a_role_decides_whether_there_is_sql(
    browser: Browser,
    dashboard: DashboardProcess,
    provider: Provider,
    person: dict[str, object],
    *,
    has_sql: bool,
) -> None:
    provider.person = person
    page = signed_in(browser, dashboard)
    expect(page.get_by_text("Data as of")).to_be_visible()
    assert "Traces" in pages_of(page)
    assert ("SQL" in pages_of(page)) == has_sql
    page.goto(f"{dashboard.url}/sql")
    expect(page.get_by_text("Data as of")).to_be_visible()
    assert (page.locator("iframe[title*='code_editor']").count() > 0) <= has_sql
    page.context.close()


@pytest.mark.parametrize(
    "person",
    [
        {"email": "eve@elsewhere.example", "groups": ["sales"]},
        {"email": "ada@example.com", "email_verified": False},
        {"groups": "ada@example.com"},
    ],
    ids=["unknown", "unverified", "address as group"],
)
def test_who_is_not_named_sees_nothing(
    browser: Browser, dashboard: DashboardProcess, provider: Provider, person: dict[str, object]
) -> None:
    provider.person = person
    page = signed_in(browser, dashboard)
    expect(page.get_by_text("may not look at")).to_be_visible()
    assert pages_of(page) == []
    page.context.close()


def test_the_secret_stands_in_no_argument(dashboard: DashboardProcess) -> None:
    arguments = Path(f"/proc/{dashboard.pid}/cmdline").read_bytes()
    assert b"secrets.files" in arguments
    assert CLIENT_SECRET.encode() not in arguments
