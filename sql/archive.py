"""The outbox into the lake: done by the process that writes the lake, beside loading."""

import logging
import sqlite3
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sql.lake import transaction
from sql.ledger import Ledger
from sql.outbox import Outbox, outbox_exists

LOG = logging.getLogger(__name__)

ARROW = {str: pa.string(), bool: pa.bool_(), int: pa.int64(), datetime: pa.timestamp("us", "UTC")}


class Archive:
    """Copies what has changed; a crash in between copies it again, which changes nothing."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Path) -> None:
        """`con` is the writer's session; `home` the folder of journal and outbox."""
        self._con = con
        self._home = home

    def run(self) -> None:
        """Write what the lake does not know yet; an outbox that cannot be read stops no loading."""
        if not outbox_exists(self._home):
            return
        try:
            with Outbox(self._home) as outbox:
                self._copy(outbox.digests)
                self._copy(outbox.alerts)
        except sqlite3.Error:
            LOG.exception("the outbox cannot be copied into the lake; it is tried again")

    def _copy(self, ledger: Ledger[Any]) -> None:
        """What has changed in a ledger, into the lake's table of the same name."""
        changed = ledger.to_archive()
        if not changed:
            return
        schema = pa.schema([(name, ARROW[kind]) for name, kind in ledger.columns.items()])
        key = ", ".join(ledger.key)
        self._con.register("changed", pa.Table.from_pylist(list(map(asdict, changed)), schema))
        with transaction(self._con):
            self._con.execute(
                f"DELETE FROM lake.{ledger.name} WHERE ({key}) IN (SELECT ({key}) FROM changed)"
            )
            self._con.execute(f"INSERT INTO lake.{ledger.name} BY NAME FROM changed")
        self._con.unregister("changed")
        ledger.archived(changed)
