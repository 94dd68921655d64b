"""Conversions are read from JSON, log records and spans alike; what cannot be used is said."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import duckdb
import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.accept import Admission
from collector.arrivals import arrivals
from collector.conversion_table import store_conversions
from collector.journal import Journal
from collector.signals import CONVERSIONS, LOGS
from sql.conversions import Conversion, ConversionError, checked, packed, unpacked
from sql.lake import open_writer, transaction
from sql.redaction import Redactor
from sql.settings import load_settings
from tests.lakes import empty_lake

AS_SENT = Redactor(patterns=(), key=b"")

Counts = Callable[[], Counter[tuple[str, str, str]]]

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOON_NS = int(NOON.timestamp()) * 10**9
GOOD = {"session_id": "s-1", "occurred_at": "2026-03-01T12:00:00Z", "kind": "purchase"}
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
ATTRIBUTES = {
    "marketing.conversion.id": "order-1",
    "marketing.conversion.kind": "purchase",
    "marketing.conversion.value_usd": 84.5,
    "session.id": "s-1",
}
ORDER = Conversion("order-1", "s-1", TRACE_ID, None, NOON, "purchase", 84.5, "span")


def attributes(values: dict[str, Any]) -> list[KeyValue]:
    pairs = []
    for key, value in values.items():
        pair = KeyValue(key=key)
        setattr(pair.value, "double_value" if isinstance(value, float) else "string_value", value)
        pairs.append(pair)
    return pairs


def post(address: str, body: object, content_type: str = "application/json") -> tuple[int, Any]:
    connection = HTTPConnection(address, timeout=10)
    connection.request("POST", "/v1/conversions", json.dumps(body), {"Content-Type": content_type})
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def journaled(journal: Journal) -> list[Conversion]:
    batches = journal.peek(0, max_bytes=2**26, max_batches=1000)
    assert {batch.signal for batch in batches} <= {"conversions"}
    return [each for batch in batches for each in unpacked(batch.body)]


@pytest.mark.parametrize(
    "occurred_at",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01 12:00:00 UTC",
        "2026-03-01 07:00:00 -0500",
        "2026-03-01T12:00:00",
        NOON_NS // 10**9,
        NOON_NS // 10**6,
        str(NOON_NS // 10**3),
        NOON_NS,
    ],
)
def test_a_time_is_read_as_exports_write_it(occurred_at: object) -> None:
    assert checked(GOOD | {"occurred_at": occurred_at}, source="http").occurred_at == NOON


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"occurred_at": None}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": 12}, "occurred_at"),
        ({"occurred_at": 10**40}, "occurred_at"),
        ({"session_id": None}, "nothing_to_join"),
        ({"session_id": ["s-1"]}, "session_id"),
        ({"session_id": "s" * 513}, "session_id"),
        ({"trace_id": "abc"}, "trace_id"),
        ({"request_id": TRACE_ID}, "request_id"),
        ({"revenue_usd": "a lot"}, "revenue_usd"),
        ({"revenue_usd": float("inf")}, "revenue_usd"),
        ({"revenue_usd": 5, "currency": "EUR"}, "currency"),
    ],
)
def test_what_cannot_be_used_says_why(fields: dict[str, object], reason: str) -> None:
    with pytest.raises(ConversionError) as caught:
        checked(GOOD | fields, source="http")
    assert caught.value.reason == reason


def test_without_an_id_the_same_report_is_the_same_conversion() -> None:
    made = {checked(GOOD, source="http").conversion_id for _ in range(2)}
    other = checked(GOOD | {"kind": "lead"}, source="http").conversion_id
    assert len(made) == 1
    assert other not in made


def test_a_request_tells_its_trace() -> None:
    request_id = f"{TRACE_ID}-00f067aa0ba902b7"
    row = {"request_id": request_id, "occurred_at": NOON_NS, "revenue_usd": "$1,084.50"}
    conversion = checked(row, source="crm")
    assert (conversion.trace_id, conversion.request_id) == (TRACE_ID, request_id)
    assert (conversion.revenue_usd, conversion.source) == (1084.5, "crm")


def test_one_or_many_are_journaled_before_the_answer(http_address: str, journal: Journal) -> None:
    assert post(http_address, GOOD) == (200, {})
    assert post(http_address, [GOOD | {"kind": "lead"}, GOOD | {"source": "crm"}]) == (200, {})
    assert [(each.kind, each.source) for each in journaled(journal)] == [
        ("purchase", "http"),
        ("lead", "http"),
        ("purchase", "crm"),
    ]


def test_a_bad_row_is_refused_and_its_neighbours_are_stored(
    http_address: str, journal: Journal, refused: Counts
) -> None:
    status, answer = post(http_address, [GOOD, GOOD | {"occurred_at": "?"}, 7])
    told = answer["partialSuccess"]
    assert (status, told["rejectedConversions"]) == (200, 2)
    assert [(each["row"], each["reason"]) for each in told["errors"]] == [
        (1, "occurred_at"),
        (2, "not_an_object"),
    ]
    assert len(journaled(journal)) == 1
    assert refused() == {
        ("http", "conversions", "conversion_occurred_at"): 1,
        ("http", "conversions", "conversion_not_an_object"): 1,
    }


def test_other_bodies_are_refused(http_address: str, refused: Counts) -> None:
    assert post(http_address, GOOD, "text/csv")[0] == 415
    connection = HTTPConnection(http_address, timeout=10)
    connection.request("POST", "/v1/conversions", b"{", {"Content-Type": "application/json"})
    assert connection.getresponse().status == 400
    connection.close()
    assert refused() == {
        ("http", "conversions", "wrong_content_type"): 1,
        ("http", "conversions", "undecodable"): 1,
    }


def logs(*records: LogRecord) -> bytes:
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.extend(records)
    return request.SerializeToString()


def conversion_log(values: dict[str, Any] = ATTRIBUTES, **fields: Any) -> LogRecord:
    return LogRecord(
        time_unix_nano=NOON_NS,
        trace_id=bytes.fromhex(TRACE_ID),
        attributes=attributes(values),
        **fields,
    )


def test_a_log_record_is_known_by_event_name_body_or_attribute(
    admission: Admission, journal: Journal, refused: Counts
) -> None:
    by_body = conversion_log()
    by_body.body.string_value = "marketing.conversion"
    records = [
        conversion_log(event_name="marketing.conversion"),
        by_body,
        conversion_log(ATTRIBUTES | {"event.name": "marketing.conversion"}),
        conversion_log(event_name="gen_ai.choice"),
        LogRecord(),
    ]
    assert admission.accept(LOGS, logs(*records), "grpc") == ExportLogsServiceResponse()
    assert journaled(journal) == [replace(ORDER, source="log")] * 3
    assert refused() == {("grpc", "logs", "logs_not_read"): 2}


def test_the_grpc_door_reads_logs(grpc_address: str, journal: Journal) -> None:
    with grpc.insecure_channel(grpc_address) as channel:
        export = channel.unary_unary(
            "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
            response_deserializer=ExportLogsServiceResponse.FromString,
        )
        bad = conversion_log(
            ATTRIBUTES | {"marketing.conversion.value_usd": "x"}, event_name="marketing.conversion"
        )
        answer = export(logs(conversion_log(event_name="marketing.conversion"), bad))
    assert answer.partial_success.rejected_log_records == 1
    assert "row 1: revenue_usd" in answer.partial_success.error_message
    assert journaled(journal) == [replace(ORDER, source="log")]


def test_contents_of_logs_are_never_journaled(admission: Admission, journal: Journal) -> None:
    secret = {"gen_ai.input.messages": "MARKER", "note": "MARKER"}
    record = conversion_log(ATTRIBUTES | secret, event_name="marketing.conversion")
    record.body.string_value = "MARKER"
    other = LogRecord(attributes=attributes(secret))
    admission.accept(LOGS, logs(record, other), "http")
    batches = journal.peek(0, max_bytes=2**26, max_batches=10)
    assert batches
    assert all(b"MARKER" not in batch.body for batch in batches)


@pytest.fixture
def lake(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    return open_writer(load_settings(None, lake=str(empty_lake(tmp_path / "lake")), environ={}))


def span(**fields: Any) -> Span:
    return Span(
        trace_id=bytes.fromhex(TRACE_ID),
        span_id=b"s" * 8,
        start_time_unix_nano=NOON_NS,
        end_time_unix_nano=NOON_NS + 10**9,
        **fields,
    )


def read(*spans: Span) -> list[Conversion]:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(spans)
    arrived = arrivals([request.SerializeToString()], [NOON], load_settings(None, environ={}))
    assert {received_at for received_at, _ in arrived.reports} <= {NOON}
    return [conversion for _, conversion in arrived.reports]


def test_spans_and_span_events_of_the_name_are_conversions() -> None:
    turn = span(name="chat", attributes=attributes({"session.id": "s-1"}))
    without_session = {key: value for key, value in ATTRIBUTES.items() if key != "session.id"}
    turn.events.add(name="thinking", attributes=attributes({"marketing.conversion.id": "no"}))
    turn.events.add(
        name="marketing.conversion", time_unix_nano=NOON_NS, attributes=attributes(without_session)
    )
    own = span(name="marketing.conversion", attributes=attributes(ATTRIBUTES))
    assert read(turn, own) == [ORDER, ORDER]


def test_an_event_without_a_time_happened_when_its_span_began() -> None:
    turn = span(name="chat")
    turn.events.add(name="marketing.conversion")
    (conversion,) = read(turn)
    assert (conversion.occurred_at, conversion.session_id) == (NOON, None)
    assert conversion.trace_id == TRACE_ID


def stored(lake: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return lake.execute(
        "select conversion_id, session_id, kind, revenue_usd, source, received_at "
        "from lake.conversions order by 1"
    ).fetchall()


def test_a_repeat_changes_nothing_and_a_correction_corrects(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    later = NOON + timedelta(hours=1)
    unknown_kind = replace(ORDER, kind=None)
    refund = replace(ORDER, session_id=None, revenue_usd=10.0, source="import")
    with transaction(lake):
        store_conversions(
            lake, [(NOON, unknown_kind), (NOON, ORDER), (NOON, unknown_kind)], AS_SENT
        )
    first = [("order-1", "s-1", "purchase", 84.5, "span", NOON)]
    assert stored(lake) == first
    with transaction(lake):
        store_conversions(lake, [(later, unknown_kind)], AS_SENT)
    assert stored(lake) == first
    for _ in range(2):
        with transaction(lake):
            store_conversions(lake, [(later, refund)], AS_SENT)
        assert stored(lake) == [("order-1", "s-1", "purchase", 10.0, "span", NOON)]


def test_a_journal_of_the_first_format_is_read(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite"
    with Journal(file, limit_bytes=2**20) as journal:
        journal.put(b"spans", door="grpc", span_count=1)
    with sqlite3.connect(file) as first_format:
        for table in ("batches", "quarantine"):
            first_format.execute(f"alter table {table} drop column signal")
        first_format.execute("pragma user_version = 1")
    first_format.close()
    with Journal(file, limit_bytes=2**20) as journal:
        journal.put(packed([ORDER]), door="http", span_count=1, signal=CONVERSIONS.name)
        batches = journal.peek(0, max_bytes=2**20, max_batches=10)
    assert [batch.signal for batch in batches] == ["traces", "conversions"]
