"""The Digest page: who gets one, how it looks, and what became of each."""

from base64 import b64decode
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sql.archive import Archive
from sql.outbox import Dispatch, Outbox
from sql.place import place_of
from sql.settings import Settings, load_settings
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import NOW, Pipeline

CONFIG = """
[[recipient]]
address = "ada@example.com"
time_zone = "Europe/Berlin"
currency = { symbol = "€", per_usd = 0.92 }
"""
HOSTILE = "550 <script>alert(1)</script>"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake with a request, and a recipient whose newest digest was refused."""
    folder = tmp_path_factory.mktemp("page")
    config = folder / "latencytax.toml"
    config.write_text(CONFIG, encoding="utf-8")
    settings = load_settings(config, lake=str(folder / "lake"), environ={})
    with Pipeline(settings) as pipeline, Outbox(Path(settings.lake)) as outbox:
        pipeline.arrive([otlp([TestSpan("a", "1", end_ms=50, service="bidder")])])
        pipeline.assemble()
        for week, status in enumerate(("sent", "refused")):
            outbox.digests.claim(_dispatch(NOW + timedelta(days=7 * week), status))
        Archive(pipeline.con, place_of(settings)).run()
    return settings


def _dispatch(due: datetime, status: str) -> Dispatch:
    return Dispatch(
        recipient="ada@example.com",
        scheduled_at=due,
        from_at=due - timedelta(days=7),
        to_at=due,
        status=status,  # type: ignore[arg-type]
        is_late=status == "sent",
        is_by_hand=False,
        attempts=1,
        retry_at=None,
        subject="All 2 budgets kept",
        body="What was read in the mail",
        error=None if status == "sent" else HOSTILE,
        claimed_at=due,
        sent_at=due if status == "sent" else None,
    )


def script() -> None:
    """The page alone."""
    from app.dashboard import data  # noqa: PLC0415 - runs as a script of its own
    from app.dashboard.digests import page as digest  # noqa: PLC0415
    from sql.settings import load_settings  # noqa: PLC0415

    settings = load_settings(None)
    with data.snapshot(settings) as snapshot:
        digest.show(snapshot, settings)


@pytest.fixture
def page(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    return AppTest.from_function(script, default_timeout=60).run()


def test_the_page_says_what_failed_who_is_next_and_how_it_looks(page: AppTest) -> None:
    assert not page.exception
    shown = "\n".join(element.proto.body for element in page.html)
    assert "The last digest for a…@example.com was refused by the mail server." in shown
    assert "At 08:00 on Monday" in shown
    assert "€, 0.92 for a dollar" in shown
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
    source = page.get("iframe")[0].proto.src
    kind, _, encoded = source.partition(";base64,")
    assert kind == "data:text/html;charset=utf-8"
    mail = b64decode(encoded).decode()
    assert "Sent to a…@example.com" in mail
    assert "ada@" not in mail + shown
    assert "ada%40" not in mail
    assert "What was read in the mail" in page.code[-1].value
