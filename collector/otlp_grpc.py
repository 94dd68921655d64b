"""The OTLP/gRPC door: the Export methods of the three signals around `Admission.accept`."""

import errno
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc

from collector.accept import Admission
from collector.bounds import inflate
from collector.errors import MalformedError, RefusedError, status_of
from collector.gate import Gate
from collector.grpc_patience import Patience
from collector.signals import SIGNALS, Signal
from collector.tls import grpc_credentials

DOOR = "grpc"
THREADS = 32  # each waits for one message, or for the journal to reach the disk
STREAMS = 100
KEEP_ALIVE_MS = 120_000
KEEP_ALIVE_ANSWER_MS = 20_000
GZIP_MAGIC = b"\x1f\x8b"
IDENTITY_AND_GZIP = 0b101
CODES = {code.value[0]: code for code in grpc.StatusCode}


class GrpcDoor:
    """The serving door; `stop` finishes what it is answering."""

    def __init__(self, address: str, admission: Admission, gate: Gate | None = None) -> None:
        """Listens when this returns. Raises OSError when the address cannot be had."""
        gate = gate or Gate()
        self._patience = Patience(gate.limits.request_s)
        self._server = _server(admission, gate)
        self._server.add_generic_rpc_handlers(
            [
                _service(signal, _Export(signal, admission, gate, self._patience))
                for signal in SIGNALS
            ]
        )
        try:
            self.port = _bind(self._server, address, gate)
        except OSError:
            self._patience.stop()
            raise
        self._server.start()

    def stop(self, grace_s: float = 1) -> None:
        """Returns when the last answer is given, or after a few seconds without it."""
        self._server.stop(grace_s).wait()
        self._patience.stop()


def _server(admission: Admission, gate: Gate) -> grpc.Server:
    return grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix="otlp-grpc"),
        options=[
            ("grpc.so_reuseport", 0),
            # Messages arrive as sent and are inflated here, so that a bomb is bounded by our
            # limit and counted. What is already twice too large on the wire is not even read.
            ("grpc.per_message_decompression", 0),
            ("grpc.compression_enabled_algorithms_bitset", IDENTITY_AND_GZIP),
            ("grpc.max_receive_message_length", 2 * admission.message_bytes),
            ("grpc.max_metadata_size", gate.limits.head_bytes),
            ("grpc.absolute_max_metadata_size", gate.limits.head_bytes),
            ("grpc.server_handshake_timeout_ms", 1000 * gate.limits.request_s),
            ("grpc.max_allowed_incoming_connections", gate.limits.connections),
            # One connection cannot take every thread.
            ("grpc.max_concurrent_streams", STREAMS),
            # A peer that is gone without a word is found out, and its connection closed.
            ("grpc.keepalive_time_ms", KEEP_ALIVE_MS),
            ("grpc.keepalive_timeout_ms", KEEP_ALIVE_ANSWER_MS),
        ],
    )


def _bind(server: grpc.Server, address: str, gate: Gate) -> int:
    try:
        if gate.tls and gate.certificates:
            credentials = grpc_credentials(gate.certificates, gate.tls)
            return server.add_secure_port(address, credentials)
        return server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(
            errno.EADDRINUSE,
            f"The OTLP/gRPC door cannot listen on {address}: another program has the port, or the"
            " host is not of this machine. Stop that program or set grpc_address",
        ) from error


def _service(
    signal: Signal, export: Callable[[Iterator[bytes], grpc.ServicerContext], bytes]
) -> grpc.GenericRpcHandler:
    """Export as a stream of one message: so the sender is known before the message is awaited."""
    method: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_unary_rpc_method_handler(export)
    return grpc.method_handlers_generic_handler(signal.service, {"Export": method})


@dataclass(frozen=True, slots=True)
class _Export:
    """The Export method of one signal."""

    signal: Signal
    admission: Admission
    gate: Gate
    patience: Patience

    def __call__(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        try:
            return self._answer(messages, context)
        except RefusedError as error:
            self.admission.refuse(error, self.signal, DOOR)
            return _refused(context, error)

    def _answer(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        token = self.gate.admit(_authorization(context), "ingest")
        body = self._message(messages, context)
        self.gate.spend(token, len(body))
        # An OTLP message cannot begin like gzip does: 0x1f is no valid field tag.
        if body.startswith(GZIP_MAGIC):
            body = inflate(body, self.admission.message_bytes)
        return self.admission.accept(self.signal, body, DOOR).SerializeToString()

    def _message(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        with self.patience.arriving(context):
            try:
                return next(messages)
            except (StopIteration, grpc.RpcError) as error:
                raise MalformedError(
                    "The call ended, or took too long, before its message had arrived.",
                    reason="disconnected",
                ) from error


def _authorization(context: grpc.ServicerContext) -> str | None:
    for key, value in context.invocation_metadata():
        if key == "authorization":
            return value if isinstance(value, str) else None
    return None


def _refused(context: grpc.ServicerContext, error: RefusedError) -> bytes:
    status = status_of(error)
    context.set_code(CODES[status.code])
    context.set_details(status.message)
    # The details are part of the status; Python's exporter looks for each as a trailer of its own.
    details = [(f"{detail.TypeName().lower()}-bin", detail.value) for detail in status.details]
    trailers = ("grpc-status-details-bin", status.SerializeToString()), *details
    context.set_trailing_metadata(trailers)
    return b""
