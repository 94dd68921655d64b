"""The collector that already runs on a lake, as another process sees it: by its door and files."""

import os
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from app.addresses import is_listening, reachable
from sql.door_settings import TOKEN_VARIABLE
from sql.lake import open_reader
from sql.place import place_of
from sql.settings import Settings

WAITING = "select count(*) from batches where received_at_us <= ?"
BEHIND = """
select count(*)
from lake.ingest_log
where
    oldest_received_at <= $asked_at
    and snapshot_id > (select through_snapshot from lake.assembly_log)
"""
"""Loads that are not taken up, or not wholly."""


class CollectorElsewhereError(Exception):
    """A collector holds the lake, but does not listen at the address in the settings."""


@dataclass(frozen=True, slots=True)
class RunningCollector:
    """Where its gRPC door is, and how far it has come with what it received until ``asked_at``."""

    settings: Settings
    asked_at: datetime

    def caught_up(self) -> bool:
        """Whether all that was received until then is in the lake and in the models."""
        return self._is_loaded() and self._is_assembled()

    def _is_loaded(self) -> bool:
        file = place_of(self.settings).home / "journal.sqlite"
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as journal:
            waiting = journal.execute(WAITING, [int(self.asked_at.timestamp() * 1e6)]).fetchone()[0]
        journal.close()
        return bool(waiting == 0)

    def _is_assembled(self) -> bool:
        with open_reader(self.settings) as lake:
            row = lake.execute(BEHIND, {"asked_at": self.asked_at}).fetchone()
        return row == (0,)


def grpc_target(settings: Settings) -> str:
    """Where the running collector takes spans; raises ``CollectorElsewhereError``."""
    return _target(settings, settings.grpc_address, "set LATENCYTAX_GRPC_ADDRESS", "spans")


def http_target(settings: Settings) -> str:
    """Where the running collector takes conversions; raises ``CollectorElsewhereError``."""
    return _target(settings, settings.http_address, "set LATENCYTAX_HTTP_ADDRESS", "conversions")


def _target(settings: Settings, address: str, remedy: str, what: str) -> str:
    if settings.tls:
        raise CollectorElsewhereError(
            f"a collector holds {settings.lake}, and takes {what} through TLS alone: stop it for as"
            " long as the import takes, or send to it with an OpenTelemetry exporter"
        )
    target = reachable(address)
    if not is_listening(target):
        raise CollectorElsewhereError(
            f"a collector holds {settings.lake}, but nothing listens at {target}: "
            f"{remedy} to where that collector takes {what}"
        )
    return target


def authorization() -> dict[str, str]:
    """The header with the token of LATENCYTAX_TOKEN, for a collector that needs one."""
    token = os.environ.get(TOKEN_VARIABLE)
    return {"authorization": f"Bearer {token}"} if token else {}


def running_collector(settings: Settings) -> RunningCollector:
    """The collector, to be asked about what it has received until now."""
    return RunningCollector(settings, datetime.now(UTC))
