"""The command line as people run it: a process of its own, in an empty folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

COMMAND = [sys.executable, "-m", "app.cli"]
FREE_PORTS = {
    "LATENCYTAX_GRPC_ADDRESS": "127.0.0.1:0",
    "LATENCYTAX_HTTP_ADDRESS": "127.0.0.1:0",
    "LATENCYTAX_DASHBOARD_ADDRESS": "127.0.0.1:0",
}


class Run(Protocol):
    """Runs the command to its end."""

    def __call__(
        self, *arguments: str | Path, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment of our own, and an empty folder to be in."""
    monkeypatch.chdir(tmp_path)
    inherited = {name: value for name, value in os.environ.items() if "LATENCYTAX" not in name}
    return inherited | FREE_PORTS | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def run_to_end(
        *arguments: str | Path, stdin: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            env=environment | more,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_to_end


class Running:
    """A command that goes on until it is told to end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []

    def line(self, start: str) -> str:
        """What follows ``start`` in the first line of output that starts so."""
        while not any(line.startswith(start) for line in self.lines):
            line = self.process.stdout.readline() if self.process.stdout else ""
            assert line, f"ended without a line {start!r}: {self.lines}"
            self.lines.append(line.strip())
        found = next(line for line in self.lines if line.startswith(start))
        return found.removeprefix(start).strip()

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(how)
        return self.process.wait(20)


class Start(Protocol):
    """Starts the command; whatever still runs at the end of the test is killed."""

    def __call__(self, *arguments: str | Path, **environment: str) -> Running: ...


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str | Path, **more: str) -> Running:
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env=environment | more,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return Running(process)

    yield start_one
    for process in started:
        process.kill()
        process.communicate()
