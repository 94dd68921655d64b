"""What people wrote and models answered is not stored, under whatever key it comes."""

from dataclasses import replace

import pytest

from tests.sql.pipeline import Pipeline
from tests.sql.spans import Attributes, arrive, one, span

WORDS = "My card 4111 was stolen near Lyon"
KEYS = [
    "gen_ai.input.messages", "gen_ai.prompt.0.content", "input.value", "llm.None.input",
    "traceloop.entity.output", "retrieval.documents.0.document.content", "ai.prompt.messages",
    "smolagents.task", "raw.input", "never.heard.of", "url.query", "gen_ai.task.input",
    "crew_tasks", "langfuse.observation.input", "haystack.component.output",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [WORDS, f'{{"note":"{WORDS}"}}', [WORDS]])
def test_texts_are_left_out(pipeline: Pipeline, key: str, value: str | list[str]) -> None:
    attributes: Attributes = {key: value}
    arrive(pipeline, span(attributes=attributes, events=(("said", 1, attributes),)))
    assert "Lyon" not in _everything(pipeline)


@pytest.mark.parametrize("key", ["question", "gen_ai.tool.args", "my.query", "body", "lib:output"])
def test_short_texts_are_left_out_by_what_their_key_says(pipeline: Pipeline, key: str) -> None:
    arrive(pipeline, span(attributes={key: "Lyon"}))
    assert "Lyon" not in _everything(pipeline)


def test_names_messages_and_addresses_lose_what_they_quote(pipeline: Pipeline) -> None:
    arrive(
        pipeline,
        span(
            name="Task: write to Dana that her card was stolen near Lyon",
            status={"code": 2, "message": "Error code: 429 - {'input': 'stolen near Lyon'}"},
            attributes={
                "url.full": "https://shop.example/search?q=Lyon",
                "http.target": "/?q=Lyon",
            },
            events=(("exception", 1, {"exception.message": WORDS}),),
        ),
    )
    assert "Lyon" not in _everything(pipeline)
    name, message, attributes = one(pipeline, "SELECT name, status_message, attributes FROM spans")
    assert (name, message) == ("[text]", "Error code: 429")
    assert attributes["url.full"] == "https://shop.example/search"


def test_names_and_numbers_stay(pipeline: Pipeline) -> None:
    kept: Attributes = {
        "gen_ai.usage.prompt_tokens": 7,
        "gen_ai.request.model": "gpt-4o-mini",
        "user_agent.original": "Mozilla/5.0 (X11; Linux x86_64) like a real browser would say",
        "shop.plan": "gold",
        "shop.tags": ["spring", "sale"],
    }
    arrive(pipeline, span(name="chat gpt-4o-mini", attributes=kept))
    name, attributes = one(pipeline, "SELECT name, attributes FROM spans")
    assert name == "chat gpt-4o-mini"
    assert attributes.keys() == kept.keys()
    assert attributes["shop.tags"] == '["spring", "sale"]'


def test_content_is_kept_when_the_settings_say_so(pipeline: Pipeline) -> None:
    settings = pipeline.settings
    pipeline.settings = replace(settings, keep_content=True)
    try:
        arrive(pipeline, span(name=WORDS, attributes={"gen_ai.input.messages": WORDS}))
    finally:
        pipeline.settings = settings
    assert one(pipeline, "SELECT attributes['gen_ai.input.messages'] FROM spans") == WORDS


def _everything(pipeline: Pipeline) -> str:
    tables = ("spans", "requests", "attribute_keys", "rejections")
    return "".join(str(pipeline.con.table(f"lake.{table}").fetchall()) for table in tables)
