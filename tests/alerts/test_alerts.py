"""Alerts, from requests to what arrives at a real webhook, in Slack and in a real inbox."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unicodedata import category

import pytest

from app.alerts.channels import signature
from app.alerts.watching import look
from sql.alert_settings import SECRET_VARIABLE, SLACK_VARIABLE, Alerts
from sql.archive import Archive
from sql.mail_settings import Smtp
from sql.outbox import FILE, Alert
from sql.place import place_of
from sql.settings import Settings
from tests.alerts.trouble import Hook, listening, voice_requests
from tests.digest.mail_server import HOST, mail_server
from tests.hostile import NAMES
from tests.sql.pipeline import NOW, Pipeline, settings_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def shared_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with Pipeline(settings_of(tmp_path_factory.mktemp("lake"))) as pipeline:
        yield pipeline


@pytest.fixture
def pipeline(shared_pipeline: Pipeline) -> Pipeline:
    shared_pipeline.empty(shared_pipeline.settings)
    for file in Path(shared_pipeline.settings.lake).glob(f"{FILE}*"):
        file.unlink()
    return shared_pipeline


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as hook:
        yield hook


def settings(pipeline: Pipeline, hook: Hook, **rules: Any) -> Settings:
    return replace(pipeline.settings, alerts=Alerts(webhook=hook.url, **rules))


def requests(
    pipeline: Pipeline, at: datetime, *, good: int, late: int = 0, name: str = "crm.lookup"
) -> None:
    pipeline.arrive([voice_requests(at, good=good, late=late, name=name)], at)
    pipeline.assemble(at)


def seen(pipeline: Pipeline, told: Settings, now: datetime) -> list[Alert]:
    return look(pipeline.con, told, now)


def test_a_budget_that_burns_is_told_in_plain_words_and_signed(
    pipeline: Pipeline, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "secret")
    requests(pipeline, NOW, good=10, late=40)
    seen(pipeline, settings(pipeline, hook, severities=("page",)), NOW)
    assert hook.texts() == [
        "Voice agent: 40 of 50 requests over 1.5 s or failed in the last hour. "
        "The error budget of 28 days is gone. Mostly: tool crm.lookup."
    ]
    headers, body = hook.posts[0]
    timestamp = headers["X-LatencyTax-Timestamp"]
    assert timestamp == str(int(NOW.timestamp()))
    signed = signature("secret", timestamp, body)
    assert headers["X-LatencyTax-Signature"] == f"v1={signed}"
    assert json.loads(body)["event"] == "opened"


def test_what_is_left_of_the_budget_has_an_end(pipeline: Pipeline, hook: Hook) -> None:
    """6,000 good ones of the days before allow more late ones than there were."""
    requests(pipeline, NOW - DAY, good=6000)
    requests(pipeline, NOW, good=20, late=80)
    seen(pipeline, settings(pipeline, hook, severities=("page",)), NOW)
    (told,) = hook.texts()
    assert "80 of 100 requests over 1.5 s or failed in the last hour" in told
    assert "At this pace the error budget of 28 days ends in 1 day." in told


def test_it_is_told_once_then_again_after_hours_and_when_it_is_over(
    pipeline: Pipeline, hook: Hook
) -> None:
    told = settings(pipeline, hook, severities=("page",), again_after_hours=2)
    for minutes in range(0, 150, 30):
        requests(pipeline, NOW + minutes * MINUTE, good=10, late=30)
        seen(pipeline, told, NOW + minutes * MINUTE)
        seen(pipeline, told, NOW + (minutes + 1) * MINUTE)
    assert [text.partition(":")[0] for text in hook.texts()] == ["Voice agent", "Still"]
    calm_at = NOW + 12 * HOUR
    requests(pipeline, calm_at, good=50)
    for minutes in (0, 5, 14, 15, 16):
        seen(pipeline, told, calm_at + minutes * MINUTE)
    assert hook.texts()[2:] == ["Voice agent: over after 12 h."]
    assert not seen(pipeline, told, calm_at + 20 * MINUTE)


def test_calm_that_does_not_last_is_not_the_end(pipeline: Pipeline, hook: Hook) -> None:
    told = settings(pipeline, hook, severities=("page",))
    requests(pipeline, NOW, good=10, late=30)
    (opened,) = seen(pipeline, told, NOW)
    (calm,) = seen(pipeline, told, NOW + 7 * HOUR)
    assert opened.calm_since is None
    assert calm.calm_since
    again_at = NOW + 7 * HOUR + 10 * MINUTE
    requests(pipeline, again_at, good=10, late=30)
    (back,) = seen(pipeline, told, again_at)
    assert (back.calm_since, back.closed_at, back.opened_at) == (None, None, NOW)


def test_silence_is_told_where_there_is_traffic_at_this_hour(
    pipeline: Pipeline, hook: Hook
) -> None:
    requests(pipeline, NOW - 7 * DAY, good=40)
    requests(pipeline, NOW - DAY, good=30)
    told = settings(pipeline, hook)
    seen(pipeline, told, NOW)
    assert hook.texts() == [
        "Voice agent: no request in the last hour. At this hour there are usually 30."
    ]
    assert len(seen(pipeline, told, NOW + 12 * HOUR)) == 1
    assert not seen(pipeline, told, NOW + 30 * MINUTE)[0].closed_at


def test_what_no_channel_took_is_told_by_the_next_look(pipeline: Pipeline, hook: Hook) -> None:
    told = settings(pipeline, hook, severities=("page",))
    requests(pipeline, NOW, good=10, late=30)
    hook.status = 503
    (alert,) = seen(pipeline, told, NOW)
    assert (alert.told_at, alert.error) == (None, "webhook: answered 503")
    hook.status = 200
    (alert,) = seen(pipeline, told, NOW + MINUTE)
    assert (alert.told_at, alert.times_told, alert.error) == (NOW + MINUTE, 1, None)


@pytest.mark.parametrize("kind", ["mention", "html", "block", "return", "control", "bidi"])
def test_slack_and_mail_are_told_and_hostile_names_mention_nobody(
    pipeline: Pipeline, hook: Hook, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv(SLACK_VARIABLE, hook.url)
    requests(pipeline, NOW, good=10, late=30, name=NAMES[kind])
    with mail_server() as server:
        smtp = Smtp(HOST, "latency@example.com", server.port, "none")
        rules = Alerts(emails=("ops@example.com",), severities=("page",))
        seen(pipeline, replace(pipeline.settings, smtp=smtp, alerts=rules), NOW)
        (mail,) = server.mails()
    assert mail["Subject"].startswith("Voice agent: 30 of 40 requests over 1.5 s or failed")
    assert mail.get_content_type() == "text/plain"
    (text,) = hook.texts()
    assert "Mostly: tool " in text
    for told in (text, mail["Subject"], mail.get_content().strip()):
        assert not any(category(character).startswith("C") for character in told)
    assert "<" not in text


def test_the_history_is_in_the_lake(pipeline: Pipeline, hook: Hook) -> None:
    requests(pipeline, NOW, good=10, late=30)
    seen(pipeline, settings(pipeline, hook, severities=("page",)), NOW)
    Archive(pipeline.con, place_of(pipeline.settings)).run()
    columns = "use_case, kind, severity, opened_at, told_at, told_by, times_told, closed_at"
    assert pipeline.rows(f"SELECT {columns} FROM alerts") == [
        ("voice_agent", "burn", "page", NOW, NOW, "webhook", 1, None)
    ]
