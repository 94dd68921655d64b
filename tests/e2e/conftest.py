"""A collector process on a lake of its own, and a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.processes import CollectorProcess

ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WITHIN_MS = 60_000
"""How long a page may take on a busy machine."""


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[CollectorProcess]:
    """A collector that was not started yet; killed at the end."""
    collector = CollectorProcess(tmp_path / "lake")
    yield collector
    collector.close()


@pytest.fixture
def new(tmp_path: Path) -> Iterator[CollectorProcess]:
    """The same, without a lake: it is killed while it makes one, too."""
    collector = CollectorProcess(tmp_path / "lake", makes_lake=True)
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CollectorProcess]:
    """A collector that all tests of a file send to."""
    with CollectorProcess(tmp_path_factory.mktemp("running") / "lake") as collector:
        yield collector


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.set_default_timeout(WITHIN_MS)
    yield page
    page.close()
