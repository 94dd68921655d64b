"""What log records say of a span reaches its request, if they come before it or after."""

import time
from pathlib import Path
from urllib.request import Request

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.corpus import WITHOUT_PROXY
from tests.e2e.payloads import a_span, request_of, text
from tests.e2e.processes import CollectorProcess, wait_until

ANSWER = "Ich-heisse-Annegret-Larkspur and this is my question"


def a_call() -> Span:
    return a_span(attributes=[text("gen_ai.operation.name", "chat")])


def record(span: Span, name: str, attributes: dict[str, AnyValue], body: AnyValue) -> LogRecord:
    return LogRecord(
        time_unix_nano=time.time_ns(),
        trace_id=span.trace_id,
        span_id=span.span_id,
        event_name=name,
        attributes=[KeyValue(key=key, value=value) for key, value in attributes.items()],
        body=body,
    )


def what_is_said(span: Span) -> list[LogRecord]:
    """How a model call ended, what it used and how good it was, as GenAI events say it."""
    choice = KeyValueList(values=[text("finish_reason", "end_turn"), text("message", ANSWER)])
    details = {
        "gen_ai.usage.input_tokens": AnyValue(int_value=120),
        "gen_ai.usage.output_tokens": AnyValue(int_value=12),
        "gen_ai.output.messages": AnyValue(string_value=ANSWER),
    }
    score = {"gen_ai.evaluation.score.value": AnyValue(double_value=0.75)}
    return [
        record(span, "gen_ai.choice", {}, AnyValue(kvlist_value=choice)),
        record(span, "gen_ai.client.inference.operation.details", details, AnyValue()),
        record(span, "gen_ai.evaluation.result", score, AnyValue()),
        record(span, "gen_ai.user.message", {}, AnyValue(string_value=ANSWER)),
    ]


def send_spans(collector: CollectorProcess, *spans: Span) -> None:
    with collector.channel() as channel:
        collector.exporter(channel)(request_of(*spans).SerializeToString())


def send_logs(collector: CollectorProcess, span: Span) -> None:
    logs = ResourceLogs(scope_logs=[ScopeLogs(log_records=what_is_said(span))])
    request = Request(  # noqa: S310 our own door
        f"{collector.http_url}/v1/logs",
        data=ExportLogsServiceRequest(resource_logs=[logs]).SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
    )
    with WITHOUT_PROXY.open(request, timeout=30):
        pass


def test_logs_fill_what_their_spans_lack(running: CollectorProcess) -> None:
    """Sent before the span, beside it, twice, and when its request is there already."""
    early, beside, late = a_call(), a_call(), a_call()
    send_logs(running, early)
    send_spans(running, late)
    wait_until(lambda: running.value("select count(*) from requests") == 1, within_s=30)
    send_spans(running, early, beside)
    for span in (beside, beside, late):
        send_logs(running, span)
    facts = "select input_tokens, output_tokens, quality from requests"
    wait_until(lambda: running.rows(facts) == [(120, 12, 0.75)] * 3, within_s=30)
    assert running.rows(
        "select distinct finish_reason from span_facts where finish_reason is not null"
    ) == [("stop",)]
    assert running.value("select count(*) from spans") == 3
    assert running.value("select sum(count) from rejections where reason = 'logs_not_read'") == 4
    kept = b"".join(file.read_bytes() for file in Path(running.settings.lake).rglob("*.parquet"))
    assert ANSWER not in str(running.rows("select span_facts::varchar from span_facts"))
    assert ANSWER.encode() not in kept
