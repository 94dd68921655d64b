"""The dashboard: Streamlit in a process of its own, told where the lake and the doors are."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Self

from app.access import check_reach, secrets_file
from app.addresses import answers, join, reachable
from sql.settings import Settings, host_and_port

SERVER = Path(__file__).parent / "dashboard" / "server.py"
STOP_WITHIN_S = 3.0
ANSWER_WITHIN_S = 60.0


class DashboardPortTakenError(Exception):
    """The dashboard's address is in use; the message says what to do."""


class DashboardProcess:
    """A running dashboard, ended on leaving the context."""

    def __init__(self, settings: Settings) -> None:
        """Choose the address; ``DashboardPortTakenError`` when somebody else listens there."""
        check_reach(settings)
        self._settings = settings
        self._running = ExitStack()
        self._host, port = host_and_port(settings.dashboard_address)
        self._port = _free_port(self._host, port)
        self.url = f"http://{reachable(join(self._host, self._port))}"

    def __enter__(self) -> Self:
        """As `start`."""
        self.start()
        return self

    def start(self) -> None:
        """Start it, the first time or after it ended; it answers some seconds later."""
        command = [sys.executable, "-m", "streamlit", "run", str(SERVER)]
        options = {
            "server.address": self._host,
            "server.port": self._port,
            "logger.level": "warning",
            "logger.enableRich": "false",  # rich would print tracebacks to stdout, among greetings
        }
        secrets = self._running.enter_context(secrets_file(self._settings, self.url))
        if secrets:
            options["secrets.files"] = str(secrets)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and page
            [*command, *(f"--{name}={value}" for name, value in options.items())],
            env=os.environ | self._settings.environment(),
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone, so that we end things in order
        )

    def __exit__(self, *_: object) -> None:
        """Ask it to end, and insist after a few seconds."""
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._running.close()

    @property
    def pid(self) -> int:
        """The process, as the system numbers it."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def wait_until_answering(self, stop: Event) -> bool:
        """True once a browser would get a page; false when it ended, or ``stop`` was set before."""
        deadline = time.monotonic() + ANSWER_WITHIN_S
        while self.is_running and not stop.is_set() and time.monotonic() < deadline:
            if answers(f"{self.url}/_stcore/health"):
                return True
            stop.wait(0.1)
        return False


def _free_port(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise DashboardPortTakenError(
                f"dashboard_address {host}:{port}: {error.strerror}. Set another "
                "LATENCYTAX_DASHBOARD_ADDRESS (port 0 picks a free one), or end what uses it"
            ) from error
        return int(probe.getsockname()[1])
