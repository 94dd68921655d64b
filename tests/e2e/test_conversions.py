"""A conversion counts once, however often and from wherever it is told, also after a kill."""

import json
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.payloads import MILLISECOND, a_span, request_of, text
from tests.e2e.processes import CollectorProcess, wait_until

CONVERSION = "marketing.conversion"
LOGS_EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
CHAT_NS = time.time_ns() - 60_000 * MILLISECOND
THEN_NS = CHAT_NS + 30_000 * MILLISECOND
SESSIONS = ("told-by-span", "told-by-event", "told-by-log", "told-by-http", "told-by-file")
STORED = "select * from conversions order by conversion_id"
JOINED = "select count(request_id) from conversions"


def chat(session_id: str, *events: Span.Event) -> Span:
    """A request of the session."""
    trace_id = session_id.encode().ljust(16, b"-")
    return a_span(
        trace_id=trace_id,
        span_id=trace_id[:8],
        name="chat",
        start_time_unix_nano=CHAT_NS,
        end_time_unix_nano=CHAT_NS + MILLISECOND,
        attributes=[text("session.id", session_id)],
        events=events,
    )


def event(conversion_id: str) -> Span.Event:
    attributes = [
        text(f"{CONVERSION}.id", conversion_id),
        text(f"{CONVERSION}.value_usd", "84.5"),
    ]
    return Span.Event(name=CONVERSION, time_unix_nano=THEN_NS, attributes=attributes)


def requests() -> bytes:
    """A request of every session but one, whose conversion is an event on it."""
    return request_of(*map(chat, SESSIONS[2:]), chat(SESSIONS[0])).SerializeToString()


def spans() -> bytes:
    """A conversion as an event, and one as a trace of its own."""
    own = a_span(
        trace_id=b"of-a-conversion-",
        span_id=b"convert.",
        name=CONVERSION,
        start_time_unix_nano=THEN_NS,
        attributes=[text(f"{CONVERSION}.id", "by-span"), text("session.id", SESSIONS[0])],
    )
    return request_of(chat(SESSIONS[1], event("by-event")), own).SerializeToString()


def logs() -> bytes:
    request = ExportLogsServiceRequest()
    record = (
        request.resource_logs.add()
        .scope_logs.add()
        .log_records.add(event_name=CONVERSION, time_unix_nano=THEN_NS)
    )
    told = {f"{CONVERSION}.id": "by-log", "session.id": SESSIONS[2]}
    record.attributes.extend(text(key, value) for key, value in told.items())
    return request.SerializeToString()


def post(collector: CollectorProcess, body: object) -> Any:
    door = HTTPConnection(collector.settings.http_address, timeout=30)
    door.request("POST", "/v1/conversions", json.dumps(body), {"Content-Type": "application/json"})
    answer = json.loads(door.getresponse().read())
    door.close()
    return answer


def tell_all(collector: CollectorProcess) -> None:
    """Every source, each in its own way; one conversion has no id."""
    with collector.channel() as channel:
        collector.exporter(channel)(spans())
        channel.unary_unary(LOGS_EXPORT)(logs())
    seconds = THEN_NS / 10**9
    by_http = {"session_id": SESSIONS[3], "occurred_at": seconds, "kind": "lead"}
    assert post(collector, [by_http, by_http | {"conversion_id": "by-http"}]) == {}
    file = Path(collector.folder / "orders.csv")
    file.write_text(f"order_id,session_id,timestamp\nby-file,{SESSIONS[4]},{seconds}\n")
    finished = collector.run("import-conversions", str(file))
    assert finished.returncode == 0, finished.stderr


def test_every_source_twice_with_a_kill_between_is_the_same(stopped: CollectorProcess) -> None:
    stopped.start()
    stopped.wait_until_ready()
    tell_all(stopped)
    wait_until(lambda: stopped.value("select count(*) from conversions") == 6)
    wait_until(lambda: stopped.value(JOINED) == 1)
    with stopped.channel() as channel:
        stopped.exporter(channel)(requests())
    wait_until(lambda: stopped.value(JOINED) == 6)
    first = stopped.rows(STORED)
    assert {row[1] for row in first} == set(SESSIONS)

    stopped.kill()
    stopped.start()
    stopped.wait_until_ready()
    tell_all(stopped)
    marker = {"conversion_id": "last", "session_id": SESSIONS[0], "occurred_at": THEN_NS}
    post(stopped, marker)
    wait_until(lambda: stopped.value("select count(*) from conversions") == 7)
    assert [row for row in stopped.rows(STORED) if row[0] != "last"] == first
    assert stopped.value("select count(*) from lake.conversions") == 7
    assert stopped.value("select count(*) from requests") == len(SESSIONS)


def test_what_is_acknowledged_survives_a_kill(stopped: CollectorProcess) -> None:
    stopped.start()
    stopped.wait_until_ready()
    for number in range(50):
        post(stopped, {"session_id": f"s-{number}", "occurred_at": THEN_NS})
    stopped.kill()
    stopped.start()
    stopped.wait_until_ready()
    wait_until(lambda: stopped.value("select count(*) from conversions") == 50)
