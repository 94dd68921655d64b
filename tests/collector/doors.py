"""Doors behind a gate, as exporters and other clients find them, and certificates for them."""

import http.client
import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import grpc
import pytest
import trustme
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpExporter,
)
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult

from collector.gate import Gate
from collector.signals import TRACES
from sql.door_settings import Tls
from tests.collector.test_protocols import GOOD

Doors = tuple[str, str]
"""The addresses of gRPC and HTTP."""
Opened = Callable[[Gate], AbstractContextManager[Doors]]


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


class Pki:
    """An authority, a certificate of the doors that it can renew, and one of a sender."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = trustme.CA()
        self.ca = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(self.ca)
        self.renew()
        self.client = folder / "client.pem"
        client = self.authority.issue_cert("sender@example.com")
        self.client.write_bytes(client.cert_chain_pems[0].bytes())
        self.client_key = folder / "client.key"
        client.private_key_pem.write_to_path(self.client_key)

    def renew(self) -> bytes:
        """Replaces certificate and key as certbot does; gives the certificate in DER."""
        issued = self.authority.issue_cert("localhost")
        pems = {"door.pem": issued.cert_chain_pems[0], "door.key": issued.private_key_pem}
        for name, pem in pems.items():
            fresh = self.folder / f"new.{name}"
            pem.write_to_path(fresh)
            fresh.replace(self.folder / name)
        return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())

    def tls(self, *, mutual: bool = False) -> Tls:
        certificate, key = self.folder / "door.pem", self.folder / "door.key"
        return Tls(str(certificate), str(key), str(self.ca) if mutual else None)


def a_span() -> list[ReadableSpan]:
    span = TracerProvider().get_tracer("test").start_span("span")
    span.end()
    assert isinstance(span, ReadableSpan)
    return [span]


def by_grpc(address: str, secret: str, **tls: bytes) -> bool:
    """Whether Python's gRPC exporter delivers."""
    given = {name: pem for name, pem in tls.items() if pem}
    exporter = GrpcExporter(
        endpoint=f"{'https' if tls else 'http'}://{address}",
        insecure=not tls,
        credentials=grpc.ssl_channel_credentials(**given) if tls else None,
        headers=bearer(secret),
        timeout=3,
    )
    delivered = exporter.export(a_span()) is SpanExportResult.SUCCESS
    exporter.shutdown()
    return delivered


def by_http(address: str, secret: str, ca: Path | None = None, pki: Pki | None = None) -> bool:
    """Whether Python's HTTP exporter delivers."""
    exporter = HttpExporter(
        f"{'https' if ca else 'http'}://{address}/v1/traces",
        headers=bearer(secret),
        timeout=3,
        certificate_file=str(ca) if ca else None,
        client_certificate_file=str(pki.client) if pki else None,
        client_key_file=str(pki.client_key) if pki else None,
    )
    delivered = exporter.export(a_span()) is SpanExportResult.SUCCESS
    exporter.shutdown()
    return delivered


def get(address: str, path: str, secret: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.request("GET", path, headers=bearer(secret) if secret else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def refusal_of(address: str, secret: str | None, body: bytes = GOOD) -> tuple[int, str]:
    """The code and the words of the gRPC door."""
    metadata = [("authorization", f"Bearer {secret}")] if secret else []
    with grpc.insecure_channel(address) as channel:
        call = channel.unary_unary(f"/{TRACES.service}/Export")
        with pytest.raises(grpc.RpcError) as caught:
            call(body, metadata=metadata)
    return caught.value.code(), caught.value.details()
