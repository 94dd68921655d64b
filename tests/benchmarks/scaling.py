"""`python -m tests.benchmarks scaling`: several collectors on one lake in PostgreSQL and S3.

Each collector has a fixed share of a core (it is stopped for the rest of every tenth of a second),
and a sender of its own that sends as fast as it is taken. PostgreSQL and the S3 server have what
is left of the machine, which must be enough: look at their own CPU.
"""

import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import psutil
from rich.console import Console
from rich.table import Table

from sql.lake import PATIENT, connect, open_writer
from sql.place import place_of
from sql.settings import Settings
from tests.benchmarks.measure import SETTLED_WITHIN_S, Load, assembled, cpu_s, generate, loaded
from tests.e2e.processes import CollectorProcess, wait_until
from tests.shared_lake import SharedPlace, shared_place

PERIOD_S = 0.1
COMMITS = "select max(snapshot_id) from ducklake_snapshots('lake')"


@dataclass(frozen=True, slots=True)
class Scaled:
    """What so many collectors did together."""

    collectors: int
    acknowledged_per_s: float
    loaded_per_s: float
    in_requests_per_s: float
    commits_per_s: float
    collector_cpu_s: float
    """Per million spans, like the next one."""
    server_cpu_s: float


COMMITTING_S = 8.0
COMMIT = "INSERT INTO lake.ingest_log BY NAME SELECT ? AS journal_id, 1 AS batches"


def main(arguments: list[str]) -> None:
    """Measure and print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of sending")
    parser.add_argument("--share", type=float, default=0.25, help="of a core, for each collector")
    parser.add_argument("--collectors", type=int, nargs="*", default=[1, 2, 3])
    options = parser.parse_args(arguments)
    table = Table(*Scaled.__dataclass_fields__, title=f"{options.share:.0%} of a core each")
    with shared_place() as place:
        os.environ.update(place.environment())
        for collectors in options.collectors:
            found = scaled(place, collectors, Load(options.seconds), options.share)
            row = [f"{getattr(found, name):,.4g}" for name in Scaled.__dataclass_fields__]
            table.add_row(*row)
            Console(stderr=True).print(*row)
        rates = Table("sessions", "commits_per_s", title="Commits of one row to one catalogue")
        settings = place.lake("commits").settings()
        open_writer(settings).close()
        for sessions in (1, 3, 6):
            rates.add_row(f"{sessions}", f"{commits_per_s(settings, sessions):,.4g}")
    Console(width=140).print(table, rates)


def commits_per_s(settings: Settings, sessions: int) -> float:
    """As many as so many sessions can make side by side."""

    def commit(session: int) -> int:
        with closing(connect(place_of(settings), read_only=False)) as lake:
            for setting in PATIENT:
                lake.execute(setting)
            until = time.monotonic() + COMMITTING_S
            for done in count():
                if time.monotonic() > until:
                    return done
                lake.execute(COMMIT, [f"{session}"])
        raise AssertionError

    with ThreadPoolExecutor(sessions) as pool:
        return sum(pool.map(commit, range(sessions))) / COMMITTING_S


def scaled(place: SharedPlace, collectors: int, load: Load, share: float) -> Scaled:
    """All of them under load, until every span is in a request."""
    lake = place.lake(f"scaling_{collectors}")
    with TemporaryDirectory() as name, ExitStack() as running:
        machines = [
            running.enter_context(CollectorProcess(Path(name) / f"{n}" / "home", shared=lake))
            for n in range(collectors)
        ]
        for machine in machines:
            running.enter_context(limited(machine.process.pid, share))
        first = machines[0]
        commits, servers_s = int(first.value(COMMITS)), server_cpu_s()
        began = time.monotonic()
        with ThreadPoolExecutor(collectors) as pool:
            sent = list(pool.map(lambda machine: generate(machine, load), machines))
        spans = sum(each.spans for each in sent)
        wait_until(lambda: loaded(first)[0] >= spans, SETTLED_WITHIN_S)
        loaded_s = time.monotonic() - began
        commits = int(first.value(COMMITS)) - commits
        wait_until(lambda: assembled(first) >= spans, SETTLED_WITHIN_S)
        return Scaled(
            collectors=collectors,
            acknowledged_per_s=sum(each.spans / each.seconds for each in sent),
            loaded_per_s=spans / loaded_s,
            in_requests_per_s=spans / (time.monotonic() - began),
            commits_per_s=commits / loaded_s,
            collector_cpu_s=sum(map(cpu_s, machines)) / spans * 1e6,
            server_cpu_s=(server_cpu_s() - servers_s) / spans * 1e6,
        )


@contextmanager
def limited(pid: int, share: float) -> Iterator[None]:
    """The process runs for that share of every period."""
    done = Event()

    def take_turns() -> None:
        while not done.wait(PERIOD_S * share):
            os.kill(pid, signal.SIGSTOP)
            done.wait(PERIOD_S * (1 - share))
            os.kill(pid, signal.SIGCONT)

    thread = Thread(target=take_turns)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def server_cpu_s() -> float:
    """CPU time so far of PostgreSQL and the S3 server, which are children of this process."""
    ours = psutil.Process().children(recursive=True)
    servers = [each for each in ours if _is_server(each)]
    return sum(sum(each.cpu_times()[:4]) for each in servers)


def _is_server(process: psutil.Process) -> bool:
    words = " ".join(process.cmdline())
    return "postgres" in words.partition(" ")[0] or "moto.server" in words
