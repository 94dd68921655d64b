"""TLS at both doors, from files that may be renewed while they are open.

A new connection gets the newest certificate; those that are open keep theirs. While a renewal is
half written, certificate and key do not match, and the pair before it goes on.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc

from collector.reread import Reread, UnreadableFileError
from sql.door_settings import Tls


@dataclass(frozen=True, slots=True)
class Certificates:
    """One state of the files, as each door needs it."""

    context: ssl.SSLContext
    grpc: grpc.ServerCertificateConfiguration


def certificates_of(tls: Tls) -> Reread[Certificates]:
    """The newest certificates. Raises UnreadableFileError when there are none yet."""
    files = (tls.certificate, tls.key, tls.client_ca)
    paths = tuple(Path(file) for file in files if file)
    return Reread(paths, lambda: _read(tls))


def http_context(
    certificates: Reread[Certificates], refused: Callable[[str], None]
) -> ssl.SSLContext:
    """For the HTTP door; each handshake goes on with the newest certificate.

    `refused` is told why a handshake failed. gRPC, whose handshakes are not ours, tells nobody.
    """
    first = certificates.newest().context

    class Handshake(ssl.SSLObject):
        """One connection."""

        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                refused(error.reason or str(error))
                raise

    first.sslobject_class = Handshake

    def choose(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = certificates.newest().context

    first.sni_callback = choose
    return first


def grpc_credentials(certificates: Reread[Certificates], tls: Tls) -> grpc.ServerCredentials:
    """For the gRPC door, which asks at each handshake."""
    return grpc.dynamic_ssl_server_credentials(
        certificates.newest().grpc,
        lambda: certificates.newest().grpc,
        require_client_authentication=tls.client_ca is not None,
    )


def _read(tls: Tls) -> Certificates:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
        if tls.client_ca:
            context.load_verify_locations(tls.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        pairs = [(Path(tls.key).read_bytes(), Path(tls.certificate).read_bytes())]
        client_ca = Path(tls.client_ca).read_bytes() if tls.client_ca else None
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            f"[tls] cannot use {tls.certificate} with {tls.key}"
            f"{f' and {tls.client_ca}' if tls.client_ca else ''}: {error}; give the certificate,"
            " its own key without a password, and authorities, in PEM and readable by this user"
        ) from error
    return Certificates(context, grpc.ssl_server_certificate_configuration(pairs, client_ca))


def _no_password() -> str:
    """Instead of asking at a terminal that a service does not have."""
    raise ValueError("the key is under a password")
