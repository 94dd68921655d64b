"""Below OTLP: whatever a connection carries, the door answers, closes it, and takes the next."""

import gzip
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from collector.journal import Journal
from collector.otlp_http import PROTOBUF
from collector.signals import TRACES

GOOD = ExportTraceServiceRequest(
    resource_spans=[
        ResourceSpans(scope_spans=[ScopeSpans(spans=[Span(trace_id=b"t" * 16, span_id=b"s" * 8)])])
    ]
).SerializeToString()
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS_FRAME = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
ANSWERS_WITHIN_S = 5
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
frames = st.builds(
    lambda length, kind, flags, stream, payload: (
        struct.pack(">I", length)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
    ),
    st.integers(0, 2**24 - 1) | st.integers(0, 32),
    st.integers(0, 255) | st.integers(0, 9),
    st.integers(0, 255),
    st.integers(0, 2**32 - 1) | st.integers(0, 5),
    st.binary(max_size=64),
)
header_names = st.sampled_from(
    ["content-length", "transfer-encoding", "content-encoding", "content-type", "expect", "x", ""]
)
header_values = st.sampled_from(
    ["0", "5", "-1", "99999999999999999999", "chunked", "chunked, gzip", "gzip", PROTOBUF, "\x00"]
) | st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=20)


def talk(address: str, *parts: bytes, half_closes: bool = True) -> bytes:
    """What the door says to these bytes, until it closes the connection."""
    host, port = address.split(":")
    said = b""
    with socket.create_connection((host, int(port)), ANSWERS_WITHIN_S) as connection:
        with suppress(OSError):
            for part in parts:
                connection.sendall(part)
            if half_closes:
                connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while heard := connection.recv(2**16):
                said += heard
    return said


def posted(body: bytes, *lines: str) -> bytes:
    head = "\r\n".join(["POST /v1/traces HTTP/1.1", "Host: x", *lines, "", ""])
    return head.encode("latin-1") + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def http_takes(address: str, body: bytes) -> bool:
    lines = (f"Content-Type: {PROTOBUF}", f"Content-Length: {len(body)}", "Connection: close")
    return status(talk(address, posted(body, *lines), half_closes=False)) == 200


def grpc_takes(address: str, body: bytes) -> bool:
    with grpc.insecure_channel(address) as channel:
        channel.unary_unary(f"/{TRACES.service}/Export")(body, timeout=ANSWERS_WITHIN_S)
    return True


@MANY
@given(st.lists(st.tuples(header_names, header_values), max_size=4), st.binary(max_size=64))
def test_any_head_is_answered_or_dropped(
    http_address: str,
    headers: list[tuple[str, str]],
    body: bytes,
) -> None:
    answer = talk(http_address, posted(body, *(f"{name}: {value}" for name, value in headers)))
    assert answer == b"" or 100 <= status(answer) < 500
    assert http_takes(http_address, GOOD)


@MANY
@given(st.binary(max_size=256))
def test_any_bytes_leave_the_http_door_open(http_address: str, said: bytes) -> None:
    talk(http_address, said)
    assert http_takes(http_address, GOOD)


@MANY
@given(st.lists(frames, min_size=1, max_size=6))
def test_any_frames_leave_the_grpc_door_open(grpc_address: str, sent: list[bytes]) -> None:
    talk(grpc_address, PREFACE, SETTINGS_FRAME, *sent)
    assert grpc_takes(grpc_address, GOOD)


@pytest.mark.parametrize(
    ("lines", "body", "told"),
    [
        (("Content-Length: 5", "Content-Length: 50"), b"hello", 400),
        (("Content-Length: 5", "Transfer-Encoding: chunked"), b"0\r\n\r\n", 400),
        (("Transfer-Encoding: chunked",), b"zz\r\nhello", 400),
        (("X: " + "y" * 2**17,), b"", 400),
        (tuple(f"X-{n}: y" * 40 for n in range(4_000)), b"", 400),
        (("Content-Encoding: gzip", "Content-Length: 12"), gzip.compress(b"x" * 99)[:12], 400),
    ],
    ids=["two lengths", "length and chunks", "broken chunk", "long header", "many", "cut gzip"],
)
def test_a_lying_request_is_told_off_and_stores_nothing(
    http_address: str, journal: Journal, lines: tuple[str, ...], body: bytes, told: int
) -> None:
    answer = talk(http_address, posted(body, f"Content-Type: {PROTOBUF}", *lines))
    assert answer == b"" or status(answer) in {told, 431}
    assert journal.pending_batches == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00" * 9 + SETTINGS_FRAME * 1_000,
        b"".join(
            struct.pack(">I", 4)[1:] + b"\x08\x00\x00\x00\x00\x00\xff\xff\xff\xff"
            for _ in range(99)
        ),
        b"".join(
            struct.pack(">I", 0)[1:] + b"\x01\x04" + struct.pack(">I", 2 * n + 1)
            for n in range(500)
        ),
        b"".join(
            struct.pack(">I", 8)[1:] + b"\x06\x00\x00\x00\x00\x00" + bytes(8) for _ in range(2_000)
        ),
        struct.pack(">I", 2**20)[1:] + b"\x09\x00\x00\x00\x00\x01" + bytes(2**20),
    ],
    ids=["settings", "windows", "empty headers", "pings", "headers without end"],
)
def test_a_flood_leaves_the_grpc_door_open(grpc_address: str, sent: bytes) -> None:
    talk(grpc_address, PREFACE, SETTINGS_FRAME, sent)
    assert grpc_takes(grpc_address, GOOD)


def test_a_thousand_idle_connections_keep_nobody_out(http_address: str, grpc_address: str) -> None:
    takes: dict[str, Callable[[str, bytes], bool]] = {
        http_address: http_takes,
        grpc_address: grpc_takes,
    }
    for address, one_more in takes.items():
        host, port = address.split(":")
        idle = [socket.create_connection((host, int(port))) for _ in range(500)]
        assert one_more(address, GOOD)
        for connection in idle:
            connection.close()
