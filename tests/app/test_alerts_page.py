"""The Alerts page: what alarms, who is told, and what there was; no address in full."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sql.outbox import Alert, Outbox
from sql.settings import Settings, load_settings
from tests.app.pages import drawn, html_of, lake_that_told
from tests.sql.pipeline import NOW

CONFIG = """
[alerts]
emails = ["ops@example.com", "ada@example.com"]
webhook = "https://hooks.example.com/secret"
severities = ["page"]
"""
HOSTILE = "<script>alert(1)</script>"
LASTING = Alert(
    use_case="voice_agent",
    position=1,
    kind="burn",
    opened_at=NOW,
    severity="page",
    text=f"Voice agent: 40 of 50 requests over 1.5 s. Mostly: tool {HOSTILE}.",
    told_at=NOW,
    times_told=1,
    calm_since=None,
    closed_at=None,
    error="webhook: answered 503",
    told_by="e-mail",
)
OVER = replace(
    LASTING,
    kind="silence",
    opened_at=NOW - timedelta(days=2),
    text="Voice agent: no request in the last hour.",
    closed_at=NOW - timedelta(days=2) + timedelta(hours=3),
    error=None,
    told_by="Slack, webhook",
    times_told=2,
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake with a request, an alert that lasts, and one that is over."""

    def tell(outbox: Outbox) -> None:
        for alert in (LASTING, OVER):
            outbox.alerts.claim(alert)

    return lake_that_told(tmp_path_factory.mktemp("page"), CONFIG, tell)


def shown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    return html_of(drawn("alerting", settings, monkeypatch))


def test_the_page_says_what_lasts_who_is_told_and_what_there_was(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(settings, monkeypatch)
    assert "1 alert lasts: Voice agent; since" in page
    assert "Told of “Act now”: 2 e-mail recipients and 1 webhook." in page
    assert "not told: webhook: answered 503" in page
    assert "by Slack, webhook" in page
    assert "after 3\N{NO-BREAK SPACE}h" in page
    for secret in ("ops@example.com", "ada@example.com", "hooks.example.com/secret", "<script>"):
        assert secret not in page


def test_where_nobody_is_told_the_page_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(load_settings(None, lake=settings.lake, environ={}), monkeypatch)
    assert "nobody would be told if it did" in page
    assert "Nobody: latencytax.toml names nobody." in page
