"""E-mail addresses, phone and card numbers, and what stands under keys on the list, do not stay."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from collector.arrivals import arrivals
from sql.redaction import KEY_FILE, PATTERNS, Redactor, redactor_of
from sql.settings import Redaction
from tests.sql.otlp import START, TestSpan, otlp
from tests.sql.pipeline import Pipeline, settings_of
from tests.sql.spans import arrive, one, span

ADDRESS = "Anna.Larkspur+shop@mail.example.com"


def redactor() -> Redactor:
    return Redactor(tuple(PATTERNS), b"k" * 32)


def redacted(text: str) -> str:
    (word,) = redactor().texts(pa.array([text])).to_pylist()
    return str(word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ADDRESS, "[email]"),
        ("mailto:o'neil@example.co.uk, please", "mailto:[email], please"),
        ("https://shop.example/u/anna%40example.com/cart", "https://shop.example/u/[email]/cart"),
        ("user-anna@example.com.", "[email]."),
        ("+4915112345678", "[phone]"),
        ("tel:+49 (0)30 1234567", "tel:[phone]"),
        ("call (555) 123-4567 now", "call [phone] now"),
        ("555-234-5678", "[phone]"),
        ("0171/1234567", "[phone]"),
        ("4111111111111111", "[card]"),
        ("order-4111 1111 1111 1111", "order-[card]"),
        ("3782-822463-10005", "[card]"),
        ("paid 6011111111111117.", "paid [card]."),
        ("anna@example.com, +4915112345678", "[email], [phone]"),
    ],
)
def test_a_word_takes_the_place_of_an_address_or_number(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("gpt-4o-2024-08-06", "claude-3-5-haiku-20241022", "llama-3.1-8b-instruct", "pkg@4.17.21"),
        *("2026-01-05T12:00:00.123456+10:00", "2026-01-05 12:00:00", "1767607200000000000"),
        *(
            "1767607200000",
            "1.2.3+20240806",
            "192.168.100.101:4317",
            "$1,234.56",
            "0.1823456789012",
        ),
        *("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "call_1234567890123456"),
        *("550e8400-e29b-41d4-a716-446655440000", "u-2026-0001234", "GA1.2.1234567890.1767607200"),
        *("Chrome/120.0.6099.109 Safari/537.36", "ISBN 978-3-16-148410-0", "+48.8566", "s123456"),
        *("4111111111111112", "projects/123456789012/locations/eu", "image@sha256:abcd"),
    ],
)
def test_ids_times_versions_prices_and_models_stay(text: str) -> None:
    assert redacted(text) == text


def test_the_same_address_has_the_same_stand_in_and_only_under_the_same_key() -> None:
    ids = pa.array(["anna@example.com", "Anna@Example.com", "ben@example.com", None])
    anna, again, ben, nobody = redactor().ids(ids).to_pylist()
    assert anna == again != ben
    assert anna.startswith("[email:")
    assert nobody is None
    elsewhere = Redactor(("email",), b"another key").ids(ids).to_pylist()
    assert anna not in elsewhere


def test_all_texts_of_a_span_are_looked_at(pipeline: Pipeline) -> None:
    said = {"crm.owner": ADDRESS, "url.full": f"https://crm.example/{ADDRESS}", ADDRESS: "1"}
    arrive(
        pipeline,
        span(
            name=f"mail {ADDRESS}",
            status={"code": 2, "message": f"No such user {ADDRESS}"},
            attributes=said | {"gen_ai.agent.name": ADDRESS, "session.id": ADDRESS},
            events=((f"sent {ADDRESS}", 1, said),),
        ),
    )
    stored = str(pipeline.rows("FROM spans") + pipeline.rows("FROM requests"))
    assert "Larkspur" not in stored
    columns = "name, agent, attributes['url.full'], session_id"
    name, agent, address, session_id = one(pipeline, f"SELECT {columns} FROM spans")
    assert (name, agent, address) == ("mail [email]", "[email]", "https://crm.example/[email]")
    assert session_id.startswith("[email:")


def test_what_was_found_is_counted(pipeline: Pipeline) -> None:
    attributes = {"crm.owner": ADDRESS, "crm.fax": "+4930123456"}
    spans = [TestSpan("a", span_id, attributes=attributes) for span_id in "12"]
    cut = arrivals([otlp(spans)], [START], pipeline.settings).cut
    assert cut == {"redacted_email": 2, "redacted_phone": 2}


@pytest.fixture
def told(pipeline: Pipeline) -> Iterator[Pipeline]:
    """With key globs, without patterns, and with content."""
    settings = pipeline.settings
    redaction = Redaction(keys=("*.email", "acme.customer.*"), patterns=())
    pipeline.settings = replace(settings, redaction=redaction, keep_content=True)
    yield pipeline
    pipeline.settings = settings


def test_values_under_listed_keys_are_dropped_even_where_content_is_kept(told: Pipeline) -> None:
    listed = {"user.email": "a", "acme.customer.name": "b", "acme.order": "c"}
    arrive(told, span(attributes=listed, events=(("said", 1, listed),)))
    attributes, events = one(told, "SELECT attributes, events FROM spans")
    assert attributes == {"acme.order": "c"}
    assert events[0]["attributes"] == {"acme.order": "c"}


def test_patterns_that_are_not_wanted_are_not_looked_for(told: Pipeline) -> None:
    arrive(told, span(name=ADDRESS))
    assert one(told, "SELECT name FROM spans") == ADDRESS


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "lake")
    key = redactor_of(settings).key
    file = tmp_path / "lake" / KEY_FILE
    assert file.read_bytes() == key
    assert file.stat().st_mode & 0o077 == 0
