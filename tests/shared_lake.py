"""PostgreSQL and an S3 server of the test's own, for lakes past one machine."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from sql.settings import Settings, load_settings

BINARIES = Path("/usr/lib/postgresql")
"""Where Debian puts the server's programs, by version; they are not on the PATH."""
PASSWORD = "tax of the latencies"  # noqa: S105 of a server that lives as long as a test
BUCKET = "latencytax"
WITHIN_S = 60.0
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class SharedLake:
    """Where one lake is, and the variables that open it."""

    catalogue: str
    data: str
    secrets: dict[str, str]

    def settings(self) -> Settings:
        """The shipped ones, for this lake."""
        return load_settings(None, lake=self.catalogue, data=self.data, environ={})


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """Servers that run; each lake has a database and a folder in the bucket."""

    postgres_port: int
    s3_port: int

    def environment(self) -> dict[str, str]:
        """The secrets, where a process expects them."""
        return {
            "PGPASSWORD": PASSWORD,
            "AWS_ACCESS_KEY_ID": "a-key",
            "AWS_SECRET_ACCESS_KEY": "its-secret",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.s3_port}",
        }

    def lake(self, name: str) -> SharedLake:
        """A new one."""
        with psycopg.connect(self._to("postgres"), password=PASSWORD, autocommit=True) as con:
            con.execute(f'CREATE DATABASE "{name}"'.encode())
        return SharedLake(
            f"ducklake:postgres:{self._to(name)}", f"s3://{BUCKET}/{name}/", self.environment()
        )

    @contextmanager
    def cut_off(self, name: str) -> Iterator[None]:
        """As if the network to a lake's catalogue were gone: sessions end, no new one begins."""
        with psycopg.connect(self._to("postgres"), password=PASSWORD, autocommit=True) as con:
            con.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
            con.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            try:
                yield
            finally:
                con.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())

    def _to(self, database: str) -> str:
        return f"dbname={database} host=127.0.0.1 port={self.postgres_port} user=postgres"


@contextmanager
def shared_place() -> Iterator[SharedPlace]:
    """Both servers, stopped in the end."""
    place = SharedPlace(postgres_port=free_port(), s3_port=free_port())
    with _postgres(place.postgres_port), _s3(place.s3_port):
        yield place


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _postgres(port: int) -> Iterator[None]:
    binaries = max(BINARIES.iterdir()) / "bin"
    user = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        if user:
            shutil.chown(folder, user)
            shutil.chown(folder / "password", user)
        subprocess.run(
            [*(binaries / "initdb", "-D", folder / "data", "-U", "postgres", "--no-sync"),
             *("-A", "scram-sha-256", "--pwfile", folder / "password"),
             *("-E", "UTF8", "--no-locale")],
            user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        server = subprocess.Popen(
            [*(binaries / "postgres", "-D", folder / "data", "-p", f"{port}", "-k", folder),
             *("-c", "listen_addresses=127.0.0.1")],
            user=user, cwd=folder, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        address = f"host=127.0.0.1 port={port} user=postgres"
        try:
            _wait_for(lambda: psycopg.connect(address, password=PASSWORD).close())
            yield
        finally:
            server.send_signal(signal.SIGINT)  # ends its clients' sessions too
            server.wait(timeout=30)


@contextmanager
def _s3(port: int) -> Iterator[None]:
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", f"{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(lambda: _make_bucket(port))
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _make_bucket(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("PUT", f"/{BUCKET}")
    assert connection.getresponse().status == HTTPStatus.OK
    connection.close()


def _wait_for(answer: Callable[[], None]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while True:
        try:
            return answer()
        except (psycopg.OperationalError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)
