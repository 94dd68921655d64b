"""A lake with what was told to people, and a page of the dashboard alone on a lake."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sql.archive import Archive
from sql.outbox import Outbox
from sql.place import place_of
from sql.settings import Settings, load_settings
from tests.e2e.exported_page import PAGE, script
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import Pipeline


def lake_that_told(folder: Path, config: str, tell: Callable[[Outbox], None]) -> Settings:
    """The settings of a lake with one request, and with what `tell` writes into its outbox."""
    file = folder / "latencytax.toml"
    file.write_text(config, encoding="utf-8")
    settings = load_settings(file, lake=str(folder / "lake"), environ={})
    with Pipeline(settings) as pipeline, Outbox(Path(settings.lake)) as outbox:
        pipeline.arrive([otlp([TestSpan("a", "1", end_ms=50, service="bidder")])])
        pipeline.assemble()
        tell(outbox)
        Archive(pipeline.con, place_of(settings)).run()
    return settings


def drawn(page: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page of a folder of app/dashboard."""
    for name, value in (settings.environment() | {PAGE: page}).items():
        monkeypatch.setenv(name, value)
    test = AppTest.from_function(script, default_timeout=60).run()
    assert not test.exception
    return test


def html_of(test: AppTest) -> str:
    """All that the page writes as HTML."""
    return "\n".join(element.proto.body for element in test.html)
