"""``doctor``: what commonly goes wrong, looked for, each with what to do."""

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import duckdb
from typer import echo

from app.addresses import answers, is_listening, reachable
from app.retention_words import rule, size
from sql.lake import EXTENSIONS, LakeMissingError, LakeTooNewError, open_reader
from sql.place import LakeUnreachableError, place_of
from sql.retention import Kept, kept
from sql.settings import Retention, Settings, host_and_port

FREE_BYTES_AT_LEAST = 2 * 2**30
CLOCK_TOLERANCE = timedelta(minutes=5)
NEWEST_ARRIVAL = "select max(received_at) from spans"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do; no remedy means that it is well."""

    subject: str
    state: str
    remedy: str | None = None


def doctor(settings: Settings) -> int:
    """Print every finding; 1 when any needs a remedy."""
    findings = [finding for look in LOOKS for finding in look(settings)]
    for finding in findings:
        echo(f"{'!! ' if finding.remedy else 'ok '} {finding.subject}: {finding.state}")
        if finding.remedy:
            echo(f"     {finding.remedy}")
    problems = sum(finding.remedy is not None for finding in findings)
    echo(f"{problems} to look at" if problems else "all well")
    return 1 if problems else 0


def _config(settings: Settings) -> Iterator[Finding]:
    yield Finding("settings", str(settings.config) if settings.config else "defaults, no file")


def _matchers(settings: Settings) -> Iterator[Finding]:
    for clash in settings.overlaps:
        yield Finding(
            f"{clash.second}.{clash.key} = {clash.glob!r}",
            f"may name what {clash.first} takes before it by {clash.by!r}",
            f"put the narrower of the two first in {settings.config}, or narrow one",
        )


def _extensions(_settings: Settings) -> Iterator[Finding]:
    engine = version("duckdb")
    for module in EXTENSIONS.values():
        package = module.replace("_", "-")
        found = version(package)
        remedy = None if found == engine else f"pip install '{package}=={engine}'"
        yield Finding(package, f"{found}, DuckDB is {engine}", remedy)


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = place_of(settings).folder
    if folder is None:
        return
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    writable = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    remedy = f"chown or chmod {existing}, or give --lake a folder that you may write to"
    state = f"{existing} is {'writable' if writable else 'not writable for this user'}"
    yield Finding("folder", state, None if writable else remedy)
    free_bytes = shutil.disk_usage(existing).free
    state = f"{free_bytes / 2**30:,.1f} GiB free"
    enough = free_bytes >= FREE_BYTES_AT_LEAST
    yield Finding("disk", state, None if enough else "free some space, or move the lake (--lake)")


def _catalogue(settings: Settings) -> Iterator[Finding]:
    file = place_of(settings).catalogue_file
    if file is None or not file.exists():
        return
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as catalogue:
            mode = catalogue.execute("PRAGMA journal_mode").fetchone()[0]
        catalogue.close()
    except sqlite3.Error as error:
        yield Finding(
            "catalogue", f"{file}: {error}", "restore it from a backup, or fix its rights"
        )
        return
    remedy = f"stop the collector, then: sqlite3 {file} 'PRAGMA journal_mode=WAL'"
    yield Finding("catalogue", f"journal mode {mode}", None if mode == "wal" else remedy)


def _lake(settings: Settings) -> Iterator[Finding]:
    try:
        with open_reader(settings) as lake:
            newest = (lake.execute(NEWEST_ARRIVAL).fetchone() or (None,))[0]
            sizes = list(kept(lake))
    except LakeMissingError as error:
        yield Finding("lake", str(error), "start one: latencytax up")
    except LakeTooNewError as error:
        yield Finding("lake", str(error), "pip install --upgrade latencytax")
    except LakeUnreachableError as error:
        told, _, remedy = str(error).partition("\n")
        yield Finding("lake", told, remedy.strip() or "check --lake, --data and the network")
    except duckdb.Error as error:
        yield Finding("lake", f"cannot be read: {error}", "check --lake, --data and their rights")
    else:
        yield Finding("lake", f"readable; newest span arrived {newest or 'never'}")
        yield from (_kept(each, settings.retention) for each in sizes)
        if newest and newest > datetime.now(UTC) + CLOCK_TOLERANCE:
            state = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, before the newest arrival {newest}"
            yield Finding("clock", state, "set the clock (timedatectl set-ntp true)")


def _kept(found: Kept, retention: Retention) -> Finding:
    """How much there is of a kind, and what becomes of it."""
    since = f" since {found.oldest_at:%Y-%m-%d}" if found.oldest_at else ""
    stored = f"{found.rows:,} rows{since}, {size(found.size_bytes)}"
    return Finding(found.kind, f"{stored}; {rule(retention.of(found.kind))}")


def _clock(_settings: Settings) -> Iterator[Finding]:
    installed = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    now = datetime.now(UTC)
    early = now < installed - CLOCK_TOLERANCE
    remedy = "it is before this program was installed: set it (timedatectl set-ntp true)"
    yield Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC", remedy if early else None)


def _doors(settings: Settings) -> Iterator[Finding]:
    http_door = reachable(settings.http_address)
    ours = is_listening(http_door) if settings.tls else answers(f"http://{http_door}/healthz")
    for name, address in (("http", settings.http_address), ("grpc", settings.grpc_address)):
        yield _door(
            f"{name}_address {address}", address, ours=ours, variable=f"{name.upper()}_ADDRESS"
        )
    if not ours:
        yield Finding("collector", "not running", "start it: latencytax up (or collect)")


def _dashboard(settings: Settings) -> Iterator[Finding]:
    address = settings.dashboard_address
    ours = answers(f"http://{reachable(address)}/_stcore/health")
    yield _door(f"dashboard_address {address}", address, ours=ours, variable="DASHBOARD_ADDRESS")


def _door(subject: str, address: str, *, ours: bool, variable: str) -> Finding:
    """Who listens at an address: Latency Tax, somebody else, or nobody though we could."""
    if is_listening(reachable(address)):
        if ours:
            return Finding(subject, "in use by Latency Tax")
        remedy = f"end what listens there, or set LATENCYTAX_{variable}"
        return Finding(subject, "in use by another program", remedy)
    try:
        host, port = host_and_port(address)
        socket.create_server((host, port), family=_family(host)).close()
    except OSError as error:
        remedy = f"set LATENCYTAX_{variable} to an address of this machine and a port above 1023"
        return Finding(subject, f"cannot be used: {error.strerror}", remedy)
    return Finding(subject, "free")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _config,
    _matchers,
    _extensions,
    _folder,
    _catalogue,
    _lake,
    _clock,
    _doors,
    _dashboard,
)
