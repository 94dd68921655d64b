"""`latencytax collect` as a child process, and what tests and benchmarks ask it and its lake."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import duckdb
import grpc

from sql.lake import LakeMissingError, open_reader
from sql.settings import Settings, load_settings
from tests.lakes import empty_lake
from tests.shared_lake import SharedLake

COMMAND = (sys.executable, "-m", "app.cli")
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
ANY_PORT = "127.0.0.1:0"
READY_WITHIN_S = 60.0
POLL_S = 0.1


class CollectorProcess:
    """A collector on a lake; it picks its ports once and has the same ones when started again."""

    def __init__(
        self,
        lake: Path,
        *,
        command: tuple[str, ...] = COMMAND,
        config: str = "",
        makes_lake: bool = False,
        shared: SharedLake | None = None,
    ) -> None:
        """`config` is the text of its latencytax.toml. Nothing runs before `start`.

        The lake is there and empty, unless the collector is to make it itself. The folder of one
        that is `shared` has what this machine keeps.
        """
        lake.parent.mkdir(parents=True, exist_ok=True)
        if not makes_lake and not shared and not lake.exists():
            empty_lake(lake)
        self.folder = lake.parent
        self.log = self.folder / "collector.log"
        file = self.folder / "latencytax.toml"
        file.write_text(config, encoding="utf-8")
        self.settings: Settings = replace(
            load_settings(
                file,
                lake=shared.catalogue if shared else str(lake),
                data=shared.data if shared else None,
                environ={},
            ),
            grpc_address=ANY_PORT,
            http_address=ANY_PORT,
            dashboard_address=ANY_PORT,
        )
        self._secrets = shared.secrets if shared else {}
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._lake: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Self:
        """Started, and ready to take spans."""
        self.start()
        self.wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        """As `close`."""
        self.close()

    @property
    def process(self) -> subprocess.Popen[str]:
        """The child; only while there is one."""
        assert self._process is not None, "the collector was not started"
        return self._process

    @property
    def http_url(self) -> str:
        """Where the HTTP door is."""
        return f"http://{self.settings.http_address}"

    def environment(self) -> dict[str, str]:
        """What a command needs to meet this collector and its lake."""
        ours = {name: value for name, value in os.environ.items() if "LATENCYTAX" not in name}
        return ours | self.settings.environment() | {"COLUMNS": "200", **self._secrets}

    def run(
        self, *arguments: str, without: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Another command on the same lake, to its end; `without` some of our variables."""
        environment = self.environment()
        return subprocess.run(
            [*COMMAND, *arguments],
            env={name: value for name, value in environment.items() if name not in without},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, verb: str = "collect", *, command: tuple[str, ...] | None = None) -> None:
        """Returns at once; `command` in the place of ours."""
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [*(command or self._command), verb],
                env=self.environment(),
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_until_ready(self) -> None:
        """Returns when it has printed its addresses."""
        grpc_address = self._printed("OTLP/gRPC")
        http_address = self._printed("OTLP/HTTP").removeprefix("http://")
        self.settings = replace(self.settings, grpc_address=grpc_address, http_address=http_address)

    def kill(self) -> None:
        """As a power cut: no signal that the process could see."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Asked to end; the exit code."""
        self.process.send_signal(how)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def close(self) -> None:
        """Whatever still runs is killed."""
        self.kill()
        if self._lake is not None:
            self._lake.close()

    def exporter(self, channel: grpc.Channel) -> "grpc.UnaryUnaryMultiCallable[bytes, bytes]":
        """Sends serialised trace requests."""
        return channel.unary_unary(EXPORT)

    def channel(self) -> grpc.Channel:
        """A connection to the gRPC door."""
        return grpc.insecure_channel(self.settings.grpc_address)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the lake answers to another process; nothing while there is no lake."""
        try:
            self._lake = self._lake or open_reader(self.settings)
        except LakeMissingError:
            return []
        return self._lake.execute(query, list(values)).fetchall()

    def value(self, query: str, *values: object) -> Any:
        """The one value that the query gives; None without rows."""
        rows = self.rows(query, *values)
        return rows[0][0] if rows else None

    def _printed(self, label: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(label):
                return line.removeprefix(label).strip()
        raise AssertionError(f"ended before it was ready: {self.log.read_text(encoding='utf-8')}")


def wait_until(condition: Callable[[], bool], within_s: float = READY_WITHIN_S) -> None:
    """Returns when the condition holds; fails when it does not within the time."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(POLL_S)
