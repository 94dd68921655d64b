"""Unmodified agent libraries run, send by their own exporters, and are understood.

The truth is what the model server did that they called. Nothing here is captured: a new version of
a library is tried by changing its pin.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.live.conversation import USE_CASE, Conversation, converse
from tests.e2e.live.found import call_spans, request_rows, span_ids, tool_rows, wait_until_assembled
from tests.e2e.live.install import CannotBeFetchedError, command
from tests.e2e.live.libraries import LIBRARIES, Fact, Library
from tests.e2e.live.model_server.reply import MARKER
from tests.e2e.processes import CollectorProcess, wait_until

SESSION, TOOL = "session-4711", "find_product"
TOKEN_COUNTS = ("input_tokens", "output_tokens", "cached_tokens")
CLOSE_MS = 200.0
"""Less than half as far as a call's start and end, which could be taken for its first token."""

pytestmark = pytest.mark.timeout(600)  # a first run fetches a gigabyte


@pytest.fixture(scope="module")
def conversations(running: CollectorProcess) -> dict[Library, Conversation | str]:
    """What each library did, all of it assembled by now, or why it could not be run."""
    commands: dict[Library, list[str]] = {}
    unavailable: dict[Library, Conversation | str] = {}
    for library in LIBRARIES:
        try:
            commands[library] = command(library)
        except CannotBeFetchedError as error:
            unavailable[library] = str(error)
    with ThreadPoolExecutor(2) as pool:
        held = list(
            pool.map(lambda library: converse(library, commands[library], running), commands)
        )
    wait_until_assembled(running, held)
    return unavailable | {conversation.library: conversation for conversation in held}


@pytest.fixture(params=LIBRARIES, ids=lambda library: library.program)
def conversation(
    conversations: dict[Library, Conversation | str], request: pytest.FixtureRequest
) -> Conversation:
    """One library's; in continuous integration it must have one."""
    done = conversations[request.param]
    if isinstance(done, Conversation):
        return done
    missing = f"{request.param.program} cannot be run: {done}"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def test_every_span_that_was_sent_is_stored_once(
    conversation: Conversation, running: CollectorProcess
) -> None:
    stored = span_ids(running, conversation)
    assert len(conversation.sent) > 0
    assert sorted(stored) == sorted(conversation.sent)


def test_each_question_is_a_request_of_its_session(
    conversation: Conversation, running: CollectorProcess
) -> None:
    columns = "session_id, use_case, outcome, complete"
    untold = Fact.RESOURCE in conversation.library.silent_on
    request = (SESSION, None if untold else USE_CASE, "ok", True)
    assert request_rows(running, conversation, columns) == [request, request]


def test_model_calls_are_counted_once(
    conversation: Conversation, running: CollectorProcess
) -> None:
    called = [len(turn) for turn in conversation.turns]
    model = conversation.calls[0].reply.asked_model
    counted = request_rows(running, conversation, "llm_calls, models")
    assert counted == [(calls, [model]) for calls in called]


def test_tokens_are_those_of_the_model_server(
    conversation: Conversation, running: CollectorProcess
) -> None:
    found = request_rows(running, conversation, ", ".join(TOKEN_COUNTS))
    assert found == [*zip(*map(conversation.tokens, TOKEN_COUNTS), strict=True)]


def test_tools_are_named_and_counted(conversation: Conversation, running: CollectorProcess) -> None:
    called = Fact.TOOLS not in conversation.library.silent_on
    assert tool_rows(running, conversation) == [(TOOL,)] * (2 * called)
    assert request_rows(running, conversation, "tool_calls") == [(called,)] * 2


def test_streamed_calls_are_known_and_others_are_not_taken_for_such(
    conversation: Conversation, running: CollectorProcess
) -> None:
    told = Fact.STREAMS not in conversation.library.silent_on
    for call in conversation.calls:
        streamed = [flag for flag, _ in call_spans(running, conversation, call)]
        assert any(streamed) == (call.streamed and told)


def test_first_tokens_are_where_they_were(
    conversation: Conversation, running: CollectorProcess
) -> None:
    told = Fact.FIRST_TOKENS not in conversation.library.silent_on
    for call in conversation.calls:
        spans = call_spans(running, conversation, call)
        errors_ms = [abs(at - call.first_token_at) * 1e3 for _, at in spans if at is not None]
        assert bool(errors_ms) == (call.streamed and told)
        assert all(error_ms < CLOSE_MS for error_ms in errors_ms)


def test_the_user_waits_for_the_first_token_of_the_answer(
    conversation: Conversation, running: CollectorProcess
) -> None:
    columns = "perceived_kind, epoch_us(started_at) / 1e6 + perceived_ms / 1e3"
    for turn, (kind, seen_at) in zip(
        conversation.turns, request_rows(running, conversation, columns), strict=True
    ):
        answer = turn[-1]
        told = answer.streamed and Fact.FIRST_TOKENS not in conversation.library.silent_on
        assert kind == ("first_token" if told else "full")
        if told:
            assert abs(seen_at - answer.first_token_at) * 1e3 < CLOSE_MS


@pytest.mark.usefixtures("conversations")
def test_nothing_is_refused(running: CollectorProcess) -> None:
    refused = "select * from rejections where reason not in ('logs_not_read', 'metrics_not_read')"
    assert running.rows(refused) == []


@pytest.mark.usefixtures("conversations")
def test_no_text_stays(running: CollectorProcess) -> None:
    """Every question, answer, tool argument and tool result holds the marker."""
    lake = Path(running.settings.lake)

    def texts() -> list[str]:
        files = (file for file in lake.rglob("*") if file.is_file())
        return [file.name for file in files if MARKER.encode() in file.read_bytes()]

    wait_until(lambda: texts() == [], within_s=20)
    for table in ("spans", "requests", "rejections", "attribute_keys"):
        query = f"select count(*) from {table} where contains({table}::varchar, ?)"
        assert running.value(query, MARKER) == 0
