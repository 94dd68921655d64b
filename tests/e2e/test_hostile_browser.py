"""In a real browser, names that come from spans make no element and run nothing."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest
from playwright.sync_api import Dialog, Page, expect

from app.dashboard_process import DashboardProcess
from tests.hostile import hostile_lake

PAGES = (
    *("", "budgets", "use-cases", "models", "seconds", "what-if", "traces", "pipeline", "alerts"),
    "sql?query=select+*+from+requests",
)
INJECTED = ", ".join(
    (
        "[data-hostile]",
        "img[src*='hostile.example']",
        "a[href^=javascript]",
        "a[href*='hostile.example']",
        "[onerror]",
        "[onmouseover]",
        ".katex",
        "span[style]:text-is('HOSTILE')",
    )
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = hostile_lake(tmp_path_factory.mktemp("hostile"))
    with DashboardProcess(replace(settings, dashboard_address="127.0.0.1:0")) as dashboard:
        assert dashboard.wait_until_answering(Event())
        yield dashboard.url


def test_no_page_runs_a_name_or_makes_an_element_of_it(page: Page, url: str) -> None:
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    for path in PAGES:
        page.goto(f"{url}/{path}")
        expect(page.locator("h1").first).to_be_visible()
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        assert page.locator(INJECTED).count() == 0, path
        assert page.evaluate("window.hacked") is None
    assert opened == []
