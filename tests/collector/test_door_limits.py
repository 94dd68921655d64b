"""What one sender cannot take from the others, and which web pages may send."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import grpc
import pytest

from collector.gate import Gate
from collector.otlp_http import PROTOBUF
from collector.signals import TRACES
from sql.settings import Limits
from tests.collector.doors import Opened
from tests.collector.test_protocols import (
    GOOD,
    PREFACE,
    SETTINGS_FRAME,
    grpc_takes,
    posted,
    status,
    talk,
)


def test_a_browser_may_send_from_the_origins_that_are_named(opened: Opened) -> None:
    asked = b"OPTIONS /v1/traces HTTP/1.1\r\nHost: x\r\nAccess-Control-Request-Method: POST\r\n"
    asked += b"Access-Control-Request-Headers: authorization,content-type\r\nConnection: close\r\n"
    for origins, allowed in [((), False), (("https://shop.example",), True)]:
        with opened(Gate(cors_origins=origins)) as (_, web):
            address = web.replace("localhost", "127.0.0.1")
            answer = talk(address, asked + b"Origin: https://shop.example\r\n\r\n")
            other = talk(address, asked + b"Origin: https://evil.example\r\n\r\n")
        assert (b"access-control-allow-origin: https://shop.example" in answer) == allowed
        assert b"access-control-allow-origin" not in other


def test_slow_senders_are_cut_off_and_keep_nobody_out(opened: Opened) -> None:
    with opened(Gate(limits=Limits(request_s=1))) as (rpc, web):
        host = "127.0.0.1"
        http_port, grpc_port = (int(address.split(":")[1]) for address in (web, rpc))
        half = posted(b"half", f"Content-Type: {PROTOBUF}", "Content-Length: 100")
        slow = [socket.create_connection((host, http_port), 10) for _ in range(3)]
        for connection, said in zip(slow, (b"", b"POST /v1/tr", half), strict=True):
            connection.sendall(said)
        for connection in slow:
            heard = connection.recv(999)
            assert status(heard) in {400, 408}
            connection.close()

        calls: list[grpc.Future] = []
        with grpc.insecure_channel(f"{host}:{grpc_port}") as channel:
            stuck = channel.stream_unary(f"/{TRACES.service}/Export")
            calls = [stuck.future(never()) for _ in range(40)]
            assert channel.unary_unary(f"/{TRACES.service}/Export")(GOOD, timeout=8) == b""
            for call in calls:
                assert call.code() is not grpc.StatusCode.OK
        assert talk(f"{host}:{grpc_port}", PREFACE, SETTINGS_FRAME)


def never() -> Iterator[bytes]:
    """A message that does not come while anybody waits for it."""
    time.sleep(5)
    yield GOOD


def test_a_head_is_bounded(opened: Opened) -> None:
    with opened(Gate(limits=Limits(head_bytes=1024))) as (rpc, web):
        address = web.replace("localhost", "127.0.0.1")
        answer = talk(address, b"POST /v1/traces HTTP/1.1\r\nX: " + b"y" * 5000)
        assert status(answer) == 431
        with (
            grpc.insecure_channel(rpc) as channel,
            pytest.raises(grpc.RpcError, match=r"RESOURCE_EXHAUSTED|metadata|headers"),
        ):
            call = channel.unary_unary(f"/{TRACES.service}/Export")
            call(GOOD, metadata=[("x", "y" * 5000)], timeout=5)


def test_connections_are_bounded(opened: Opened) -> None:
    with opened(Gate(limits=Limits(connections=3))) as doors:
        rpc, web = (door.replace("localhost", "127.0.0.1") for door in doors)
        with idle(web, 3):
            assert status(talk(web, posted(b"", "Connection: close"))) == 503
        with idle(rpc, 3), pytest.raises(grpc.RpcError, match="UNAVAILABLE"):
            grpc_takes(rpc, GOOD)


@contextmanager
def idle(address: str, connections: int) -> Iterator[None]:
    """So many that say nothing."""
    host, port = address.split(":")
    with ExitStack() as opened:
        for _ in range(connections):
            opened.enter_context(socket.create_connection((host, int(port))))
        yield
