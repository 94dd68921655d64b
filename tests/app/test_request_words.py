"""A request in words, in the list and in links."""

from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
import pytest

from app.dashboard.links import link_to_trace
from app.dashboard.request_table import request_table
from app.dashboard.request_words import Request, budget_sentence, cost, sentence
from app.dashboard.safe_text import shown
from app.dashboard.seconds.composition import composition_bar

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\u202e\x07[x](javascript:x)"
REQUEST = Request(
    request_id="a" * 32 + "-" + "1" * 16,
    started_at=NOW,
    use_case="live_chat",
    title="Live chat",
    channel="chat",
    environment="production",
    service="chat-web",
    model="gpt-4o",
    tier="large",
    outcome="ok",
    duration_ms=4200.0,
    perceived_ms=1900.0,
    perceived_kind="first_token",
    spans=8,
    cost_usd=0.0042,
    complete=True,
    budget_sli="first_token",
    budget_ms=500.0,
    over_budget_ms=1400.0,
)
COMPOSITION = pl.DataFrame(
    {
        "step": ["llm_decode", "llm_prefill", "tool"],
        "ms": [2200.0, 1500.0, 500.0],
        "share": [0.5238, 0.3571, 0.1190],
        "subject": ["gpt-4o", "gpt-4o", "stock"],
        "subject_ms": [900.0, 1100.0, 500.0],
    }
)


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_the_sentence_says_how_long_and_what_was_waited_for() -> None:
    assert plain(sentence(REQUEST, COMPOSITION)) == (
        "This live chat answer took 4.2 s; the user saw nothing for 1.9 s. "
        "The longest wait was for gpt-4o’s first token (1.1 s)."
    )


def test_most_of_it_is_more_than_half() -> None:
    tool = pl.DataFrame(
        {"step": ["tool"], "ms": [900.0], "share": [1.0], "subject": ["{x}"], "subject_ms": [900.0]}
    )
    heard = replace(REQUEST, perceived_kind="first_audio")
    assert plain(sentence(heard, tool)) == (
        "This live chat answer took 4.2 s; the user heard nothing for 1.9 s. "
        "Most of it was waiting for the tool {x} (900 ms)."
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("error", "This live chat request failed after 4.2 s."),
        ("timeout", "This live chat request timed out after 4.2 s."),
        ("cancelled", "This live chat request was abandoned after 4.2 s."),
    ],
)
def test_an_answer_that_never_came_is_said_to_be_none(outcome: str, words: str) -> None:
    request = replace(REQUEST, outcome=outcome, perceived_kind="full")
    assert plain(sentence(request, COMPOSITION.clear())) == words


def test_without_its_root_a_request_took_at_least() -> None:
    request = replace(REQUEST, complete=False, perceived_kind="full", title=None)
    assert plain(sentence(request, COMPOSITION.clear())) == (
        "This chat-web answer took at least 4.2 s."
    )


def test_the_budget_is_said_in_words() -> None:
    assert plain(budget_sentence(REQUEST)) == "1.4 s over its first token budget of 500 ms."
    within = replace(REQUEST, over_budget_ms=-200.0)
    assert plain(budget_sentence(within)) == (
        "Within its first token budget of 500 ms, 200 ms to spare."
    )
    assert "is not known" in budget_sentence(replace(REQUEST, over_budget_ms=None))
    assert "no budget" in budget_sentence(replace(REQUEST, budget_ms=None, over_budget_ms=None))


@pytest.mark.parametrize(
    ("usd", "words"),
    [(None, "–"), (0.0, "$0"), (0.00042, "$0.00042"), (0.0299, "$0.03"), (1234.5, "$1,234.50")],
)
def test_cost_shows_the_figures_that_count(usd: float | None, words: str) -> None:
    assert cost(usd) == words


def test_a_row_is_a_link_that_keeps_the_choices() -> None:
    table = request_table([REQUEST], [("range", "24h"), ("use_case", "Live chat")], NOW)
    assert f'href="traces?range=24h&amp;use_case=Live+chat&amp;request={REQUEST.request_id}"' in (
        table
    )
    assert "1.4\xa0s over" in table
    assert "Answered" in table


def test_unknown_is_a_dash_in_the_list() -> None:
    unknown = replace(REQUEST, perceived_ms=None, over_budget_ms=None, cost_usd=None, model=None)
    assert request_table([unknown], [], NOW).count(">–<") == 4


def test_nothing_of_a_span_is_markup_in_the_list() -> None:
    table = request_table([replace(REQUEST, title=None, service=HOSTILE, model=HOSTILE)], [], NOW)
    assert "<script" not in table
    assert "\u202e" not in table
    assert "\x07" not in table


def test_a_link_names_the_request_whatever_its_id() -> None:
    assert link_to_trace("a&b=<c>") == "traces?request=a%26b%3D%3Cc%3E"


def test_text_is_one_harmless_line_of_limited_length() -> None:
    assert shown("a\nb\tc\u202ed\x00", None) == "a b c�d�"
    assert shown("שלום 👩‍💻", None) == "שלום 👩‍💻"
    assert shown("abcdef", 4) == "abc…"


def test_the_bar_is_told_in_words_too() -> None:
    bar = plain(composition_bar(COMPOSITION))
    assert "Where this request’s time went: Model writing 2.2 s, 52.4 %; First token" in bar
    assert bar.count("flex:") == 3
