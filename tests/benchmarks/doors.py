"""`python -m tests.benchmarks doors`: what tokens, TLS and rates cost, in CPU.

The doors are of a real collector without models; what is told is the CPU of its process for a
million spans, whatever other programs do, for the same loads for every way in.
"""

import http.client
import ssl
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import grpc
import numpy as np
import trustme
from rich.console import Console
from rich.table import Table

from collector import tokens
from tests.benchmarks.figures import ALTERED
from tests.benchmarks.measure import cpu_s, loaded
from tests.benchmarks.payload import SPANS_PER_REQUEST, templates
from tests.e2e.processes import EXPORT, CollectorProcess, wait_until

Send = Callable[[bytes], None]
NOW_NS = 1_772_366_400 * 10**9
WARM_UP_REQUESTS = 20
RATE = 10**12
"""A limit that is counted and never reached [bytes a second]."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the doors are kept."""

    name: str
    token: bool = False
    tls: bool = False
    mutual: bool = False
    rate: bool = False


WAYS = (
    Way("nothing"),
    Way("token", token=True),
    Way("TLS", tls=True),
    Way("mutual TLS", tls=True, mutual=True),
    Way("token, TLS and rate", token=True, tls=True, rate=True),
)


class Keys:
    """Certificates of the doors and of a sender, by one authority."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.folder = folder
        authority.cert_pem.write_to_path(folder / "ca.pem")
        for name in ("localhost", "sender@example.com"):
            authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(
                folder / f"{name.partition('@')[0]}.pem"
            )

    def config(self, way: Way) -> str:
        """What latencytax.toml says."""
        lines = [f"[limits]\ntoken_bytes_per_s = {RATE}"] if way.rate else []
        if way.tls:
            pair = self.folder / "localhost.pem"
            lines.append(f'[tls]\ncertificate = "{pair}"\nkey = "{pair}"')
        if way.mutual:
            lines.append(f'client_ca = "{self.folder / "ca.pem"}"')
        return "\n".join(lines)

    def of_sender(self) -> bytes:
        """Its key and certificate."""
        return (self.folder / "sender.pem").read_bytes()


@contextmanager
def by_grpc(process: CollectorProcess, way: Way, keys: Keys, secret: str) -> Iterator[Send]:
    """One connection, one call after the other."""
    target = f"localhost:{process.settings.grpc_address.rpartition(':')[2]}"
    own = keys.of_sender() if way.mutual else None
    root = (keys.folder / "ca.pem").read_bytes()
    channel = (
        grpc.secure_channel(target, grpc.ssl_channel_credentials(root, own, own))
        if way.tls
        else grpc.insecure_channel(target)
    )
    metadata = (("authorization", f"Bearer {secret}"),) if way.token else ()
    with channel:
        export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(EXPORT)

        def send(body: bytes) -> None:
            export(body, metadata=metadata)

        yield send


@contextmanager
def by_http(process: CollectorProcess, way: Way, keys: Keys, secret: str) -> Iterator[Send]:
    """One connection, one request after the other."""
    target = f"localhost:{process.settings.http_address.rpartition(':')[2]}"
    context = ssl.create_default_context(cafile=str(keys.folder / "ca.pem"))
    if way.mutual:
        context.load_cert_chain(keys.folder / "sender.pem")
    connection = (
        http.client.HTTPSConnection(target, context=context)
        if way.tls
        else http.client.HTTPConnection(target)
    )
    headers = {"Content-Type": "application/x-protobuf"}
    headers |= {"Authorization": f"Bearer {secret}"} if way.token else {}

    def send(body: bytes) -> None:
        connection.request("POST", "/v1/traces", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == http.HTTPStatus.OK, answer.status

    yield send
    connection.close()


DOORS = {"gRPC": by_grpc, "HTTP": by_http}


def cpu_s_per_million(door: str, way: Way, requests: int) -> float:
    """All that the collector's process does, from the door until the rows are in the lake."""
    random = np.random.default_rng(1)
    prepared = templates()
    with TemporaryDirectory(prefix="latencytax-doors-") as name:
        folder = Path(name)
        keys = Keys(folder)
        lake = folder / "lake"
        command = (*ALTERED, "--without-models")
        process = CollectorProcess(lake, command=command, config=keys.config(way))
        secret = tokens.create(lake / "tokens.toml", "sender", "ingest", None) if way.token else ""
        with process, DOORS[door](process, way, keys, secret) as send:

            def sent(count: int) -> float:
                """CPU that so many requests took."""
                before, before_s = loaded(process)[0], cpu_s(process)
                for number in range(count):
                    body = prepared[number % len(prepared)].request(random, NOW_NS)
                    send(body)
                wait_until(lambda: loaded(process)[0] >= before + count * SPANS_PER_REQUEST, 600)
                return cpu_s(process) - before_s

            sent(WARM_UP_REQUESTS)
            return sent(requests) / (requests * SPANS_PER_REQUEST) * 1e6


def main(arguments: list[str]) -> None:
    """Measure every way through both doors."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=500, help=f"of {SPANS_PER_REQUEST} spans")
    options = parser.parse_args(arguments)
    table = Table("door", "kept by", "CPU-s per million spans")
    for door, way in product(DOORS, WAYS):
        cost = cpu_s_per_million(door, way, options.requests)
        table.add_row(door, way.name, f"{cost:.2f}")
        print(door, way.name, f"{cost:.2f}", file=sys.stderr)  # noqa: T201
    Console(width=100).print(table)
