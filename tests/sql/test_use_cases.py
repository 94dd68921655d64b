"""Which use case and tier a span gets, from the settings and its own words."""

from pathlib import Path

import pytest

from collector.arrivals import arrivals
from sql.settings import Settings
from tests.sql.otlp import TestSpan, otlp
from tests.sql.pipeline import NOW, settings_of

OWN = """
[[use_case]]
name = "newsletter"
title = "Newsletter"
channel = "email"
match = { "app.team" = "news-*", agent = "gazette" }

[[use_case.objective]]
sli = "response"
threshold_ms = 900

[[tier]]
name = "house"
title = "House models"
typical_low_ms = 10
typical_high_ms = 20
models = ["gpt-4.1-nano", "House-*"]
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    config = tmp_path_factory.mktemp("site") / "latencytax.toml"
    config.write_text(OWN)
    return settings_of(config.parent, config)


def column(name: str, settings: Settings, *spans: TestSpan) -> list[str | None]:
    return arrivals([otlp(spans)], [NOW], settings).spans.column(name).to_pylist()


def use_case(settings: Settings, span: TestSpan) -> str | None:
    return column("use_case", settings, span)[0]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"app.team": "news-eu"}, "newsletter"),
        ({"gen_ai.agent.name": "gazette"}, "newsletter"),
        ({"app.team": "sports"}, None),
        ({"marketing.use_case": "lead_gen", "app.team": "news-eu"}, "lead_gen"),
        ({"marketing.use_case": "unheard_of"}, "unheard_of"),
        ({"gen_ai.agent.name": "helpdesk-1"}, "support_agent"),
    ],
)
def test_attributes_match_by_glob_and_a_declared_name_wins(
    own: Settings, attributes: dict[str, str], expected: str | None
) -> None:
    assert use_case(own, TestSpan("a", "1", attributes=attributes)) == expected


def test_the_first_use_case_that_matches_wins(own: Settings) -> None:
    both = TestSpan("a", "1", service="helpdesk", attributes={"app.team": "news-eu"})
    assert use_case(own, both) == "newsletter"


def test_service_and_span_name_match(tmp_path: Path) -> None:
    shipped = settings_of(tmp_path)
    spans = [
        TestSpan("a", "1", service="eu-bidder"),
        TestSpan("a", "2", name="send time"),
        TestSpan("a", "3"),
    ]
    expected = ["bid_optimization", "email_send_time", None]
    assert column("use_case", shipped, *spans) == expected


def test_every_shipped_use_case_matches_its_own_name(tmp_path: Path) -> None:
    shipped = settings_of(tmp_path)
    names = [use_case.name for use_case in shipped.use_cases]
    spans = [TestSpan("a", "1", attributes={"marketing.use_case": name}) for name in names]
    assert column("use_case", shipped, *spans) == names


@pytest.mark.parametrize(
    ("model", "tier"),
    [
        ("gpt-4.1-nano", "house"),
        ("HOUSE-2", "house"),
        ("gpt-4.1-mini-2025-04-14", "medium"),
        ("meta/llama-3.3-70b-instruct", "large"),
        ("claude-haiku-4-5", "medium"),
        ("nobody-knows", None),
    ],
)
def test_a_tier_is_told_by_the_name_of_the_model(
    own: Settings, model: str, tier: str | None
) -> None:
    span = TestSpan("a", "1", attributes={"gen_ai.request.model": model})
    assert column("tier", own, span) == [tier]


def test_a_declared_tier_wins(own: Settings) -> None:
    words = {"gen_ai.request.model": "gpt-4.1-nano", "marketing.tier": "large"}
    assert column("tier", own, TestSpan("a", "1", attributes=words)) == ["large"]
