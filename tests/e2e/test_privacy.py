"""What people wrote and models answered is not in any byte that stays behind."""

from pathlib import Path

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.payloads import a_span, request_of, text
from tests.e2e.processes import CollectorProcess, wait_until

MARKER = "Ich-heisse-Annegret-Larkspur"
SENTENCE = f"{MARKER} and my card was charged twice, can you help me?"
ADDRESS = "annegret@larkspur.example"
TABLES = ("spans", "requests", "rejections", "attribute_keys", "conversions")


def a_span_that_tells_everything() -> Span:
    known = ("gen_ai.input.messages", "input.value", "llm.input_messages.0.message.content")
    unknown = ("acme.new.body", "acme.new.user_text")
    return a_span(
        attributes=[text(key, SENTENCE) for key in (*known, *unknown)],
        events=[Span.Event(name="gen_ai.user.message", attributes=[text("content", SENTENCE)])],
    )


def stored_texts(collector: CollectorProcess) -> str:
    rows = [
        row for table in TABLES for row in collector.rows(f"select {table}::varchar from {table}")
    ]
    return "\n".join(str(row) for row in rows)


def bytes_of(folder: Path, pattern: str) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob(pattern) if file.is_file())


def test_texts_are_in_no_table_and_no_journal(running: CollectorProcess) -> None:
    """The journal holds them until they are loaded, and nothing of them a moment later."""
    lake = Path(running.settings.lake)
    with running.channel() as channel:
        export = running.exporter(channel)
        for _ in range(20):
            export(request_of(a_span_that_tells_everything()).SerializeToString())

    wait_until(lambda: running.rows("select count(*) from spans") == [(20,)], within_s=20)
    wait_until(lambda: MARKER.encode() not in bytes_of(lake, "journal.sqlite*"), within_s=10)

    assert MARKER not in stored_texts(running)
    assert MARKER.encode() not in bytes_of(lake, "*")


def test_texts_stay_when_asked_for(tmp_path: Path) -> None:
    with CollectorProcess(tmp_path / "lake", config="keep_content = true\n") as collector:
        with collector.channel() as channel:
            collector.exporter(channel)(
                request_of(a_span_that_tells_everything()).SerializeToString()
            )
        wait_until(lambda: MARKER in stored_texts(collector), within_s=20)


def test_a_session_that_is_an_address_joins_and_the_address_is_nowhere(
    running: CollectorProcess,
) -> None:
    """The span's session and the conversion's get the same stand-in, whatever their capitals."""
    lake = Path(running.settings.lake)
    with running.channel() as channel:
        request = request_of(a_span(attributes=[text("session.id", ADDRESS)]))
        running.exporter(channel)(request.SerializeToString())
        sale = a_span(
            name="marketing.conversion",
            trace_id=b"c" * 16,
            attributes=[
                text("session.id", ADDRESS.upper()),
                text("marketing.conversion.id", f"order of {ADDRESS}"),
            ],
        )
        running.exporter(channel)(request_of(sale).SerializeToString())

    joined = "select count(request_id) from conversions"
    wait_until(lambda: running.rows(joined) == [(1,)], within_s=20)
    wait_until(lambda: ADDRESS.encode() not in bytes_of(lake, "journal.sqlite*"), within_s=10)
    assert ADDRESS not in stored_texts(running)
    assert ADDRESS.encode() not in bytes_of(lake, "*")
    counted = running.rows("select subject from pipeline_health where topic = 'redaction'")
    assert counted == [("redacted_email",)]
