"""The HTTP door speaks OTLP as SDKs expect and stays up whatever it is sent."""

import gzip
import http.client
import json
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import psutil
import pytest
from google.rpc.status_pb2 import Status
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from collector.accept import Admission
from collector.exposition import Exposition
from collector.journal import Journal
from collector.otlp_http import JSON, PATHS, PROTOBUF, HttpDoor

Counts = Callable[[], Counter[tuple[str, str, str]]]


class Answer:
    """One response, read to its end."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()


def request(
    address: str, body: bytes, path: str = "/v1/traces", *, verb: str = "POST", **headers: str
) -> Answer:
    """Header names are given with underscores; protobuf unless told otherwise."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request(verb, path, body, {"content-type": PROTOBUF} | named)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def stored_spans(journal: Journal) -> int:
    batches = journal.peek(0, max_bytes=2**26, max_batches=1000)
    return sum(batch.span_count for batch in batches)


@pytest.mark.parametrize("compression", [Compression.Gzip, Compression.NoCompression])
def test_the_sdk_exporter_delivers(
    journal: Journal, http_address: str, compression: Compression
) -> None:
    exporter = OTLPSpanExporter(f"http://{http_address}/v1/traces", compression=compression)
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    for number in range(100):
        with provider.get_tracer("test").start_as_current_span(f"span {number}"):
            pass
    provider.shutdown()
    assert stored_spans(journal) == 100


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_answered_in_protobuf(http_address: str, path: str) -> None:
    answer = request(http_address, b"", path)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-type"] == PROTOBUF


def test_json_is_stored_and_answered_in_json(
    http_address: str, journal: Journal, json_payload: bytes
) -> None:
    content_type = f"{JSON}; charset=utf-8"
    answer = request(http_address, json_payload, content_type=content_type)
    assert (answer.status, json.loads(answer.body)) == (200, {})
    assert answer.headers["content-type"].startswith(JSON)
    assert stored_spans(journal) == 2


def test_refused_spans_are_told_as_partial_success(
    http_address: str, json_payload: bytes, journal: Journal
) -> None:
    document = json.loads(json_payload)
    document["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] = "not hex"
    answer = request(http_address, json.dumps(document).encode(), content_type=JSON)
    assert answer.status == 200
    assert json.loads(answer.body)["partialSuccess"]["rejectedSpans"] == "1"
    assert stored_spans(journal) == 1


@pytest.mark.parametrize("path", ["/v1/metrics", "/v1/logs"])
def test_metrics_and_logs_in_json_are_acknowledged(http_address: str, path: str) -> None:
    assert request(http_address, b"{}", path, content_type=JSON).status == 200


WRONG = {
    "undecodable": (400, b"\x0a\xff\xff", {}),
    "broken_gzip": (400, b"no gzip", {"content_encoding": "gzip"}),
    "truncated_gzip": (400, gzip.compress(b"x" * 1000)[:-9], {"content_encoding": "gzip"}),
    "wrong_content_type": (415, b"", {"content_type": "text/plain"}),
    "wrong_content_encoding": (415, b"", {"content_encoding": "br"}),
    "too_large": (413, bytes(2**20 + 1), {}),
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_is_wrong_is_told_and_counted(http_address: str, refused: Counts, reason: str) -> None:
    status, body, headers = WRONG[reason]
    answer = request(http_address, body, **headers)
    assert answer.status == status
    if answer.headers["content-type"] == PROTOBUF:
        assert Status.FromString(answer.body).message
    else:
        assert json.loads(answer.body)["message"]
    assert refused() == {("http", "traces", reason): 1}


def test_a_broken_json_body_is_told_in_json(http_address: str) -> None:
    answer = request(http_address, b'{"resourceSpans": 5}', content_type=JSON)
    assert answer.status == 400
    assert "resourceSpans is not a list" in json.loads(answer.body)["message"]


def test_chunked_bodies_are_bounded_too(http_address: str, refused: Counts) -> None:
    connection = http.client.HTTPConnection(http_address, timeout=20)
    chunks = (bytes(2**16) for _ in range(17))
    connection.request("POST", "/v1/traces", chunks, {"content-type": PROTOBUF})
    assert connection.getresponse().status == 413
    connection.close()
    assert refused() == {("http", "traces", "too_large"): 1}


def test_a_gzip_bomb_is_refused_within_bounded_memory(http_address: str, refused: Counts) -> None:
    bomb = gzip.compress(bytes(2**28))
    before = psutil.Process().memory_info().rss
    assert request(http_address, bomb, content_encoding="gzip").status == 413
    assert psutil.Process().memory_info().rss - before < 2**25
    assert refused() == {("http", "traces", "too_large"): 1}


def test_a_full_journal_asks_to_try_again(
    tmp_path: Path, protobuf_payloads: list[bytes], exposition: Exposition
) -> None:
    with Journal(tmp_path / "full.sqlite", limit_bytes=1) as journal:
        door = HttpDoor("127.0.0.1:0", Admission(journal, message_bytes=2**20), exposition)
        answer = request(f"127.0.0.1:{door.port}", protobuf_payloads[0])
        ready = request(f"127.0.0.1:{door.port}", b"", "/readyz", verb="GET")
        door.stop()
    assert (answer.status, ready.status) == (503, 503)
    assert int(answer.headers["retry-after"]) > 0


def test_an_upload_that_ends_early_is_counted(http_address: str, refused: Counts) -> None:
    connection = http.client.HTTPConnection(http_address, timeout=20)
    connection.putrequest("POST", "/v1/traces")
    connection.putheader("Content-Type", PROTOBUF)
    connection.putheader("Content-Length", "100")
    connection.endheaders(b"half")
    connection.close()
    assert request(http_address, b"").status == 200
    assert refused() == {("http", "traces", "disconnected"): 1}


def test_other_paths_and_verbs_are_answered_with_a_sentence(http_address: str) -> None:
    lost = request(http_address, b"", "/v1/trace", content_type=JSON)
    assert lost.status == HTTPStatus.NOT_FOUND
    assert "/v1/traces" in json.loads(lost.body)["message"]
    got = request(http_address, b"", verb="GET", content_type=JSON)
    assert (got.status, got.headers["allow"]) == (405, "POST")
    assert "POST" in json.loads(got.body)["message"]


def test_health_is_told(http_address: str) -> None:
    assert request(http_address, b"", "/healthz", verb="GET").body == b"ok\n"
    assert request(http_address, b"", "/readyz", verb="GET").body == b"ready\n"


def test_a_taken_port_is_named(
    http_address: str, admission: Admission, exposition: Exposition
) -> None:
    with pytest.raises(OSError, match=http_address):
        HttpDoor(http_address, admission, exposition)


def test_mutated_payloads_never_break_the_door(
    http_address: str, mutated: Callable[[int], bytes], protobuf_payloads: list[bytes]
) -> None:
    @settings(deadline=None)
    @given(
        seed=st.integers(0, 2**32),
        content_type=st.sampled_from([PROTOBUF, JSON]),
        encoding=st.sampled_from(["gzip", "identity"]),
        is_compressed=st.booleans(),
    )
    def send(seed: int, content_type: str, encoding: str, *, is_compressed: bool) -> None:
        body = gzip.compress(mutated(seed)) if is_compressed else mutated(seed)
        answer = request(http_address, body, content_type=content_type, content_encoding=encoding)
        assert answer.status in {200, 400}

    send()
    answer = request(http_address, protobuf_payloads[0])
    assert ExportTraceServiceResponse.FromString(answer.body) == ExportTraceServiceResponse()


def sent_spans(path: Path) -> int:
    if path.suffix == ".pb":
        message = ExportTraceServiceRequest.FromString(path.read_bytes())
        return sum(len(scope.spans) for rs in message.resource_spans for scope in rs.scope_spans)
    resources = json.loads(path.read_bytes())["resourceSpans"]
    return sum(len(scope["spans"]) for resource in resources for scope in resource["scopeSpans"])


def test_every_captured_request_is_accepted(
    http_address: str, journal: Journal, corpus: list[Path]
) -> None:
    for path in corpus:
        content_type = JSON if path.suffix == ".json" else PROTOBUF
        answer = request(http_address, path.read_bytes(), content_type=content_type)
        assert answer.status == 200, path
        assert b"artial" not in answer.body
    assert stored_spans(journal) == sum(map(sent_spans, corpus))
