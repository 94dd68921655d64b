"""The OTLP/gRPC door: the Export methods of the three signals around `Admission.accept`."""

import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc

from collector.accept import Admission
from collector.bounds import inflate
from collector.errors import RefusedError, status_of
from collector.signals import SIGNALS, Signal

DOOR = "grpc"
THREADS = 8
GZIP_MAGIC = b"\x1f\x8b"
IDENTITY_AND_GZIP = 0b101
CODES = {code.value[0]: code for code in grpc.StatusCode}


def start_grpc(address: str, admission: Admission) -> tuple[grpc.Server, int]:
    """The serving door and its port. Raises OSError when the address cannot be had."""
    server = grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix="otlp-grpc"),
        options=[
            ("grpc.so_reuseport", 0),
            # Messages arrive as sent and are inflated here, so that a bomb is bounded by our
            # limit and counted. What is already twice too large on the wire is not even read.
            ("grpc.per_message_decompression", 0),
            ("grpc.compression_enabled_algorithms_bitset", IDENTITY_AND_GZIP),
            ("grpc.max_receive_message_length", 2 * admission.message_bytes),
        ],
    )
    server.add_generic_rpc_handlers([_service(signal, admission) for signal in SIGNALS])
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(
            errno.EADDRINUSE,
            f"The OTLP/gRPC door cannot listen on {address}: another program has the port, or the"
            " host is not of this machine. Stop that program or set grpc_address",
        ) from error
    server.start()
    return server, port


def _service(signal: Signal, admission: Admission) -> grpc.GenericRpcHandler:
    method: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
        _export(signal, admission)
    )
    return grpc.method_handlers_generic_handler(signal.service, {"Export": method})


def _export(signal: Signal, admission: Admission) -> Callable[[bytes, grpc.ServicerContext], bytes]:
    def export(body: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            # An OTLP message cannot begin like gzip does: 0x1f is no valid field tag.
            if body.startswith(GZIP_MAGIC):
                body = inflate(body, admission.message_bytes)
            return admission.accept(signal, body, DOOR).SerializeToString()
        except RefusedError as error:
            admission.refuse(error, signal, DOOR)
            return _refused(context, error)

    return export


def _refused(context: grpc.ServicerContext, error: RefusedError) -> bytes:
    status = status_of(error)
    context.set_code(CODES[status.code])
    context.set_details(status.message)
    # The details are part of the status; Python's exporter looks for each as a trailer of its own.
    details = [(f"{detail.TypeName().lower()}-bin", detail.value) for detail in status.details]
    trailers = ("grpc-status-details-bin", status.SerializeToString()), *details
    context.set_trailing_metadata(trailers)
    return b""
