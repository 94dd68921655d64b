"""Trace files end in the lake: rows and models, whatever the form of the file."""

import gzip
import json
import time
from pathlib import Path

import zstandard
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.app.conftest import Run, Start

COUNTS = (
    "select (select count(*) from spans) as spans, (select count(*) from lake.requests) as requests"
)


def request(traces: int, first: int = 1, spans_per_trace: int = 1) -> ExportTraceServiceRequest:
    """Traces that ended a minute ago."""
    ended_at = time.time_ns() - 60 * 10**9
    made = ExportTraceServiceRequest()
    spans = made.resource_spans.add().scope_spans.add().spans
    for trace in range(first, first + traces):
        for index in range(spans_per_trace):
            spans.add(
                trace_id=trace.to_bytes(16, "big"),
                span_id=(trace * 1_000 + index + 1).to_bytes(8, "big"),
                parent_span_id=(trace * 1_000 + 1).to_bytes(8, "big") if index else b"",
                name="answer",
                start_time_unix_nano=ended_at - 10**9,
                end_time_unix_nano=ended_at,
            )
    return made


def otlp_json(made: ExportTraceServiceRequest) -> bytes:
    """OTLP's own JSON: hex ids where protobuf's has base64."""
    document = MessageToDict(made)
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    for entry, span in zip(spans, made.resource_spans[0].scope_spans[0].spans, strict=True):
        entry |= {"traceId": span.trace_id.hex(), "spanId": span.span_id.hex()}
    return json.dumps(document).encode()


def counts(run: Run) -> dict[str, int]:
    answer = run("sql", "--lake", "lake", "--format", "json", COUNTS)
    return dict(json.loads(answer.stdout)[0])


def test_every_form_ends_in_the_lake(run: Run, lake: str) -> None:
    forms = {
        "a.pb": request(2, first=1).SerializeToString(),
        "b.json": otlp_json(request(3, first=11)),
        "c.jsonl": otlp_json(request(1, first=21))
        + b"\n"
        + otlp_json(request(1, first=22))
        + b"\n",
        "d.gz": gzip.compress(otlp_json(request(1, first=31))),
        "e.zst": zstandard.compress(request(1, first=41).SerializeToString()),
    }
    for name, content in forms.items():
        Path(name).write_bytes(content)
    finished = run("import-traces", "--lake", lake, *forms)
    assert finished.stdout == "9 spans read, 9 sent, 0 refused\n", finished.stderr
    assert finished.returncode == 0
    assert counts(run) == {"spans": 9, "requests": 9}


def test_importing_twice_changes_nothing(run: Run) -> None:
    Path("a.pb").write_bytes(request(4).SerializeToString())
    for _ in range(2):
        assert run("import-traces", "--lake", "lake", "a.pb").returncode == 0
    assert counts(run) == {"spans": 4, "requests": 4}


def test_a_running_collector_takes_the_spans(start: Start, run: Run, lake: str) -> None:
    collector = start("collect", "--lake", lake)
    Path("a.pb").write_bytes(request(5).SerializeToString())
    grpc_address = collector.line("OTLP/gRPC")
    finished = run("import-traces", "--lake", lake, "a.pb", LATENCYTAX_GRPC_ADDRESS=grpc_address)
    assert finished.returncode == 0, finished.stderr
    assert counts(run) == {"spans": 5, "requests": 5}


def test_a_running_collector_elsewhere_is_said(start: Start, run: Run, lake: str) -> None:
    start("collect", "--lake", lake).line("OTLP/HTTP")
    Path("a.pb").write_bytes(request(1).SerializeToString())
    finished = run("import-traces", "--lake", lake, "a.pb", LATENCYTAX_GRPC_ADDRESS="127.0.0.1:9")
    assert finished.returncode == 1
    assert "LATENCYTAX_GRPC_ADDRESS" in finished.stderr


def test_a_request_larger_than_a_door_takes_is_sent_in_parts(run: Run, lake: str) -> None:
    made = request(1, spans_per_trace=6_000)
    for span in made.resource_spans[0].scope_spans[0].spans:
        span.attributes.add(key="padding").value.string_value = "x" * 6_000
    Path("large.pb").write_bytes(made.SerializeToString())
    finished = run("import-traces", "--lake", lake, "large.pb")
    assert finished.stdout == "6,000 spans read, 6,000 sent, 0 refused\n", finished.stderr


def test_what_cannot_be_read_is_said_and_the_rest_imported(run: Run, lake: str) -> None:
    bad = {"a.txt": b"hello", "b.json": b'{"resourceSpans": 1}', "c.pb": b"\n\x05\x01\x02"}
    for name, content in bad.items():
        Path(name).write_bytes(content)
    Path("good.pb").write_bytes(request(1).SerializeToString())
    finished = run("import-traces", "--lake", lake, *bad, "good.pb")
    assert finished.returncode == 1
    for name in bad:
        assert f"{name}: " in finished.stderr
    assert finished.stdout == "1 spans read, 1 sent, 0 refused\n"


def test_spans_that_are_refused_are_counted(run: Run, lake: str) -> None:
    made = request(2)
    made.resource_spans[0].scope_spans[0].spans[0].trace_id = b"short"
    Path("a.pb").write_bytes(made.SerializeToString())
    finished = run("import-traces", "--lake", lake, "a.pb")
    assert finished.stdout == "2 spans read, 1 sent, 1 refused\n"
    assert finished.returncode == 1


def test_a_missing_file_is_wrong_usage(run: Run, lake: str) -> None:
    assert run("import-traces", "--lake", lake, "nowhere.pb").returncode == 2
