"""The gRPC door speaks OTLP as SDKs expect and stays up whatever it is sent."""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import psutil
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from grpc_status import rpc_status
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from collector.accept import Admission
from collector.journal import Journal
from collector.otlp_grpc import GrpcDoor
from collector.signals import SIGNALS, TRACES, Signal

Counts = Callable[[], Counter[tuple[str, str, str]]]
Call = Callable[[bytes], bytes]


@pytest.fixture
def channel(grpc_address: str) -> Iterator[grpc.Channel]:
    options = [("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(grpc_address, options=options) as channel:
        yield channel


def method(channel: grpc.Channel, signal: Signal = TRACES) -> Call:
    call: Call = channel.unary_unary(f"/{signal.service}/Export")
    return call


def refusal(call: Call, body: bytes) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call(body)
    return caught.value


def stored_spans(journal: Journal) -> int:
    batches = journal.peek(0, max_bytes=2**26, max_batches=1000)
    return sum(batch.span_count for batch in batches)


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.NoCompression])
def test_the_sdk_exporter_delivers(
    journal: Journal, grpc_address: str, compression: grpc.Compression
) -> None:
    exporter = OTLPSpanExporter(grpc_address, insecure=True, compression=compression)
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    for number in range(100):
        with provider.get_tracer("test").start_as_current_span(f"span {number}"):
            pass
    provider.shutdown()
    assert stored_spans(journal) == 100


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_is_acknowledged(channel: grpc.Channel, signal: Signal) -> None:
    assert signal.response.FromString(method(channel, signal)(b"")) == signal.response()


def test_refused_spans_are_told_as_partial_success(channel: grpc.Channel) -> None:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    spans.add(trace_id=b"t" * 5, span_id=b"s" * 8)
    response = method(channel)(request.SerializeToString())
    partial_success = ExportTraceServiceResponse.FromString(response).partial_success
    assert partial_success.rejected_spans == 1
    assert "1 with a trace id that is not 16 bytes long" in partial_success.error_message


def test_broken_bytes_are_an_invalid_argument(channel: grpc.Channel, refused: Counts) -> None:
    status = rpc_status.from_call(refusal(method(channel), b"\x0a\xff\xff"))
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert not status.details
    assert refused() == {("grpc", "traces", "undecodable"): 1}


def test_too_large_carries_no_retry_hint(
    channel: grpc.Channel, admission: Admission, refused: Counts
) -> None:
    status = rpc_status.from_call(refusal(method(channel), bytes(admission.message_bytes + 1)))
    assert status.code == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
    assert not status.details
    assert refused() == {("grpc", "traces", "too_large"): 1}


def test_far_too_large_is_not_even_read(channel: grpc.Channel, admission: Admission) -> None:
    error = refusal(method(channel), bytes(3 * admission.message_bytes))
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_gzip_bomb_is_refused_within_bounded_memory(
    channel: grpc.Channel, refused: Counts
) -> None:
    bomb = gzip.compress(bytes(2**28))
    before = psutil.Process().memory_info().rss
    error = refusal(method(channel), bomb)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert psutil.Process().memory_info().rss - before < 2**25
    assert refused()["grpc", "traces", "too_large"] == 1


def test_a_full_journal_asks_to_try_again(tmp_path: Path, protobuf_payloads: list[bytes]) -> None:
    with Journal(tmp_path / "full.sqlite", limit_bytes=1) as journal:
        door = GrpcDoor("127.0.0.1:0", Admission(journal, message_bytes=2**20))
        with grpc.insecure_channel(f"127.0.0.1:{door.port}") as channel:
            status = rpc_status.from_call(refusal(method(channel), protobuf_payloads[0]))
        door.stop()
    assert status.code == grpc.StatusCode.UNAVAILABLE.value[0]
    hint = RetryInfo()
    assert status.details[0].Unpack(hint)
    assert hint.retry_delay.seconds > 0


def test_a_taken_port_is_named(grpc_address: str, admission: Admission) -> None:
    with pytest.raises(OSError, match=grpc_address):
        GrpcDoor(grpc_address, admission)


def test_mutated_payloads_never_break_the_door(
    channel: grpc.Channel, mutated: Callable[[int], bytes], protobuf_payloads: list[bytes]
) -> None:
    call = method(channel)

    @settings(deadline=None)
    @given(seed=st.integers(0, 2**32), compressed=st.booleans())
    def send(seed: int, compressed: bool) -> None:  # noqa: FBT001 hypothesis passes it
        body = mutated(seed)
        try:
            call(gzip.compress(body) if compressed else body)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT

    send()
    call(protobuf_payloads[0])
