"""The command line as people run it, in an empty folder.

What goes on until it is told to end is a process of its own. What ends by itself runs from `main`
on in the process of the test: starting Python anew takes longer than what most verbs do.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Protocol

import pytest

from app.cli import main
from tests.lakes import empty_lake

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
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment of our own, and an empty folder to be in; with what changes it."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if "LATENCYTAX" in name:
            monkeypatch.delenv(name)
    ours = FREE_PORTS | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture
def lake(tmp_path: Path) -> str:
    """A lake without spans, in that folder."""
    return empty_lake(tmp_path / "lake").name


@pytest.fixture
def run(environment: pytest.MonkeyPatch) -> Run:
    def run_to_end(
        *arguments: str | Path, stdin: str = "", **more: str
    ) -> subprocess.CompletedProcess[str]:
        command = ["latencytax", *map(str, arguments)]
        out, err = StringIO(), StringIO()
        with environment.context() as process, redirect_stdout(out), redirect_stderr(err):
            process.setattr(sys, "argv", command)
            process.setattr(sys, "stdin", StringIO(stdin))
            process.setattr(logging.root, "handlers", [])
            for name, value in more.items():
                process.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        code = ended.value.code
        assert isinstance(code, int)
        return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())

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
def start(environment: pytest.MonkeyPatch) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str | Path, **more: str) -> Running:
        command = [*COMMAND, *map(str, arguments)]
        with environment.context() as its_own:
            for name, value in more.items():
                its_own.setenv(name, value)
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return Running(process)

    yield start_one
    for process in started:
        process.kill()
        process.communicate()
