"""Over which wire senders come in, and with which certificates."""

import socket
import ssl
from pathlib import Path

import pytest

from collector.gate import Gate
from collector.reread import UnreadableFileError
from sql.door_settings import Tls
from tests.collector.conftest import Counts
from tests.collector.doors import Opened, Pki, by_grpc, by_http
from tests.collector.test_protocols import posted, talk


def test_exporters_with_token_and_tls_are_let_in(
    opened: Opened, token_file: Path, sender: str, pki: Pki
) -> None:
    with opened(Gate(token_file, tls=pki.tls())) as (rpc, web):
        assert by_grpc(rpc, sender, root_certificates=pki.ca.read_bytes())
        assert by_http(web, sender, pki.ca)
        assert not by_http(web, "latencytax_guessed", pki.ca)


def test_with_a_client_authority_only_its_certificates_are_let_in(
    opened: Opened, pki: Pki, refused: Counts
) -> None:
    with opened(Gate(tls=pki.tls(mutual=True))) as (rpc, web):
        root = pki.ca.read_bytes()
        own = {
            "private_key": pki.client_key.read_bytes(),
            "certificate_chain": pki.client.read_bytes(),
        }
        assert by_grpc(rpc, "", root_certificates=root, **own)
        assert by_http(web, "", pki.ca, pki)
        assert not by_grpc(rpc, "", root_certificates=root)
        assert not by_http(web, "", pki.ca)
    assert refused()["http", "handshake", "tls_handshake_failed"] > 0


def shown_by(address: str, ca: Path) -> bytes:
    """The certificate that a door shows to a new connection, in DER."""
    host, port = address.split(":")
    context = ssl.create_default_context(cafile=str(ca))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection((host, int(port)), 5) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as wrapped,
    ):
        return wrapped.getpeercert(binary_form=True) or b""


def test_a_renewed_certificate_is_shown_without_a_restart(opened: Opened, pki: Pki) -> None:
    with opened(Gate(tls=pki.tls())) as doors:
        renewed = pki.renew()
        assert [shown_by(door, pki.ca) for door in doors] == [renewed] * 2


def test_a_half_written_renewal_changes_nothing(opened: Opened, pki: Pki) -> None:
    before = pki.renew()
    with opened(Gate(tls=pki.tls())) as doors:
        (pki.folder / "door.key").write_text("no key yet", encoding="ascii")
        assert [shown_by(door, pki.ca) for door in doors] == [before] * 2
        renewed = pki.renew()
        assert [shown_by(door, pki.ca) for door in doors] == [renewed] * 2


def test_a_key_that_does_not_fit_is_told_at_the_start(pki: Pki) -> None:
    with pytest.raises(UnreadableFileError, match=r"cannot use .*door\.pem with .*ca\.pem"):
        Gate(tls=Tls(pki.tls().certificate, str(pki.ca)))


def test_whoever_speaks_no_tls_is_counted(opened: Opened, pki: Pki, refused: Counts) -> None:
    with opened(Gate(tls=pki.tls())) as (_, web):
        talk(web.replace("localhost", "127.0.0.1"), posted(b"", "Connection: close"))
        assert by_http(web, "", pki.ca)
    assert refused() == {("http", "handshake", "tls_handshake_failed"): 1}
