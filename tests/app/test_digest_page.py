"""The Digest page: who gets one, how it looks, and what became of each."""

from base64 import b64decode
from datetime import datetime, timedelta

import pytest

from sql.outbox import Dispatch, Outbox, Status
from sql.settings import Settings
from tests.app.pages import drawn, html_of, lake_that_told
from tests.sql.pipeline import NOW

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

    def tell(outbox: Outbox) -> None:
        outbox.digests.claim(_dispatch(NOW, "sent"))
        outbox.digests.claim(_dispatch(NOW + timedelta(days=7), "refused"))

    return lake_that_told(tmp_path_factory.mktemp("page"), CONFIG, tell)


def _dispatch(due: datetime, status: Status) -> Dispatch:
    return Dispatch(
        recipient="ada@example.com",
        scheduled_at=due,
        from_at=due - timedelta(days=7),
        to_at=due,
        status=status,
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


def test_the_page_says_what_failed_who_is_next_and_how_it_looks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = drawn("digests", settings, monkeypatch)
    shown = html_of(page)
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
