"""A lake with two weeks of checkouts: in the second one a tool got slower."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sql.mail_settings import Currency, Recipient, Smtp
from sql.outbox import FILE
from sql.settings import Settings, load_settings
from tests.digest.mail_server import HOST, MailServer, mail_server
from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import Pipeline

MONDAY = datetime(2026, 1, 19, tzinfo=UTC)
"""When both weeks are over."""
ADA = Recipient(
    "ada@example.com",
    time_zone="Europe/Berlin",
    schedule="0 8 * * 1",
    currency=Currency("€", 0.5),
)
HOSTILE = "<b>Checkout</b> \u202e & \\u0007"
SETTINGS = f"""
dashboard_url = "https://latency.example.com/"

[[use_case]]
name = "checkout_personalization"
title = {json.dumps(HOSTILE)}
channel = "web"
match = {{ use_case = "checkout_personalization" }}
objective = [{{ sli = "response", threshold_ms = 200 }}]
"""
REQUESTS_A_DAY = 20
MS_A_DAY = 86_400_000


def spans() -> Iterator[TestSpan]:
    """Twenty a day; every tenth is slow, and from the second Monday on the tool takes longer."""
    for day in range(14):
        for turn in range(REQUESTS_A_DAY):
            trace = f"{day * REQUESTS_A_DAY + turn + 1:x}"
            start_ms = day * MS_A_DAY + turn * 60_000
            tool_ms = (40 if day < 7 else 90) * (3 if turn % 10 == 0 else 1)
            case = {"marketing.use_case": "checkout_personalization"}
            yield TestSpan(trace, "1", "", start_ms, start_ms + tool_ms + 60, attributes=case)
            yield TestSpan(
                trace,
                "2",
                "1",
                start_ms + 10,
                start_ms + 10 + tool_ms,
                name="execute_tool stock.lookup",
                attributes={"gen_ai.operation.name": "execute_tool"},
            )


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the filled lake."""
    folder: Path = tmp_path_factory.mktemp("digest")
    config = folder / "latencytax.toml"
    config.write_text(SETTINGS, encoding="utf-8")
    settings = load_settings(config, lake=str(folder / "lake"), environ={})
    with Pipeline(settings) as pipeline:
        loaded_at = START + timedelta(days=14)
        pipeline.arrive([otlp(spans())], loaded_at)
        pipeline.assemble(loaded_at)
    return settings


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def settings(lake: Settings, server: MailServer) -> Settings:
    """One recipient, a server, and an outbox in which nothing is."""
    for file in Path(lake.lake).glob(f"{FILE}*"):
        file.unlink()
    smtp = Smtp(HOST, "latency@example.com", server.port, "none", timeout_s=5)
    return replace(lake, smtp=smtp, recipients=(ADA,))
