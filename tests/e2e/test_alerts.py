"""`latencytax up` tells people of a budget that burns, and the lake has what was told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.alerts.trouble import Hook, listening, voice_requests
from tests.e2e.processes import CollectorProcess, wait_until

CONFIG = """
[alerts]
webhook = "{url}"
severities = ["page"]
"""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with listening() as hook:
        yield hook


def test_up_tells_of_spans_that_burn_a_budget(tmp_path: Path, hook: Hook) -> None:
    """They are in the lake before `up` begins, so its first look sees them."""
    collector = CollectorProcess(tmp_path / "lake", config=CONFIG.format(url=hook.url))
    try:
        collector.start()
        collector.wait_until_ready()
        with collector.channel() as channel:
            collector.exporter(channel)(voice_requests(datetime.now(UTC), good=10, late=40))
        alarming = "from alert_states() where is_alarming and severity = 'page'"
        wait_until(lambda: bool(collector.rows(alarming)))
        assert collector.stop() == 0
        collector.start("up")
        wait_until(lambda: bool(hook.posts), 120)
        told = json.loads(hook.posts[0][1])
        assert (told["event"], told["use_case"]) == ("opened", "voice_agent")
        assert "40 of 50 requests over 1.5" in told["text"]
        wait_until(lambda: collector.rows("select told_by from alerts") == [("webhook",)])
        assert collector.stop() == 0
    finally:
        collector.close()
